using Hongbao.Campaign.Rain;
using Hongbao.Contracts;
using Hongbao.Foundation.Opening;
using Hongbao.Foundation.Stores;

namespace Hongbao.Campaign.Plans;

/// <summary>A prize of a plan, by its place in it, from 1.</summary>
internal sealed record Prize(int No, long Amount, long Quantity, long ChancePpb);

/// <summary>A round with what decides who may win in it.</summary>
internal sealed record Round(int No, long StartsAtMs, long EndsAtMs, byte[] Secret, string SecretHash)
{
    public bool IsOpen(long nowMs) => nowMs >= StartsAtMs && nowMs < EndsAtMs;
}

/// <summary>A campaign as it was read, immutable: a change is a new one with a higher version.</summary>
internal sealed class Plan
{
    // The pool that all prizes by chance are paid from.
    public const int ChancePool = 0;

    public required long CampaignId { get; init; }
    public required int Slot { get; init; }
    public required string App { get; init; }
    public required string Name { get; init; }
    public required string Currency { get; init; }
    public required long Budget { get; init; }
    public required CampaignStatus State { get; init; }
    public required long Version { get; init; }
    public required long StartsAtMs { get; init; }
    public required long EndsAtMs { get; init; }
    public required int PerUserLimit { get; init; }
    public required int TokenTtlSeconds { get; init; }
    public required long PassPpb { get; init; }
    public required int PacingFirstPercent { get; init; }
    public required int PacingFullPercent { get; init; }
    public required int JitterMs { get; init; }
    public required string? Trouble { get; init; }

    /// <summary>What has to be met by everyone who draws; null for nothing.</summary>
    public required KeptCondition? Condition { get; init; }

    /// <summary>In order of their numbers.</summary>
    public required IReadOnlyList<Round> Rounds { get; init; }

    /// <summary>In order of their places.</summary>
    public required IReadOnlyList<Prize> Prizes { get; init; }

    /// <summary>Who may win what.</summary>
    public required Aim Aim { get; init; }

    /// <summary>Where it is, with what the clock says.</summary>
    public CampaignStatus Status(long nowMs) => State switch
    {
        CampaignStatus.Scheduled when nowMs >= EndsAtMs => CampaignStatus.Ended,
        CampaignStatus.Scheduled when nowMs >= StartsAtMs => CampaignStatus.Running,
        _ => State,
    };

    public Round? RoundOf(int no) => no >= 1 && no <= Rounds.Count ? Rounds[no - 1] : null;

    /// <summary>True when a draw in the round is taken now.</summary>
    public bool Takes(Round round, long nowMs) => State == CampaignStatus.Scheduled && round.IsOpen(nowMs);

    /// <summary>True when nobody can draw in the round any more, at no process, however its clock stands.</summary>
    public bool IsOver(Round round, long nowMs) => State == CampaignStatus.Ended || nowMs >= round.EndsAtMs + (long)StoreClock.ToleranceMax.TotalMilliseconds;

    /// <summary>True when a user can meet the limit of his wins: then they are counted.</summary>
    public bool CountsWins => Rounds.Count > PerUserLimit;
}
