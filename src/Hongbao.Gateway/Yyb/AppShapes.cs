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
            Condition = Of(view.Condition),
            ServerTimeMs = view.NowMs,
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

    public static SubsidyInfo Of(SubsidyItem item) => new()
    {
        SubsidyNo = item.SubsidyNo,
        Token = item.Token,
        CampaignId = item.CampaignId,
        Amount = item.Amount,
        Currency = item.Currency,
        Status = (Wire.SubsidyStatus)item.Status,
        ExpiresAtMs = item.ExpiresAtMs,
        PacketNo = item.PacketNo,
    };

    public static WithdrawalInfo Of(WithdrawalResponse withdrawal) => new()
    {
        WithdrawalNo = withdrawal.WithdrawalNo,
        Amount = withdrawal.Amount,
        Currency = withdrawal.Currency,
        Status = (Wire.WithdrawalStatus)withdrawal.Status,
        CreatedAtMs = withdrawal.CreatedAtMs,
    };

    public static CampaignInfo Of(CampaignView view) => new()
    {
        CampaignId = view.CampaignId,
        Name = view.Name,
        Status = (Wire.CampaignStatus)view.Status,
        Currency = view.Currency,
        StartsAtMs = view.StartsAtMs,
        EndsAtMs = view.EndsAtMs,
        Rounds = view.Rounds.ConvertAll(Of),
        Condition = Of(view.Condition),
        Prizes = view.Prizes.ConvertAll(static p => new PrizeInfo { Amount = p.Amount, Quantity = p.Quantity, ChancePpb = p.ChancePpb }),
        PassPpb = view.PassPpb,
    };

    private static RoundInfo Of(RoundView view) => new()
    {
        Round = view.Plan.Round,
        StartsAtMs = view.Plan.StartsAtMs,
        EndsAtMs = view.Plan.EndsAtMs,
        YourStartAtMs = view.YourStartAtMs,
        SecretHash = view.SecretHash,
        Secret = view.Secret,
    };

    // A password only ever comes in.
    private static Wire.OpeningCondition Of(Contracts.OpeningCondition condition) =>
        new() { Kind = (Wire.ConditionKind)condition.Kind, Uid = condition.Uid, ContentId = condition.ContentId };
}
