using Hongbao.Contracts;
using Hongbao.Gateway.Json;

namespace Hongbao.Gateway.Endpoints;

// Read field by field in PacketEndpoints; this shape is what the document shows.

/// <summary>A packet to create.</summary>
internal sealed record CreatePacketBody
{
    /// <summary>The client's own number, 1 to 64 characters: the same number and content gives the same packet.</summary>
    public required string RequestId { get; init; }

    /// <summary>The whole amount, minor units.</summary>
    public required long Amount { get; init; }

    /// <summary>Into how many shares.</summary>
    public required int Count { get; init; }

    /// <summary>ISO 4217 code.</summary>
    public required string Currency { get; init; }

    /// <summary>How to divide.</summary>
    public required SplitKind Split { get; init; }

    /// <summary>Who may claim.</summary>
    public required ScopeBody Scope { get; init; }

    /// <summary>Text on the cover.</summary>
    public string? Greeting { get; init; }

    /// <summary>The video that the packet belongs to.</summary>
    public string? ContentId { get; init; }

    /// <summary>How long it can be claimed after activation, or after it opens when that is later, seconds.</summary>
    public int? TtlSeconds { get; init; }

    /// <summary>Shares are taken from here on; at once when absent or past.</summary>
    public Moment? OpensAt { get; init; }

    /// <summary>What has to be met by everyone who claims.</summary>
    public ConditionBody? Condition { get; init; }

    /// <summary>Where the money comes from.</summary>
    public required FundingBody Funding { get; init; }
}

/// <summary>Who may claim.</summary>
internal sealed record ScopeBody
{
    /// <summary>The kind of scope.</summary>
    public required ScopeKind Kind { get; init; }

    /// <summary>The users of an exclusive packet, 1 to 100.</summary>
    public List<Num>? Uids { get; init; }
}

/// <summary>Where the money comes from: the cashier, or a subsidy by its number or token.</summary>
internal sealed record FundingBody
{
    /// <summary>The kind of funding.</summary>
    public required FundingKind Kind { get; init; }

    /// <summary>With a subsidy: its number.</summary>
    public Num? SubsidyNo { get; init; }

    /// <summary>With a subsidy: its token, in place of the number.</summary>
    public string? Token { get; init; }
}

/// <summary>A created packet.</summary>
internal sealed record CreatedPacket
{
    /// <summary>The packet.</summary>
    public required Num PacketNo { get; init; }

    /// <summary>Who funds it.</summary>
    public required PacketKind Kind { get; init; }

    /// <summary>Its status now.</summary>
    public required PacketStatus Status { get; init; }

    /// <summary>The payment's deadline while unpaid, then the end of claiming.</summary>
    public required Moment ExpiresAt { get; init; }

    /// <summary>Its payment order; absent when a subsidy funds it.</summary>
    public PaymentPart? Payment { get; init; }

    /// <summary>The draw's commitment, lower-case hex.</summary>
    public required string SeedHash { get; init; }
}

/// <summary>A packet's payment order.</summary>
internal sealed record PaymentPart
{
    /// <summary>Its number.</summary>
    public required Num PayOrderNo { get; init; }

    /// <summary>Its status now.</summary>
    public required PaymentStatus Status { get; init; }

    /// <summary>Where the sender pays; add a ticket.</summary>
    public required string CashierUrl { get; init; }
}

/// <summary>The video that a packet is bound to.</summary>
internal sealed record ContentBody
{
    /// <summary>The video, 1 to 64 characters.</summary>
    public required string ContentId { get; init; }
}

/// <summary>A packet and the video that it is bound to.</summary>
internal sealed record PacketContent
{
    /// <summary>The packet.</summary>
    public required Num PacketNo { get; init; }

    /// <summary>The video.</summary>
    public required string ContentId { get; init; }
}

/// <summary>A packet's status.</summary>
internal sealed record PacketStatusAnswer
{
    /// <summary>The packet.</summary>
    public required Num PacketNo { get; init; }

