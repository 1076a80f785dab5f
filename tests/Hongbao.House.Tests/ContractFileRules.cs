using Hongbao.Jce.Idl;

namespace Hongbao.House.Tests;

/// <summary>What belongs to the contracts is as they are: their layout, what is accepted of them, and their reference.</summary>
public sealed class ContractFileRules
{
    private const string Accepted = "src/Hongbao.Contracts/Hongbao.jce.accepted";
    private const string Reference = "docs/contracts";

    [Fact]
    public void Contract_files_have_the_one_layout()
    {
        // The tests of the layout itself have a file in another.
        var files = Repository.Files.Where(static f => f.Ends(".jce", ".tars") && f.Path != "tests/Hongbao.Jce.Idl.Tests/everything.jce").ToArray();

        Assert.Contains(files, static f => f.Path == "src/Hongbao.Contracts/Calls.jce");
        Assert.Empty(files.SelectMany(LaidOutOtherwise));
        Assert.Single(LaidOutOtherwise(new("a.jce", "module M {};")));
    }

    [Fact]
    public void Everything_of_the_contracts_is_accepted_and_nothing_else()
    {
        var accepted = File.ReadAllText(Path.Combine(Repository.Root, Accepted));

        Assert.True(accepted == AcceptedContract.Write(ContractRules.Contract), $"{Accepted} is not what the contracts say now. Run: eng/contracts accept");
    }

    [Fact]
    public void The_reference_is_what_the_contracts_give()
    {
        var pages = Repository.Files.Where(static f => f.IsUnder(Reference)).ToArray();
        var expected = IdlReference.Pages(ContractRules.Contract).Select(static p => new RepositoryFile($"{Reference}/{p.Name}", p.Text)).ToArray();

        Assert.True(pages.Length > 8, "the reference was not found");
        Assert.Empty(Stale(pages, expected));
        Assert.Equal(["a.md is stale", "b.md is of no contract", "c.md is missing"], Stale([new("a.md", "1"), new("b.md", "")], [new("a.md", "2"), new("c.md", "")]).Select(static s => s.Split(':')[0]));
    }

    [Fact]
    public void The_example_of_the_document_is_a_contract()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "docs/contracts.md"));
        var example = text.Split("```jce\n")[1].Split("```")[0];
        var calls = ContractRules.Contract.Files.Single(static f => f.Path.EndsWith("Calls.jce", StringComparison.Ordinal)).Source;

        var contract = IdlCompilation.Compile([new IdlSource("Greetings.jce", example)], new IdlOptions(), path => path == "Calls.jce" ? calls : null);

        Assert.Empty(contract.Diagnostics);
        Assert.Empty(LaidOutOtherwise(new("Greetings.jce", example)));
    }

    private static IEnumerable<string> LaidOutOtherwise(RepositoryFile file) =>
        IdlFormatter.Format(file.Text) == file.Text ? [] : [$"{file.Path}: run eng/contracts, or hongbao jce format"];

    private static IEnumerable<string> Stale(IReadOnlyList<RepositoryFile> pages, IReadOnlyList<RepositoryFile> expected)
    {
        foreach (var path in pages.Concat(expected).Select(static p => p.Path).Distinct().Order(StringComparer.Ordinal))
        {
            var (page, due) = (pages.FirstOrDefault(p => p.Path == path), expected.FirstOrDefault(p => p.Path == path));
            if (page != due)
            {
                yield return $"{path} is {(page is null ? "missing" : due is null ? "of no contract" : "stale")}: run eng/contracts, then git add, or git rm a page without a contract";
            }
        }
    }
}
