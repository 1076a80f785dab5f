namespace Hongbao.Contracts;

/// <summary>Who funds a packet.</summary>
public enum PacketKind
{
    /// <summary>The sender, at the cashier.</summary>
    C2C = 1,
    /// <summary>A campaign, by a subsidy.</summary>
    B2C = 2,
}

/// <summary>How a packet's amount is divided; codes are part of the draw commitment (docs/draw.md).</summary>
public enum SplitKind
{
    /// <summary>Drawn at claim time, uniform up to twice the remaining mean.</summary>
    Random = 1,
    /// <summary>Drawn like <see cref="Random"/>, then shuffled, so that no position is luckier.</summary>
    Fair = 2,
    /// <summary>The same for everyone.</summary>
    Equal = 3,
}

/// <summary>Who may claim.</summary>
public enum ScopeKind
{
    /// <summary>Everyone.</summary>
    Public = 1,
    /// <summary>The sender's followers.</summary>
    Followers = 2,
    /// <summary>The sender's friends.</summary>
    Friends = 3,
    /// <summary>The users named at creation.</summary>
    Exclusive = 4,
}

/// <summary>Where a packet is in its life; the graph is in docs/architecture.md.</summary>
public enum PacketStatus
{
    /// <summary>Waits for the sender's payment.</summary>
    PendingPayment = 1,
    /// <summary>Can be claimed until it expires.</summary>
    Active = 2,
    /// <summary>All shares are taken. Final.</summary>
    Exhausted = 3,
    /// <summary>Its time is over; what was left is asked to be refunded.</summary>
    Expired = 4,
    /// <summary>The refund order is at finance.</summary>
    Refunding = 5,
    /// <summary>What was left is back with the sender. Final.</summary>
    Refunded = 6,
    /// <summary>Not paid in time. Final.</summary>
    Closed = 7,
}

/// <summary>Where a payment order is in its life.</summary>
public enum PaymentStatus
{
    /// <summary>Waits at the cashier.</summary>
    Pending = 1,
    /// <summary>Paid in time; funds its packet. Final.</summary>
    Succeeded = 2,
    /// <summary>Its time is over; finance is asked to close it.</summary>
    Closing = 3,
    /// <summary>Closed at finance for ever. Final.</summary>
    Closed = 4,
    /// <summary>Paid after its packet closed; one refund order returns it. Final.</summary>
    PaidLate = 5,
}

/// <summary>Where a claim is in its life. <see cref="Transferring"/> is derived from the transfer order, not stored.</summary>
public enum ClaimStatus
{
    /// <summary>Taken; its transfer is asked for.</summary>
    Claimed = 1,
    /// <summary>The transfer order is at finance.</summary>
    Transferring = 2,
    /// <summary>On the receiver's balance. Final.</summary>
    Transferred = 3,
    /// <summary>Finance refused the transfer for good; the share returned to the sender. Final.</summary>
    Failed = 4,
}

/// <summary>Asks to create a packet and its payment order.</summary>
public sealed record CreatePacketRequest
{
    /// <summary>The caller's own number, 1 to 64 characters; unique per app, user and operation for a year.</summary>
    public string RequestId { get; set; } = "";
    /// <summary>The whole amount in minor units.</summary>
    public long Amount { get; set; }
    /// <summary>Into how many shares.</summary>
    public int Count { get; set; }
    /// <summary>ISO 4217 code.</summary>
    public string Currency { get; set; } = "";
    /// <summary>How to divide.</summary>
    public SplitKind Split { get; set; }
    /// <summary>Who may claim.</summary>
    public ScopeKind Scope { get; set; }
    /// <summary>The users of an exclusive packet, 1 to 100; empty otherwise.</summary>
    public List<long> ScopeUids { get; set; } = [];
    /// <summary>Optional text on the cover.</summary>
    public string Greeting { get; set; } = "";
    /// <summary>Optional video that the packet belongs to.</summary>
    public string ContentId { get; set; } = "";
    /// <summary>How long it can be claimed after activation, in seconds; 0 means the default.</summary>
    public int TtlSeconds { get; set; }
}

