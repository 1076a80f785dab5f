namespace Hongbao.Bench.Measuring;

/// <summary>Users who come once each, in no order, as indexes meet them in life.</summary>
internal sealed class Uids
{
    private const long Range = 1L << 46;
    private const long Odd = 0x1E3779B97F4B;
    private long _last;

    public long Next()
    {
        // Multiplying by an odd number visits every value of the range once.
        var mixed = unchecked(Interlocked.Increment(ref _last) * Odd) & (Range - 1);
        return Range + mixed;
    }
}
