using System.Globalization;
using System.Text.RegularExpressions;

namespace Hongbao.House.Tests;

/// <summary>Files about one thing, nothing left for later, names of places and steps that are unique and in order.</summary>
public sealed partial class SourceRules
{
    private const int LinesMax = 600;

    // A contract is one file for those outside who get only that, and is looked things up in, not read through. So is what is made from one.
    private const int ContractLinesMax = 1200;

    [Fact]
    public void No_source_file_is_longer_than_one_can_keep_in_mind()
    {
        Assert.Empty(Repository.Files.Where(f => f.IsUnder("src", "web/src", "sdk/typescript", "samples")).SelectMany(TooLong));
    }

    [Fact]
    public void A_file_that_is_too_long_is_found()
    {
        Assert.Single(TooLong(new("src/a.cs", string.Concat(Enumerable.Repeat("x\n", LinesMax + 1)))));
        Assert.Empty(TooLong(new("src/a.cs", string.Concat(Enumerable.Repeat("x\n", LinesMax)))));
        Assert.Empty(TooLong(new("sdk/typescript/src/generated/a.ts", string.Concat(Enumerable.Repeat("x\n", LinesMax + 1)))));
        Assert.Single(TooLong(new("src/a.jce", string.Concat(Enumerable.Repeat("x\n", ContractLinesMax + 1)))));
        Assert.Empty(TooLong(new("src/a.jce", string.Concat(Enumerable.Repeat("x\n", ContractLinesMax)))));
    }

    [Fact]
    public void Nothing_is_left_for_later()
    {
        Assert.Empty(Repository.Files.Where(f => f.IsUnder("src", "tests", "bench", "eng", "web/src", "deploy", "sdk/typescript", "samples") || !f.Path.Contains('/', StringComparison.Ordinal))
            .SelectMany(LeftForLater));
    }

    [Theory]
    // In pieces, so that this file does not find itself.
    [InlineData("// TO" + "DO: later")]
    [InlineData("# FIX" + "ME")]
    [InlineData("throw new NotImplemented" + "Exception();")]
    public void A_thing_left_for_later_is_found(string line)
    {
        Assert.Single(LeftForLater(new("src/a.cs", "class A;\n" + line)));
    }

    [Fact]
    public void Every_failpoint_has_a_name_of_its_own()
    {
        var files = Repository.Files.Where(f => f.IsUnder("src") && f.Ends(".cs")).ToArray();

        Assert.True(files.Sum(f => HitName().Count(f.Text)) > 5);
        Assert.Empty(SharedFailpoints(files));
    }

    [Fact]
    public void A_failpoint_name_used_twice_is_found()
    {
        RepositoryFile first = new("src/a.cs", "Failpoint.Hit(\"x.before\");"), second = new("src/b.cs", "Failpoint.Hit(\"x.after\");\nFailpoint.Hit(\"x.before\");");

        Assert.Equal("x.before in src/a.cs, src/b.cs", Assert.Single(SharedFailpoints([first, second])));
        Assert.Single(SharedFailpoints([new("src/a.cs", "Failpoint.Hit(\"x\"); Failpoint.Hit( \"x\" );")]));
        Assert.Empty(SharedFailpoints([first]));
    }

    [Fact]
    public void Migrations_are_numbered_without_gaps()
    {
        var migrations = Repository.Paths.Where(p => p.StartsWith("src/", StringComparison.Ordinal) && p.Contains("/Migrations/", StringComparison.Ordinal)).ToArray();

        Assert.Contains("src/Hongbao.Foundation/Migrations/0001_foundation.sql", migrations);
        Assert.Empty(Misnumbered(migrations));
    }

    [Fact]
    public void A_migration_out_of_order_is_found()
    {
        const string Core = "src/Hongbao.Core/Migrations/";

        Assert.Empty(Misnumbered([Core + "0002_a.sql", Core + "0003_b.sql"]));
        Assert.Single(Misnumbered([Core + "0002_a.sql", Core + "0004_b.sql"]));
        Assert.Single(Misnumbered([Core + "0002_a.sql", Core + "0002_b.sql"]));
        Assert.Single(Misnumbered([Core + "0001_a.sql"]));
        Assert.Single(Misnumbered([Core + "2_a.sql"]));
        Assert.Single(Misnumbered(["src/Hongbao.Foundation/Migrations/0002_a.sql"]));
    }

    private static IEnumerable<string> TooLong(RepositoryFile file)
    {
        var lines = file.Text.Count(c => c == '\n');
        return lines > (file.Ends(".jce") || file.Path.Contains("/generated/", StringComparison.Ordinal) ? ContractLinesMax : LinesMax) ? [$"{file.Path} has {lines} lines"] : [];
    }

    private static IEnumerable<string> LeftForLater(RepositoryFile file) =>
        Later().Matches(file.Text).Select(m => $"{file.Path}:{file.Text.AsSpan(0, m.Index).Count('\n') + 1}: {m.Value}");

    private static IEnumerable<string> SharedFailpoints(IEnumerable<RepositoryFile> files) =>
        files.SelectMany(f => HitName().Matches(f.Text).Select(m => (Name: m.Groups[1].Value, f.Path)))
            .GroupBy(p => p.Name).Where(g => g.Count() > 1)
            .Select(g => $"{g.Key} in {string.Join(", ", g.Select(p => p.Path))}");

    private static IEnumerable<string> Misnumbered(IEnumerable<string> paths)
    {
        foreach (var module in paths.GroupBy(p => Path.GetDirectoryName(p)!))
        {
            // Number 1 of every module is Foundation's.
            var expected = module.Key.Contains("Hongbao.Foundation", StringComparison.Ordinal) ? 1 : 2;
            foreach (var path in module.Order(StringComparer.Ordinal))
            {
                var match = MigrationName().Match(Path.GetFileName(path));
                if (!match.Success || int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) != expected)
                {
                    yield return $"{path} is not number {expected:0000}";
                    break;
                }

                expected++;
            }
        }
    }

    [GeneratedRegex(@"\b(TO" + @"DO|FIX" + @"ME|NotImplemented" + @"Exception)\b")]
    private static partial Regex Later();

    [GeneratedRegex("""Failpoint\.Hit\(\s*"([^"]+)"\s*\)""")]
    private static partial Regex HitName();

    [GeneratedRegex(@"^(\d{4})_[a-z0-9_]+\.sql$")]
    private static partial Regex MigrationName();
}
