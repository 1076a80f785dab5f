namespace Hongbao.Sdk.Generator;

/// <summary>One name in the ways in which languages write it.</summary>
internal static class Naming
{
    /// <summary>createPacket, PENDING_PAYMENT or random as CreatePacket, PendingPayment or Random.</summary>
    public static string Pascal(string name) => string.Concat(name.Split('_', '-').Select(word =>
        char.ToUpperInvariant(word[0]) + (word.Any(char.IsAsciiLetterLower) ? word[1..] : word[1..].ToLowerInvariant())));

    /// <summary>A sentence with a full stop; never empty.</summary>
    public static string Sentence(string text, string otherwise) => text.Length == 0 ? otherwise : text[^1] is '.' or '?' or '!' ? text : text + ".";
}
