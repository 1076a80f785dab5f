using Hongbao.Contracts;
using Hongbao.Foundation.Numbers;

namespace Hongbao.Async.Orders.Transfers;

/// <summary>A transfer order's row.</summary>
internal sealed class TransferRow
{
    public const string Columns =
        "transfer_no, slot, app, claim_no, packet_no, pay_order_no, sender_uid, uid, amount, currency, kind, campaign_id, state";

    public long TransferNo { get; init; }
    public int Slot { get; init; }
    public string App { get; init; } = "";
    public long ClaimNo { get; init; }
    public long PacketNo { get; init; }
    public long PayOrderNo { get; init; }
    public long SenderUid { get; init; }
    public long Uid { get; init; }
    public long Amount { get; init; }
    public string Currency { get; init; } = "";
    public PacketKind Kind { get; init; }
    public long CampaignId { get; init; }
    public OrderStatus State { get; init; }

    /// <summary>True when a campaign pays: its money has to be in the packet's escrow first.</summary>
    public bool NeedsFunding => Kind == PacketKind.B2C;

    /// <summary>What must be the same whenever the claim comes again.</summary>
    public (string App, long PacketNo, long PayOrderNo, long SenderUid, long Uid, long Amount, string Currency, PacketKind Kind, long CampaignId) Content =>
        (App, PacketNo, PayOrderNo, SenderUid, Uid, Amount, Currency, Kind, CampaignId);

    /// <summary>A new order for a claim; its number is the claim's.</summary>
    public static TransferRow Of(TransferWanted wanted) => new()
    {
        TransferNo = wanted.ClaimNo,
        Slot = Number.SlotFrom(wanted.ClaimNo),
        App = wanted.App,
        ClaimNo = wanted.ClaimNo,
        PacketNo = wanted.PacketNo,
        PayOrderNo = wanted.PayOrderNo,
        SenderUid = wanted.SenderUid,
        Uid = wanted.Uid,
        Amount = wanted.Amount,
        Currency = wanted.Currency,
        Kind = wanted.Kind,
        CampaignId = wanted.CampaignId,
        State = OrderStatus.Pending,
    };

    /// <summary>What goes back when finance refuses it: to the sender, or to the campaign.</summary>
    public RefundWanted ToRefund() => new()
    {
        App = App,
        Cause = RefundCause.FailedClaim,
        CauseNo = ClaimNo,
        PacketNo = PacketNo,
        PayOrderNo = PayOrderNo,
        Uid = SenderUid,
        Amount = Amount,
        Currency = Currency,
        CampaignId = CampaignId,
    };
}
