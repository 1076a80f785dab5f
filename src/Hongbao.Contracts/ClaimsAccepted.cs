namespace Hongbao.Contracts;

/// <content>The two forms of what it says.</content>
public sealed partial record ClaimsAccepted
{
    /// <summary>The same as wishes, one for each claim.</summary>
    public IEnumerable<TransferWanted> Wanted() => Packets.SelectMany(static p => p.Claims, static (p, claim) => new TransferWanted
    {
        App = p.App,
        ClaimNo = claim.ClaimNo,
        PacketNo = p.PacketNo,
        PayOrderNo = p.PayOrderNo,
        SenderUid = p.SenderUid,
        Uid = claim.Uid,
        Seq = claim.Seq,
        Amount = claim.Amount,
        Currency = p.Currency,
        Kind = p.Kind,
        ClaimedAtMs = p.ClaimedAtMs,
        CampaignId = p.CampaignId,
    });

    /// <summary>The message that says these wishes.</summary>
    public static ClaimsAccepted Of(IEnumerable<TransferWanted> wanted) => new()
    {
        Packets =
        [
            .. wanted.GroupBy(static w => (w.App, w.PacketNo, w.PayOrderNo, w.SenderUid, w.Currency, w.Kind, w.ClaimedAtMs, w.CampaignId)).Select(static g => new PacketClaims
            {
                App = g.Key.App,
                PacketNo = g.Key.PacketNo,
                PayOrderNo = g.Key.PayOrderNo,
                SenderUid = g.Key.SenderUid,
                Currency = g.Key.Currency,
                Kind = g.Key.Kind,
                ClaimedAtMs = g.Key.ClaimedAtMs,
                CampaignId = g.Key.CampaignId,
                Claims = [.. g.Select(static w => new AcceptedClaim { ClaimNo = w.ClaimNo, Uid = w.Uid, Seq = w.Seq, Amount = w.Amount })],
            }),
        ],
    };
}
