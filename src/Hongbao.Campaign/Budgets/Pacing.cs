using Hongbao.Campaign.Plans;

namespace Hongbao.Campaign.Budgets;

/// <summary>How much of a round's money there is at which moment, so that it does not go in the first second.</summary>
internal static class Pacing
{
    /// <summary>What of a pool may be given away by now, minor units.</summary>
    /// <param name="plan">The campaign.</param>
    /// <param name="round">The round.</param>
    /// <param name="pool">The prize that the pool pays, or <see cref="Plan.ChancePool"/>.</param>
    /// <param name="planned">The whole pool, minor units.</param>
    /// <param name="nowMs">The store's time.</param>
    public static long Released(Plan plan, Round round, int pool, long planned, long nowMs)
    {
        if (nowMs < round.StartsAtMs)
        {
            return 0;
        }

        var unit = Unit(plan, pool);
        var least = pool == Plan.ChancePool ? plan.Prizes.Where(static p => p.ChancePpb > 0).Max(static p => p.Amount) : unit;
        // Whole prizes, rounded up; and from the first moment what the greatest one costs.
        var part = Part(plan, round, nowMs);
        var units = ((Int128)planned / unit * part + (PartWhole - 1)) / PartWhole;
        return (long)Int128.Min(planned, Int128.Max(units * unit, least));
    }

    /// <summary>What a pool is given away in, minor units: prizes by quantity whole, money for chances as it comes.</summary>
    public static long Unit(Plan plan, int pool) => pool == Plan.ChancePool ? 1 : plan.Prizes[pool - 1].Amount;

    private const long PartWhole = 100_000_000;

    // Of PartWhole.
    private static long Part(Plan plan, Round round, long nowMs)
    {
        var first = plan.PacingFirstPercent * (PartWhole / 100);
        var span = (Int128)(round.EndsAtMs - round.StartsAtMs) * plan.PacingFullPercent / 100;
        var gone = nowMs - round.StartsAtMs;
        return gone >= span ? PartWhole : first + (long)((PartWhole - first) * (Int128)gone / span);
    }

    /// <summary>The pools of a round, with what is planned for each, minor units.</summary>
    public static IEnumerable<(int Pool, long Planned)> PoolsOf(Plan plan, Round round)
    {
        var rounds = plan.Rounds.Count;
        foreach (var prize in plan.Prizes.Where(static p => p.Quantity > 0))
        {
            yield return (prize.No, Share(prize.Quantity, rounds, round.No) * prize.Amount);
        }

        if (plan.Prizes.Any(static p => p.ChancePpb > 0))
        {
            yield return (Plan.ChancePool, Share(plan.Budget - plan.Prizes.Sum(static p => p.Quantity * p.Amount), rounds, round.No));
        }
    }

    // Evenly; what does not divide goes to the first rounds.
    private static long Share(long whole, int rounds, int round) => (whole / rounds) + (round <= whole % rounds ? 1 : 0);
}
