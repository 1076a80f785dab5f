using Hongbao.Contracts;
using Hongbao.Gateway.Json;

namespace Hongbao.Gateway.Endpoints;

/// <summary>Campaigns that users may know of.</summary>
internal sealed record CampaignList
{
    /// <summary>Those that end soonest first.</summary>
    public required List<CampaignRow> Items { get; init; }

    /// <summary>The service's time: countdowns go by it.</summary>
    public required Moment ServerTime { get; init; }
}

/// <summary>A campaign as users see it.</summary>
internal sealed record CampaignRow
{
    /// <summary>The campaign.</summary>
    public required Num CampaignId { get; init; }

    /// <summary>For people.</summary>
    public required string Name { get; init; }

    /// <summary>Its status now.</summary>
    public required CampaignStatus Status { get; init; }

    /// <summary>ISO 4217 code of what is won in it.</summary>
    public required string Currency { get; init; }

    /// <summary>When it begins.</summary>
    public required Moment StartsAt { get; init; }

    /// <summary>When it is over.</summary>
    public required Moment EndsAt { get; init; }

    /// <summary>Its rounds, in order.</summary>
    public required List<RoundRow> Rounds { get; init; }

    /// <summary>What has to be met by everyone who draws.</summary>
    public ConditionPart? Condition { get; init; }

    /// <summary>What could be won, in the plan's order; shown with the first round's secret: with it anyone can recompute who could win what.</summary>
    public List<PrizePart>? Prizes { get; init; }

    /// <summary>Of those that no prize by probability was meant for, the part who could win prizes that go by quantity; all when absent. Shown as the prizes are.</summary>
    public Ratio? PassRate { get; init; }

    public static CampaignRow From(CampaignView view) => new()
    {
        CampaignId = view.CampaignId,
        Name = view.Name,
        Status = view.Status,
        Currency = view.Currency,
        StartsAt = view.StartsAtMs,
        EndsAt = view.EndsAtMs,
        Rounds = view.Rounds.ConvertAll(RoundRow.From),
        Condition = ConditionPart.OrNone(view.Condition),
        Prizes = view.Prizes.Count == 0 ? null : view.Prizes.ConvertAll(CampaignPlans.Of),
        PassRate = Ratio.OrNone(view.PassPpb),
    };
}

/// <summary>A round of a campaign as users see it.</summary>
internal sealed record RoundRow
{
    /// <summary>Its number, from 1.</summary>
    public required int Round { get; init; }

    /// <summary>Draws are taken from here.</summary>
    public required Moment StartsAt { get; init; }

    /// <summary>Draws are taken before here.</summary>
    public required Moment EndsAt { get; init; }

    /// <summary>When the caller had best begin, so that not everybody comes at once; he may draw earlier.</summary>
    public required Moment YourStartAt { get; init; }

    /// <summary>SHA-256 of all that decides who may win what, lower-case hex.</summary>
    public required string SecretHash { get; init; }

    /// <summary>What decided who may win, lower-case hex, once the round is over.</summary>
    public string? Secret { get; init; }

    public static RoundRow From(RoundView view) => new()
    {
        Round = view.Plan.Round,
        StartsAt = view.Plan.StartsAtMs,
        EndsAt = view.Plan.EndsAtMs,
        YourStartAt = view.YourStartAtMs,
        SecretHash = view.SecretHash,
        Secret = view.Secret.Length == 0 ? null : view.Secret,
    };
}

/// <summary>What a draw gave: the same for every repetition.</summary>
internal sealed record RainDrawAnswer
{
    /// <summary>True for a win; only then there is more.</summary>
    public required bool Won { get; init; }

    /// <summary>What was won, minor units.</summary>
    public long? Amount { get; init; }

    /// <summary>ISO 4217 code.</summary>
    public string? Currency { get; init; }

    /// <summary>Proves the win: a packet is sent with it.</summary>
    public string? Token { get; init; }

    /// <summary>When the win can be used no more.</summary>
    public Moment? ExpiresAt { get; init; }
}
