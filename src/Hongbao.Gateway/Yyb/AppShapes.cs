using Hongbao.Contracts;
using Hongbao.Contracts.Yyb;
using Hongbao.Gateway.Endpoints;
using Wire = Hongbao.Contracts.Yyb;

namespace Hongbao.Gateway.Yyb;

/// <summary>What modules answer, in the words of Protocol.jce. Enums of the two have the same numbers.</summary>
internal static class AppShapes
{
    public static PacketInfo Of(PacketView view)
    {
        var payOrderNo = PacketDetail.UnpaidOrderOf(view);
        return new PacketInfo
        {
            PacketNo = view.PacketNo,
            Kind = (Wire.PacketKind)view.Kind,
            Status = (Wire.PacketStatus)view.Status,
            Sender = view.Sender,
            SenderName = view.SenderName,
            SenderAvatar = view.SenderAvatar,
            Greeting = view.Greeting,
            ContentId = view.ContentId,
            Split = (Wire.SplitKind)view.Split,
            Scope = (Wire.ScopeKind)view.Scope,
            Amount = view.Amount,
            Currency = view.Currency,
            Count = view.Count,
            ClaimedAmount = view.ClaimedAmount,
            ClaimedCount = view.ClaimedCount,
            RemainingCount = view.RemainingCount,
            CreatedAtMs = view.CreatedAtMs,
            ExpiresAtMs = view.ExpiresAtMs,
            SeedHash = view.SeedHash,
            Seed = view.Seed,
            MyClaim = Of(view.MyClaim),
            RefundedAmount = view.RefundedAmount,
            PayOrderNo = payOrderNo,
            CashierUrl = PacketDetail.CashierUrlOf(payOrderNo),
            OpensAtMs = view.OpensAtMs,
            Condition = new Wire.OpeningCondition { Kind = (Wire.ConditionKind)view.Condition.Kind, Uid = view.Condition.Uid, ContentId = view.Condition.ContentId },
        };
    }

    public static ClaimInfo Of(ClaimView view) => new()
    {
        ClaimNo = view.ClaimNo,
        PacketNo = view.PacketNo,
        Uid = view.Uid,
        Seq = view.Seq,
        Amount = view.Amount,
        Status = (Wire.ClaimStatus)view.Status,
        ClaimedAtMs = view.ClaimedAtMs,
    };

    // How a claim stands is for its claimer and the packet's sender: a list, which everybody sees who may see the packet, does not tell.
    public static ClaimItem Of(ClaimListItem item) => new()
    {
        ClaimNo = item.Claim.ClaimNo,
        Uid = item.Claim.Uid,
        Seq = item.Claim.Seq,
        Amount = item.Claim.Amount,
        ClaimedAtMs = item.Claim.ClaimedAtMs,
        Name = item.Name,
        Avatar = item.Avatar,
        Luckiest = item.Luckiest,
    };

    public static Wire.ReceivedItem Of(Contracts.ReceivedItem item) =>
        new() { Claim = Of(item.Claim), Sender = item.Sender, SenderName = item.SenderName, SenderAvatar = item.SenderAvatar, Greeting = item.Greeting };

    public static Wire.WalletEntry Of(Contracts.WalletEntry entry) => new()
    {
        EntryNo = entry.EntryNo,
        Kind = entry.Kind,
        Account = entry.Account,
        Amount = entry.Amount,
        Balance = entry.Balance,
        PacketNo = entry.PacketNo,
        AtMs = entry.AtMs,
    };
}
