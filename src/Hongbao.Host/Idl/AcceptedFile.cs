using System.CommandLine;
using Hongbao.Jce.Idl;

namespace Hongbao.Host.Idl;

/// <summary>The file of what was accepted of a contract.</summary>
/// <param name="source">Its text; null when there is no file yet.</param>
internal sealed class AcceptedFile(IdlSource? source)
{
    /// <summary>The option that names it.</summary>
    public static Option<string?> Option(string description, bool mustExist)
    {
        var option = new Option<string?>("--accepted") { Description = description, HelpName = "FILE", Required = !mustExist };
        if (mustExist)
        {
            option.Validators.Add(static result =>
            {
                if (result.Tokens is [var token] && !File.Exists(token.Value))
                {
                    result.AddError($"There is no file {token.Value}. 'hongbao jce accept' writes it.");
                }
            });
        }

        return option;
    }

    /// <summary>Reads it; one that does not exist has accepted nothing.</summary>
    /// <exception cref="UnusableInputException">It is there but cannot be read.</exception>
    public static AcceptedFile Read(string path) => new(File.Exists(path) ? new IdlSource(path, ContractFiles.ReadText(path)) : null);

    /// <summary>What a contract breaks of it, and what is new if wanted. A file that is none is a problem itself.</summary>
    public IReadOnlyList<IdlDiagnostic> Compare(IdlContract contract, bool withAdditions = false) =>
        source is null ? []
        : !AcceptedContract.TryParse(source, out var accepted, out var problem) ? [problem!]
        : withAdditions ? [.. Evolution.Compare(accepted, contract), .. Evolution.Additions(accepted, contract)]
        : Evolution.Compare(accepted, contract);

    /// <summary>The lines by which another text of facts differs, in their order: <c>+</c> for one that is new, <c>-</c> for one that is gone.</summary>
    public IReadOnlyList<string> ChangesTo(string text)
    {
        var (before, after) = (Facts(source?.Text ?? ""), Facts(text));
        return [.. before.Except(after).Select(static f => (Fact: f, Sign: '-')).Concat(after.Except(before).Select(static f => (Fact: f, Sign: '+')))
            .OrderBy(static c => Subject(c.Fact), StringComparer.Ordinal).ThenByDescending(static c => c.Sign).ThenBy(static c => c.Fact, StringComparer.Ordinal)
            .Select(static c => $"{c.Sign} {c.Fact}")];
    }

    /// <summary>True when the file is that text.</summary>
    public bool Is(string text) => source?.Text == text;

    // What a fact is about: `M::S member 004`, `M::S key`. What it was stands before what it is.
    private static string Subject(string fact)
    {
        var words = fact.Split(' ');
        return string.Join(' ', words.Take(words is [_, "key", ..] ? 2 : 3));
    }

    private static HashSet<string> Facts(string text) =>
        [.. text.Split('\n').Select(static l => l.Trim()).Where(static l => l.Length > 0 && l[0] != '#')];
}
