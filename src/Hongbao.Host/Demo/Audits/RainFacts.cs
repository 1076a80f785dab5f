using Hongbao.Contracts;
using Hongbao.Host.Demo.Plans;

namespace Hongbao.Host.Demo.Audits;

/// <summary>All that was seen of a rain from outside; amounts in minor units.</summary>
internal sealed record RainFacts
{
    public required RainPlan Plan { get; init; }

    public required long CampaignId { get; init; }

    /// <summary>The rounds, in order.</summary>
    public required IReadOnlyList<RoundFacts> Rounds { get; init; }

    /// <summary>Every answer to a draw that came while its round was open, repetitions included.</summary>
    public required IReadOnlyList<ToldDraw> Draws { get; init; }

    /// <summary>What everybody was told who asked again when the campaign was over.</summary>
    public required IReadOnlyList<LateDraw> LateDraws { get; init; }

    /// <summary>Every packet that was sent with a win.</summary>
    public required IReadOnlyList<SpentWin> Packets { get; init; }

    /// <summary>Every claim that was acknowledged, repetitions included.</summary>
    public required IReadOnlyList<AcknowledgedClaim> Claims { get; init; }

    /// <summary>Every refusal of a claim.</summary>
    public required IReadOnlyList<RefusedClaim> Refusals { get; init; }

    /// <summary>Every user of the rain, and whoever else took a share.</summary>
    public required IReadOnlyList<RainUser> Users { get; init; }

    /// <summary>Every withdrawal that was acknowledged.</summary>
    public required IReadOnlyList<AskedWithdrawal> Withdrawals { get; init; }

    /// <summary>What was wrong while it ran: answers that should not have come.</summary>
    public IReadOnlyList<Finding> Incidents { get; init; } = [];

    /// <summary>The campaign's own books at the end.</summary>
    public required SeenReport Report { get; init; }

    /// <summary>What finance's own check of its ledger found.</summary>
    public IReadOnlyList<string> LedgerFaults { get; init; } = [];

    /// <summary>Finance's ledger before the rain, by kind of account, in the campaign's currency.</summary>
    public required IReadOnlyDictionary<string, LedgerSum> LedgerBefore { get; init; }

    /// <summary>The same at the end.</summary>
    public required IReadOnlyDictionary<string, LedgerSum> LedgerAfter { get; init; }
}

/// <summary>Accounts of a kind and the sum of their balances.</summary>
internal sealed record LedgerSum(long Accounts, long Balance);

/// <summary>What a round promised and showed.</summary>
/// <param name="No">From 1.</param>
/// <param name="SecretHash">The commitment shown before it began.</param>
/// <param name="HashAfter">The commitment shown when it was over.</param>
/// <param name="WasSecret">False when the secret was seen before the round was over.</param>
/// <param name="Secret">What decided who may win; null when it is not shown.</param>
internal sealed record RoundFacts(int No, string SecretHash, string HashAfter, bool WasSecret, string? Secret);

/// <summary>A win as its winner is told it.</summary>
internal sealed record ToldWin(long Amount, string Currency, string Token, DateTimeOffset ExpiresAt);

/// <summary>An answer to a draw; null for a loss.</summary>
internal sealed record ToldDraw(long Uid, int Round, ToldWin? Win);

/// <summary>What somebody is told who draws when the campaign is over: the outcome that he has, or the problem's code.</summary>
/// <param name="Uid">Who.</param>
/// <param name="Round">From 1.</param>
/// <param name="Code">Of a refusal; empty for an outcome.</param>
/// <param name="Win">The win; null for a loss or a refusal.</param>
internal sealed record LateDraw(long Uid, int Round, string Code, ToldWin? Win);

/// <summary>A packet that was sent with a win.</summary>
/// <param name="Uid">Who won and sent it.</param>
/// <param name="Round">In which round it was won.</param>
/// <param name="Kind">What the packet is by its creation.</param>
/// <param name="Packet">The packet.</param>
internal sealed record SpentWin(long Uid, int Round, PacketKind Kind, PacketFacts Packet);

/// <summary>A subsidy as its user sees it in the end.</summary>
internal sealed record SeenSubsidy(long CampaignId, long Amount, SubsidyStatus Status)
{
    public long SubsidyNo { get; init; }

    public string? Token { get; init; }

    public long PacketNo { get; init; }
}

/// <summary>A withdrawal that the server said it took.</summary>
/// <param name="Uid">Who.</param>
/// <param name="WithdrawalNo">Its number.</param>
/// <param name="Amount">Minor units.</param>
/// <param name="Status">As it is in the end.</param>
internal sealed record AskedWithdrawal(long Uid, long WithdrawalNo, long Amount, WithdrawalStatus Status);

/// <summary>A user's money and subsidies.</summary>
internal sealed record RainUser
{
    public required long Uid { get; init; }

    /// <summary>Reward balance before; null for someone who is not of the rain.</summary>
    public long? Before { get; init; }

    /// <summary>After it; null for someone who is not of the rain.</summary>
    public long? After { get; init; }

    /// <summary>New lines of the reward balance, newest first.</summary>
    public required IReadOnlyList<StatementEntry> Rewards { get; init; }

    /// <summary>New lines of the spendable balance, newest first.</summary>
    public IReadOnlyList<StatementEntry> Changes { get; init; } = [];

    /// <summary>His subsidies of this campaign.</summary>
    public IReadOnlyList<SeenSubsidy> Subsidies { get; init; } = [];
}

/// <summary>The campaign's own books.</summary>
internal sealed record SeenReport
{
    public required CampaignStatus Status { get; init; }
    public required long Budget { get; init; }
    public required SeenBooks Total { get; init; }
    public required IReadOnlyList<SeenBooks> Hours { get; init; }
    public required long HeldAmount { get; init; }
    public required long FundedAmount { get; init; }
    public required long LedgerReturnedAmount { get; init; }
    public required long ReleasedAmount { get; init; }
    public required long HeldNowAmount { get; init; }
    public required IReadOnlyList<string> Faults { get; init; }
    public required bool Closed { get; init; }
}

/// <summary>What was won, and what became of it.</summary>
internal sealed record SeenBooks(
    long IssuedCount, long IssuedAmount, long StoredCount, long StoredAmount, long UsedCount, long UsedAmount, long ExpiredCount, long ExpiredAmount, long ClaimedAmount, long ReturnedAmount)
{
    public static SeenBooks operator +(SeenBooks a, SeenBooks b) => new(
        a.IssuedCount + b.IssuedCount, a.IssuedAmount + b.IssuedAmount, a.StoredCount + b.StoredCount, a.StoredAmount + b.StoredAmount, a.UsedCount + b.UsedCount, a.UsedAmount + b.UsedAmount,
        a.ExpiredCount + b.ExpiredCount, a.ExpiredAmount + b.ExpiredAmount, a.ClaimedAmount + b.ClaimedAmount, a.ReturnedAmount + b.ReturnedAmount);
}
