using System.Buffers.Binary;
using System.Buffers.Text;

namespace Hongbao.Query.Lists;

/// <summary>Which list a cursor belongs to; the value is written into it.</summary>
internal enum CursorKind
{
    /// <summary>Claims of a packet: the last seq.</summary>
    Claims = 1,
    /// <summary>Packets of a video: the last packet looked at.</summary>
    Content = 2,
    /// <summary>Recent public packets: the last packet looked at.</summary>
    Feed = 3,
    /// <summary>Sent packets: the last packet.</summary>
    Sent = 4,
    /// <summary>Received shares: time and number of the last claim.</summary>
    Received = 5,
}

/// <summary>
/// The place where a page ended, as text that clients only hand back. It names a place and grants nothing: every page
/// checks again what its caller may see.
/// </summary>
internal static class Cursor
{
    private const byte Version = 1;
    private const int Length = 18;

    /// <summary>Writes a place; both values are at least 0.</summary>
    public static string Write(CursorKind kind, long first, long second = 0)
    {
        Span<byte> bytes = stackalloc byte[Length];
        bytes[0] = Version;
        bytes[1] = (byte)kind;
        BinaryPrimitives.WriteInt64BigEndian(bytes[2..], first);
        BinaryPrimitives.WriteInt64BigEndian(bytes[10..], second);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Reads what <see cref="Write"/> wrote for the same kind of list; false for anything else.</summary>
    public static bool TryRead(string text, CursorKind kind, out long first, out long second)
    {
        first = second = 0;
        Span<byte> bytes = stackalloc byte[Length];
        if (text.Length != Base64Url.GetEncodedLength(Length) || !Base64Url.IsValid(text, out var length) || length != Length
            || !Base64Url.TryDecodeFromChars(text, bytes, out _) || bytes[0] != Version || bytes[1] != (byte)kind)
        {
            return false;
        }

        first = BinaryPrimitives.ReadInt64BigEndian(bytes[2..]);
        second = BinaryPrimitives.ReadInt64BigEndian(bytes[10..]);
        return first >= 0 && second >= 0;
    }
}