    /// <summary>Its status.</summary>
    public required PacketStatus Status { get; init; }
}

/// <summary>Who may claim.</summary>
internal sealed record ScopePart
{
    /// <summary>The kind of scope.</summary>
    public required ScopeKind Kind { get; init; }
}

/// <summary>A packet as its viewer may see it.</summary>
internal sealed record PacketDetail
{
    /// <summary>The packet.</summary>
    public required Num PacketNo { get; init; }

    /// <summary>Who funds it.</summary>
    public required PacketKind Kind { get; init; }

    /// <summary>Its status.</summary>
    public required PacketStatus Status { get; init; }

    /// <summary>The sender's uid.</summary>
    public required Num Sender { get; init; }

    /// <summary>The sender's name; empty when it is not known.</summary>
    public required string SenderName { get; init; }

    /// <summary>The sender's picture; may be empty.</summary>
    public required string SenderAvatar { get; init; }

    /// <summary>Text on the cover; may be empty.</summary>
    public required string Greeting { get; init; }

    /// <summary>The video that it belongs to.</summary>
    public string? ContentId { get; init; }

    /// <summary>How it is divided.</summary>
    public required SplitKind Split { get; init; }

    /// <summary>The whole amount, minor units.</summary>
    public required long Amount { get; init; }

    /// <summary>ISO 4217 code.</summary>
    public required string Currency { get; init; }

    /// <summary>Number of shares.</summary>
    public required int Count { get; init; }

    /// <summary>Who may claim.</summary>
    public required ScopePart Scope { get; init; }

    /// <summary>Taken so far, minor units.</summary>
    public required long ClaimedAmount { get; init; }

    /// <summary>Shares taken so far.</summary>
    public required int ClaimedCount { get; init; }

    /// <summary>Shares that can still be taken.</summary>
    public required int RemainingCount { get; init; }

    /// <summary>When it was created.</summary>
    public required Moment CreatedAt { get; init; }

    /// <summary>The payment's deadline while unpaid, then the end of claiming.</summary>
    public required Moment ExpiresAt { get; init; }

    /// <summary>The draw's commitment, lower-case hex.</summary>
    public required string SeedHash { get; init; }

    /// <summary>The draw's seed, lower-case hex, once no more draw is possible.</summary>
    public string? Seed { get; init; }

    /// <summary>The viewer's own claim.</summary>
    public ClaimPart? MyClaim { get; init; }

    /// <summary>What went back to the sender, minor units.</summary>
    public required long RefundedAmount { get; init; }

    /// <summary>For the sender of an unpaid packet: its payment order.</summary>
    public Num? PayOrderNo { get; init; }

    /// <summary>For the sender of an unpaid packet: where he pays.</summary>
    public string? CashierUrl { get; init; }

    /// <summary>Shares are taken from here on; absent for at once.</summary>
    public Moment? OpensAt { get; init; }

    /// <summary>What has to be met by everyone who claims.</summary>
    public ConditionPart? Condition { get; init; }

    /// <summary>While it opens later: the service's time; countdowns go by it.</summary>
    public Moment? ServerTime { get; init; }

