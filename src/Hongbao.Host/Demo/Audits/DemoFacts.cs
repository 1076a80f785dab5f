using Hongbao.Contracts;
using Hongbao.Host.Demo.Plans;
using Hongbao.Host.Draws;

namespace Hongbao.Host.Demo.Audits;

/// <summary>All that was seen from outside; amounts in minor units.</summary>
internal sealed record DemoFacts
{
    /// <summary>Every packet whose creation was acknowledged.</summary>
    public required IReadOnlyList<PacketFacts> Packets { get; init; }

    /// <summary>Every claim that was acknowledged, repetitions included.</summary>
    public required IReadOnlyList<AcknowledgedClaim> Claims { get; init; }

    /// <summary>Every refusal of a claim.</summary>
    public required IReadOnlyList<RefusedClaim> Refusals { get; init; }

    /// <summary>Every user of the demo, and whoever else took a share.</summary>
    public required IReadOnlyList<UserFacts> Users { get; init; }

    /// <summary>What was wrong while it ran: answers that should not have come.</summary>
    public IReadOnlyList<Finding> Incidents { get; init; } = [];

    /// <summary>What finance's own check of its ledger found.</summary>
    public IReadOnlyList<string> LedgerFaults { get; init; } = [];

    /// <summary>Finance's ledger before the demo.</summary>
    public required LedgerTotals LedgerBefore { get; init; }

    /// <summary>The same at the end.</summary>
    public required LedgerTotals LedgerAfter { get; init; }
}

/// <summary>What the audit looks at of finance's ledger, in the currency of the demo's packets.</summary>
/// <param name="Outside">The bank outside, minus all the money that came in.</param>
/// <param name="Escrow">Money of packets.</param>
/// <param name="EscrowAccounts">One for each packet that was ever paid for.</param>
/// <param name="Unclaimed">Set aside, because it could not be returned.</param>
internal sealed record LedgerTotals(long Outside, long Escrow, long EscrowAccounts, long Unclaimed);

/// <summary>A share that the server said was taken.</summary>
internal sealed record AcknowledgedClaim(long PacketNo, long Uid, long ClaimNo, int Seq, long Amount);

/// <summary>A claim that the server refused, with the problem's code.</summary>
internal sealed record RefusedClaim(long PacketNo, long Uid, string Code);

/// <summary>A packet: what was asked for, what was acknowledged, and what the server shows at the end.</summary>
internal sealed record PacketFacts
{
    public required PacketPlan Plan { get; init; }

    public required long PacketNo { get; init; }

    /// <summary>The commitment shown at creation.</summary>
    public required string SeedHash { get; init; }

    /// <summary>The video that it must be bound to; null for none.</summary>
    public string? ContentId { get; init; }

    /// <summary>True when the cashier said that it is paid.</summary>
    public required bool IsPaid { get; init; }

    /// <summary>The packet as its sender sees it; null when the server does not know it.</summary>
    public SeenPacket? Seen { get; init; }

    public IReadOnlyList<SeenClaim> Claims { get; init; } = [];

    /// <summary>Its draw; null when the server shows none.</summary>
    public ShownDraw? Draw { get; init; }
}

/// <summary>A packet as the server shows it.</summary>
internal sealed record SeenPacket
{
    public required PacketStatus Status { get; init; }

    public required long Sender { get; init; }

    public required long Amount { get; init; }

    public required int Count { get; init; }

    public required SplitKind Split { get; init; }

    public required string Greeting { get; init; }

    public string? ContentId { get; init; }

    public required long ClaimedAmount { get; init; }

    public required int ClaimedCount { get; init; }

    public required int RemainingCount { get; init; }

    public required long RefundedAmount { get; init; }

    public required string SeedHash { get; init; }

    public string? Seed { get; init; }

    /// <summary>Nothing will change its status any more.</summary>
    public bool IsFinal => Status is PacketStatus.Exhausted or PacketStatus.Refunded or PacketStatus.Closed;

    /// <summary>No share can be taken any more.</summary>
    public bool IsOver => IsFinal || Status is PacketStatus.Expired or PacketStatus.Refunding;
}

/// <summary>A claim as the server shows it.</summary>
internal sealed record SeenClaim
{
    public required long ClaimNo { get; init; }

    public required int Seq { get; init; }

    public required long Uid { get; init; }

    public required long Amount { get; init; }

    public required ClaimStatus Status { get; init; }

    public bool Luckiest { get; init; }

    public bool IsFinal => Status is ClaimStatus.Transferred or ClaimStatus.Failed;
}

/// <summary>A user's money and totals.</summary>
internal sealed record UserFacts
{
    public required long Uid { get; init; }

    /// <summary>Before the demo; null for someone who is not of the demo.</summary>
    public Balances? Before { get; init; }

    /// <summary>After it; null for someone who is not of the demo.</summary>
    public Balances? After { get; init; }

    /// <summary>New lines of his statement, newest first.</summary>
    public required IReadOnlyList<StatementEntry> Entries { get; init; }
}

/// <summary>Balance and totals of a user at a moment.</summary>
internal sealed record Balances(long Change, long SentCount, long SentAmount, long ReceivedCount, long ReceivedAmount);

/// <summary>A line of a user's statement.</summary>
/// <param name="EntryNo">Grows with time.</param>
/// <param name="Kind">transfer, refund, ...</param>
/// <param name="Amount">Signed.</param>
/// <param name="Balance">The balance after it.</param>
/// <param name="PacketNo">The packet that it belongs to, or 0.</param>
internal sealed record StatementEntry(long EntryNo, string Kind, long Amount, long Balance, long PacketNo);
