using Hongbao.Jce.Idl.Syntax;

namespace Hongbao.Jce.Idl;

/// <summary>
/// Writes a text in the one layout: four spaces, braces on their own lines, one member, enumerator or operation a line, at most one empty line.
/// Tokens, comments and their order stay, and so does the meaning, documentation included.
/// </summary>
public static class IdlFormatter
{
    private static readonly IdlOptions Lax = new() { Strict = false, AllowReservedPrefix = true };

    /// <summary>The text in the layout, with line feeds and without a byte order mark; unchanged when its syntax is wrong.</summary>
    public static string Format(string text) => Format(new IdlSource("", text), out _);

    /// <summary>The text in the layout; unchanged when there are problems with its syntax. Names are not looked up.</summary>
    /// <param name="source">The text.</param>
    /// <param name="problems">Why it is unchanged.</param>
    public static string Format(IdlSource source, out IReadOnlyList<IdlDiagnostic> problems)
    {
        var found = new ProblemList(Lax);
        var tokens = Lexer.Read(source, found);
        Parser.Parse(tokens, found, Lax);
        problems = found.Items;
        return problems.Count > 0 ? source.Text : new LayoutWriter().Write(tokens);
    }
}
