namespace Hongbao.Contracts;

/// <summary>A packet as a user may see it.</summary>
public sealed record PacketView
{
    /// <summary>The packet's number.</summary>
    public long PacketNo { get; set; }
    /// <summary>Who funds it.</summary>
    public PacketKind Kind { get; set; }
    /// <summary>Its status.</summary>
    public PacketStatus Status { get; set; }
    /// <summary>The sender's uid.</summary>
    public long Sender { get; set; }
    /// <summary>The sender's name; empty when profiles give no answer.</summary>
    public string SenderName { get; set; } = "";
    /// <summary>The sender's picture; empty when there is none.</summary>
    public string SenderAvatar { get; set; } = "";
    /// <summary>Text on the cover; may be empty.</summary>
    public string Greeting { get; set; } = "";
    /// <summary>The video; empty when not published.</summary>
    public string ContentId { get; set; } = "";
    /// <summary>How it is divided.</summary>
    public SplitKind Split { get; set; }
    /// <summary>Who may claim.</summary>
    public ScopeKind Scope { get; set; }
    /// <summary>Whole amount, minor units.</summary>
    public long Amount { get; set; }
    /// <summary>ISO 4217 code.</summary>
    public string Currency { get; set; } = "";
    /// <summary>Number of shares.</summary>
    public int Count { get; set; }
    /// <summary>Greatest share, minor units; part of the draw's commitment.</summary>
    public long Cap { get; set; }
    /// <summary>Taken so far, minor units.</summary>
    public long ClaimedAmount { get; set; }
    /// <summary>Shares taken so far.</summary>
    public int ClaimedCount { get; set; }
    /// <summary>Shares that can still be taken; 0 once no claim is possible.</summary>
    public int RemainingCount { get; set; }
    /// <summary>Creation, Unix milliseconds.</summary>
    public long CreatedAtMs { get; set; }
    /// <summary>Payment deadline while unpaid, then the end of claiming, Unix milliseconds.</summary>
    public long ExpiresAtMs { get; set; }
    /// <summary>The draw's commitment.</summary>
    public string SeedHash { get; set; } = "";
    /// <summary>The draw's seed in lower-case hex once no draw is possible; empty before.</summary>
    public string Seed { get; set; } = "";
    /// <summary>The caller's claim; ClaimNo is 0 when he has none.</summary>
    public ClaimView MyClaim { get; set; } = new();
    /// <summary>Money that went back to the sender, or was set aside for him, minor units.</summary>
    public long RefundedAmount { get; set; }
    /// <summary>The payment order; only for the sender, else 0.</summary>
    public long PayOrderNo { get; set; }
}

/// <summary>Names a packet.</summary>
public sealed record PacketRequest
{
    /// <summary>The packet.</summary>
    public long PacketNo { get; set; }
}

/// <summary>A packet, or why not.</summary>
public sealed record PacketResponse
{
    /// <summary>How it ended.</summary>
    public Result Result { get; set; } = new();
    /// <summary>The packet; meaningful when Ok.</summary>
    public PacketView Packet { get; set; } = new();
}

/// <summary>A packet's status, or why not.</summary>
public sealed record PacketStatusResponse
{
    /// <summary>How it ended.</summary>
    public Result Result { get; set; } = new();
    /// <summary>The status; meaningful when Ok.</summary>
    public PacketStatus Status { get; set; }
}

/// <summary>Asks for a page of a list.</summary>
public sealed record PageRequest
{
    /// <summary>The packet whose claims are listed; 0 elsewhere.</summary>
    public long PacketNo { get; set; }
    /// <summary>The video whose packets are listed; empty elsewhere.</summary>
    public string ContentId { get; set; } = "";
    /// <summary>Calendar year in the business time zone; 0 means the present one.</summary>
    public int Year { get; set; }
    /// <summary>1 to 100.</summary>
    public int Limit { get; set; }
    /// <summary>As given by the page before; empty for the first.</summary>
    public string Cursor { get; set; } = "";
}

/// <summary>A claim in a packet's list.</summary>
public sealed record ClaimListItem
{
    /// <summary>The claim.</summary>
    public ClaimView Claim { get; set; } = new();
    /// <summary>The claimer's name; empty when profiles give no answer.</summary>
    public string Name { get; set; } = "";
    /// <summary>The claimer's picture; may be empty.</summary>
    public string Avatar { get; set; } = "";
    /// <summary>The greatest share of an exhausted packet, the earliest of equals.</summary>
    public bool Luckiest { get; set; }
}

/// <summary>A page of claims, in order of seq.</summary>
public sealed record ClaimListResponse
{
    /// <summary>How it ended.</summary>
    public Result Result { get; set; } = new();
    /// <summary>The page.</summary>
    public List<ClaimListItem> Items { get; set; } = [];
    /// <summary>Cursor of the next page; empty at the end.</summary>
    public string Next { get; set; } = "";
}

/// <summary>A page of packets.</summary>
public sealed record PacketListResponse
{
    /// <summary>How it ended.</summary>
    public Result Result { get; set; } = new();
    /// <summary>The page, newest first.</summary>
    public List<PacketView> Items { get; set; } = [];
    /// <summary>Number of packets of the year, where totals apply.</summary>
    public long TotalCount { get; set; }
    /// <summary>Their amount, minor units.</summary>
    public long TotalAmount { get; set; }
    /// <summary>Cursor of the next page; empty at the end.</summary>
    public string Next { get; set; } = "";
}

