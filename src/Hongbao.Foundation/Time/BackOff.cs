namespace Hongbao.Foundation.Time;

/// <summary>How long to rest before a further attempt.</summary>
public static class BackOff
{
    /// <summary>The first rest, doubled with every further attempt up to the longest.</summary>
    /// <param name="first">After attempt 1 (and below).</param>
    /// <param name="attempt">The attempt that was made, from 1.</param>
    /// <param name="longest">The bound; also the answer when <paramref name="first"/> is longer.</param>
    public static TimeSpan Doubling(TimeSpan first, int attempt, TimeSpan longest)
    {
        var doublings = Math.Clamp(attempt - 1, 0, 40);
        return first.Ticks > longest.Ticks >> doublings ? longest : TimeSpan.FromTicks(first.Ticks << doublings);
    }
}
