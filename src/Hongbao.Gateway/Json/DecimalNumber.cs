using System.Globalization;

namespace Hongbao.Gateway.Json;

/// <summary>Reads numbers of things: decimal, positive, at most 63 bits, written in the one canonical way.</summary>
internal static class DecimalNumber
{
    public const string Accepted = "must be a positive decimal number below 2^63, without sign or leading zeros";

    public static bool TryParse(string text, out long number)
    {
        number = 0;
        return text.Length is >= 1 and <= 19
            && text[0] is >= '1' and <= '9'
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
