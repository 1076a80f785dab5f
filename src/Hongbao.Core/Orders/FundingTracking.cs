using Hongbao.Contracts;
using Hongbao.Core.Lanes;
using Hongbao.Core.Packets;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Orders;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Orders;

/// <summary>The pull of the asking side for fundings: Async is asked about those without an end. One that failed closes its packet.</summary>
internal sealed class FundingTracking(
    LaneSet lanes, Lazy<IRedPacketAsync> async, DueTable<DueKind> due, Outbox outbox, StoreClock storeClock, CoreOptions options, AlertSink alerts, TimeProvider clock)
{
    private const int PageSize = 500;

    // For a question to Async, which reads its rows in a busy database, perhaps.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // How many times the first rest the longest is.
    private const int RestFactorMax = 10;

    /// <summary>Asks about fundings that are not final. True when there may be more.</summary>
    public async Task<bool> ScanAsync(CancellationToken cancellationToken)
    {
        var rest = TimeSpan.FromMilliseconds(options.PullAfterMs);
        var rows = await due.TakeAsync(DueKind.Funding, PageSize, rest, TimeSpan.FromTicks(rest.Ticks * RestFactorMax), cancellationToken).ConfigureAwait(false);
        if (rows.Count == 0)
        {
            return false;
        }

        var ended = await AskAsync(rows.ConvertAll(r => r.No), cancellationToken).ConfigureAwait(false);
        alerts.RaiseOverdue(
            "funding.overdue", "Fundings of packets without an end", "They go on being asked about, and their claims wait; check Async, Campaign and finance.",
            rows.FindAll(r => !ended.Contains(r.No)), storeClock.NowMs());
        return rows.Count == PageSize;
    }

    // The packets whose funding has its end now.
    private async Task<HashSet<long>> AskAsync(List<long> packetNos, CancellationToken cancellationToken)
    {
        NumberedResultsResponse answer;
        try
        {
            answer = await async.Value.GetFundingResultsAsync(
                CallContext.ForSystem(CallContext.DefaultApp, clock.GetUtcNow() + Patience), new NumberedResultsRequest { Numbers = packetNos }, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Async is another process, perhaps: no answer means that nothing is known, and must not keep the deadlines from alerting.
            return [];
        }

        if (!answer.Result.IsOk())
        {
            return [];
        }

        var ended = answer.Items.Where(o => o.Status == OrderStatus.Succeeded).Select(o => o.Number).ToHashSet();
        if (ended.Count > 0)
        {
            await due.RemoveAllAsync(DueKind.Funding, ended, cancellationToken).ConfigureAwait(false);
        }

        // All at once: closings of the same moment share a lane's transaction.
        var closed = await Task.WhenAll(answer.Items.Where(o => o.Status == OrderStatus.Failed).Select(o => CloseAsync(o.Number))).ConfigureAwait(false);
        ended.UnionWith(closed.OfType<long>());
        return ended;
    }

    // Null when it could not be closed: it is asked about again with the end of its lease, and keeps no other waiting.
    private async Task<long?> CloseAsync(long packetNo)
    {
        try
        {
            await lanes.PostAsync(new CloseUnfundedPacket(packetNo, due, outbox, options)).ConfigureAwait(false);
            return packetNo;
        }
        catch (StoreException)
        {
            return null;
        }
    }
}
