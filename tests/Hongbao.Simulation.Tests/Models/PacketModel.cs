using Hongbao.Contracts;
using Hongbao.Simulation.Tests.Worlds;

namespace Hongbao.Simulation.Tests.Models;

/// <summary>
/// What must be true of one packet, written down from the contract and on its own: plain facts, no clock of its own, nothing
/// of the platform's code. It judges what is seen in the tables and what requests are answered.
/// </summary>
internal sealed class PacketModel(int sequence, string app, long sender, CreatePacketRequest wish, CreatePacketResponse created)
{
    private static readonly Dictionary<PacketStatus, PacketStatus[]> Moves = new()
    {
        [PacketStatus.PendingPayment] = [PacketStatus.Active, PacketStatus.Closed],
        [PacketStatus.Active] = [PacketStatus.Exhausted, PacketStatus.Expired],
        [PacketStatus.Expired] = [PacketStatus.Refunding, PacketStatus.Refunded],
        [PacketStatus.Refunding] = [PacketStatus.Refunded],
    };

    private static readonly Dictionary<PaymentStatus, PaymentStatus[]> PaymentMoves = new()
    {
        [PaymentStatus.Pending] = [PaymentStatus.Succeeded, PaymentStatus.Closing],
        [PaymentStatus.Closing] = [PaymentStatus.Closed, PaymentStatus.PaidLate],
    };

    private readonly HashSet<long> _asked = [];

    public int Sequence { get; } = sequence;
    public string App { get; } = app;
    public long Sender { get; } = sender;
    public CreatePacketRequest Wish { get; } = wish;
    public long PacketNo { get; } = created.PacketNo;
    public long PayOrderNo { get; } = created.PayOrderNo;
    public long PayUntilMs { get; } = created.ExpiresAtMs;
    public string SeedHash { get; } = created.SeedHash;

    /// <summary>Whether finance has the sender's money: false while nobody pressed the button, null while it is not known.</summary>
    public bool? IsPaid { get; set; } = false;

    /// <summary>The last look at the tables.</summary>
    public PacketSeen Seen { get; private set; } = new() { State = PacketStatus.PendingPayment, Payment = PaymentStatus.Pending };

    /// <summary>By uid: what is committed never changes, but for the state.</summary>
    public Dictionary<long, ClaimSeen> Claims { get; private set; } = [];

    /// <summary>Finance misbehaved when it was asked about the payment: what it accepted then it may still be deciding.</summary>
    public bool MayBeDelayed { get; set; }

    public PacketStatus Status => Seen.State;

    public bool IsUnpaid => Status is PacketStatus.PendingPayment or PacketStatus.Closed;

    public bool IsFinal => Status is PacketStatus.Exhausted or PacketStatus.Refunded or PacketStatus.Closed
        && Seen.Payment is PaymentStatus.Succeeded or PaymentStatus.Closed or PaymentStatus.PaidLate;

    public bool IsInScope(long uid) => Wish.Scope switch
    {
        ScopeKind.Public => true,
        ScopeKind.Exclusive => Wish.ScopeUids.Contains(uid),
        _ => uid == Sender || Relations.Holds(Sender, uid),
    };

    /// <summary>A user is about to ask: from now on the tables may hold his claim.</summary>
    public void Ask(long uid) => _asked.Add(uid);

