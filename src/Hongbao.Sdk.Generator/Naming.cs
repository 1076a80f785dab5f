using System.Text;
using System.Text.RegularExpressions;

namespace Hongbao.Sdk.Generator;

/// <summary>Names and texts of contracts, in the ways in which languages write them. A name that could be read as something else stops the generator.</summary>
internal static partial class Naming
{
    /// <summary>The same name, when it is one in every language: letters and digits.</summary>
    /// <exception cref="UnknownShapeException">It is not.</exception>
    public static string Identifier(string name, string at) =>
        IdentifierForm().IsMatch(name) ? name : throw new UnknownShapeException(at, $"'{OneLine(name)}' is no name of letters and digits");

    /// <summary>The same word, when a constant can be named after it: letters and digits, parts by underscores or hyphens.</summary>
    /// <exception cref="UnknownShapeException">It is not.</exception>
    public static string Word(string word, string at) =>
        WordForm().IsMatch(word) ? word : throw new UnknownShapeException(at, $"'{OneLine(word)}' is no word that a constant can be named after");

    /// <summary>createPacket, PENDING_PAYMENT or random as CreatePacket, PendingPayment or Random.</summary>
    public static string Pascal(string name) => string.Concat(name.Split('_', '-').Select(word =>
        char.ToUpperInvariant(word[0]) + (word.Any(char.IsAsciiLetterLower) ? word[1..] : word[1..].ToLowerInvariant())));

    /// <summary>PacketExhausted as PACKET_EXHAUSTED.</summary>
    public static string Shouted(string name) => string.Concat(name.Select((c, i) => i > 0 && char.IsAsciiLetterUpper(c) ? "_" + c : c.ToString())).ToUpperInvariant();

    /// <summary>A sentence on one line, with a full stop; never empty.</summary>
    public static string Sentence(string text, string otherwise)
    {
        var line = OneLine(text);
        return line.Length == 0 ? otherwise : line[^1] is '.' or '?' or '!' ? line : line + ".";
    }

    /// <summary>The same text without what ends a line somewhere, and without what no comment can hold.</summary>
    public static string OneLine(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            line.Append(char.IsControl(c) || c is '\u2028' or '\u2029' or '\ufffe' or '\uffff' ? ' ' : c);
        }

        return Blanks().Replace(line.ToString(), " ").Trim();
    }

    /// <summary>Refuses two that become one.</summary>
    /// <exception cref="UnknownShapeException">A name is there twice.</exception>
    public static void Distinct(IEnumerable<string> names, string at)
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (!known.Add(name))
            {
                throw new UnknownShapeException(at, $"two things are called {name}");
            }
        }
    }

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9]*\z")]
    private static partial Regex IdentifierForm();

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9]*([_-][A-Za-z0-9]+)*\z")]
    private static partial Regex WordForm();

    [GeneratedRegex(" {2,}")]
    private static partial Regex Blanks();
}