/// <summary>A packet as it was created: a repetition of the request has the first answer, whatever has become of the packet since.</summary>
public sealed record CreatePacketResponse
{
    /// <summary>How it ended.</summary>
    public Result Result { get; set; } = new();
    /// <summary>The packet's number.</summary>
    public long PacketNo { get; set; }
    /// <summary>Who funds it.</summary>
    public PacketKind Kind { get; set; }
    /// <summary>Its first status.</summary>
    public PacketStatus Status { get; set; }
    /// <summary>The payment's deadline; Unix milliseconds.</summary>
    public long ExpiresAtMs { get; set; }
    /// <summary>The payment order's number.</summary>
    public long PayOrderNo { get; set; }
    /// <summary>The payment order's first status.</summary>
    public PaymentStatus PaymentStatus { get; set; }
    /// <summary>The draw's commitment, lower-case hex (docs/draw.md).</summary>
    public string SeedHash { get; set; } = "";
    /// <summary>True when an earlier request with the same id made the packet.</summary>
    public bool Repeated { get; set; }
}

/// <summary>Asks to bind a paid packet to the video that was published with it.</summary>
public sealed record SetContentRequest
{
    /// <summary>The packet.</summary>
    public long PacketNo { get; set; }
    /// <summary>The video, 1 to 64 characters.</summary>
    public string ContentId { get; set; } = "";
}

/// <summary>Answer to <see cref="SetContentRequest"/>.</summary>
public sealed record SetContentResponse
{
    /// <summary>How it ended.</summary>
    public Result Result { get; set; } = new();
}

/// <summary>One user's taken share.</summary>
public sealed record ClaimView
{
    /// <summary>The claim's number.</summary>
    public long ClaimNo { get; set; }
    /// <summary>The packet's number.</summary>
    public long PacketNo { get; set; }
    /// <summary>Who took it.</summary>
    public long Uid { get; set; }
    /// <summary>Its place in the packet, from 1.</summary>
    public int Seq { get; set; }
    /// <summary>Minor units.</summary>
    public long Amount { get; set; }
    /// <summary>Its status.</summary>
    public ClaimStatus Status { get; set; }
    /// <summary>When it was taken, Unix milliseconds.</summary>
    public long ClaimedAtMs { get; set; }
}

/// <summary>Asks for the caller's share of a packet.</summary>
public sealed record ClaimRequest
{
    /// <summary>The packet.</summary>
    public long PacketNo { get; set; }
}

/// <summary>The caller's share; the same for every repetition.</summary>
public sealed record ClaimResponse
{
    /// <summary>How it ended.</summary>
    public Result Result { get; set; } = new();
    /// <summary>The claim; meaningful when the result is Ok.</summary>
    public ClaimView Claim { get; set; } = new();
    /// <summary>Shares left after it.</summary>
    public int RemainingCount { get; set; }
}

/// <summary>Names a payment order of Core.</summary>
public sealed record PaymentRequest
{
    /// <summary>The payment order's number.</summary>
    public long PayOrderNo { get; set; }
}

/// <summary>A payment order's state in Core.</summary>
public sealed record PaymentResponse
{
    /// <summary>How it ended.</summary>
    public Result Result { get; set; } = new();
    /// <summary>The order.</summary>
    public long PayOrderNo { get; set; }
    /// <summary>The packet that it funds.</summary>
    public long PacketNo { get; set; }
    /// <summary>Who pays.</summary>
    public long Uid { get; set; }
    /// <summary>Its status.</summary>
    public PaymentStatus Status { get; set; }
}

