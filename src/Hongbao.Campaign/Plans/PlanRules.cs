using System.Text;
using Hongbao.Campaign.Rain;
using Hongbao.Contracts;

namespace Hongbao.Campaign.Plans;

/// <summary>What a plan may be; every fault names its field as in the HTTP contract and what is accepted.</summary>
internal static class PlanRules
{
    private const int NameMax = 100;
    private const int ReasonMax = 200;
    private const int RoundsMax = 100;
    private const int PrizesMax = 20;
    private const int PerUserLimitMax = 1_000_000;
    private const int TokenTtlSecondsMax = 31_536_000;
    private const int JitterMsMax = 600_000;
    private const long LengthMsMax = 366L * 86_400_000;
    private const long QuantityMax = 1_000_000_000_000;

    // Moments that can be calculated with, and that numbers reach.
    private const long MomentMax = 2_800_000_000_000;

    public static List<FieldFault> Check(CampaignPlan plan, string reason, CampaignOptions options, long nowMs)
    {
        var faults = new List<FieldFault>();
        void Fault(string field, string message) => faults.Add(new FieldFault { Field = field, Message = message });

        if (TextFault(plan.Name, NameMax) is { } name)
        {
            Fault("name", name);
        }

        if (!options.CurrenciesAccepted.Contains(plan.Currency))
        {
            Fault("currency", $"must be one of: {string.Join(", ", options.CurrenciesAccepted)}");
        }

        if (plan.Budget < 1 || plan.Budget > options.BudgetMax)
        {
            Fault("budget", $"must be between 1 and {options.BudgetMax} minor units");
        }

        CheckTimes(plan, nowMs, Fault);
        CheckPrizes(plan, options, Fault);
        Between("perUserLimit", plan.PerUserLimit, 1, PerUserLimitMax, Fault);
        Between("tokenTtlSeconds", plan.TokenTtlSeconds, 1, TokenTtlSecondsMax, Fault);
        Between("passRate", plan.PassPpb, 0, Aim.Whole, Fault);
        Between("pacing.firstPercent", plan.PacingFirstPercent, 0, 100, Fault);
        Between("pacing.fullPercent", plan.PacingFullPercent, 1, 100, Fault);
        if (plan.JitterMs is < 0 or > JitterMsMax)
        {
            Fault("jitterSeconds", $"must be between 0 and {JitterMsMax / 1000}");
        }

        if (ReasonFault(reason) is { } why)
        {
            faults.Add(why);
        }

        return faults;
    }

    /// <summary>Why a reason is not acceptable, or null.</summary>
    public static FieldFault? ReasonFault(string reason) =>
        TextFault(reason, ReasonMax) is { } fault ? new FieldFault { Field = "reason", Message = fault } : null;

    private static void CheckTimes(CampaignPlan plan, long nowMs, Action<string, string> fault)
    {
        if (plan.StartsAtMs < 0 || plan.EndsAtMs > MomentMax || plan.EndsAtMs <= plan.StartsAtMs || plan.EndsAtMs - plan.StartsAtMs > LengthMsMax)
        {
            fault("endsAt", "must come after startsAt, by at most 366 days");
        }
        else if (plan.EndsAtMs <= nowMs)
        {
            fault("endsAt", "must be in the future");
        }

        if (plan.Rounds.Count is < 1 or > RoundsMax)
        {
            fault("rounds", $"must be 1 to {RoundsMax}");
            return;
        }

        for (var i = 0; i < plan.Rounds.Count; i++)
        {
            var round = plan.Rounds[i];
            if (round.Round != i + 1)
            {
                fault($"rounds[{i}].round", $"must be {i + 1}: rounds are numbered from 1 in order of time");
            }

            if (round.StartsAtMs < plan.StartsAtMs || round.EndsAtMs > plan.EndsAtMs)
            {
                fault($"rounds[{i}].startsAt", "the round must lie within the campaign's time");
            }

            if (round.EndsAtMs <= round.StartsAtMs)
            {
                fault($"rounds[{i}].endsAt", "must come after the round's startsAt");
            }

            if (i > 0 && round.StartsAtMs < plan.Rounds[i - 1].EndsAtMs)
            {
                fault($"rounds[{i}].startsAt", "must not come before the end of the round before");
            }
        }
    }

    private static void CheckPrizes(CampaignPlan plan, CampaignOptions options, Action<string, string> fault)
    {
        if (plan.Prizes.Count is < 1 or > PrizesMax)
        {
            fault("prizes", $"must be 1 to {PrizesMax}");
            return;
        }

        Int128 counted = 0;
        long chance = 0;
        for (var i = 0; i < plan.Prizes.Count; i++)
        {
            var prize = plan.Prizes[i];
            if (prize.Amount < 1 || prize.Amount > plan.Budget)
            {
                fault($"prizes[{i}].amount", "must be at least 1 minor unit and at most the budget");
            }
            else if (prize.Amount > options.PrizeMax)
            {
                fault($"prizes[{i}].amount", $"must be at most {options.PrizeMax} minor units, what one packet can hold");
            }

            if ((prize.Quantity == 0) == (prize.ChancePpb == 0))
            {
                fault($"prizes[{i}].quantity", "a prize has either a quantity or a probability above 0");
            }
            else if (prize.Quantity is < 0 or > QuantityMax)
            {
                fault($"prizes[{i}].quantity", $"must be between 1 and {QuantityMax}");
            }
            else if (prize.ChancePpb is < 0 or > Aim.Whole)
            {
                fault($"prizes[{i}].probability", "must be above 0 and at most 1");
            }
            else
            {
                counted += (Int128)prize.Quantity * prize.Amount;
                chance += prize.ChancePpb;
            }
        }

        if (counted > plan.Budget)
        {
            fault("prizes", $"the prizes by quantity sum to {counted}, more than the budget of {plan.Budget}");
        }
        else if (chance > 0 && plan.Budget - counted < plan.Prizes.Where(static p => p.ChancePpb > 0).Max(static p => p.Amount) * (Int128)plan.Rounds.Count)
        {
            fault("budget", "leaves no round enough for the greatest prize by probability");
        }

        if (chance > Aim.Whole)
        {
            fault("prizes", "the probabilities sum to more than 1");
        }
        else if (chance == Aim.Whole && counted > 0)
        {
            fault("prizes", "the probabilities sum to 1 and leave nobody for the prizes by quantity");
        }
    }

    private static void Between(string field, long value, long least, long most, Action<string, string> fault)
    {
        if (value < least || value > most)
        {
            fault(field, $"must be between {least} and {most}");
        }
    }

    private static string? TextFault(string text, int most) =>
        string.IsNullOrWhiteSpace(text) || text.EnumerateRunes().Count() > most || text.EnumerateRunes().Any(static r => r == Rune.ReplacementChar || Rune.IsControl(r))
            ? $"must be 1 to {most} characters, not only blanks and without control characters"
            : null;
}
