using System.Buffers;
using System.Buffers.Binary;

namespace Hongbao.Jce.Yyb;

/// <summary>
/// The package that apps and the service exchange: the three bytes <c>YYB</c>, a version of four bytes (big endian), and a body whose layout the version
/// decides. It has no length: whatever carries it, such as a body of HTTP, tells where it ends.
/// </summary>
public readonly ref struct YybPackage
{
    /// <summary>Bytes before the body.</summary>
    public const int HeadLength = 7;

    private YybPackage(uint version, ReadOnlySpan<byte> body)
    {
        Version = version;
        Body = body;
    }

    /// <summary>What every package begins with.</summary>
    public static ReadOnlySpan<byte> Magic => "YYB"u8;

    /// <summary>The version; whether it is one that the reader knows is for the reader to say.</summary>
    public uint Version { get; }

    /// <summary>The body, as it lies in the input; it may be empty.</summary>
    public ReadOnlySpan<byte> Body { get; }

    /// <summary>Reads a package. Never throws, copies nothing.</summary>
    /// <param name="bytes">All of it.</param>
    /// <param name="package">The package; empty when there is a fault.</param>
    /// <param name="lengthMax">Most bytes, everything counted; requests and answers have bounds of their own.</param>
    /// <returns>What is wrong; the first that is, in order of the bytes.</returns>
    public static YybFault Read(ReadOnlySpan<byte> bytes, out YybPackage package, int lengthMax)
    {
        package = default;
        var magic = bytes[..Math.Min(bytes.Length, Magic.Length)];
        if (!Magic.StartsWith(magic))
        {
            return YybFault.BadMagic;
        }

        if (bytes.Length < HeadLength)
        {
            return YybFault.Truncated;
        }

        if (bytes.Length > lengthMax)
        {
            return YybFault.TooLong;
        }

        package = new YybPackage(BinaryPrimitives.ReadUInt32BigEndian(bytes[Magic.Length..]), bytes[HeadLength..]);
        return YybFault.None;
    }

    /// <summary>Writes what stands before the body; the body follows.</summary>
    public static void WriteHead(IBufferWriter<byte> output, uint version)
    {
        var head = output.GetSpan(HeadLength);
        Magic.CopyTo(head);
        BinaryPrimitives.WriteUInt32BigEndian(head[Magic.Length..], version);
        output.Advance(HeadLength);
    }

    /// <summary>A package whose body is a struct.</summary>
    public static byte[] ToBytes<T>(uint version, T body)
        where T : class, IJceStruct
    {
        using var buffer = new JceBuffer();
        WriteHead(buffer, version);
        JceSerializer.Write(buffer, body);
        return buffer.Written.ToArray();
    }
}
