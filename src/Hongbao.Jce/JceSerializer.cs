using System.Buffers;

namespace Hongbao.Jce;

/// <summary>Structs to bytes and back. Bytes are the bare fields: no begin, no end, no length.</summary>
public static class JceSerializer
{
    [ThreadStatic]
    private static JceBuffer? s_buffer;

    /// <summary>Writes a struct to the end of a buffer. Allocates nothing by itself.</summary>
    public static void Write<T>(IBufferWriter<byte> output, T value, JceForm form = JceForm.Compact)
        where T : class, IJceStruct
    {
        var writer = new JceWriter(output, form);
        value.WriteFields(ref writer);
        writer.Flush();
    }

    /// <summary>A struct's bytes.</summary>
    public static byte[] ToBytes<T>(T value, JceForm form = JceForm.Compact)
        where T : class, IJceStruct
    {
        var buffer = s_buffer ?? new JceBuffer();
        s_buffer = null; // A struct that encodes another one while it is encoded finds none, and makes its own.
        buffer.Clear();
        Write(buffer, value, form);
        var bytes = buffer.Written.ToArray();
        if (buffer.Length <= KeptMax)
        {
            s_buffer = buffer;
        }
        else
        {
            buffer.Dispose();
        }

        return bytes;
    }

    /// <summary>Reads a struct. What comes after an end of struct at the top level is not looked at: the other implementations do the same.</summary>
    /// <exception cref="JceFormatException">The bytes are not that struct.</exception>
    public static T Read<T>(ReadOnlySpan<byte> bytes, JceLimits? limits = null)
        where T : class, IJceStruct<T> =>
        TryRead<T>(bytes, out var value, out var fault, limits) ? value : throw new JceFormatException(fault);

    /// <summary>Reads a struct; never throws for what the bytes are.</summary>
    /// <param name="bytes">The bare fields.</param>
    /// <param name="value">The struct; as far as it was read when false.</param>
    /// <param name="fault">What was wrong when false.</param>
    /// <param name="limits">Bounds; <see cref="JceLimits.Untrusted"/> when null.</param>
    public static bool TryRead<T>(ReadOnlySpan<byte> bytes, out T value, out JceFault fault, JceLimits? limits = null)
        where T : class, IJceStruct<T>
    {
        var reader = new JceReader(bytes, limits);
        value = T.Create();
        value.ReadFields(ref reader);
        fault = reader.Fault;
        return !reader.HasFault;
    }

    private const int KeptMax = 1 << 20;
}
