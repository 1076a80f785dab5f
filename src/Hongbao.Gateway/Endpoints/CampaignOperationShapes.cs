using Hongbao.Contracts;
using Hongbao.Gateway.Json;

namespace Hongbao.Gateway.Endpoints;

/// <summary>A campaign's status after a change.</summary>
internal sealed record CampaignAnswer
{
    /// <summary>The campaign.</summary>
    public required Num CampaignId { get; init; }

    /// <summary>Its status now.</summary>
    public required CampaignStatus Status { get; init; }
}

/// <summary>Campaigns as operators see them.</summary>
internal sealed record PlannedCampaigns
{
    /// <summary>Newest first.</summary>
    public required List<PlannedCampaign> Items { get; init; }
}

/// <summary>A campaign as operators see it.</summary>
internal sealed record PlannedCampaign
{
    /// <summary>The campaign.</summary>
    public required Num CampaignId { get; init; }

    /// <summary>For people.</summary>
    public required string Name { get; init; }

    /// <summary>Its status now.</summary>
    public required CampaignStatus Status { get; init; }

    /// <summary>ISO 4217 code.</summary>
    public required string Currency { get; init; }

    /// <summary>The most that is ever issued, minor units.</summary>
    public required long Budget { get; init; }

    /// <summary>Issued so far, minor units.</summary>
    public required long IssuedAmount { get; init; }

    /// <summary>Wins so far.</summary>
    public required long IssuedCount { get; init; }

    /// <summary>Why the budget is not held, when it was asked for and refused.</summary>
    public string? Trouble { get; init; }

    /// <summary>When it begins.</summary>
    public required Moment StartsAt { get; init; }

    /// <summary>When it is over.</summary>
    public required Moment EndsAt { get; init; }

    /// <summary>Its rounds, in order.</summary>
    public required List<PlannedRound> Rounds { get; init; }

    /// <summary>What can be won.</summary>
    public required List<PrizePart> Prizes { get; init; }

    /// <summary>Most wins of one user in all rounds together.</summary>
    public required int PerUserLimit { get; init; }

    /// <summary>How long a win can be used, seconds.</summary>
    public required int TokenTtlSeconds { get; init; }

    /// <summary>Of those that no prize by probability is meant for, the part who may win prizes that go by quantity; all when absent.</summary>
    public Ratio? PassRate { get; init; }

    /// <summary>How a round's money comes.</summary>
    public required PacingPart Pacing { get; init; }

    /// <summary>Clients spread the beginning of a round over so many seconds.</summary>
    public required int JitterSeconds { get; init; }

    /// <summary>What has to be met by everyone who draws.</summary>
    public ConditionPart? Condition { get; init; }
}

/// <summary>A round as operators see it.</summary>
internal sealed record PlannedRound
{
    /// <summary>Its number, from 1.</summary>
    public required int Round { get; init; }

    /// <summary>Draws are taken from here.</summary>
    public required Moment StartsAt { get; init; }

    /// <summary>Draws are taken before here.</summary>
    public required Moment EndsAt { get; init; }

    /// <summary>SHA-256 of what decides who may win, lower-case hex, once that is settled.</summary>
    public string? SecretHash { get; init; }

    /// <summary>What decided who may win, lower-case hex, once the round is over.</summary>
    public string? Secret { get; init; }
}

/// <summary>What a plan would give.</summary>
internal sealed record PreviewAnswer
{
    /// <summary>The budget, minor units.</summary>
    public required long Budget { get; init; }

    /// <summary>What would be issued, minor units.</summary>
    public required long Amount { get; init; }

    /// <summary>How many wins.</summary>
    public required long Wins { get; init; }

    /// <summary>Round by round.</summary>
    public required List<PreviewPart> Rounds { get; init; }
}

/// <summary>What a plan would give in one round.</summary>
internal sealed record PreviewPart
{
    /// <summary>The round.</summary>
    public required int Round { get; init; }

    /// <summary>Users who draw.</summary>
    public required long Users { get; init; }

    /// <summary>Those who may win.</summary>
    public required long Passers { get; init; }

