using System.Text.Unicode;

namespace Hongbao.Jce.Rpc;

/// <summary>A map of texts as it lies in a packet: a count, then keys and values.</summary>
internal static class TextMap
{
    // Whoever gives a map has read it to its end already, within the limits of its frame.
    private static readonly JceLimits s_checked = new() { LengthMax = int.MaxValue, CountMax = int.MaxValue, TotalMax = int.MaxValue };

    public static IReadOnlyDictionary<string, string> Empty { get; } = new Dictionary<string, string>();

    /// <summary>Checks the map whose head was read, and gives its bytes.</summary>
    /// <param name="reader">Over <paramref name="bytes"/>; keeps the fault, if any.</param>
    /// <param name="bytes">The reader's input.</param>
    public static ReadOnlySpan<byte> Take(scoped ref JceReader reader, ReadOnlySpan<byte> bytes)
    {
        var from = reader.Offset;
        var count = reader.BeginMap();
        for (var i = 0; i < count && reader.Element(0); i++)
        {
            _ = TakeText(ref reader);
            if (!reader.Element(1))
            {
                break;
            }

            _ = TakeText(ref reader);
        }

        reader.EndList();
        return reader.HasFault ? [] : bytes[from..reader.Offset];
    }

    /// <summary>The text whose head was read, as it lies in the input.</summary>
    public static ReadOnlySpan<byte> TakeText(scoped ref JceReader reader)
    {
        var lengthSize = reader.Type switch
        {
            JceType.ShortText => 1,
            JceType.LongText => 4,
            _ => 0,
        };
        if (lengthSize == 0)
        {
            reader.Fail(JceFaultKind.WrongType);
            return [];
        }

        var value = reader.TakeValue();
        if (reader.HasFault)
        {
            return [];
        }

        value = value[lengthSize..];
        if (!Utf8.IsValid(value))
        {
            reader.Fail(JceFaultKind.BadText);
            return [];
        }

        return value;
    }

    /// <summary>The value of a key in a checked map; null when it is not there.</summary>
    public static string? Find(ReadOnlySpan<byte> map, ReadOnlySpan<byte> key)
    {
        if (map.IsEmpty)
        {
            return null;
        }

        var reader = new JceReader(map, s_checked);
        for (var left = Count(ref reader); left > 0; left--)
        {
            _ = reader.Element(0);
            var isIt = TakeText(ref reader).SequenceEqual(key);
            _ = reader.Element(1);
            if (isIt)
            {
                return reader.ReadString();
            }

            reader.Skip();
        }

        return null;
    }

    /// <summary>All of a checked map; of a key that comes twice the last value counts.</summary>
    public static IReadOnlyDictionary<string, string> ToDictionary(ReadOnlySpan<byte> map)
    {
        if (map.IsEmpty)
        {
            return Empty;
        }

        var reader = new JceReader(map, s_checked);
        var count = Count(ref reader);
        if (count == 0)
        {
            return Empty;
        }

        var pairs = new Dictionary<string, string>();
        for (; count > 0; count--)
        {
            _ = reader.Element(0);
            var key = reader.ReadString();
            _ = reader.Element(1);
            pairs[key] = reader.ReadString();
        }

        return pairs;
    }

    public static void Write(ref JceWriter writer, int tag, IReadOnlyCollection<KeyValuePair<string, string>>? pairs)
    {
        writer.BeginMap(tag, pairs?.Count ?? 0);
        if (pairs is not null)
        {
            WritePairs(ref writer, pairs);
        }
    }

    public static void WritePairs(ref JceWriter writer, IEnumerable<KeyValuePair<string, string>> pairs)
    {
        foreach (var (key, value) in pairs)
        {
            writer.WriteString(0, key);
            writer.WriteString(1, value);
        }
    }

    private static int Count(scoped ref JceReader reader)
    {
        _ = reader.Element(0);
        return reader.ReadInt32();
    }
}
