using Hongbao.Contracts;
using Hongbao.Core.Lanes;
using Hongbao.Core.Orders;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Orders;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Packets;

/// <summary>Takes what is left out of an active packet for good; the same transaction asks for its refund.</summary>
internal abstract class ClosePacket(long packetNo, DueTable<DueKind> due, Outbox outbox, CoreOptions options)
    : LaneCommand<PacketStatus?>(packetNo)
{
    /// <summary>Closes the draft by an event; false when that does not move it.</summary>
    protected bool TryClose(PacketDraft draft, PacketEvent on, TimeGuard guard, long nowMs, LaneWrites writes)
    {
        if (!draft.TryMove(on))
        {
            return false;
        }

        var held = draft.Held;
        var left = draft.LeftAmount;
        draft.Guard = guard;
        draft.Now = draft.Now with { ClosedAmount = left, ClosedCount = draft.LeftCount, ClosedAtMs = nowMs };
        writes.Extras.Add(async (session, cancellationToken) =>
        {
            var wanted = new RefundWanted
            {
                App = held.App,
                Cause = RefundCause.Expiry,
                CauseNo = held.PacketNo,
                PacketNo = held.PacketNo,
                PayOrderNo = held.PayOrderNo,
                Uid = held.SenderUid,
                Amount = left,
                Currency = held.Currency,
                CampaignId = held.CampaignId,
            };
            await outbox.AddAsync(
                session, held.Slot, Topics.RefundsRequested, CallContext.ForSystem(held.App), new RefundsRequested { Items = [wanted] },
                TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
            await due.RemoveAsync(session, DueKind.Packet, held.PacketNo, cancellationToken).ConfigureAwait(false);
            await due.PutAsync(
                session, DueKind.Refund, held.PacketNo, nowMs + options.PullAfterMs, nowMs + (options.DeadlineSeconds * 1000L), cancellationToken).ConfigureAwait(false);
        });
        return true;
    }
}

/// <summary>
/// Time is over: one conditional update against the store's own clock takes what is left from the row, and the same
/// transaction asks for its refund. Answers the packet's status afterwards, null when there is none.
/// </summary>
internal sealed class ExpirePacket(long packetNo, DueTable<DueKind> due, Outbox outbox, CoreOptions options) : ClosePacket(packetNo, due, outbox, options)
{
    public override string Step => "core.expire";

    public override void Decide(PacketDraft? draft, long nowMs, LaneWrites writes)
    {
        if (draft is not null && draft.Now.Status == PacketStatus.Active && draft.Now.ExpiresAtMs <= nowMs)
        {
            TryClose(draft, PacketEvent.TimeOver, TimeGuard.Over, nowMs, writes);
        }

        Decision = draft?.Now.Status;
    }
}

/// <summary>
/// The subsidy was not genuine, so that there is no money: nobody goes on claiming. Its refund ends Void, as its transfers fail. With it the asking after the
/// funding ends. Answers the packet's status afterwards, null when there is none.
/// </summary>
internal sealed class CloseUnfundedPacket(long packetNo, DueTable<DueKind> due, Outbox outbox, CoreOptions options) : ClosePacket(packetNo, due, outbox, options)
{
    private readonly DueTable<DueKind> _due = due;

    public override string Step => "core.unfunded";

    public override void Decide(PacketDraft? draft, long nowMs, LaneWrites writes)
    {
        if (draft is not null)
        {
            TryClose(draft, PacketEvent.FundingRefused, TimeGuard.None, nowMs, writes);
        }

        writes.Extras.Add((session, cancellationToken) => _due.RemoveAsync(session, DueKind.Funding, PacketNo, cancellationToken));
        Decision = draft?.Now.Status;
    }
}

/// <summary>The refund of what was left moved on. Answers the packet's status afterwards.</summary>
internal sealed class AdvanceRefund(long packetNo, PacketEvent on, DueTable<DueKind> due) : LaneCommand<PacketStatus?>(packetNo)
{
    public override string Step => "core.refund";

    public override void Decide(PacketDraft? draft, long nowMs, LaneWrites writes)
    {
        if (draft is { Now.Status: PacketStatus.Active })
        {
            // Its refund exists, so that it was closed: by another process, behind our memory. Nothing would be written, and the fence
            // not asked; the lane has to look again.
            writes.Extras.Add(static (_, _) => throw new StoreException(StoreFault.Fenced, "a packet with a refund is remembered as active"));
            return;
        }

        var moved = draft is not null && draft.TryMove(on);
        Decision = draft?.Now.Status;
        if (moved && Decision == PacketStatus.Refunded)
        {
            writes.Extras.Add((session, cancellationToken) => due.RemoveAsync(session, DueKind.Refund, PacketNo, cancellationToken));
        }
    }
}

/// <summary>Binds a packet to its video, by its sender, once.</summary>
internal sealed class SetContent(CallContext context, long packetNo, string contentId) : LaneCommand<Result>(packetNo)
{
    public override string Step => "core.content";

    public override void Decide(PacketDraft? draft, long nowMs, LaneWrites writes)
    {
        Decision = Check(draft);
        if (Decision.IsOk() && draft!.Now.ContentId is null)
        {
            draft.Now = draft.Now with { ContentId = contentId };
        }
    }

    private Result Check(PacketDraft? draft)
    {
        if (draft is null || draft.Held.App != context.App)
        {
            return Result.Of(ResultCode.NotFound);
        }

        if (draft.Held.SenderUid != context.Uid)
        {
            // An unpaid packet is visible to its sender only.
            return Result.Of(draft.Now.Status is PacketStatus.PendingPayment or PacketStatus.Closed ? ResultCode.NotFound : ResultCode.Forbidden);
        }

        if (draft.Now.Status is PacketStatus.PendingPayment or PacketStatus.Closed)
        {
            return Result.Of(ResultCode.PacketNotActive, "A packet is published after it is paid for.");
        }

        return draft.Now.ContentId is null || draft.Now.ContentId == contentId
            ? Result.Ok()
            : Result.Of(ResultCode.IdempotencyMismatch, "This packet belongs to another content already.");
    }
}
