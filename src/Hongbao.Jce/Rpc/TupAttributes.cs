using System.Buffers;

namespace Hongbao.Jce.Rpc;

/// <summary>
/// Named values, as TUP has them in place of arguments: each is encoded at tag 0 by itself. Version 3 is a map of names and bytes; version 2, once called WUP, has a
/// type's name between them.
/// </summary>
public sealed class TupAttributes
{
    private readonly Dictionary<string, (string Type, byte[] Bytes)> _values = new(StringComparer.Ordinal);

    /// <summary>None yet.</summary>
    /// <param name="version">2 or 3.</param>
    public TupAttributes(int version = RequestPacket.VersionTup)
    {
        if (version is not (RequestPacket.VersionTup or RequestPacket.VersionTupTyped))
        {
            throw new ArgumentOutOfRangeException(nameof(version), version, "2 or 3");
        }

        Version = version;
    }

    /// <summary>How a value is written to a writer at tag 0.</summary>
    public delegate void Encoder<in T>(ref JceWriter writer, T value);

    /// <summary>2 or 3.</summary>
    public int Version { get; }

    /// <summary>The names there are, in the order in which they came.</summary>
    public IReadOnlyCollection<string> Names => _values.Keys;

    /// <summary>Reads them from a packet's buffer. An empty one has none: TarsCpp sends that with faults.</summary>
    /// <exception cref="JceFormatException">The bytes are something else.</exception>
    public static TupAttributes Read(ReadOnlySpan<byte> buffer, int version = RequestPacket.VersionTup, JceLimits? limits = null)
    {
        var attributes = new TupAttributes(version);
        if (buffer.IsEmpty)
        {
            return attributes;
        }

        var reader = new JceReader(buffer, limits);
        if (reader.Element(0))
        {
            var count = reader.BeginMap();
            for (var i = 0; i < count && reader.Element(0); i++)
            {
                var name = reader.ReadString();
                if (!reader.Element(1))
                {
                    break;
                }

                attributes._values[name] = version == RequestPacket.VersionTup ? ("", reader.ReadBytes()) : ReadTyped(ref reader);
            }

            reader.EndList();
        }

        reader.ThrowIfFault();
        return attributes;
    }

    /// <summary>Writes them as a packet's buffer.</summary>
    public void Write(IBufferWriter<byte> output)
    {
        var writer = new JceWriter(output);
        writer.BeginMap(0, _values.Count);
        foreach (var (name, (type, bytes)) in _values)
        {
            writer.WriteString(0, name);
            if (Version == RequestPacket.VersionTup)
            {
                writer.WriteBytes(1, bytes);
            }
            else
            {
                writer.BeginMap(1, 1);
                writer.WriteString(0, type);
                writer.WriteBytes(1, bytes);
            }
        }

        writer.Flush();
    }

    /// <summary>Puts a value, in place of one that has this name already.</summary>
    /// <param name="name">Its name; empty for a return value.</param>
    /// <param name="type">TUP's name of its type, such as <c>int32</c>, <c>string</c>, <c>list&lt;string&gt;</c> or <c>Module.Struct</c>; only version 2 writes it.</param>
    /// <param name="value">The value.</param>
    /// <param name="encode">Writes it at tag 0.</param>
    public void Set<T>(string name, string type, T value, Encoder<T> encode)
    {
        var buffer = new JceBuffer();
        var writer = new JceWriter(buffer);
        encode(ref writer, value);
        writer.Flush();
        _values[name] = (type, buffer.Written.ToArray());
        buffer.Dispose();
    }

    /// <summary>Reads a value.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="decode">Reads the value whose head, of tag 0, was read.</param>
    /// <param name="value">The value when true.</param>
    /// <param name="limits">Bounds; <see cref="JceLimits.Untrusted"/> when null.</param>
    /// <returns>False when there is none of this name.</returns>
    /// <exception cref="JceFormatException">It is of another type.</exception>
    public bool TryGet<T>(string name, RpcDecoder<T> decode, out T value, JceLimits? limits = null)
    {
        if (!_values.TryGetValue(name, out var entry))
        {
            value = default!;
            return false;
        }

        var reader = new JceReader(entry.Bytes, limits);
        value = reader.Element(0) ? decode(ref reader) : default!;
        reader.ThrowIfFault();
        return true;
    }

    /// <summary>A value as it is encoded, head of tag 0 and all.</summary>
    public bool TryGetBytes(string name, out byte[] bytes)
    {
        var isThere = _values.TryGetValue(name, out var entry);
        bytes = isThere ? entry.Bytes : [];
        return isThere;
    }

    internal void SetEncoded(string name, string typeName, JceType type, ReadOnlySpan<byte> payload)
    {
        var buffer = new JceBuffer();
        var writer = new JceWriter(buffer);
        writer.WriteEncoded(0, type, payload);
        writer.Flush();
        _values[name] = (typeName.Length > 0 ? typeName : Guess(type), buffer.Written.ToArray());
        buffer.Dispose();
    }

    // The only pair counts, whatever its type is called: others spell them differently.
    private static (string Type, byte[] Bytes) ReadTyped(ref JceReader reader)
    {
        var type = "";
        byte[] bytes = [];
        var count = reader.BeginMap();
        for (var i = 0; i < count && reader.Element(0); i++)
        {
            type = reader.ReadString();
            if (reader.Element(1))
            {
                bytes = reader.ReadBytes();
            }
        }

        reader.EndList();
        return (type, bytes);
    }

    // What the wire tells, for servants that tell nothing. It is right for values that need their whole type.
    private static string Guess(JceType type) => type switch
    {
        JceType.Int8 or JceType.Zero => "char",
        JceType.Int16 => "short",
        JceType.Int32 => "int32",
        JceType.Int64 => "int64",
        JceType.Float => "float",
        JceType.Double => "double",
        JceType.ShortText or JceType.LongText => "string",
        JceType.Bytes => "list<char>",
        JceType.List => "list<?>",
        JceType.Map => "map<?,?>",
        JceType.StructBegin or JceType.StructEnd => "?",
    };
}
