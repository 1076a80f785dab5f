using System.Text.RegularExpressions;

namespace Hongbao.House.Tests;

/// <summary>Names say what a thing is about; rooms for everything attract everything.</summary>
public sealed partial class NameRules
{
    [Fact]
    public void No_type_or_namespace_has_a_name_that_says_nothing()
    {
        var files = Repository.Files.Where(f => f.IsUnder("src", "tests", "bench", "samples") && f.Ends(".cs")).ToArray();

        Assert.True(files.Length > 50, $"only {files.Length} source files were found");
        Assert.Empty(files.SelectMany(EmptyNames));
    }

    [Fact]
    public void No_file_or_folder_has_a_name_that_says_nothing()
    {
        Assert.Empty(Repository.Paths.SelectMany(EmptyPaths));
    }

    [Theory]
    [InlineData("namespace Hongbao.Core.Utils;")]
    [InlineData("namespace Hongbao.Common.Money;")]
    [InlineData("internal static class AmountHelper")]
    [InlineData("public sealed record PacketUtil(int X);")]
    [InlineData("public interface ILaneManager")]
    [InlineData("public readonly record struct CommonThings;")]
    public void A_declaration_that_says_nothing_is_found(string line)
    {
        Assert.Single(EmptyNames(new("src/a.cs", "using System;\n" + line)));
    }

    [Theory]
    [InlineData("namespace Hongbao.Core.Packets;")]
    [InlineData("internal sealed class UtilizationMeter;")]
    [InlineData("// class Helper is not wanted")]
    [InlineData("using System.Common;")]
    public void Other_lines_are_not(string line)
    {
        Assert.Empty(EmptyNames(new("src/a.cs", line)));
    }

    [Theory]
    [InlineData("src/Hongbao.Core/Helpers/A.cs", true)]
    [InlineData("web/src/utils/money.ts", true)]
    [InlineData("src/Hongbao.Core/LaneManager.cs", true)]
    [InlineData("src/Hongbao.Core/Lanes/Lane.cs", false)]
    [InlineData("docs/utilisation.md", false)]
    public void A_path_that_says_nothing_is_found(string path, bool isFound)
    {
        Assert.Equal(isFound ? 1 : 0, EmptyPaths(path).Count());
    }

    private static IEnumerable<string> EmptyNames(RepositoryFile file) =>
        Declaration().Matches(file.Text)
            .Where(m => m.Groups["name"].Value.Split('.').Any(n => EmptyWord().IsMatch(n)))
            .Select(m => $"{file.Path}: {m.Value.Trim()}");

    private static IEnumerable<string> EmptyPaths(string path) =>
        path.Split('/').Select(s => s.Split('.')).Any(parts => parts.Any(p => EmptyWord().IsMatch(p))) ? [path] : [];

    [GeneratedRegex(@"^[ \t]*(?:(?:public|internal|private|protected|static|sealed|abstract|partial|readonly|file|ref)\s+)*(?:namespace|class|struct|interface|enum|record(?:\s+struct|\s+class)?)\s+(?<name>[\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Declaration();

    // As a whole word, or as the first or last word of a compound.
    [GeneratedRegex(@"^(?:I?(?:Utils?|Utilities|Utility|Helpers?|Managers?|Common|Misc)(?=$|[A-Z])|utils?|utilities|helpers?|managers?|common|misc$)(?:[A-Z]\w*)?$|(?:Utils?|Utilities|Helpers?|Managers?)$")]
    private static partial Regex EmptyWord();
}
