namespace Hongbao.Contracts;

/// <summary>Names of the messages between modules.</summary>
public static class Topics
{
    /// <summary><see cref="ClaimsAccepted"/>: Core to Async (transfers) and Query (received lists).</summary>
    public const string ClaimsAccepted = "claims.accepted";
    /// <summary><see cref="RefundsRequested"/>: Core to Async.</summary>
    public const string RefundsRequested = "refunds.requested";
    /// <summary><see cref="TransfersSettled"/>: Async to Core.</summary>
    public const string TransfersSettled = "transfers.settled";
    /// <summary><see cref="RefundsAdvanced"/>: Async to Core.</summary>
    public const string RefundsAdvanced = "refunds.advanced";
    /// <summary><see cref="OrdersDue"/>: Async to itself, delayed: ask finance for those still unanswered.</summary>
    public const string OrdersDue = "orders.due";
}

/// <summary>A claim whose credit Core asks for. The claim number is the owner's number of the transfer.</summary>
public sealed record TransferWanted
{
    /// <summary>The tenant.</summary>
    public string App { get; set; } = "";
    /// <summary>The claim.</summary>
    public long ClaimNo { get; set; }
    /// <summary>The packet whose escrow pays.</summary>
    public long PacketNo { get; set; }
    /// <summary>The payment that funded the packet; a refused transfer is refunded against it.</summary>
    public long PayOrderNo { get; set; }
    /// <summary>Who sent the packet; a refused transfer goes back to him.</summary>
    public long SenderUid { get; set; }
    /// <summary>Who is credited.</summary>
    public long Uid { get; set; }
    /// <summary>Place in the packet.</summary>
    public int Seq { get; set; }
    /// <summary>Minor units.</summary>
    public long Amount { get; set; }
    /// <summary>ISO 4217 code.</summary>
    public string Currency { get; set; } = "";
    /// <summary>Change for C2C, reward balance for B2C.</summary>
    public PacketKind Kind { get; set; }
    /// <summary>When it was claimed, Unix milliseconds.</summary>
    public long ClaimedAtMs { get; set; }
}

/// <summary>Claims of one lane batch.</summary>
public sealed record ClaimsAccepted
{
    /// <summary>In the order of the batch.</summary>
    public List<TransferWanted> Items { get; set; } = [];
}

/// <summary>Why money goes back to the sender; with the cause's number it identifies a refund order.</summary>
public enum RefundCause
{
    /// <summary>The packet expired; the number is the packet's.</summary>
    Expiry = 1,
    /// <summary>A transfer was refused for good; the number is the claim's.</summary>
    FailedClaim = 2,
    /// <summary>Paid after the packet closed; the number is the payment order's.</summary>
    LatePayment = 3,
}

/// <summary>A refund that is asked for. Cause and number together are the owner's number.</summary>
public sealed record RefundWanted
{
    /// <summary>The tenant.</summary>
    public string App { get; set; } = "";
    /// <summary>Why.</summary>
    public RefundCause Cause { get; set; }
    /// <summary>The number of the packet, claim or payment that causes it.</summary>
    public long CauseNo { get; set; }
    /// <summary>The packet whose escrow pays.</summary>
    public long PacketNo { get; set; }
    /// <summary>The payment that is refunded.</summary>
    public long PayOrderNo { get; set; }
    /// <summary>The sender.</summary>
    public long Uid { get; set; }
    /// <summary>Minor units, at least 1.</summary>
    public long Amount { get; set; }
    /// <summary>ISO 4217 code.</summary>
    public string Currency { get; set; } = "";
}

/// <summary>Refunds asked for by Core.</summary>
public sealed record RefundsRequested
{
    /// <summary>In no particular order.</summary>
    public List<RefundWanted> Items { get; set; } = [];
}

/// <summary>The final outcome of a transfer.</summary>
public sealed record TransferOutcome
{
    /// <summary>The claim that it credits.</summary>
    public long ClaimNo { get; set; }
    /// <summary>The packet.</summary>
    public long PacketNo { get; set; }
    /// <summary><see cref="OrderStatus.Succeeded"/> or <see cref="OrderStatus.Failed"/>.</summary>
    public OrderStatus Status { get; set; }
}

/// <summary>Transfers that ended.</summary>
public sealed record TransfersSettled
{
    /// <summary>In no particular order.</summary>
    public List<TransferOutcome> Items { get; set; } = [];
}

/// <summary>How far a refund is.</summary>
public sealed record RefundProgress
{
    /// <summary>Why.</summary>
    public RefundCause Cause { get; set; }
    /// <summary>The cause's number.</summary>
    public long CauseNo { get; set; }
    /// <summary>The packet.</summary>
    public long PacketNo { get; set; }
    /// <summary>The order's status.</summary>
    public OrderStatus Status { get; set; }
}

/// <summary>Refunds that moved.</summary>
public sealed record RefundsAdvanced
{
    /// <summary>In no particular order.</summary>
    public List<RefundProgress> Items { get; set; } = [];
}

/// <summary>Orders to ask finance about, if they are still unanswered.</summary>
public sealed record OrdersDue
{
    /// <summary>Transfer numbers, which are those of their claims.</summary>
    public List<long> TransferNos { get; set; } = [];
    /// <summary>Refund numbers.</summary>
    public List<long> RefundNos { get; set; } = [];
}
