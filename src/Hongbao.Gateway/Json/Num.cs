using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hongbao.Gateway.Json;

/// <summary>The number of a thing: a decimal string in JSON, because a JavaScript number cannot hold 63 bits.</summary>
[JsonConverter(typeof(NumConverter))]
internal readonly record struct Num(long Value)
{
    public static implicit operator Num(long value) => new(value);

    /// <summary>0 stands for "none" in the contracts between modules.</summary>
    public static Num? OrNone(long value) => value == 0 ? null : new Num(value);
}

internal sealed class NumConverter : JsonConverter<Num>
{
    public override Num Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        DecimalNumber.TryParse(reader.GetString() ?? "", out var number) ? number : throw new JsonException(DecimalNumber.Accepted);

    public override void Write(Utf8JsonWriter writer, Num value, JsonSerializerOptions options)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(value.Value, digits, out var written);
        writer.WriteStringValue(digits[..written]);
    }
}
