using Hongbao.Contracts;
using Hongbao.Gateway.Json;

namespace Hongbao.Gateway.Endpoints;

/// <summary>The caller as the platform sees him.</summary>
internal sealed record MeAnswer
{
    /// <summary>The caller.</summary>
    public required Num Uid { get; init; }

    /// <summary>His name; empty when it is not known.</summary>
    public required string Name { get; init; }

    /// <summary>His picture; may be empty.</summary>
    public required string Avatar { get; init; }

    /// <summary>The app that he uses.</summary>
    public required string App { get; init; }
}

/// <summary>Sums of a year.</summary>
internal sealed record Totals
{
    /// <summary>How many.</summary>
    public required long Count { get; init; }

    /// <summary>Minor units.</summary>
    public required long Amount { get; init; }
}

/// <summary>A page of packets that the caller sent in a year.</summary>
internal sealed record SentPage
{
    /// <summary>The page, newest first.</summary>
    public required List<PacketDetail> Items { get; init; }

    /// <summary>Of the whole year, not of the page.</summary>
    public required Totals Totals { get; init; }

    /// <summary>Cursor of the next page; absent at the end.</summary>
    public string? Next { get; init; }
}

/// <summary>A share that the caller received.</summary>
internal sealed record ReceivedRow
{
    /// <summary>The claim.</summary>
    public required Num ClaimNo { get; init; }

    /// <summary>The packet.</summary>
    public required Num PacketNo { get; init; }

    /// <summary>Its place in the packet, from 1.</summary>
    public required int Seq { get; init; }

    /// <summary>Who sent the packet.</summary>
    public required Num Sender { get; init; }

    /// <summary>His name; empty when it is not known.</summary>
    public required string SenderName { get; init; }

    /// <summary>His picture; may be empty.</summary>
    public required string SenderAvatar { get; init; }

    /// <summary>Text on the cover; may be empty.</summary>
    public required string Greeting { get; init; }

    /// <summary>Minor units.</summary>
    public required long Amount { get; init; }

    /// <summary>Its status.</summary>
    public required ClaimStatus Status { get; init; }

    /// <summary>When it was taken.</summary>
    public required Moment ClaimedAt { get; init; }
}

/// <summary>A page of shares that the caller received in a year.</summary>
internal sealed record ReceivedPage
{
    /// <summary>The page, newest first.</summary>
    public required List<ReceivedRow> Items { get; init; }

    /// <summary>Of the whole year, not of the page.</summary>
    public required Totals Totals { get; init; }

    /// <summary>Cursor of the next page; absent at the end.</summary>
    public string? Next { get; init; }
}

/// <summary>The caller's balances.</summary>
internal sealed record WalletAnswer
{
    /// <summary>ISO 4217 code.</summary>
    public required string Currency { get; init; }

    /// <summary>What he can spend, minor units.</summary>
    public required long Change { get; init; }

    /// <summary>What campaigns gave him, minor units.</summary>
    public required long Reward { get; init; }
}

/// <summary>A line of the caller's statement.</summary>
internal sealed record WalletEntryRow
{
    /// <summary>The line.</summary>
    public required Num EntryNo { get; init; }

    /// <summary>What happened: transfer, refund, ...</summary>
    public required string Kind { get; init; }

    /// <summary>Which balance: change or reward.</summary>
    public required string Account { get; init; }

    /// <summary>Signed, minor units.</summary>
    public required long Amount { get; init; }

    /// <summary>The balance after it, minor units.</summary>
    public required long Balance { get; init; }

    /// <summary>The packet that it belongs to.</summary>
    public Num? PacketNo { get; init; }

    /// <summary>When it happened.</summary>
    public required Moment At { get; init; }
}

/// <summary>A page of the caller's statement.</summary>
internal sealed record WalletEntryPage
{
    /// <summary>The page, newest first.</summary>
    public required List<WalletEntryRow> Items { get; init; }

    /// <summary>Cursor of the next page; absent at the end.</summary>
    public string? Next { get; init; }
}

/// <summary>A subsidy of the caller: the right to send one packet of its amount at a campaign's cost.</summary>
internal sealed record SubsidyRow
{
    /// <summary>Its number, once it is stored; a packet is funded by it or by the token.</summary>
    public Num? SubsidyNo { get; init; }

    /// <summary>Proves it; absent when the campaign gives no answer, or the subsidy cannot be used any more.</summary>
    public string? Token { get; init; }

    /// <summary>The campaign that gave it.</summary>
    public required Num CampaignId { get; init; }

    /// <summary>Minor units.</summary>
    public required long Amount { get; init; }

    /// <summary>ISO 4217 code.</summary>
    public required string Currency { get; init; }

    /// <summary>Its status.</summary>
    public required SubsidyStatus Status { get; init; }

    /// <summary>When it can be used no more.</summary>
    public required Moment ExpiresAt { get; init; }

    /// <summary>The packet that it was used for.</summary>
    public Num? PacketNo { get; init; }
}

/// <summary>The caller's subsidies.</summary>
internal sealed record SubsidyList
{
    /// <summary>Those that can be used first, the soonest to expire before.</summary>
    public required List<SubsidyRow> Items { get; init; }

    /// <summary>Whose part is missing for want of an answer: campaign, or nothing.</summary>
    public required List<string> Degraded { get; init; }
}

/// <summary>Stands for a token once, where no header can be sent.</summary>
internal sealed record TicketAnswer
{
    /// <summary>For the parameter of the same name.</summary>
    public required string Ticket { get; init; }

    /// <summary>When it ends.</summary>
    public required Moment ExpiresAt { get; init; }
}