    public static PacketDetail From(PacketView view)
    {
        var payOrderNo = UnpaidOrderOf(view);
        return new PacketDetail
        {
            PacketNo = view.PacketNo,
            Kind = view.Kind,
            Status = view.Status,
            Sender = view.Sender,
            SenderName = view.SenderName,
            SenderAvatar = view.SenderAvatar,
            Greeting = view.Greeting,
            ContentId = view.ContentId.Length == 0 ? null : view.ContentId,
            Split = view.Split,
            Amount = view.Amount,
            Currency = view.Currency,
            Count = view.Count,
            Scope = new ScopePart { Kind = view.Scope },
            ClaimedAmount = view.ClaimedAmount,
            ClaimedCount = view.ClaimedCount,
            RemainingCount = view.RemainingCount,
            CreatedAt = view.CreatedAtMs,
            ExpiresAt = view.ExpiresAtMs,
            SeedHash = view.SeedHash,
            Seed = view.Seed.Length == 0 ? null : view.Seed,
            MyClaim = view.MyClaim.ClaimNo == 0 ? null : ClaimPart.From(view.MyClaim),
            RefundedAmount = view.RefundedAmount,
            PayOrderNo = Num.OrNone(payOrderNo),
            CashierUrl = payOrderNo == 0 ? null : CashierUrlOf(payOrderNo),
            OpensAt = Moment.OrNone(view.OpensAtMs),
            Condition = ConditionPart.OrNone(view.Condition),
            ServerTime = Moment.OrNone(view.NowMs),
        };
    }

    /// <summary>The payment order while there is something to pay, else 0; only the packet's sender gets it.</summary>
    public static long UnpaidOrderOf(PacketView view) => view.Status == PacketStatus.PendingPayment ? view.PayOrderNo : 0;

    /// <summary>Where an order is paid; empty when there is none.</summary>
    public static string CashierUrlOf(long payOrderNo) => payOrderNo == 0 ? "" : $"/cashier/{payOrderNo}";
}

/// <summary>A page of packets.</summary>
internal sealed record PacketPage
{
    /// <summary>The page, newest first.</summary>
    public required List<PacketDetail> Items { get; init; }

    /// <summary>Cursor of the next page; absent at the end.</summary>
    public string? Next { get; init; }
}

/// <summary>What anyone needs to recompute a packet's amounts.</summary>
internal sealed record DrawAnswer
{
    /// <summary>The packet.</summary>
    public required Num PacketNo { get; init; }

    /// <summary>Version of the rule.</summary>
    public required int Algorithm { get; init; }

    /// <summary>How it is divided.</summary>
    public required SplitKind Split { get; init; }

    /// <summary>The whole amount, minor units.</summary>
    public required long Amount { get; init; }

    /// <summary>Number of shares.</summary>
    public required int Count { get; init; }

    /// <summary>Greatest share, minor units.</summary>
    public required long Cap { get; init; }

    /// <summary>The commitment, lower-case hex.</summary>
    public required string SeedHash { get; init; }

    /// <summary>The seed, lower-case hex, once no more draw is possible.</summary>
    public string? Seed { get; init; }

    /// <summary>The shares taken, in order of seq.</summary>
    public required List<DrawnPart> Draws { get; init; }
}

/// <summary>One share of a draw.</summary>
internal sealed record DrawnPart
{
    /// <summary>Place in the packet, from 1.</summary>
    public required int Seq { get; init; }

    /// <summary>Minor units.</summary>
    public required long Amount { get; init; }
}

/// <summary>The limits of packets.</summary>
internal sealed record LimitsAnswer
{
    /// <summary>ISO 4217 code.</summary>
    public required string Currency { get; init; }

    /// <summary>Most shares of a packet.</summary>
    public required int MaxCount { get; init; }

    /// <summary>Smallest share, minor units.</summary>
    public required long MinShare { get; init; }

    /// <summary>Greatest share, minor units.</summary>
    public required long MaxShare { get; init; }

    /// <summary>Longest greeting, Unicode characters.</summary>
    public required int MaxGreeting { get; init; }

    /// <summary>Shortest time to claim, seconds.</summary>
    public required int MinTtlSeconds { get; init; }

    /// <summary>Longest time to claim, seconds.</summary>
    public required int MaxTtlSeconds { get; init; }

    /// <summary>Time to claim when none is named, seconds.</summary>
    public required int DefaultTtlSeconds { get; init; }

    /// <summary>How long after its creation a packet may open, seconds; absent when it opens at once.</summary>
    public int? MaxOpensAheadSeconds { get; init; }
}