    /// <summary>Those who win.</summary>
    public required long Wins { get; init; }

    /// <summary>What they win, minor units.</summary>
    public required long Amount { get; init; }

    /// <summary>Wins in each tenth of the round.</summary>
    public required List<long> WinsByTenth { get; init; }
}

/// <summary>The books of a campaign.</summary>
internal sealed record CampaignReport
{
    /// <summary>The campaign.</summary>
    public required Num CampaignId { get; init; }

    /// <summary>Its status now.</summary>
    public required CampaignStatus Status { get; init; }

    /// <summary>ISO 4217 code.</summary>
    public required string Currency { get; init; }

    /// <summary>The most that is ever issued, minor units.</summary>
    public required long Budget { get; init; }

    /// <summary>All hours together.</summary>
    public required BooksPart Total { get; init; }

    /// <summary>By hour of the win.</summary>
    public required List<BooksPart> Hours { get; init; }

    /// <summary>What finance put aside for it, minor units.</summary>
    public required long HeldAmount { get; init; }

    /// <summary>What finance moved to packets, minor units.</summary>
    public required long FundedAmount { get; init; }

    /// <summary>What finance moved back from packets, minor units.</summary>
    public required long LedgerReturnedAmount { get; init; }

    /// <summary>What finance gave back to the sponsor, minor units.</summary>
    public required long ReleasedAmount { get; init; }

    /// <summary>What finance still holds for it, minor units.</summary>
    public required long HeldNowAmount { get; init; }

    /// <summary>Paid out of users' reward balances by withdrawal, of all campaigns of the currency, minor units.</summary>
    public required long WithdrawnAmount { get; init; }

    /// <summary>What does not agree; empty when all is well.</summary>
    public required List<string> Faults { get; init; }

    /// <summary>True when nothing of it can change any more.</summary>
    public required bool Closed { get; init; }
}

/// <summary>What was won in an hour, or in the whole campaign, and what became of it.</summary>
internal sealed record BooksPart
{
    /// <summary>The hour's beginning; absent for the whole campaign.</summary>
    public Moment? Hour { get; init; }

    /// <summary>Won by the campaign's record: how many.</summary>
    public required long IssuedCount { get; init; }

    /// <summary>Minor units.</summary>
    public required long IssuedAmount { get; init; }

    /// <summary>Of those, stored as subsidies: how many.</summary>
    public required long StoredCount { get; init; }

    /// <summary>Minor units.</summary>
    public required long StoredAmount { get; init; }

    /// <summary>Of those, used for packets: how many.</summary>
    public required long UsedCount { get; init; }

    /// <summary>Minor units.</summary>
    public required long UsedAmount { get; init; }

    /// <summary>Expired unused: how many.</summary>
    public required long ExpiredCount { get; init; }

    /// <summary>Minor units.</summary>
    public required long ExpiredAmount { get; init; }

    /// <summary>Of the packets' money, claimed, minor units.</summary>
    public required long ClaimedAmount { get; init; }

    /// <summary>Of the packets' money, gone back to the campaign, minor units.</summary>
    public required long ReturnedAmount { get; init; }

    /// <summary>What finance moved to packets, by its ledger, minor units.</summary>
    public required long FundedAmount { get; init; }

    /// <summary>What finance moved back from packets, by its ledger, minor units.</summary>
    public required long LedgerReturnedAmount { get; init; }

    public static BooksPart From(CampaignBooks books) => new()
    {
        Hour = Moment.OrNone(books.HourMs),
        IssuedCount = books.IssuedCount,
        IssuedAmount = books.IssuedAmount,
        StoredCount = books.StoredCount,
        StoredAmount = books.StoredAmount,
        UsedCount = books.UsedCount,
        UsedAmount = books.UsedAmount,
        ExpiredCount = books.ExpiredCount,
        ExpiredAmount = books.ExpiredAmount,
        ClaimedAmount = books.ClaimedAmount,
        ReturnedAmount = books.ReturnedAmount,
        FundedAmount = books.FundedAmount,
        LedgerReturnedAmount = books.LedgerReturnedAmount,
    };
}
