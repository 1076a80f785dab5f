using System.Threading.Channels;
using Hongbao.Contracts;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Faults;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;

namespace Hongbao.Async.Orders.Payouts;

/// <summary>
/// Brings payouts to their end. Sent at once; callback, delayed message and timed scan take over. All of them call the same transitions of
/// <see cref="PayoutStore"/>.
/// </summary>
internal sealed class PayoutAdvancer(IStore store, PayoutStore payouts, FinanceCalls finance, OrderSchedule schedule, AlertSink alerts)
{
    // Only hints of what to do now; what does not fit, or is lost with the process, is found by the scan.
    private readonly Channel<PayoutRow> _toSend = OrderBatches.Hints<PayoutRow>(100_000);
    private IWorker? _sender;

    public void Attach(IScheduler scheduler) => _sender = scheduler.Add("async.payouts.send", async cancellationToken =>
    {
        var rows = OrderBatches.Drain(_toSend, FinanceCalls.BatchMax);
        await SendFirstAsync(rows, cancellationToken).ConfigureAwait(false);
        return rows.Count > 0 ? NextRun.Now : NextRun.WhenWoken;
    });

    /// <summary>Hints that payouts were written down and committed.</summary>
    public void SendSoon(IEnumerable<PayoutRow> rows)
    {
        foreach (var row in rows)
        {
            _toSend.Writer.TryWrite(row);
        }

        _sender?.Wake();
    }

    /// <summary>The timed scan. True when there may be more.</summary>
    public async Task<bool> ScanAsync(CancellationToken cancellationToken)
    {
        var rows = await schedule.TakeAsync(DueKind.Payout, cancellationToken).ConfigureAwait(false);
        await AskAsync(rows.ConvertAll(r => r.No), cancellationToken).ConfigureAwait(false);
        return rows.Count == OrderSchedule.PageSize;
    }

    /// <summary>Asks about those of some payouts that have no end, and sends them again.</summary>
    public async Task AskAsync(List<long> withdrawalNos, CancellationToken cancellationToken)
    {
        if (withdrawalNos.Count == 0)
        {
            return;
        }

        var open = (await payouts.FindAsync(withdrawalNos, cancellationToken).ConfigureAwait(false)).FindAll(r => r.State == OrderStatus.Pending);
        foreach (var batch in OrderBatches.Of(open, r => r.App))
        {
            await OrderBatches.AskOrSendAsync(
                batch, r => r.WithdrawalNo, some => finance.QueryPayoutsAsync(some[0].App, some, cancellationToken),
                some => SendAsync(some, cancellationToken), (_, answers) => TakeAsync(answers, cancellationToken)).ConfigureAwait(false);
        }
    }

    // What was just written down; it may have ended elsewhere meanwhile, and is then only the same number again.
    private async Task SendFirstAsync(List<PayoutRow> rows, CancellationToken cancellationToken)
    {
        foreach (var batch in OrderBatches.Of(rows, r => r.App))
        {
            var answers = await SendAsync(batch, cancellationToken).ConfigureAwait(false);
            await TakeAsync(answers, cancellationToken).ConfigureAwait(false);
            var unanswered = OrderBatches.Unanswered(batch, r => r.WithdrawalNo, answers);
            if (unanswered.Count > 0)
            {
                await schedule.AskLaterAsync(
                    batch[0].App, unanswered[0].Slot, new OrdersDue { PayoutNos = unanswered.ConvertAll(r => r.WithdrawalNo) }, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<List<OrderAnswer>> SendAsync(List<PayoutRow> batch, CancellationToken cancellationToken)
    {
        Failpoint.Hit("async.payout.before_call");
        var answers = await finance.PayoutAsync(batch[0].App, batch, cancellationToken).ConfigureAwait(false);
        Failpoint.Hit("async.payout.after_call");
        return answers;
    }

    private async Task TakeAsync(List<OrderAnswer> answers, CancellationToken cancellationToken)
    {
        alerts.RaiseMismatches("payout", answers);
        var words = FinalWord.AllOf(answers);
        if (words.Count == 0)
        {
            return;
        }

        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await payouts.EndAsync(session, words, cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("async.payout.before_commit");
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("async.payout.after_commit");
        }
    }
}