/// <summary>A share that the caller received.</summary>
public sealed record ReceivedItem
{
    /// <summary>The claim.</summary>
    public ClaimView Claim { get; set; } = new();
    /// <summary>The packet's sender.</summary>
    public long Sender { get; set; }
    /// <summary>The sender's name; may be empty.</summary>
    public string SenderName { get; set; } = "";
    /// <summary>The sender's picture; may be empty.</summary>
    public string SenderAvatar { get; set; } = "";
    /// <summary>The packet's greeting.</summary>
    public string Greeting { get; set; } = "";
}

/// <summary>A page of received shares.</summary>
public sealed record ReceivedListResponse
{
    /// <summary>How it ended.</summary>
    public Result Result { get; set; } = new();
    /// <summary>The page, newest first.</summary>
    public List<ReceivedItem> Items { get; set; } = [];
    /// <summary>Number of shares of the year that did not fail.</summary>
    public long TotalCount { get; set; }
    /// <summary>Their amount, minor units.</summary>
    public long TotalAmount { get; set; }
    /// <summary>Cursor of the next page; empty at the end.</summary>
    public string Next { get; set; } = "";
}

/// <summary>Names a claim.</summary>
public sealed record ClaimByNoRequest
{
    /// <summary>The claim.</summary>
    public long ClaimNo { get; set; }
}

/// <summary>A claim, or why not.</summary>
public sealed record ClaimByNoResponse
{
    /// <summary>How it ended.</summary>
    public Result Result { get; set; } = new();
    /// <summary>The claim; meaningful when Ok.</summary>
    public ClaimView Claim { get; set; } = new();
}

/// <summary>One share of a finished draw.</summary>
public sealed record DrawnShare
{
    /// <summary>Place in the packet.</summary>
    public int Seq { get; set; }
    /// <summary>Minor units.</summary>
    public long Amount { get; set; }
}

/// <summary>What anyone needs to recompute a packet's amounts (docs/draw.md).</summary>
public sealed record DrawResponse
{
    /// <summary>How it ended.</summary>
    public Result Result { get; set; } = new();
    /// <summary>Version of the rule.</summary>
    public int Algorithm { get; set; }
    /// <summary>The packet: number, amount, count, cap, split, seed hash and, once shown, the seed.</summary>
    public PacketView Packet { get; set; } = new();
    /// <summary>The shares taken, in order of seq, without names.</summary>
    public List<DrawnShare> Draws { get; set; } = [];
}

/// <summary>
/// Reading: details, status, lists. Changes nothing. Shows committed state only, and only of the caller's app: a thing of
/// another app does not exist.
/// </summary>
public interface IRedPacketQuery
{
    /// <summary>
    /// A packet's detail: for its sender, and once it is paid for also for its claimers and those in its scope. NotFound for
    /// others while it is unpaid or when it was closed, NotInScope when it is not meant for the caller, Degraded when that
    /// cannot be told because the host app's relations give no answer.
    /// </summary>
    Task<PacketResponse> GetPacketAsync(CallContext context, PacketRequest request, CancellationToken cancellationToken);

    /// <summary>A packet's status, for every user of the app whatever its scope, and also while it is unpaid.</summary>
    Task<PacketStatusResponse> GetStatusAsync(CallContext context, PacketRequest request, CancellationToken cancellationToken);

    /// <summary>Claims of a packet, in order of seq, for those who may see its detail; refused as the detail is.</summary>
    Task<ClaimListResponse> ListClaimsAsync(CallContext context, PageRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Packets of a video whose detail the caller may see, or without one the recent public ones that were paid for; newest
    /// first. A page looks at a bounded number of packets: it may hold fewer than asked for, even none, and have a next.
    /// Packets whose scope cannot be told for want of an answer are left out.
    /// </summary>
    Task<PacketListResponse> ListPacketsAsync(CallContext context, PageRequest request, CancellationToken cancellationToken);

    /// <summary>The caller's packets of a year by their creation, unpaid ones too, with totals of those that were paid for.</summary>
    Task<PacketListResponse> ListSentAsync(CallContext context, PageRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// The caller's shares of a year by the time of the claim, with totals. A new share appears a moment after its claim, at
    /// the latest with the repair; the packet's detail has it at once.
    /// </summary>
    Task<ReceivedListResponse> ListReceivedAsync(CallContext context, PageRequest request, CancellationToken cancellationToken);

    /// <summary>A claim, for its claimer and the packet's sender; NotFound for others.</summary>
    Task<ClaimByNoResponse> GetClaimAsync(CallContext context, ClaimByNoRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// A packet's draw, with the seed once no draw is possible; for everyone of the app, without uids. While a packet that is not
    /// public can still be claimed, only for those who may see its detail, and NotInScope for the others; uid 0 of the context is
    /// nobody. NotFound for a packet that was not paid for.
    /// </summary>
    Task<DrawResponse> GetDrawAsync(CallContext context, PacketRequest request, CancellationToken cancellationToken);
}
