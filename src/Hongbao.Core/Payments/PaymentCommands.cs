using Hongbao.Contracts;
using Hongbao.Core.Lanes;
using Hongbao.Core.Orders;
using Hongbao.Core.Packets;
using Hongbao.Foundation.Orders;
using Hongbao.Foundation.Signing;

namespace Hongbao.Core.Payments;

/// <summary>Payment succeeded in time: payment order and packet move together, the packet can be claimed. Answers whether it moved.</summary>
internal sealed class ActivatePacket(long packetNo, long payOrderNo, long paidAtMs, string? nonce, DueTable<DueKind> due, CoreOptions options)
    : LaneCommand<bool>(packetNo)
{
    public override string Step => "core.pay";

    public override void Decide(PacketDraft? draft, long nowMs, LaneWrites writes)
    {
        Decision = draft is not null && draft.TryMove(PacketEvent.Paid);
        if (!Decision)
        {
            return;
        }

        var expiresAt = PacketTime.End(nowMs, draft!.Held.OpensAtMs, draft.Held.TtlSeconds);
        draft.Now = draft.Now with { ActivatedAtMs = nowMs, ExpiresAtMs = expiresAt };
        writes.Extras.Add(async (session, cancellationToken) =>
        {
            await PaymentStore.MoveAsync(session, payOrderNo, PaymentStatus.Pending, PaymentEvent.Paid, paidAtMs, cancellationToken).ConfigureAwait(false);
            await due.RemoveAsync(session, DueKind.Payment, payOrderNo, cancellationToken).ConfigureAwait(false);
            await due.PutAsync(session, DueKind.Packet, PacketNo, expiresAt, expiresAt + (options.DeadlineSeconds * 1000L), cancellationToken).ConfigureAwait(false);
            if (nonce is not null)
            {
                await CallbackNonces.TryAcceptAsync(session, nonce, cancellationToken).ConfigureAwait(false);
            }
        });
    }
}

/// <summary>Not paid in time: the packet closes, its payment order goes on to be closed at finance. Answers whether it moved.</summary>
internal sealed class CloseUnpaidPacket(long packetNo, long payOrderNo, DueTable<DueKind> due, DayTally days, CoreOptions options) : LaneCommand<bool>(packetNo)
{
    public override string Step => "core.close";

    public override void Decide(PacketDraft? draft, long nowMs, LaneWrites writes)
    {
        Decision = draft is not null && draft.TryMove(PacketEvent.PaymentTimedOut);
        if (!Decision)
        {
            return;
        }

        var held = draft!.Held;
        draft.Now = draft.Now with { ClosedAtMs = nowMs };
        writes.Extras.Add(async (session, cancellationToken) =>
        {
            await PaymentStore.MoveAsync(session, payOrderNo, PaymentStatus.Pending, PaymentEvent.TimedOut, null, cancellationToken).ConfigureAwait(false);
            await days.GiveBackAsync(session, held.App, held.SenderUid, held.Currency, held.Amount, held.CreatedAtMs, cancellationToken).ConfigureAwait(false);
            await due.RestartAsync(session, DueKind.Payment, payOrderNo, nowMs, nowMs + (options.DeadlineSeconds * 1000L), cancellationToken).ConfigureAwait(false);
        });
    }
}
