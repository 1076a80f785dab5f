using Hongbao.Contracts;
using Hongbao.Foundation.Numbers;

namespace Hongbao.Async.Orders.Fundings;

/// <summary>A funding order's row.</summary>
internal sealed class FundingRow
{
    public const string Columns = "packet_no, slot, app, campaign_id, external_no, uid, amount, currency, issued_at, expires_at, verified_at, state";

    public long PacketNo { get; init; }
    public int Slot { get; init; }
    public string App { get; init; } = "";
    public long CampaignId { get; init; }
    public string ExternalNo { get; init; } = "";
    public long Uid { get; init; }
    public long Amount { get; init; }
    public string Currency { get; init; } = "";
    public long IssuedAt { get; init; }
    public long ExpiresAt { get; init; }

    /// <summary>When the campaign said that the win is its own; null before.</summary>
    public long? VerifiedAt { get; init; }

    public OrderStatus State { get; init; }

    /// <summary>What must be the same whenever the packet comes again.</summary>
    public (string App, long CampaignId, string ExternalNo, long Uid, long Amount, string Currency, long IssuedAt, long ExpiresAt) Content =>
        (App, CampaignId, ExternalNo, Uid, Amount, Currency, IssuedAt, ExpiresAt);

    /// <summary>A new order for a packet; its number is the packet's.</summary>
    public static FundingRow Of(FundingWanted wanted) => new()
    {
        PacketNo = wanted.PacketNo,
        Slot = Number.SlotFrom(wanted.PacketNo),
        App = wanted.Subsidy.App,
        CampaignId = wanted.Subsidy.CampaignId,
        ExternalNo = wanted.Subsidy.ExternalNo,
        Uid = wanted.Subsidy.Uid,
        Amount = wanted.Subsidy.Amount,
        Currency = wanted.Subsidy.Currency,
        IssuedAt = wanted.Subsidy.IssuedAtMs,
        ExpiresAt = wanted.Subsidy.ExpiresAtMs,
        State = OrderStatus.Pending,
    };

    /// <summary>The win that pays, as it was issued.</summary>
    public SubsidyIssued ToWin() => new()
    {
        App = App,
        ExternalNo = ExternalNo,
        Uid = Uid,
        CampaignId = CampaignId,
        Amount = Amount,
        Currency = Currency,
        ExpiresAtMs = ExpiresAt,
        IssuedAtMs = IssuedAt,
    };
}
