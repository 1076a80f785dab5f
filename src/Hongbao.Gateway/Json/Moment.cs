using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Hongbao.Gateway.Json;

/// <summary>A time in Unix milliseconds: RFC 3339 UTC with milliseconds in JSON.</summary>
[JsonConverter(typeof(MomentConverter))]
internal readonly partial record struct Moment(long UnixMs)
{
    public const string Accepted = "must be a time as RFC 3339 writes it, with its offset, such as 2026-02-17T20:00:00+08:00";

    public static implicit operator Moment(long unixMs) => new(unixMs);

    /// <summary>0 stands for "none" in the contracts between modules.</summary>
    public static Moment? OrNone(long unixMs) => unixMs == 0 ? null : new Moment(unixMs);

    /// <summary>Reads a time with its offset, as RFC 3339 writes it; what is finer than a millisecond is cut off.</summary>
    public static bool TryParse(string text, out Moment moment)
    {
        moment = default;
        if (!Rfc3339().IsMatch(text)
            || !DateTimeOffset.TryParseExact(text.ToUpperInvariant(), "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
        {
            return false;
        }

        moment = time.ToUnixTimeMilliseconds();
        return true;
    }

    // The framework alone would also take a time without its offset, as one of this machine's own.
    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,7})?([Zz]|[+-][0-9]{2}:[0-9]{2})\z")]
    private static partial Regex Rfc3339();
}

internal sealed class MomentConverter : JsonConverter<Moment>
{
    private const string Form = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public override Moment Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset().ToUnixTimeMilliseconds();

    public override void Write(Utf8JsonWriter writer, Moment value, JsonSerializerOptions options)
    {
        Span<byte> text = stackalloc byte[24];
        DateTimeOffset.FromUnixTimeMilliseconds(value.UnixMs).TryFormat(text, out var written, Form, CultureInfo.InvariantCulture);
        writer.WriteStringValue(text[..written]);
    }
}