    /// <summary>Compares the tables with what was seen before and with what may be.</summary>
    public void Look(PacketSeen now, IReadOnlyCollection<ClaimSeen> claims, bool isPaidAtFinance, long nowMs)
    {
        var state = now.State;
        Require(IsPath(Moves, Status, state), $"moved {Status} -> {state}");
        Require(IsPath(PaymentMoves, Seen.Payment, now.Payment), $"payment moved {Seen.Payment} -> {now.Payment}");
        Require(now.Version > Seen.Version || (now.Version == Seen.Version && state == Status && now.ClaimedCount == Seen.ClaimedCount), "changed without a new version");
        Require(now.Payment switch
        {
            PaymentStatus.Pending => state == PacketStatus.PendingPayment,
            PaymentStatus.Succeeded => state is not (PacketStatus.PendingPayment or PacketStatus.Closed),
            _ => state == PacketStatus.Closed,
        }, $"is {state} with payment {now.Payment}");
        Require(!isPaidAtFinance || IsPaid != false, "finance took money that nobody gave");
        Require(now.Payment is not (PaymentStatus.Succeeded or PaymentStatus.PaidLate) || isPaidAtFinance, $"payment is {now.Payment} and finance has no money");
        Require(now.Payment != PaymentStatus.Closed || !isPaidAtFinance, "payment closed although finance has its money");
        Require(state != PacketStatus.Closed || nowMs >= PayUntilMs, "closed before its time");

        // Only when there is money, only in time, never more than there is; when it is over nothing is left.
        var isFunded = state is not (PacketStatus.PendingPayment or PacketStatus.Closed);
        Require(isFunded == now.ActivatedAt.HasValue && isFunded == now.ExpiresAt.HasValue, "activation and status differ");
        Require(!isFunded || now.ExpiresAt == now.ActivatedAt + (Wish.TtlSeconds * 1000L), "expires at another time than asked");
        Require(Seen.ActivatedAt is null || now.ActivatedAt == Seen.ActivatedAt, "was activated again");
        Require(isFunded || claims.Count == 0, "was claimed without money");
        var isOver = state is PacketStatus.Expired or PacketStatus.Refunding or PacketStatus.Refunded;
        var sum = claims.Sum(c => c.Amount);
        Require(now.ClaimedAmount == sum && now.ClaimedCount == claims.Count, $"claims {claims.Count}/{sum}, row {now.ClaimedCount}/{now.ClaimedAmount}");
        Require(now.ClosedAmount == (isOver ? Wish.Amount - sum : 0), $"closing took {now.ClosedAmount} of {Wish.Amount - sum}");
        Require(now.ClosedCount == (isOver ? Wish.Count - claims.Count : 0), $"closing took {now.ClosedCount} of {Wish.Count - claims.Count} shares");
        Require(!isOver || (nowMs >= now.ExpiresAt && claims.Count < Wish.Count), "expired before its time, or with nothing left");
        Require((state == PacketStatus.Exhausted) == (claims.Count == Wish.Count), $"is {state} with {claims.Count} of {Wish.Count} shares taken");
        Require(claims.Count == Wish.Count ? sum == Wish.Amount : sum <= Wish.Amount - (Wish.Count - claims.Count), $"{claims.Count} of {Wish.Count} shares hold {sum} of {Wish.Amount}");
        Require(claims.Select(c => c.Seq).Order().SequenceEqual(Enumerable.Range(1, claims.Count)), "places are not 1, 2, 3 ...");
        Require(claims.DistinctBy(c => c.Uid).Count() == claims.Count, "a user has two claims");
        foreach (var claim in claims)
        {
            Require(_asked.Contains(claim.Uid) && IsInScope(claim.Uid), $"{claim.Uid} has a claim and never asked, or may not");
            Require(claim.Amount >= 1 && claim.Amount <= World.ShareMax, $"a share of {claim.Amount}");
            Require(Wish.Split != SplitKind.Equal || claim.Amount == Wish.Amount / Wish.Count, $"an unequal share of {claim.Amount}");
            Require(claim.ClaimedAt >= now.ActivatedAt && claim.ClaimedAt < now.ExpiresAt, "was claimed out of its time");
        }

        var byUid = claims.ToDictionary(c => c.Uid);
        foreach (var old in Claims.Values)
        {
            Require(byUid.TryGetValue(old.Uid, out var same) && same.ClaimNo == old.ClaimNo && same.Seq == old.Seq && same.Amount == old.Amount && same.ClaimedAt == old.ClaimedAt,
                $"the claim of {old.Uid} was lost or changed");
            Require(same!.State == old.State || old.State == ClaimStatus.Claimed, $"the claim of {old.Uid} moved {old.State} -> {same.State}");
        }

        Require(Seen.ContentId is null || now.ContentId == Seen.ContentId, "its content changed");
        if (now.Payment is PaymentStatus.Succeeded or PaymentStatus.PaidLate)
        {
            IsPaid = true;
        }

        Seen = now;
        Claims = byUid;
    }

    /// <summary>A claim's answer, after a look at the tables.</summary>
    public void JudgeClaim(Request request, string app, long uid, ClaimResponse answer, long nowMs)
    {
        var code = answer.Result.Code;
        var known = Claims.GetValueOrDefault(uid);
        if (app != App)
        {
            Require(code == ResultCode.NotFound || request.MayBeShed, $"another app's user was answered {code}");
            return;
        }

        // A process whose memory is behind the tables does not know the claimer yet, and its gate asks no table.
        Require(!request.WasKnown || code == ResultCode.Ok || request.MayBeShed || (code == ResultCode.ClaimBusy && request.Node.WasBesideAnother),
            $"a known claimer was answered {code}");
        Require(code switch
        {
            ResultCode.Ok => known is not null,
            ResultCode.NotInScope => !IsInScope(uid),
            ResultCode.Degraded => request.IsScopeSilent,
            ResultCode.PacketNotActive => IsInScope(uid) && request.From is PacketStatus.PendingPayment or PacketStatus.Closed,
            ResultCode.PacketExhausted => IsInScope(uid) && Status == PacketStatus.Exhausted,
            ResultCode.PacketExpired => IsInScope(uid)
                && (Status is PacketStatus.Expired or PacketStatus.Refunding or PacketStatus.Refunded || (Status == PacketStatus.Active && nowMs >= Seen.ExpiresAt)),
            // One share left lets two wait.
            ResultCode.ClaimBusy => request.Others >= 2 && answer.Result.RetryAfterMs > 0 && answer.Result.MaxPolls is > 0 and <= 10,
            ResultCode.Overloaded => request.MayBeShed,
            _ => false,
        }, $"{uid} was answered {code} ({request.From} -> {Status}, {(IsInScope(uid) ? "in" : "out of")} scope, {request.Others} others)");
        if (code == ResultCode.Ok)
        {
            var view = answer.Claim;
            Require(view.PacketNo == PacketNo && view.Uid == uid && view.ClaimNo == known!.ClaimNo && view.Seq == known.Seq && view.Amount == known.Amount
                && view.ClaimedAtMs == known.ClaimedAt, $"{uid} was told claim {view.ClaimNo} seq {view.Seq} of {view.Amount}, the table has {known!.ClaimNo} seq {known.Seq} of {known.Amount}");
            Require(answer.RemainingCount >= 0 && answer.RemainingCount <= (request.Node.WasBesideAnother ? Wish.Count : Wish.Count - view.Seq), $"{answer.RemainingCount} shares are said to remain");
        }
    }

