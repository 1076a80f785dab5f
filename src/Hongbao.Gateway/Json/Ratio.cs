using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hongbao.Gateway.Json;

/// <summary>
/// A part of one, such as a probability, above 0 and at most 1: a JSON number whose decimal digits are taken exactly, so that what is planned with it is what was written.
/// </summary>
/// <param name="Ppb">In parts of 1,000,000,000.</param>
[JsonConverter(typeof(RatioConverter))]
internal readonly record struct Ratio(long Ppb)
{
    public const string Accepted = "must be a number above 0 and at most 1, with at most 9 decimals";
    private const int Decimals = 9;
    private const long One = 1_000_000_000;

    // What JSON allows is any number of digits; an exponent beyond it can only belong to something far too great or far too small.
    private const int ExponentMax = 100_000;

    /// <summary>0 stands for "none" in the contracts between modules.</summary>
    public static Ratio? OrNone(long ppb) => ppb == 0 ? null : new Ratio(ppb);

    /// <summary>Reads a number as JSON writes it, also with an exponent, which JavaScript uses for small ones.</summary>
    /// <param name="json">A well-formed JSON number.</param>
    /// <param name="ratio">The number; meaningful when there is one.</param>
    public static bool TryParse(ReadOnlySpan<char> json, out Ratio ratio)
    {
        ratio = default;
        var e = json.IndexOfAny('e', 'E');
        var exponent = 0;
        if (e >= 0 && (!int.TryParse(json[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent) || exponent is < -ExponentMax or > ExponentMax))
        {
            return false;
        }

        var digits = e < 0 ? json : json[..e];
        var point = digits.IndexOf('.');
        var place = (point < 0 ? digits.Length : point) + exponent + Decimals;
        var ppb = 0L;
        foreach (var c in digits)
        {
            if (c == '.')
            {
                continue;
            }

            // How many zeros stand behind the digit, in parts of 1,000,000,000: none that counts may be smaller than one of them, or greater than a whole.
            place--;
            if (c is < '0' or > '9' || (c != '0' && place is < 0 or > Decimals))
            {
                return false;
            }

            if (c != '0')
            {
                ppb += (c - '0') * PowerOfTen(place);
            }
        }

        ratio = new Ratio(ppb);
        return ppb is >= 1 and <= One;
    }

    /// <summary>The same number as JSON writes it, without exponent.</summary>
    public override string ToString() =>
        Ppb == One ? "1" : "0." + Ppb.ToString(CultureInfo.InvariantCulture).PadLeft(Decimals, '0').TrimEnd('0');

    private static long PowerOfTen(int n)
    {
        var power = 1L;
        for (; n > 0; n--)
        {
            power *= 10;
        }

        return power;
    }
}

internal sealed class RatioConverter : JsonConverter<Ratio>
{
    public override Ratio Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number && Ratio.TryParse(JsonElement.ParseValue(ref reader).GetRawText(), out var ratio) ? ratio : throw new JsonException(Ratio.Accepted);

    public override void Write(Utf8JsonWriter writer, Ratio value, JsonSerializerOptions options) => writer.WriteRawValue(value.ToString());
}
