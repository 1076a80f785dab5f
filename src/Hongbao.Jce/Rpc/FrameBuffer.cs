using System.Buffers;
using System.Buffers.Binary;

namespace Hongbao.Jce.Rpc;

/// <summary>Frames that wait to be sent. Not for several threads.</summary>
internal sealed class FrameBuffer : IBufferWriter<byte>
{
    private const int FirstSize = 4 << 10;
    private const int KeptMax = 64 << 10; // a connection keeps so much from when it is first used
    private byte[] _bytes = [];
    private List<(int Begin, int Length)>? _voids;

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Length);

    /// <summary>Leaves room for a frame's length.</summary>
    /// <returns>What <see cref="EndFrame"/> needs.</returns>
    public int BeginFrame()
    {
        Reserve(4);
        Length += 4;
        return Length - 4;
    }

    public void EndFrame(int begin) => BinaryPrimitives.WriteInt32BigEndian(_bytes.AsSpan(begin), Length - begin);

    /// <summary>Takes back what was written after a length that it had.</summary>
    public void Truncate(int length)
    {
        Length = length;
        if (length == 0)
        {
            Clear();
        }
    }

    /// <summary>Marks a whole frame as one that shall not be sent. Until <see cref="RemoveVoids"/> it keeps its place, so that those behind it keep theirs.</summary>
    public void Void(int begin) => (_voids ??= []).Add((begin, BinaryPrimitives.ReadInt32BigEndian(_bytes.AsSpan(begin))));

    /// <summary>Takes out what is void.</summary>
    public void RemoveVoids()
    {
        if (_voids is null)
        {
            return;
        }

        _voids.Sort();
        var to = _voids[0].Begin;
        for (var i = 0; i < _voids.Count; i++)
        {
            var from = _voids[i].Begin + _voids[i].Length;
            var kept = _bytes.AsSpan(from..(i + 1 < _voids.Count ? _voids[i + 1].Begin : Length));
            kept.CopyTo(_bytes.AsSpan(to));
            to += kept.Length;
        }

        Length = to;
        _voids = null;
    }

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsSpan(Length);
    }

    /// <summary>Forgets all; what an unusual burst needed is given back.</summary>
    public void Clear()
    {
        Length = 0;
        if (_bytes.Length > KeptMax)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = [];
        }
    }

    private void Reserve(int bytes)
    {
        if (_bytes.Length - Length >= Math.Max(bytes, 1))
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(checked(Length + bytes), Math.Max(FirstSize, checked(_bytes.Length * 2))));
        _bytes.AsSpan(0, Length).CopyTo(larger);
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        _bytes = larger;
    }
}
