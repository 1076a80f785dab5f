using System.Buffers;

namespace Hongbao.Jce;

/// <summary>A growing buffer on pooled memory. Not for several threads. Disposing gives the memory back; what was read of it before is then no more valid.</summary>
public sealed class JceBuffer : IBufferWriter<byte>, IDisposable
{
    private const int SizeMin = 256;
    private byte[] _bytes;

    /// <summary>An empty one.</summary>
    /// <param name="size">Bytes that it holds before it grows.</param>
    public JceBuffer(int size = SizeMin) => _bytes = ArrayPool<byte>.Shared.Rent(Math.Max(size, SizeMin));

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>What was written.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>What was written, for those who wait.</summary>
    public ReadOnlyMemory<byte> WrittenMemory => _bytes.AsMemory(0, Length);

    /// <inheritdoc/>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _bytes.Length - Length);
        Length += count;
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsMemory(Length);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsSpan(Length);
    }

    /// <summary>Forgets what was written and keeps the memory.</summary>
    public void Clear() => Length = 0;

    /// <summary>Forgets what was written, and gives memory back when it is more than usual.</summary>
    /// <param name="keptMax">Bytes that are usual.</param>
    internal void Clear(int keptMax)
    {
        Length = 0;
        if (_bytes.Length > keptMax)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = ArrayPool<byte>.Shared.Rent(SizeMin);
        }
    }

    /// <summary>Bytes that it holds before it grows.</summary>
    internal int Capacity => _bytes.Length;

    /// <summary>Cuts what was written to a length that it had before.</summary>
    public void Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)Length);
        Length = length;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = [];
            Length = 0;
        }
    }

    private void Reserve(int bytes)
    {
        ObjectDisposedException.ThrowIf(_bytes.Length == 0, this);

        if (_bytes.Length - Length >= Math.Max(bytes, 1))
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(checked(Length + bytes), checked(_bytes.Length * 2)));
        Written.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
