using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hongbao.Client.Http;

/// <summary>A choice as its word; a word that is not known here is read as the type's default, so that a newer service does not break an older client.</summary>
internal abstract class ChoiceJson<T>(params (T Value, string Word)[] words) : JsonConverter<T>
    where T : struct, Enum
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var word = reader.GetString();
        foreach (var known in words)
        {
            if (known.Word == word)
            {
                return known.Value;
            }
        }

        return default;
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        foreach (var known in words)
        {
            if (EqualityComparer<T>.Default.Equals(known.Value, value))
            {
                writer.WriteStringValue(known.Word);
                return;
            }
        }

        throw new ArgumentException($"{typeof(T).Name} {value} cannot be sent: choose a value that the service knows.");
    }
}
