using System.Globalization;
using Hongbao.Contracts;
using Hongbao.Core.Lanes;
using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Opening;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Claims;

/// <summary>
/// Taking a share; the numbered path of docs/architecture.md: (1) known claimer, (2) scope and state, (3) opening, (4) admission gate, (5) password,
/// (6) lane, (7) one transaction, (8) answer.
/// </summary>
internal sealed class ClaimService(
    LaneSet lanes, LaneStore laneStore, NumberMinter claimNumbers, IRelations relations, ConditionCheck conditions, PasswordTries tries, IAdmissionGate gate,
    IRandomSource chance, StoreClock storeClock)
{
    public async Task<ClaimResponse> ClaimAsync(CallContext context, ClaimRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var packetNo = request.PacketNo;

            // (1) A known claimer gets his claim before every gate and state check.
            var held = lanes.Peek(packetNo) ?? await lanes.LookUpAsync(packetNo).WaitAsync(cancellationToken).ConfigureAwait(false);
            if (held is null || held.App != context.App)
            {
                return Refused(Result.Of(ResultCode.NotFound));
            }

            if (held.Claims.TryGet(context.Uid, out var known))
            {
                known = await WithEndAsync(context, held, known, cancellationToken).ConfigureAwait(false);
                return Taken(context, packetNo, known, held.Now.LeftCount(held.Count));
            }

            // (2) Scope, then the states that nothing leaves towards claiming; memory only ever shows committed state.
            if ((await ScopeFaultAsync(context, held, cancellationToken).ConfigureAwait(false) ?? StateFault(held, storeClock.NowMs())) is { } fault)
            {
                return await RefuseAsync(context, held, fault, cancellationToken).ConfigureAwait(false);
            }

            // (3) Nobody has a share of what has not opened: that needs no look at the store. Then what the claimer has to do first.
            if (EarlyFault(held) is { } early)
            {
                return Refused(early);
            }

            if (held.Condition is { } condition
                && await conditions.FaultAsync(context, condition, request.Password, cancellationToken).ConfigureAwait(false) is { } unmet)
            {
                return await RefuseAsync(context, held, unmet, cancellationToken).ConfigureAwait(false);
            }

            // (4) The gate decides who waits, never who is paid.
            var admission = await gate.EnterAsync(packetNo, held.Now.LeftCount(held.Count), cancellationToken).ConfigureAwait(false);
            if (!admission.IsIn)
            {
                return Refused(Polls.Busy(admission.Refusals, chance));
            }

            // (5) Behind the gate, for a try is a transaction and a crowd may say what it likes.
            var share = new TakeShare(context, packetNo, claimNumbers, gate, admission.Place);
            if (held.Condition is { Password: not null } && await PasswordFaultAsync(context, held, request.Password, share, cancellationToken).ConfigureAwait(false) is { } wrong)
            {
                return await RefuseAsync(context, held, wrong, cancellationToken).ConfigureAwait(false);
            }

            // (6) and (7): the lane decides and commits; what was posted is finished, and keeps its place, even if the caller goes away.
            var asked = lanes.PostAsync(share);
            ShareDecision decision;
            using (share.StopWaitingWith(cancellationToken))
            {
                decision = await asked.ConfigureAwait(false);
            }

            // (8)
            return decision.Claim is { } claim
                ? Taken(context, packetNo, claim, decision.RemainingCount)
                : await RefuseAsync(context, held, EarlyFault(held) ?? Result.Of(decision.Code), cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.MayAskAgain)
        {
            return Refused(RedPacketCore.AskAgain());
        }
    }

    // Claims end beside the lanes: until the end is known here, it is looked up. The claim itself is certain without.
    private async Task<HeldClaim> WithEndAsync(CallContext context, HeldPacket held, HeldClaim known, CancellationToken cancellationToken)
    {
        if (known.Status != ClaimStatus.Claimed)
        {
            return known;
        }

        try
        {
            var (_, now) = await laneStore.StandingAsync(held.PacketNo, context.Uid, cancellationToken).ConfigureAwait(false);
            if (now is not null && now.Value.Status != known.Status)
            {
                held.Claims.End(context.Uid, now.Value.Status);
                known = now.Value;
            }
        }
        catch (StoreException)
        {
            // What memory says was true a moment ago.
        }

        return known;
    }

    // Before a refusal by what is remembered of an active packet, one indexed read: another process may have given this user a claim,
    // or the last share away. Later everything is in memory, but the claim perhaps only since (1): a lane notes new claims before
    // the state that they lead to.
    private async Task<ClaimResponse> RefuseAsync(CallContext context, HeldPacket held, Result fault, CancellationToken cancellationToken)
    {
        HeldClaim? known = held.Claims.TryGet(context.Uid, out var mine) ? mine : null;
        if (known is null && held.Now.Status == PacketStatus.Active)
        {
            (var status, known) = await laneStore.StandingAsync(held.PacketNo, context.Uid, cancellationToken).ConfigureAwait(false);
            if (fault.Code == ResultCode.PacketExpired && status == PacketStatus.Exhausted)
            {
                fault = Result.Of(ResultCode.PacketExhausted);
            }
        }

        return known is null ? Refused(fault) : Taken(context, held.PacketNo, known.Value, held.Now.LeftCount(held.Count));
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

    // The store says the last word, in the transaction of the claim.
    private Result? EarlyFault(HeldPacket held)
    {
        var left = held.OpensAtMs == 0 ? 0 : held.OpensAtMs - storeClock.NowMs();
        return left <= 0 ? null : new Result
        {
            Code = ResultCode.PacketNotActive,
            Detail = string.Create(CultureInfo.InvariantCulture, $"This packet opens at {DateTimeOffset.FromUnixTimeMilliseconds(held.OpensAtMs):yyyy-MM-dd'T'HH:mm:ss.fff'Z'}."),
            RetryAfterMs = (int)Math.Min(left, int.MaxValue),
        };
    }

    // Gives the place back unless the password is right.
    private async Task<Result?> PasswordFaultAsync(CallContext context, HeldPacket held, string said, TakeShare share, CancellationToken cancellationToken)
    {
        var isRight = false;
        try
        {
            var fault = await tries.FaultAsync(held.PacketNo, context.Uid, held.Condition!.Password!, said, cancellationToken).ConfigureAwait(false);
            isRight = fault is null;
            return fault;
        }
        finally
        {
            if (!isRight)
            {
                share.GiveUp();
            }
        }
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
