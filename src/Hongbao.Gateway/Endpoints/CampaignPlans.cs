using Hongbao.Contracts;
using Hongbao.Gateway.Json;

namespace Hongbao.Gateway.Endpoints;

/// <summary>
/// Plans of campaigns, from HTTP and back. Only the kinds of fields are looked at here, and what the contract between modules cannot say; what makes sense is for Campaign
/// to say.
/// </summary>
internal static class CampaignPlans
{
    private const int RoundsMax = 100;
    private const int PrizesMax = 20;
    private const int JitterSecondsMax = 600;
    private const int MsPerSecond = 1000;

    /// <summary>Reads a plan; what is not acceptable is noted in the body.</summary>
    public static CampaignPlan Read(RequestBody body)
    {
        var plan = new CampaignPlan
        {
            Name = body.Text("name"),
            Currency = body.Text("currency"),
            Budget = body.Long("budget"),
            StartsAtMs = body.Time("startsAt"),
            EndsAtMs = body.Time("endsAt"),
            Rounds = body.Objects("rounds", RoundsMax).ConvertAll(static r => new RoundPlan { Round = r.Int("round"), StartsAtMs = r.Time("startsAt"), EndsAtMs = r.Time("endsAt") }),
            Prizes = body.Objects("prizes", PrizesMax).ConvertAll(ReadPrize),
            PerUserLimit = body.Int("perUserLimit"),
            TokenTtlSeconds = body.Int("tokenTtlSeconds"),
            PassPpb = body.OptionalRatio("passRate"),
            JitterMs = ReadJitter(body),
            Condition = ConditionBody.Read(body),
        };

        // What is usual is in the contract.
        var pacing = body.OptionalObject("pacing");
        plan.PacingFirstPercent = pacing.OptionalInt("firstPercent", plan.PacingFirstPercent);
        plan.PacingFullPercent = pacing.OptionalInt("fullPercent", plan.PacingFullPercent);
        return plan;
    }

    /// <summary>A campaign with its plan.</summary>
    public static PlannedCampaign Of(CampaignDetail detail)
    {
        var (view, plan) = (detail.View, detail.Plan);
        return new PlannedCampaign
        {
            CampaignId = view.CampaignId,
            Name = plan.Name,
            Status = view.Status,
            Currency = plan.Currency,
            Budget = plan.Budget,
            IssuedAmount = detail.IssuedAmount,
            IssuedCount = detail.IssuedCount,
            Trouble = detail.Trouble.Length == 0 ? null : detail.Trouble,
            StartsAt = plan.StartsAtMs,
            EndsAt = plan.EndsAtMs,
            Rounds = plan.Rounds.ConvertAll(r => Of(r, view.Rounds.Find(v => v.Plan.Round == r.Round))),
            Prizes = plan.Prizes.ConvertAll(Of),
            PerUserLimit = plan.PerUserLimit,
            TokenTtlSeconds = plan.TokenTtlSeconds,
            PassRate = Ratio.OrNone(plan.PassPpb),
            Pacing = new PacingPart { FirstPercent = plan.PacingFirstPercent, FullPercent = plan.PacingFullPercent },
            JitterSeconds = plan.JitterMs / MsPerSecond,
            Condition = ConditionPart.OrNone(plan.Condition),
        };
    }

    /// <summary>A prize.</summary>
    public static PrizePart Of(PrizePlan plan) => new()
    {
        Amount = plan.Amount,
        Quantity = plan.Quantity == 0 ? null : plan.Quantity,
        Probability = Ratio.OrNone(plan.ChancePpb),
    };

    private static PlannedRound Of(RoundPlan plan, RoundView? view) => new()
    {
        Round = plan.Round,
        StartsAt = plan.StartsAtMs,
        EndsAt = plan.EndsAtMs,
        SecretHash = view is null or { SecretHash.Length: 0 } ? null : view.SecretHash,
        Secret = view is null or { Secret.Length: 0 } ? null : view.Secret,
    };

    private static PrizePlan ReadPrize(RequestBody prize)
    {
        // Between modules 0 stands for none: that there is none has to be seen here.
        switch (prize.Has("quantity"), prize.Has("probability"))
        {
            case (false, false):
                prize.Fault("quantity", "is required, unless there is a probability");
                break;
            case (true, true):
                prize.Fault("probability", "must not be given together with quantity");
                break;
        }

        return new PrizePlan { Amount = prize.Long("amount"), Quantity = prize.OptionalPositiveLong("quantity"), ChancePpb = prize.OptionalRatio("probability") };
    }

    private static int ReadJitter(RequestBody body)
    {
        var seconds = body.OptionalInt("jitterSeconds");
        if (seconds is >= 0 and <= JitterSecondsMax)
        {
            return seconds * MsPerSecond;
        }

        body.Fault("jitterSeconds", $"must be from 0 to {JitterSecondsMax}");
        return 0;
    }
}
