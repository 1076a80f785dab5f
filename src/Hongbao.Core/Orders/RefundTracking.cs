using Hongbao.Contracts;
using Hongbao.Core.Lanes;
using Hongbao.Core.Packets;
using Hongbao.Core.Payments;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Orders;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Orders;

/// <summary>
/// Expiry, and what becomes of the refunds that Core asked for. Message, timed scan and pull call the same transitions; a
/// message that comes twice finds the state moved already, so no inbox is needed here.
/// </summary>
internal sealed class RefundTracking(
    LaneSet lanes, Lazy<IRedPacketAsync> async, DueTable<DueKind> due, Outbox outbox, StoreClock storeClock, CoreOptions options, AlertSink alerts)
{
    private const int PageSize = 100;

    /// <summary>Refunds that moved, told by Async.</summary>
    public async Task HandleAsync(IReadOnlyList<Delivery> deliveries, CancellationToken cancellationToken)
    {
        foreach (var delivery in deliveries)
        {
            foreach (var progress in delivery.Read<RefundsAdvanced>().Items)
            {
                await AdvanceAsync(progress, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Closes packets whose time is over and asks about refunds that are not final. True when there may be more.</summary>
    public async Task<bool> ScanPacketsAsync(CancellationToken cancellationToken)
    {
        var rows = await due.TakeAsync(DueKind.Packet, PageSize, TimeSpan.FromMilliseconds(options.PullAfterMs), cancellationToken).ConfigureAwait(false);
        var waiting = new List<DueRow>();
        // All at once: closings of the same moment share a lane's transaction.
        await Task.WhenAll(rows.Select(async row =>
        {
            PacketStatus? status;
            bool justExpired;
            try
            {
                (status, justExpired) = await lanes.PostAsync(new ExpirePacket(row.No, due, outbox, options)).ConfigureAwait(false);
            }
            catch (StoreException e)
            {
                // It comes again with the end of its lease, and keeps no other packet waiting.
                if (storeClock.NowMs() > row.DeadlineAt)
                {
                    alerts.Raise(new Alert("packet.overdue", row.No.ToString(System.Globalization.CultureInfo.InvariantCulture),
                        $"Packet {row.No} cannot be closed in {row.Attempts} visits: {e.Message} It goes on being tried; look at its row."));
                }

                return;
            }

            if (justExpired)
            {
                // The message does it; the next visit asks.
                return;
            }

            switch (status)
            {
                case null or PacketStatus.Exhausted or PacketStatus.Refunded or PacketStatus.Closed:
                    await due.RemoveAsync(DueKind.Packet, row.No, cancellationToken).ConfigureAwait(false);
                    return;
                case PacketStatus.Expired or PacketStatus.Refunding:
                    lock (waiting)
                    {
                        waiting.Add(row);
                    }

                    return;
                case PacketStatus.PendingPayment or PacketStatus.Active:
                    // Our estimate of the store's clock was a little ahead.
                    await due.PutBackAsync(DueKind.Packet, row.No, TimeSpan.FromMilliseconds(50), cancellationToken).ConfigureAwait(false);
                    return;
            }
        })).ConfigureAwait(false);
        await AskAsync(waiting, RefundCause.Expiry, cancellationToken).ConfigureAwait(false);
        return rows.Count == PageSize;
    }

    /// <summary>Asks about refunds of late payments that are not final. True when there may be more.</summary>
    public async Task<bool> ScanLatePaymentsAsync(CancellationToken cancellationToken)
    {
        var rows = await due.TakeAsync(DueKind.LatePayment, PageSize, TimeSpan.FromMilliseconds(options.PullAfterMs), cancellationToken).ConfigureAwait(false);
        await AskAsync(rows, RefundCause.LatePayment, cancellationToken).ConfigureAwait(false);
        return rows.Count == PageSize;
    }

    private async Task AskAsync(List<DueRow> rows, RefundCause cause, CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
        {
            return;
        }

        RefundResultsResponse answer;
        try
        {
            answer = await async.Value.GetRefundResultsAsync(
                CallContext.ForSystem(CallContext.DefaultApp),
                new RefundResultsRequest { Keys = rows.ConvertAll(r => new RefundKey { Cause = cause, CauseNo = r.No }) }, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Async is another process, perhaps: no answer means that nothing is known, and must not keep the deadlines from alerting.
            answer = new RefundResultsResponse { Result = Result.Of(ResultCode.Internal) };
        }

        var final = new HashSet<long>();
        foreach (var progress in answer.Result.IsOk() ? answer.Items : [])
        {
            try
            {
                await AdvanceAsync(progress, cancellationToken).ConfigureAwait(false);
                if (IsFinal(progress.Status))
                {
                    final.Add(progress.CauseNo);
                }
            }
            catch (StoreException)
            {
                // One that cannot be moved keeps no other waiting; it is asked about again, and alerts when it is late.
            }
        }

        var now = storeClock.NowMs();
        foreach (var row in rows.Where(r => now > r.DeadlineAt && !final.Contains(r.No)))
        {
            alerts.Raise(new Alert("refund.overdue", row.No.ToString(System.Globalization.CultureInfo.InvariantCulture),
                $"The refund for {cause} {row.No} is not final after {row.Attempts} visits. It goes on being asked; check Async and finance."));
        }
    }

    private async Task AdvanceAsync(RefundProgress progress, CancellationToken cancellationToken)
    {
        switch (progress.Cause)
        {
            case RefundCause.Expiry when progress.Status is OrderStatus.Pending or OrderStatus.Refused:
                await lanes.PostAsync(new AdvanceRefund(progress.PacketNo, PacketEvent.RefundStarted, due)).ConfigureAwait(false);
                return;
            case RefundCause.Expiry when IsFinal(progress.Status):
                await lanes.PostAsync(new AdvanceRefund(progress.PacketNo, PacketEvent.RefundEnded, due)).ConfigureAwait(false);
                return;
            case RefundCause.LatePayment when IsFinal(progress.Status):
                await due.RemoveAsync(DueKind.LatePayment, progress.CauseNo, cancellationToken).ConfigureAwait(false);
                return;
            default:
                // The refund of a failed claim changes nothing here: its amount shows in refundedAmount.
                return;
        }
    }

    private static bool IsFinal(OrderStatus status) => status is OrderStatus.Succeeded or OrderStatus.SetAside;
}
