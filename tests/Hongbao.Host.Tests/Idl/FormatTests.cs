namespace Hongbao.Host.Tests.Idl;

public sealed class FormatTests : IDisposable
{
    private const string Canonical = """
        // Head.

        module M
        {
            struct S
            {
                0 require int a; // why
            };
        };

        """;

    private readonly JceRun _jce = new();

    public void Dispose() => _jce.Dispose();

    [Fact]
    public void A_file_is_laid_out_in_place()
    {
        var path = _jce.File("A.jce", "\uFEFF// Head.\r\n\r\nmodule M {\r\nstruct S { 0  require int a ; // why\r\n}; };");
        var other = _jce.File("B.jce", Canonical.ReplaceLineEndings("\n"));

        var run = _jce.Run("format", path, other);

        Assert.Equal((0, "A.jce: laid out\n", ""), (run.ExitCode, run.Output, run.Errors));
        Assert.Equal(Canonical.ReplaceLineEndings("\n"), _jce.Read("A.jce"));
        Assert.Equal((0, ""), (_jce.Run("format", path, other).ExitCode, _jce.Run("format", path, other).Output));
    }

    [Fact]
    public void A_check_changes_nothing_and_names_the_first_line_that_differs()
    {
        var text = Canonical.ReplaceLineEndings("\n").Replace("        0 require", "      0 require", StringComparison.Ordinal);
        var path = _jce.File("A.jce", text);

        var run = _jce.Run("format", path, "--check");

        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.Equal("A.jce(7,1): laid out otherwise than 'hongbao jce format' does\n", run.Errors);
        Assert.Equal(text, _jce.Read("A.jce"));
        Assert.Equal(0, _jce.Run("format", path).ExitCode);
        Assert.Equal(0, _jce.Run("format", path, "--check").ExitCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_file_with_a_wrong_syntax_is_left_and_the_others_are_not(bool isCheck)
    {
        var broken = _jce.File("Broken.jce", "module M { struct S { 0 require int a } };");
        var other = _jce.File("Other.jce", "module N { enum E { A }; };");

        var run = _jce.Run(["format", broken, other, .. isCheck ? ["--check"] : Array.Empty<string>()]);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("Broken.jce(1,", run.Errors, StringComparison.Ordinal);
        Assert.Contains("error JCE0", run.Errors, StringComparison.Ordinal);
        Assert.Equal("module M { struct S { 0 require int a } };", _jce.Read("Broken.jce"));
        Assert.Equal(!isCheck, _jce.Read("Other.jce").Contains('\n', StringComparison.Ordinal));
    }

    [Fact]
    public void Names_are_not_looked_up() => Assert.Equal(0, _jce.Run("format", _jce.File("A.jce", "#include \"missing.jce\"\nmodule M { struct S { 0 require Elsewhere a; }; };")).ExitCode);
}
