using System.Text;

namespace Hongbao.Jce.Idl;

/// <summary>Writes reference documentation.</summary>
public static class IdlReference
{
    private const string Index = "README.md";

    /// <summary>The sentence that each page has, by which one knows it from pages that somebody wrote.</summary>
    public const string Generated = "Generated from the contracts by `hongbao jce reference`; changes here are lost.";

    /// <summary>
    /// The contract in Markdown: a part for each file with a section for each of its modules, tables of constants, enumerators and members, each operation with its parameters.
    /// Documentation in the contract becomes their meaning. The same contract always gives the same text.
    /// </summary>
    public static string Markdown(IdlContract contract)
    {
        var text = new StringBuilder();
        var writer = new ReferenceWriter(text, static _ => null);
        foreach (var file in contract.Files)
        {
            text.Append(text.Length > 0 ? "\n" : "").Append("# ").Append(file.Path).Append('\n');
            writer.Write(file, file.Path);
        }

        return text.ToString();
    }

    /// <summary>
    /// The same as pages that link to each other: one for each file that was given, after it, and <c>README.md</c>, which lists what is where. The same contract
    /// always gives the same pages, wherever its files lie.
    /// </summary>
    public static IReadOnlyList<IdlPage> Pages(IdlContract contract)
    {
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { Index };
        var files = contract.Files.Where(f => f.IsRoot).OrderBy(f => FileName(f), StringComparer.Ordinal).ThenBy(f => f.Path, StringComparer.Ordinal)
            .Select(f => (File: f, Page: PageName(f, taken))).ToList();
        var pageOf = files.SelectMany(f => f.File.Modules.SelectMany(m => m.Definitions).Select(d => (d.FullName, f.Page)))
            .ToDictionary(p => p.FullName, p => p.Page, StringComparer.Ordinal);
        string? LinkOf(IdlDefinition definition, string from) => pageOf.TryGetValue(definition.FullName, out var page)
            ? (page == from ? "" : page) + "#" + Anchor(definition)
            : null;

        var pages = new List<IdlPage> { new(Index, WriteIndex(files, d => LinkOf(d, Index)!)) };
        foreach (var (file, page) in files)
        {
            var text = new StringBuilder("# ").Append(FileName(file)).Append("\n\n").Append(Generated).Append(" [All contracts](").Append(Index).Append(").\n");
            new ReferenceWriter(text, type => Named(type) is { } definition ? LinkOf(definition, page) : null).Write(file, FileName(file));
            pages.Add(new(page, text.ToString()));
        }

        return pages;
    }

    private static string WriteIndex(List<(IdlFile File, string Page)> files, Func<IdlDefinition, string> linkOf)
    {
        var text = new StringBuilder("# Contracts\n\n").Append(Generated).Append("\n\n| File | About | Interfaces | Structs | Enums |\n| --- | --- | --- | --- | --- |\n");
        foreach (var (file, page) in files)
        {
            string Links(Func<IdlDefinition, bool> which) =>
                string.Join(", ", file.Modules.SelectMany(m => m.Definitions).Where(which).Select(d => $"[{d.Name}]({linkOf(d)})"));

            text.Append("| [").Append(FileName(file)).Append("](").Append(page).Append(") | ").Append(ReferenceWriter.Cell(file.Header)).Append(" | ")
                .Append(Links(d => d is IdlInterface)).Append(" | ").Append(Links(d => d is IdlStruct)).Append(" | ").Append(Links(d => d is IdlEnum)).Append(" |\n");
        }

        return text.ToString();
    }

    // What a type is made of: of a map rather the value than the key.
    private static IdlDefinition? Named(IdlType type) => (IdlDefinition?)type.Struct ?? type.Enum
        ?? (type.Element is { } element ? Named(element) : type.Value is { } value ? Named(value) ?? Named(type.Key!) : null);

    private static string Anchor(IdlDefinition definition) =>
        new([.. ReferenceWriter.Heading(definition).ToLowerInvariant().Where(c => c is not ('(' or ')')).Select(c => c == ' ' ? '-' : c)]);

    private static string PageName(IdlFile file, HashSet<string> taken)
    {
        var name = FileName(file);
        var stem = name.LastIndexOf('.') is > 0 and var dot ? name.Substring(0, dot) : name;
        var page = stem + ".md";
        for (var i = 2; !taken.Add(page); i++)
        {
            page = FormattableString.Invariant($"{stem}.{i}.md");
        }

        return page;
    }

    private static string FileName(IdlFile file) => file.Path.Substring(file.Path.LastIndexOfAny(['/', '\\']) + 1);
}

/// <summary>A page of reference documentation.</summary>
/// <param name="Name">Of its file.</param>
/// <param name="Text">In Markdown, with line feeds.</param>
public sealed record IdlPage(string Name, string Text);
