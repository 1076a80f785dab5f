using System.Buffers;
using System.Buffers.Binary;

namespace Hongbao.Jce.Rpc;

/// <summary>Cuts what has come over a connection into frames, each in one piece. Not for several threads.</summary>
/// <param name="frameMax">Bytes of a frame, its length included.</param>
internal sealed class FrameCutter(int frameMax)
{
    private const int LengthSize = 4;
    private const int KeptMax = 64 << 10; // a connection keeps so much once a frame came in pieces
    private byte[] _joined = [];

    /// <summary>Bytes that it holds.</summary>
    public int Held => _joined.Length;

    /// <summary>Takes the next frame that is complete off the front of what has come.</summary>
    /// <param name="bytes">What has come; without the frame afterwards.</param>
    /// <param name="body">The frame without its length, good until the next call, and until the bytes are given back.</param>
    /// <param name="fault">Why no frame can ever come again; null otherwise.</param>
    public bool TryTake(ref ReadOnlySequence<byte> bytes, out ReadOnlySpan<byte> body, out string? fault)
    {
        if (_joined.Length > KeptMax)
        {
            GiveBack(); // What an unusual frame needed.
        }

        body = default;
        fault = null;
        if (bytes.Length < LengthSize)
        {
            return false;
        }

        var length = ReadLength(bytes);
        if (length <= LengthSize || length > frameMax)
        {
            fault = $"a frame of {length} bytes; {LengthSize + 1} to {frameMax} are allowed";
            return false;
        }

        if (bytes.Length < length)
        {
            return false;
        }

        var frame = bytes.Slice(LengthSize, length - LengthSize);
        body = frame.IsSingleSegment ? frame.FirstSpan : Join(frame);
        bytes = bytes.Slice(length);
        return true;
    }

    private static uint ReadLength(in ReadOnlySequence<byte> bytes)
    {
        if (bytes.FirstSpan.Length >= LengthSize)
        {
            return BinaryPrimitives.ReadUInt32BigEndian(bytes.FirstSpan);
        }

        Span<byte> length = stackalloc byte[LengthSize];
        bytes.Slice(0, LengthSize).CopyTo(length);
        return BinaryPrimitives.ReadUInt32BigEndian(length);
    }

    /// <summary>Gives its memory back. The frame that was taken last is then no more good.</summary>
    public void GiveBack()
    {
        if (_joined.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_joined);
            _joined = [];
        }
    }

    // A frame that came in several pieces.
    private ReadOnlySpan<byte> Join(ReadOnlySequence<byte> frame)
    {
        var length = (int)frame.Length;
        if (_joined.Length < length)
        {
            GiveBack();
            _joined = ArrayPool<byte>.Shared.Rent(length);
        }

        frame.CopyTo(_joined);
        return _joined.AsSpan(0, length);
    }
}
