using Hongbao.Jce.Idl;

namespace Hongbao.Host.Tests.Idl;

public sealed class ExplainTests : IDisposable
{
    private readonly JceRun _jce = new();

    public void Dispose() => _jce.Dispose();

    [Fact]
    public void Every_problem_is_explained()
    {
        foreach (var problem in IdlProblems.All)
        {
            var run = _jce.Run("explain", problem.Code);
            Assert.Equal((0, ""), (run.ExitCode, run.Errors));
            Assert.StartsWith($"{problem.Code} {problem.Title}\n\n", run.Output, StringComparison.Ordinal);
            Assert.Contains("To mend: ", run.Output, StringComparison.Ordinal);
            Assert.DoesNotContain("\n## ", run.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Several_are_explained_one_after_the_other_and_without_one_all_are_listed()
    {
        var output = _jce.Run("explain", "jce035", "JCE001", "JCE035").Output;

        Assert.StartsWith("JCE035 Tag used twice\n", output, StringComparison.Ordinal);
        Assert.Equal(2, output.Split("To mend: ").Length - 1);
        Assert.Contains("\n\nJCE001 Illegal character\n", output, StringComparison.Ordinal);
        Assert.Equal(IdlProblems.All.Count, _jce.Run("explain").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Theory]
    [InlineData("JCE999")]
    [InlineData("")]
    [InlineData("35")]
    public void What_is_no_code_is_bad_usage(string code) => Assert.Equal(
        $"There is no problem \"{code}\"; 'hongbao jce explain' lists all.", Assert.Single(_jce.Run("explain", code).Refusals));
}
