using System.Numerics;

namespace Hongbao.Bench.Measuring;

/// <summary>Counts durations in buckets that are 1/32 of their value wide. Safe to add to from many threads.</summary>
internal sealed class LatencyHistogram
{
    private const int Fine = 5;
    private readonly long[] _counts = new long[(64 - Fine) << Fine];

    /// <param name="nanoseconds">At least 0.</param>
    public void Add(long nanoseconds) => Interlocked.Increment(ref _counts[BucketOf(nanoseconds)]);

    /// <summary>The duration that this part of all stays below, milliseconds; 0 when there are none.</summary>
    public double Percentile(double part)
    {
        var wanted = (long)Math.Ceiling(_counts.Sum() * part);
        var seen = 0L;
        for (var i = 0; i < _counts.Length && wanted > 0; i++)
        {
            seen += _counts[i];
            if (seen >= wanted)
            {
                return UpperEnd(i) / 1e6;
            }
        }

        return 0;
    }

    private static int BucketOf(long value)
    {
        if (value < 1 << Fine)
        {
            return (int)value;
        }

        var shift = BitOperations.Log2((ulong)value) - Fine;
        return (shift << Fine) + (int)(value >> shift);
    }

    private static double UpperEnd(int bucket)
    {
        var shift = Math.Max(0, (bucket >> Fine) - 1);
        return Math.ScaleB(bucket - ((double)shift * (1 << Fine)) + 1, shift);
    }
}