/// <summary>A callback of finance as it came over HTTP, not yet verified.</summary>
public sealed record FinanceCallbackRequest
{
    /// <summary>The body, as received.</summary>
    public string Body { get; set; } = "";
    /// <summary>Unix seconds, from the header.</summary>
    public string Timestamp { get; set; } = "";
    /// <summary>Unique per attempt, from the header.</summary>
    public string Nonce { get; set; } = "";
    /// <summary>Hex HMAC-SHA256, from the header.</summary>
    public string Signature { get; set; } = "";
}

/// <summary>Answer to a callback: Ok also for one that was known before.</summary>
public sealed record FinanceCallbackResponse
{
    /// <summary>How it ended.</summary>
    public Result Result { get; set; } = new();
}

/// <summary>Asks Core for what it handed over and has no end for, by age: the pull of the answering side.</summary>
public sealed record PullRequest
{
    /// <summary>First slot, inclusive.</summary>
    public int SlotFrom { get; set; }
    /// <summary>Last slot, inclusive.</summary>
    public int SlotTo { get; set; }
    /// <summary>Only what was handed over before this, Unix milliseconds.</summary>
    public long OlderThanMs { get; set; }
    /// <summary>Continue after this number; 0 to start.</summary>
    public long AfterNo { get; set; }
    /// <summary>At most so many items are looked at, 1 to 4,000.</summary>
    public int Limit { get; set; }
}

/// <summary>Claims whose transfer has no end yet.</summary>
public sealed record PullTransfersResponse
{
    /// <summary>How it ended.</summary>
    public Result Result { get; set; } = new();
    /// <summary>In order of claim number.</summary>
    public List<TransferWanted> Items { get; set; } = [];
    /// <summary>Where to go on: every claim up to here was looked at.</summary>
    public long NextAfterNo { get; set; }
    /// <summary>True when nothing more is old enough.</summary>
    public bool Finished { get; set; }
}

/// <summary>Refunds that Core wants and has no end for.</summary>
public sealed record PullRefundsResponse
{
    /// <summary>How it ended.</summary>
    public Result Result { get; set; } = new();
    /// <summary>In order of the cause's number.</summary>
    public List<RefundWanted> Items { get; set; } = [];
}

/// <summary>Everything that decides about packets, claims and payments.</summary>
public interface IRedPacketCore
{
    /// <summary>Creates a packet and its payment order. Idempotent by request id.</summary>
    Task<CreatePacketResponse> CreatePacketAsync(CallContext context, CreatePacketRequest request, CancellationToken cancellationToken);

    /// <summary>Binds a packet to a video, by its sender, once. Repeating the same value is Ok.</summary>
    Task<SetContentResponse> SetContentAsync(CallContext context, SetContentRequest request, CancellationToken cancellationToken);

    /// <summary>Takes the caller's share. Idempotent by packet and user.</summary>
    Task<ClaimResponse> ClaimAsync(CallContext context, ClaimRequest request, CancellationToken cancellationToken);

    /// <summary>Makes sure that finance knows the order, for the cashier page. Idempotent.</summary>
    Task<PaymentResponse> PreparePaymentAsync(CallContext context, PaymentRequest request, CancellationToken cancellationToken);

    /// <summary>Asks finance for the order's outcome now and advances it. Idempotent.</summary>
    Task<PaymentResponse> CheckPaymentAsync(CallContext context, PaymentRequest request, CancellationToken cancellationToken);

    /// <summary>Takes a signed callback about a payment. A known nonce is Ok without effect.</summary>
    Task<FinanceCallbackResponse> FinanceCallbackAsync(CallContext context, FinanceCallbackRequest request, CancellationToken cancellationToken);

    /// <summary>Claims older than the given time whose transfer has no end, for Async's pull.</summary>
    Task<PullTransfersResponse> PullTransfersAsync(CallContext context, PullRequest request, CancellationToken cancellationToken);

    /// <summary>Refunds wanted since before the given time that have no end, for Async's pull.</summary>
    Task<PullRefundsResponse> PullRefundsAsync(CallContext context, PullRequest request, CancellationToken cancellationToken);
}
