using Hongbao.Contracts;

namespace Hongbao.Bench.Rain;

/// <summary>Plans of campaigns that run from now on, with one round that has all of its money from its first moment.</summary>
internal static class RainPlans
{
    /// <summary>What a win by chance is worth, minor units.</summary>
    public const long Prize = 188;

    /// <summary>One user in ten, in parts of 1,000,000,000.</summary>
    public const long OneInTen = 100_000_000;

    private const long HourMs = 3_600_000;

    /// <summary>One prize by chance, with more money than the crowd can win.</summary>
    /// <param name="chancePpb">Of each user, in parts of 1,000,000,000.</param>
    /// <param name="wins">So many could be paid.</param>
    public static CampaignPlan Ample(long chancePpb, long wins) => Plan(wins * Prize, [new PrizePlan { Amount = Prize, ChancePpb = chancePpb }]);

    /// <summary>
    /// Prizes by chance, with less money than the crowd is expected to win, so that its end is met; and prizes by quantity, more than the crowd is expected to win, so that a rest goes back. In all a
    /// tenth of the crowd may win.
    /// </summary>
    /// <param name="users">The crowd.</param>
    public static CampaignPlan Scarce(int users)
    {
        const long SmallPpb = 60_000_000, Small = 88;
        const long OthersPpb = 42_553_192;
        PrizePlan[] counted = [new() { Amount = Prize, Quantity = users / 20 }, new() { Amount = 1888, Quantity = Math.Max(1, users / 200) }];
        var small = users * SmallPpb / 1_000_000_000 * 9 / 10 * Small;
        var plan = Plan(small + counted.Sum(p => p.Quantity * p.Amount), [new PrizePlan { Amount = Small, ChancePpb = SmallPpb }, .. counted]);
        plan.PassPpb = OthersPpb;
        return plan;
    }

    private static CampaignPlan Plan(long budget, PrizePlan[] prizes)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var (begin, end) = (now - 60_000, now + (6 * HourMs));
        return new CampaignPlan
        {
            Name = "Benchmark",
            Currency = "CNY",
            Budget = budget,
            StartsAtMs = begin,
            EndsAtMs = end,
            Rounds = [new RoundPlan { Round = 1, StartsAtMs = begin, EndsAtMs = end }],
            Prizes = [.. prizes],
            PerUserLimit = 1,
            TokenTtlSeconds = 86_400,
            PacingFirstPercent = 100,
        };
    }
}
