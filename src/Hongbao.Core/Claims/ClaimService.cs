using Hongbao.Contracts;
using Hongbao.Core.Lanes;
using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Claims;

/// <summary>
/// Taking a share; the numbered path of docs/architecture.md: (1) known claimer, (2) scope and state, (3) admission gate,
/// (4) lane, (5) one transaction, (6) answer.
/// </summary>
internal sealed class ClaimService(
    LaneSet lanes, LaneStore laneStore, NumberMinter claimNumbers, IRelations relations, IRandomSource chance, StoreClock storeClock)
{
    private const int MaxPolls = 10;

    public async Task<ClaimResponse> ClaimAsync(CallContext context, ClaimRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await TakeAsync(context, request.PacketNo, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.Fault is StoreFault.Transient or StoreFault.Unavailable or StoreFault.Fenced or StoreFault.UnknownOutcome)
        {
            // Asking again finds the claim if it was committed after all.
            return Refused(Result.Of(ResultCode.Overloaded, "Please ask again."));
        }
    }

    private async Task<ClaimResponse> TakeAsync(CallContext context, long packetNo, CancellationToken cancellationToken)
    {
        // (1) A known claimer gets his claim before every gate and state check.
        var held = await lanes.LookUpAsync(packetNo).WaitAsync(cancellationToken).ConfigureAwait(false);
        if (held is { Now.Status: PacketStatus.PendingPayment })
        {
            // Another process may have activated it since.
            held = await lanes.ReloadAsync(packetNo).WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        if (held is null || held.App != context.App)
        {
            return Refused(Result.Of(ResultCode.NotFound));
        }

        if (held.Claims.TryGetValue(context.Uid, out var known))
        {
            return Taken(context, packetNo, known, held.Now.LeftCount(held.Count));
        }

        // (2) Scope, then the states that nothing leaves towards claiming; memory only ever shows committed state.
        if ((await ScopeFaultAsync(context, held, cancellationToken).ConfigureAwait(false) ?? StateFault(held, storeClock.NowMs())) is { } fault)
        {
            // While a packet is active another process may hold a newer claim of this user: one indexed read before the refusal.
            var elsewhere = held.Now.Status == PacketStatus.Active
                ? await laneStore.FindClaimAsync(packetNo, context.Uid, cancellationToken).ConfigureAwait(false)
                : null;
            return elsewhere is null ? Refused(fault) : Taken(context, packetNo, elsewhere, held.Now.LeftCount(held.Count));
        }

        // (3) The gate decides who waits, never who is paid.
        if (!held.TryEnterGate())
        {
            return Refused(new Result
            {
                Code = ResultCode.ClaimBusy,
                Detail = "Many are at this packet; please ask again.",
                RetryAfterMs = 200 + chance.Below(300),
                MaxPolls = MaxPolls,
            });
        }

        ShareDecision decision;
        try
        {
            // (4) and (5): the lane decides and commits; what was posted is finished even if the caller goes away.
            decision = await lanes.PostAsync(new TakeShare(context, packetNo, claimNumbers)).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            held.LeaveGate();
        }

        // (6)
        return decision.Claim is { } claim
            ? Taken(context, packetNo, claim, decision.RemainingCount)
            : Refused(Result.Of(decision.Code));
    }

    private async Task<Result?> ScopeFaultAsync(CallContext context, HeldPacket held, CancellationToken cancellationToken)
    {
        switch (held.Scope)
        {
            case ScopeKind.Public:
                return null;
            case ScopeKind.Exclusive:
                return held.ScopeUids.Contains(context.Uid) ? null : Result.Of(ResultCode.NotInScope);
            case ScopeKind.Followers or ScopeKind.Friends:
                if (context.Uid == held.SenderUid)
                {
                    return null;
                }

                var answer = await relations.HoldsAsync(
                    context,
                    new RelationRequest
                    {
                        Uid = held.SenderUid,
                        Other = context.Uid,
                        Kind = held.Scope == ScopeKind.Friends ? RelationKind.Friend : RelationKind.Follower,
                    },
                    cancellationToken).ConfigureAwait(false);
                // Who may take money fails closed.
                return !answer.Result.IsOk() ? Result.Of(ResultCode.Degraded, "This packet cannot be checked just now; please try again soon.")
                    : answer.Holds ? null
                    : Result.Of(ResultCode.NotInScope);
        }

        return Result.Of(ResultCode.NotInScope);
    }

    private static Result? StateFault(HeldPacket held, long nowMs) => held.Now.Status switch
    {
        PacketStatus.PendingPayment or PacketStatus.Closed => Result.Of(ResultCode.PacketNotActive),
        PacketStatus.Exhausted => Result.Of(ResultCode.PacketExhausted),
        PacketStatus.Expired or PacketStatus.Refunding or PacketStatus.Refunded => Result.Of(ResultCode.PacketExpired),
        PacketStatus.Active => held.Now.ExpiresAtMs <= nowMs ? Result.Of(ResultCode.PacketExpired) : null,
    };

    private static ClaimResponse Refused(Result result) => new() { Result = result };

    private static ClaimResponse Taken(CallContext context, long packetNo, HeldClaim claim, int remaining) => new()
    {
        Claim = new ClaimView
        {
            ClaimNo = claim.ClaimNo,
            PacketNo = packetNo,
            Uid = context.Uid,
            Seq = claim.Seq,
            Amount = claim.Amount,
            Status = claim.Status,
            ClaimedAtMs = claim.ClaimedAtMs,
        },
        RemainingCount = remaining,
    };
}
