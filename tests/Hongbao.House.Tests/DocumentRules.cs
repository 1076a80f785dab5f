using System.Text.RegularExpressions;

namespace Hongbao.House.Tests;

/// <summary>What the documents point at exists: links, headings, and paths of the repository in back ticks.</summary>
public sealed partial class DocumentRules
{
    [Fact]
    public void Documents_point_only_at_what_exists()
    {
        var documents = Repository.Files.Where(f => f.Ends(".md")).ToArray();

        Assert.Empty(documents.SelectMany(d => DeadEnds(d, documents, Repository.Paths)));
    }

    [Fact]
    public void Links_and_paths_that_exist_are_accepted()
    {
        var page = Page("""
            # The page
            ## 2. Two words, and `code`
            [self](#the-page) [two](#2-two-words-and-code) [other](other.md) [heading](other.md#über-uns) [up](../README.md "Title") [folder](../src/Hongbao.Core/)
            [web](https://example.com/x) [mail](mailto:a@example.com) ![picture](picture.png)
            `src/Hongbao.Core/Lane.cs` `src/Hongbao.Core` `src/*/Lane.cs` `./test` `eng/postgres start DIR` `src/Hongbao.Core/Lane.cs:12` `and/or` `application/json` `docs/<name>.md`
            ```
            [not](a-link.md) `src/not/a/path`
            ```
            """);

        Assert.Empty(Check(page));
    }

    [Theory]
    [InlineData("[gone](gone.md)")]
    [InlineData("[gone](../src/gone/)")]
    [InlineData("![gone](gone.png)")]
    [InlineData("[no heading](#nowhere)")]
    [InlineData("[no heading](other.md#nowhere)")]
    [InlineData("[reference][r]\n\n[r]: gone.md")]
    [InlineData("<a href=\"gone.md\">x</a>")]
    [InlineData("`src/Hongbao.Core/Gone.cs`")]
    [InlineData("`src/*/Gone.cs`")]
    [InlineData("`eng/gone start`")]
    [InlineData("`./gone`")]
    [InlineData("`docs/gone.md#x`")]
    public void A_dead_end_is_found(string text)
    {
        Assert.Single(Check(Page("# Title\n\n" + text)));
    }

    [Fact]
    public void Code_in_the_readme_is_taken_from_the_samples()
    {
        var readme = Repository.Files.Single(f => f.Path == "README.md");
        var samples = Repository.Files.Where(f => f.IsUnder("samples") && f.Ends(".cs", ".ts")).ToArray();

        Assert.Equal(2, CodeBlock().Count(readme.Text));
        Assert.Empty(Invented(readme, samples));
    }

    [Fact]
    public void Code_that_is_in_no_sample_is_found()
    {
        var sample = new RepositoryFile("samples/a.cs", "class A\n{\n    void B()\n    {\n        C();\n        D();\n    }\n}\n");

        Assert.Empty(Invented(new("README.md", "```csharp\nC();\nD();\n\nclass A\n```\n```\nother\n```\n"), [sample]));
        Assert.Single(Invented(new("README.md", "```csharp\nD();\nC();\n```\n"), [sample]));
        Assert.Single(Invented(new("README.md", "```ts\nclass A\n\nE();\n```\n"), [sample]));
    }

