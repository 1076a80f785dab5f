using System.Diagnostics;

namespace Hongbao.Jce.Bench.Codec;

/// <summary>Which way.</summary>
internal enum CodecStep
{
    /// <summary>From an object to bytes.</summary>
    Encode,

    /// <summary>From bytes to a new object.</summary>
    Decode,
}

/// <summary>A codec measured once.</summary>
/// <param name="Nanoseconds">Of one operation.</param>
/// <param name="Allocated">Bytes of one operation; null where they cannot be counted.</param>
internal sealed record CodecFigures(double Nanoseconds, double? Allocated);

/// <summary>Something that encodes and decodes the sample.</summary>
internal interface ICodec
{
    string Id { get; }

    string Title { get; }

    /// <summary>Bytes of the encoded sample.</summary>
    int Size { get; }

    /// <summary>What it makes of its own bytes, to be compared with the sample.</summary>
    JsonPacket Decoded { get; }

    /// <summary>Does one thing over and over for a while.</summary>
    Task<CodecFigures> MeasureAsync(CodecStep step, TimeSpan duration);
}

/// <summary>A codec of this process. Not for several threads.</summary>
internal abstract class LocalCodec(string id, string title) : ICodec
{
    private static readonly TimeSpan s_settle = TimeSpan.FromMilliseconds(20);

    // Between looks at the clock.
    private static readonly TimeSpan s_stretch = TimeSpan.FromMilliseconds(1);
    private object? _kept;

    public string Id => id;

    public string Title => title;

    public abstract int Size { get; }

    public abstract JsonPacket Decoded { get; }

    public Task<CodecFigures> MeasureAsync(CodecStep step, TimeSpan duration)
    {
        _ = Run(step, s_settle, out var times, out var took);
        var stretch = Math.Max(1, (int)(times * (s_stretch / took)));
        var allocated = Run(step, duration, out times, out took, stretch);
        return Task.FromResult(new CodecFigures(took.TotalNanoseconds / times, (double)allocated / times));
    }

    /// <summary>Writes the sample into memory that it has already.</summary>
    protected abstract void Encode();

    /// <summary>Reads the bytes of the sample.</summary>
    protected abstract object Decode();

    /// <returns>Bytes allocated.</returns>
    private long Run(CodecStep step, TimeSpan duration, out long times, out TimeSpan took, int stretch = 1)
    {
        times = 0;
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var started = Stopwatch.GetTimestamp();
        do
        {
            if (step == CodecStep.Encode)
            {
                for (var i = 0; i < stretch; i++)
                {
                    Encode();
                }
            }
            else
            {
                for (var i = 0; i < stretch; i++)
                {
                    _kept = Decode();
                }
            }

            times += stretch;
            took = Stopwatch.GetElapsedTime(started);
        }
        while (took < duration);
        return GC.GetAllocatedBytesForCurrentThread() - allocated;
    }
}
