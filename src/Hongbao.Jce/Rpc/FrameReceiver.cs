using System.Buffers.Binary;

namespace Hongbao.Jce.Rpc;

/// <summary>Cuts what comes over a connection into frames. It holds no more than came, and one frame. Not for several threads.</summary>
/// <param name="frameMax">Bytes of a frame, its length included.</param>
internal sealed class FrameReceiver(int frameMax)
{
    private const int LengthSize = 4;
    private const int FirstSize = 4 << 10;
    private const int UsualMax = 64 << 10;
    private byte[] _bytes = new byte[FirstSize];
    private int _from;
    private int _to;

    /// <summary>Where the next bytes go; never empty.</summary>
    public Memory<byte> Room
    {
        get
        {
            Compact();
            return _bytes.AsMemory(_to);
        }
    }

    /// <summary>True while there is a part of a frame.</summary>
    public bool HasPart => _to > _from;

    /// <summary>Tells that so many bytes were put into <see cref="Room"/>.</summary>
    public void Added(int count) => _to += count;

    /// <summary>Takes the next frame that is complete.</summary>
    /// <param name="body">Its bytes without its length, good until <see cref="Room"/> is used again.</param>
    /// <param name="fault">Why no frame can ever come again; null otherwise.</param>
    public bool TryTake(out ReadOnlySpan<byte> body, out string? fault)
    {
        body = default;
        fault = null;
        if (_to - _from < LengthSize)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(_bytes.AsSpan(_from));
        if (length <= LengthSize || length > frameMax)
        {
            fault = $"a frame of {length} bytes; {LengthSize + 1} to {frameMax} are allowed";
            return false;
        }

        if (_to - _from < length)
        {
            return false;
        }

        body = _bytes.AsSpan(_from + LengthSize, (int)length - LengthSize);
        _from += (int)length;
        return true;
    }

    // Called before more is read. Memory grows only with bytes that have come, whatever length a frame claims.
    private void Compact()
    {
        var count = _to - _from;
        if (count == 0)
        {
            // A busy connection reads more at once; what a large frame needed is given back.
            var size = _to == _bytes.Length ? Math.Min(_bytes.Length * 2, UsualMax) : Math.Min(_bytes.Length, UsualMax);
            _bytes = size == _bytes.Length ? _bytes : new byte[size];
            _from = _to = 0;
            return;
        }

        if (_to < _bytes.Length)
        {
            return;
        }

        var bytes = count > _bytes.Length / 2 ? new byte[Math.Min((long)_bytes.Length * 2, (long)frameMax + UsualMax)] : _bytes;
        Buffer.BlockCopy(_bytes, _from, bytes, 0, count);
        (_bytes, _from, _to) = (bytes, 0, count);
    }
}
