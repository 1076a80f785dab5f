using Hongbao.Contracts;
using Hongbao.Core.Lanes;
using Hongbao.Core.Packets;
using Hongbao.Foundation.Numbers;

namespace Hongbao.Core.Claims;

/// <summary>What became of a wish for a share.</summary>
internal readonly record struct ShareDecision(ResultCode Code, HeldClaim? Claim, int RemainingCount);

/// <summary>
/// The lane's part of a claim: a known claimer gets his claim, whatever has become of the packet; then not found, not
/// active, exhausted, expired; else a share is drawn. Scope was checked before. Its place before the packet is given back with the
/// answer, whether or not anybody waits for that any more.
/// </summary>
internal sealed class TakeShare(CallContext context, long packetNo, NumberMinter claimNumbers, IAdmissionGate gate, AdmissionPlace place)
    : LaneCommand<ShareDecision>(packetNo)
{
    public override string Step => "core.claim";

    /// <summary>Gives the place back without having been posted.</summary>
    public void GiveUp() => gate.Leave(place);

    public override void Decide(PacketDraft? draft, long nowMs, LaneWrites writes) => Decision = Take(draft, nowMs);

    public override void Answer()
    {
        gate.Leave(place);
        base.Answer();
    }

    public override void Fail(Exception exception)
    {
        gate.Leave(place);
        base.Fail(exception);
    }

    private ShareDecision Take(PacketDraft? draft, long nowMs)
    {
        if (draft is null || draft.Held.App != context.App)
        {
            return new ShareDecision(ResultCode.NotFound, null, 0);
        }

        if (draft.ClaimOf(context.Uid) is { } known)
        {
            return new ShareDecision(ResultCode.Ok, known, draft.LeftCount);
        }

        switch (draft.Status)
        {
            case PacketStatus.PendingPayment or PacketStatus.Closed:
                return new ShareDecision(ResultCode.PacketNotActive, null, 0);
            case PacketStatus.Exhausted:
                return new ShareDecision(ResultCode.PacketExhausted, null, 0);
            case PacketStatus.Expired or PacketStatus.Refunding or PacketStatus.Refunded:
                return new ShareDecision(ResultCode.PacketExpired, null, 0);
            case PacketStatus.Active:
                break;
        }

        if (draft.Held.OpensAtMs > nowMs)
        {
            return new ShareDecision(ResultCode.PacketNotActive, null, 0);
        }

        if (draft.ExpiresAtMs <= nowMs)
        {
            return new ShareDecision(ResultCode.PacketExpired, null, 0);
        }

        return new ShareDecision(ResultCode.Ok, DrawShare(draft, nowMs), draft.LeftCount);
    }

    private HeldClaim DrawShare(PacketDraft draft, long nowMs)
    {
        var seq = draft.ClaimedCount + 1;
        var amount = draft.Held.Draw.Draw(seq, draft.LeftAmount, draft.LeftCount);
        var claim = new HeldClaim(claimNumbers.Mint(draft.Held.Slot), seq, amount, nowMs, ClaimStatus.Claimed);
        draft.Add(context, claim);
        if (draft.LeftCount == 0)
        {
            draft.TryMove(PacketEvent.LastShareTaken);
        }

        return claim;
    }
}