    /// <summary>Paragraphs of code that stand in no sample as they are, indentation aside.</summary>
    private static IEnumerable<string> Invented(RepositoryFile page, IReadOnlyList<RepositoryFile> samples)
    {
        static string Flat(string text) => string.Join('\n', text.Split('\n').Select(l => l.Trim()));
        var known = samples.Select(s => Flat(s.Text)).ToArray();
        return CodeBlock().Matches(page.Text).SelectMany(m => Flat(m.Groups[1].Value).Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
            .Where(paragraph => !known.Any(k => k.Contains(paragraph.Trim(), StringComparison.Ordinal)))
            .Select(paragraph => $"{page.Path}: {paragraph}");
    }

    private static RepositoryFile Page(string text) => new("docs/page.md", text);

    private static IEnumerable<string> Check(RepositoryFile page) => DeadEnds(
        page,
        [page, new("docs/other.md", "# Über uns\n"), new("README.md", "# R\n")],
        ["README.md", "docs/page.md", "docs/other.md", "docs/picture.png", "src/Hongbao.Core/Lane.cs", "eng/postgres", "test"]);

    private static IEnumerable<string> DeadEnds(RepositoryFile page, IReadOnlyList<RepositoryFile> documents, IReadOnlyList<string> paths)
    {
        var known = paths.ToHashSet(StringComparer.Ordinal);
        known.UnionWith(paths.SelectMany(Folders));
        var tops = paths.Where(p => p.Contains('/', StringComparison.Ordinal)).Select(p => p.Split('/')[0]).ToHashSet(StringComparer.Ordinal);
        var prose = Fence().Replace(page.Text, "");
        var text = CodeSpan().Replace(prose, "");

        foreach (var target in Link().Matches(text).Select(m => m.Groups["to"].Value).Where(t => !Elsewhere().IsMatch(t)))
        {
            var (path, anchor) = target.IndexOf('#', StringComparison.Ordinal) is >= 0 and var at ? (target[..at], target[(at + 1)..]) : (target, "");
            var full = path.Length == 0 ? page.Path : Resolve(Path.GetDirectoryName(page.Path)!, Uri.UnescapeDataString(path));
            if (!known.Contains(full.TrimEnd('/')))
            {
                yield return $"{page.Path}: link to {target}";
            }
            else if (anchor.Length > 0 && documents.FirstOrDefault(d => d.Path == full) is { } document
                && !Headings(document).Contains(Uri.UnescapeDataString(anchor)))
            {
                yield return $"{page.Path}: no heading for {target}";
            }
        }

        foreach (var span in CodeSpan().Matches(prose).Select(m => m.Groups["code"].Value.Trim()))
        {
            var path = LineSuffix().Replace(span.Split(' ')[0].Split('#')[0], "");
            var isOurs = path.StartsWith("./", StringComparison.Ordinal)
                || (path.Contains('/', StringComparison.Ordinal) && tops.Contains(path.Split('/')[0]));
            if (isOurs && !Placeholder().IsMatch(path)
                // From the root, or from the document's own folder.
                && !Exists(Resolve("", path), known) && !Exists(Resolve(Path.GetDirectoryName(page.Path)!, path), known))
            {
                yield return $"{page.Path}: path {span}";
            }
        }
    }

    private static bool Exists(string path, HashSet<string> known) => path.Contains('*', StringComparison.Ordinal)
        ? known.Any(new Regex("^" + Regex.Escape(path.TrimEnd('/')).Replace(@"\*\*", ".*", StringComparison.Ordinal).Replace(@"\*", "[^/]*", StringComparison.Ordinal) + "$").IsMatch)
        : known.Contains(path.TrimEnd('/'));

    private static IEnumerable<string> Folders(string path)
    {
        for (var at = path.IndexOf('/', StringComparison.Ordinal); at > 0; at = path.IndexOf('/', at + 1))
        {
            yield return path[..at];
        }
    }

    private static string Resolve(string folder, string path)
    {
        var parts = path.StartsWith('/') ? [] : folder.Split('/', StringSplitOptions.RemoveEmptyEntries).ToList();
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".." && parts.Count > 0)
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part != ".")
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts);
    }

    // As GitHub makes them: lower case, without punctuation, dashes for spaces.
    private static HashSet<string> Headings(RepositoryFile document) =>
        [.. Heading().Matches(Fence().Replace(document.Text, "")).Select(m => new string([..
            m.Groups[1].Value.Trim().ToLowerInvariant().Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_').Select(c => c == ' ' ? '-' : c)]))];

    [GeneratedRegex(@"^(```|~~~).*?^\1[^\n]*$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^```(?:csharp|ts)\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"(?<tick>`+)(?<code>[^`\n]+)\k<tick>")]
    private static partial Regex CodeSpan();

    [GeneratedRegex("""\]\(\s*<?(?<to>[^)\s>]+)>?(?:\s+"[^"]*")?\s*\)|^\[[^\]]+\]:\s*(?<to>\S+)|(?:href|src)="(?<to>[^"]+)""", RegexOptions.Multiline)]
    private static partial Regex Link();

    [GeneratedRegex(@"^[a-z][a-z0-9+.-]*:|^//", RegexOptions.IgnoreCase)]
    private static partial Regex Elsewhere();

    [GeneratedRegex(@"^#{1,6}\s+(.+?)\s*#*\s*$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@":\d+(-\d+)?$")]
    private static partial Regex LineSuffix();

    [GeneratedRegex(@"[<>{}$…]|NNNN")]
    private static partial Regex Placeholder();
}
