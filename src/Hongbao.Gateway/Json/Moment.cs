using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hongbao.Gateway.Json;

/// <summary>A time in Unix milliseconds: RFC 3339 UTC with milliseconds in JSON.</summary>
[JsonConverter(typeof(MomentConverter))]
internal readonly record struct Moment(long UnixMs)
{
    public static implicit operator Moment(long unixMs) => new(unixMs);
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
