namespace Hongbao.Gateway.Endpoints;

/// <summary>The language that a client asks for.</summary>
internal static class Locales
{
    private const int LengthMax = 35;

    /// <summary>The first tag of a list as in <c>Accept-Language</c>; empty when it is none.</summary>
    public static string FirstOf(string list)
    {
        var first = list.AsSpan();
        var end = first.IndexOfAny(',', ';');
        first = (end < 0 ? first : first[..end]).Trim();
        foreach (var c in first)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '-')
            {
                return "";
            }
        }

        return first.Length <= LengthMax ? first.ToString() : "";
    }
}
