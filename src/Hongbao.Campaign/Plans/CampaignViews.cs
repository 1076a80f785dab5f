using Hongbao.Campaign.Rain;
using Hongbao.Contracts;

namespace Hongbao.Campaign.Plans;

/// <summary>Campaigns as others see them.</summary>
internal static class CampaignViews
{
    /// <summary>For clients; a round's secret only once nobody can draw in it any more, and what else it takes to recompute who could win with the first of them.</summary>
    public static CampaignView Of(Plan plan, long uid, long nowMs)
    {
        var view = ViewOf(plan, uid, nowMs);
        return !plan.Rounds.Any(r => plan.IsOver(r, nowMs)) ? view : view with { Prizes = PrizesOf(plan), PassPpb = plan.PassPpb };
    }

    private static CampaignView ViewOf(Plan plan, long uid, long nowMs) => new()
    {
        CampaignId = plan.CampaignId,
        Name = plan.Name,
        Status = plan.Status(nowMs),
        Currency = plan.Currency,
        StartsAtMs = plan.StartsAtMs,
        EndsAtMs = plan.EndsAtMs,
        Condition = plan.Condition?.Shown ?? new OpeningCondition(),
        Rounds = [.. plan.Rounds.Select(r => new RoundView
        {
            Plan = new RoundPlan { Round = r.No, StartsAtMs = r.StartsAtMs, EndsAtMs = r.EndsAtMs },
            SecretHash = r.SecretHash,
            Secret = plan.IsOver(r, nowMs) ? Convert.ToHexStringLower(r.Secret) : "",
            YourStartAtMs = r.StartsAtMs + Aim.Spread(plan.CampaignId, r.No, uid, plan.JitterMs),
        })],
    };

    /// <summary>As it was planned, but for a password: that is nowhere.</summary>
    public static CampaignPlan PlanOf(Plan plan) => new()
    {
        Name = plan.Name,
        Currency = plan.Currency,
        Budget = plan.Budget,
        StartsAtMs = plan.StartsAtMs,
        EndsAtMs = plan.EndsAtMs,
        Rounds = [.. plan.Rounds.Select(static r => new RoundPlan { Round = r.No, StartsAtMs = r.StartsAtMs, EndsAtMs = r.EndsAtMs })],
        Prizes = PrizesOf(plan),
        PerUserLimit = plan.PerUserLimit,
        TokenTtlSeconds = plan.TokenTtlSeconds,
        PassPpb = plan.PassPpb,
        PacingFirstPercent = plan.PacingFirstPercent,
        PacingFullPercent = plan.PacingFullPercent,
        JitterMs = plan.JitterMs,
        Condition = plan.Condition?.Shown ?? new OpeningCondition(),
    };

    private static List<PrizePlan> PrizesOf(Plan plan) =>
        [.. plan.Prizes.Select(static p => new PrizePlan { Amount = p.Amount, Quantity = p.Quantity, ChancePpb = p.ChancePpb })];
}
