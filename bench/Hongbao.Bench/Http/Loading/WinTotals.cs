namespace Hongbao.Bench.Http.Loading;

/// <summary>What was won, in sums that do not depend on the order: equal ones are, but for chance beyond belief, of the same users with the same amounts.</summary>
internal sealed record WinTotals
{
    public long Count { get; set; }

    /// <summary>Minor units.</summary>
    public long Amount { get; set; }

    /// <summary>Sum over a hash of each.</summary>
    public ulong Mark { get; set; }

    /// <summary>Adds a win.</summary>
    /// <param name="no">Of the packet or campaign.</param>
    /// <param name="uid">Whose it is.</param>
    /// <param name="amount">Minor units.</param>
    public void Add(long no, long uid, long amount)
    {
        Count++;
        Amount = checked(Amount + amount);
        Mark = unchecked(Mark + Mix(Mix(Mix((ulong)no) ^ (ulong)uid) ^ (ulong)amount));
    }

    // The finalizer of SplitMix64.
    private static ulong Mix(ulong value)
    {
        unchecked
        {
            value += 0x9E3779B97F4A7C15;
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
            return value ^ (value >> 31);
        }
    }
}
