using Hongbao.Contracts;
using Hongbao.Foundation.Numbers;

namespace Hongbao.Async.Orders.Refunds;

/// <summary>A refund order's row.</summary>
internal sealed record RefundRow
{
    public const string Columns = "refund_no, slot, app, cause, cause_no, packet_no, pay_order_no, uid, amount, currency, campaign_id, state";

    public long RefundNo { get; init; }
    public int Slot { get; init; }
    public string App { get; init; } = "";
    public RefundCause Cause { get; init; }
    public long CauseNo { get; init; }
    public long PacketNo { get; init; }
    public long PayOrderNo { get; init; }
    public long Uid { get; init; }
    public long Amount { get; init; }
    public string Currency { get; init; } = "";
    public long CampaignId { get; init; }
    public OrderStatus State { get; init; }

    /// <summary>True when a campaign paid: its money has to be in the packet's escrow before any can go back.</summary>
    public bool NeedsFunding => CampaignId != 0;

    /// <summary>What must be the same whenever the cause comes again.</summary>
    public (string App, long PacketNo, long PayOrderNo, long Uid, long Amount, string Currency, long CampaignId) Content =>
        (App, PacketNo, PayOrderNo, Uid, Amount, Currency, CampaignId);

    /// <summary>A new order for a cause.</summary>
    public static RefundRow Of(long refundNo, RefundWanted wanted) => new()
    {
        RefundNo = refundNo,
        Slot = Number.SlotFrom(refundNo),
        App = wanted.App,
        Cause = wanted.Cause,
        CauseNo = wanted.CauseNo,
        PacketNo = wanted.PacketNo,
        PayOrderNo = wanted.PayOrderNo,
        Uid = wanted.Uid,
        Amount = wanted.Amount,
        Currency = wanted.Currency,
        CampaignId = wanted.CampaignId,
        State = OrderStatus.Pending,
    };
}