    /// <summary>The answer to binding a video.</summary>
    public void JudgeContent(Request request, string app, long uid, string contentId, SetContentResponse answer)
    {
        var code = answer.Result.Code;
        var wasUnpaid = request.From is PacketStatus.PendingPayment or PacketStatus.Closed;
        Require(code switch
        {
            ResultCode.NotFound => app != App || (uid != Sender && wasUnpaid),
            ResultCode.Forbidden => app == App && uid != Sender && !IsUnpaid,
            ResultCode.PacketNotActive => app == App && uid == Sender && wasUnpaid,
            ResultCode.Ok => app == App && uid == Sender && !IsUnpaid && Seen.ContentId == contentId,
            ResultCode.IdempotencyMismatch => app == App && uid == Sender && !IsUnpaid && Seen.ContentId is not null && Seen.ContentId != contentId,
            ResultCode.Overloaded => request.MayBeShed,
            _ => false,
        }, $"binding {contentId} by {uid} was answered {code} ({request.From} -> {Status}, content {Seen.ContentId})");
    }

    /// <summary>The answers of the cashier: prepared, pressed, checked.</summary>
    public void JudgePayment(Request request, long uid, PayOutcome outcome, long nowMs)
    {
        var (prepared, pressed, done) = outcome;
        JudgeStatus(request, prepared, "prepare");
        if (pressed is not null && uid == Sender)
        {
            Require(!pressed.Result.IsOk() || pressed.Status is FinanceStatus.Succeeded or FinanceStatus.Closed or FinanceStatus.Pending, $"the button was answered {pressed.Status}");
            Require(!pressed.Result.IsOk() || pressed.Status != FinanceStatus.Closed || IsPaid != true, "finance closed what was paid");
            if (pressed.Result.IsOk() && pressed.Status == FinanceStatus.Succeeded)
            {
                IsPaid = true;
            }
        }

        Require(uid == Sender || pressed is null || !pressed.Result.IsOk(), "another than the payer could pay");
        if (done is not null)
        {
            JudgeStatus(request, done, "check");
        }

        // In time and with all well there is one answer.
        if (uid == Sender && pressed is not null && nowMs < PayUntilMs && !request.WasFaulty && !MayBeDelayed && !request.MayBeShed)
        {
            Require(pressed.Result.IsOk() && pressed.Status == FinanceStatus.Succeeded && (done is null || done.Status == PaymentStatus.Succeeded),
                $"paying in time was answered {pressed.Result.Code} {pressed.Status}, then {done?.Status}");
        }
    }

    private void JudgeStatus(Request request, PaymentResponse answer, string what)
    {
        Require(answer.Result.Code switch
        {
            ResultCode.Ok => answer.PayOrderNo == PayOrderNo && answer.PacketNo == PacketNo && answer.Uid == Sender
                && IsPath(PaymentMoves, request.FromPayment, answer.Status) && IsPath(PaymentMoves, answer.Status, Seen.Payment),
            ResultCode.Degraded => request.WasFaulty && what == "prepare",
            ResultCode.Overloaded => request.MayBeShed,
            _ => false,
        }, $"{what} was answered {answer.Result.Code} {answer.Status} ({request.FromPayment} -> {Seen.Payment})");
    }

    private static bool IsPath<T>(Dictionary<T, T[]> moves, T from, T to)
        where T : struct, Enum => EqualityComparer<T>.Default.Equals(from, to) || moves.GetValueOrDefault(from, []).Any(next => IsPath(moves, next, to));

    private void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new ModelViolation(Sequence, $"packet {PacketNo}: {otherwise}");
        }
    }
}

/// <summary>What the cashier answered.</summary>
internal sealed record PayOutcome(PaymentResponse Prepared, PaymentAnswer? Pressed, PaymentResponse? Checked);
