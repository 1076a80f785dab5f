using Hongbao.Contracts;

namespace Hongbao.Core.Splits;

/// <summary>Decides the amount of each share of one packet, a function of its seed alone.</summary>
public abstract class Split
{
    /// <summary>The amount of share <paramref name="seq"/>, drawn in order.</summary>
    /// <param name="seq">From 1.</param>
    /// <param name="left">What the packet holds before it, minor units.</param>
    /// <param name="leftCount">Shares left before it.</param>
    public abstract long Draw(int seq, long left, int leftCount);

    /// <summary>The split of a packet.</summary>
    /// <param name="kind">How to divide.</param>
    /// <param name="seed">32 bytes; used by random and fair.</param>
    /// <param name="packetNo">The packet.</param>
    /// <param name="amount">Whole amount, minor units, between count and count x cap.</param>
    /// <param name="count">Number of shares.</param>
    /// <param name="cap">Greatest share, minor units.</param>
    public static Split Of(SplitKind kind, byte[] seed, long packetNo, long amount, int count, long cap) => kind switch
    {
        SplitKind.Random => new RandomSplit(seed, packetNo, cap),
        SplitKind.Fair => new FairSplit(seed, packetNo, amount, count, cap),
        SplitKind.Equal => new EqualSplit(amount / count),
    };

    /// <summary>All amounts in order of seq, as a verifier computes them.</summary>
    public static long[] All(SplitKind kind, byte[] seed, long packetNo, long amount, int count, long cap)
    {
        var split = Of(kind, seed, packetNo, amount, count, cap);
        var amounts = new long[count];
        var left = amount;
        for (var i = 0; i < count; i++)
        {
            amounts[i] = split.Draw(i + 1, left, count - i);
            left -= amounts[i];
        }

        return amounts;
    }
}

/// <summary>
/// Drawn at claim time: uniform between 1 and twice the remaining mean, leaving at least 1 and at most the cap for every
/// other share; the last takes the rest. Fair in the mean, not in the variance (the last two are luckiest).
/// </summary>
internal sealed class RandomSplit(byte[] seed, long packetNo, long cap) : Split
{
    public override long Draw(int seq, long left, int leftCount)
    {
        if (leftCount == 1)
        {
            return left;
        }

        var others = leftCount - 1;
        var hi = Math.Min(Math.Min(2 * left / leftCount, left - others), cap);
        var lo = Math.Max(1, left - (others * cap));
        return SeedDraw.Uniform(seed, packetNo, seq, lo, hi);
    }
}

/// <summary>The shares of <see cref="RandomSplit"/>, shuffled beforehand, so that every position is equally lucky.</summary>
internal sealed class FairSplit : Split
{
    private readonly long[] _shares;

    public FairSplit(byte[] seed, long packetNo, long amount, int count, long cap)
    {
        var random = new RandomSplit(seed, packetNo, cap);
        _shares = new long[count];
        var left = amount;
        for (var i = 0; i < count; i++)
        {
            _shares[i] = random.Draw(i + 1, left, count - i);
            left -= _shares[i];
        }

        for (var i = count; i >= 2; i--)
        {
            var j = (int)SeedDraw.Uniform(seed, packetNo, count + i, 1, i);
            (_shares[i - 1], _shares[j - 1]) = (_shares[j - 1], _shares[i - 1]);
        }
    }

    public override long Draw(int seq, long left, int leftCount) => _shares[seq - 1];
}

/// <summary>The same for everyone.</summary>
internal sealed class EqualSplit(long share) : Split
{
    public override long Draw(int seq, long left, int leftCount) => share;
}
