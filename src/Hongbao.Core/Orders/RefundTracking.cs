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
    LaneSet lanes, Lazy<IRedPacketAsync> async, DueTable<DueKind> due, Outbox outbox, StoreClock storeClock, CoreOptions options, AlertSink alerts,
    TimeProvider clock)
{
    private const int PageSize = 100;

    // Commands that wait in the lanes at the same time.
    private const int AtOnce = 500;

    // For a question to Async, which reads its rows in a busy database, perhaps.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // How many times the first rest the longest is.
    private const int RestFactorMax = 10;

    /// <summary>Refunds that moved, told by Async.</summary>
    public async Task HandleAsync(IReadOnlyList<Delivery> deliveries, CancellationToken cancellationToken)
    {
        foreach (var some in deliveries.SelectMany(d => d.Read<RefundsAdvanced>().Items).Chunk(AtOnce))
        {
            await AdvanceAllAsync(some, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Closes packets whose time is over. True when there may be more.</summary>
    public async Task<bool> ScanPacketsAsync(CancellationToken cancellationToken)
    {
        var rows = await due.TakeAsync(DueKind.Packet, PageSize, TimeSpan.FromMilliseconds(options.PullAfterMs), cancellationToken).ConfigureAwait(false);
        // All at once: closings of the same moment share a lane's transaction.
        var stuck = (await Task.WhenAll(rows.Select(row => CloseAsync(row, cancellationToken))).ConfigureAwait(false)).OfType<DueRow>().ToList();
        alerts.RaiseOverdue("packet.overdue", "Packets that cannot be closed", "Closing goes on being tried; look at their rows.", stuck, storeClock.NowMs());
        return rows.Count == PageSize;
    }

    // The row when it could not be closed: it comes again with the end of its lease, and keeps no other packet waiting.
    private async Task<DueRow?> CloseAsync(DueRow row, CancellationToken cancellationToken)
    {
        try
        {
            switch (await lanes.PostAsync(new ExpirePacket(row.No, due, outbox, options)).ConfigureAwait(false))
            {
                case PacketStatus.Expired or PacketStatus.Refunding:
                    break;
                case null or PacketStatus.Exhausted or PacketStatus.Refunded or PacketStatus.Closed:
                    await due.RemoveAsync(DueKind.Packet, row.No, cancellationToken).ConfigureAwait(false);
                    break;
                case PacketStatus.PendingPayment or PacketStatus.Active:
                    // Our estimate of the store's clock was a little ahead.
                    await due.PutBackAsync(DueKind.Packet, row.No, TimeSpan.FromMilliseconds(50), cancellationToken).ConfigureAwait(false);
                    break;
            }

            return null;
        }
        catch (StoreException)
        {
            return row;
        }
    }

    /// <summary>Asks about refunds of expired packets that are not final. True when there may be more.</summary>
    public Task<bool> ScanRefundsAsync(CancellationToken cancellationToken) => ScanAsync(DueKind.Refund, RefundCause.Expiry, cancellationToken);

    /// <summary>Asks about refunds of late payments that are not final. True when there may be more.</summary>
    public Task<bool> ScanLatePaymentsAsync(CancellationToken cancellationToken) => ScanAsync(DueKind.LatePayment, RefundCause.LatePayment, cancellationToken);

    private async Task<bool> ScanAsync(DueKind kind, RefundCause cause, CancellationToken cancellationToken)
    {
        var rest = TimeSpan.FromMilliseconds(options.PullAfterMs);
        var rows = await due.TakeAsync(kind, PageSize, rest, TimeSpan.FromTicks(rest.Ticks * RestFactorMax), cancellationToken).ConfigureAwait(false);
        if (rows.Count == 0)
        {
            return false;
        }

        RefundResultsResponse answer;
        try
        {
            answer = await async.Value.GetRefundResultsAsync(
                CallContext.ForSystem(CallContext.DefaultApp, clock.GetUtcNow() + Patience),
                new RefundResultsRequest { Keys = rows.ConvertAll(r => new RefundKey { Cause = cause, CauseNo = r.No }) }, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Async is another process, perhaps: no answer means that nothing is known, and must not keep the deadlines from alerting.
            answer = new RefundResultsResponse { Result = Result.Of(ResultCode.Internal) };
        }

        var items = answer.Result.IsOk() ? answer.Items : [];
        try
        {
            await AdvanceAllAsync(items, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException)
        {
            // Those that could be moved were; the others are asked about again, and alert when they are late.
        }

        var final = items.Where(p => IsFinal(p.Status)).Select(p => p.CauseNo).ToHashSet();
        alerts.RaiseOverdue(
            "refund.overdue", $"Refunds for {cause} without an end", "They go on being asked about; check Async and finance.",
            rows.FindAll(r => !final.Contains(r.No)), storeClock.NowMs());
        return rows.Count == PageSize;
    }

    // Together, so that they share a lane's transaction; a lane keeps the order of one packet's commands.
    private async Task AdvanceAllAsync(IReadOnlyCollection<RefundProgress> items, CancellationToken cancellationToken)
    {
        var late = items.Where(p => p.Cause == RefundCause.LatePayment && IsFinal(p.Status)).Select(p => p.CauseNo).ToList();
        if (late.Count > 0)
        {
            await due.RemoveAllAsync(DueKind.LatePayment, late, cancellationToken).ConfigureAwait(false);
        }

        // The refund of a failed claim changes nothing here: its amount shows in refundedAmount.
        var moves = items.Where(p => p.Cause == RefundCause.Expiry && (IsFinal(p.Status) || p.Status is OrderStatus.Pending or OrderStatus.Refused));
        await Task.WhenAll(moves.Select(p =>
            lanes.PostAsync(new AdvanceRefund(p.PacketNo, IsFinal(p.Status) ? PacketEvent.RefundEnded : PacketEvent.RefundStarted, due)))).ConfigureAwait(false);
    }

    private static bool IsFinal(OrderStatus status) => status is OrderStatus.Succeeded or OrderStatus.SetAside or OrderStatus.Void;
}
