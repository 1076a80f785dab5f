using System.Threading.Channels;
using Hongbao.Async.Orders.Fundings;
using Hongbao.Contracts;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Faults;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;

namespace Hongbao.Async.Orders.Refunds;

/// <summary>
/// Brings refunds to their end: to the sender or the campaign, or set aside when finance refuses that. Sent at once; callback, delayed message
/// and timed scan take over. All of them call the same transitions of <see cref="RefundStore"/>.
/// </summary>
internal sealed class RefundAdvancer(IStore store, RefundStore refunds, FinanceCalls finance, OrderSchedule schedule, AlertSink alerts)
{
    // Only hints of what to do now; what does not fit, or is lost with the process, is found by the scan.
    private readonly Channel<long> _toSend = OrderBatches.Hints<long>(100_000);
    private IWorker? _sender;

    public void Attach(IScheduler scheduler) => _sender = scheduler.Add("async.refunds.send", async cancellationToken =>
    {
        var nos = OrderBatches.Drain(_toSend, FinanceCalls.BatchMax);
        await SendAsync(nos, isFirst: true, cancellationToken).ConfigureAwait(false);
        return nos.Count > 0 ? NextRun.Now : NextRun.WhenWoken;
    });

    /// <summary>Hints that refunds were written down and committed, and that their money is there.</summary>
    public void SendSoon(IEnumerable<long> refundNos)
    {
        foreach (var no in refundNos)
        {
            _toSend.Writer.TryWrite(no);
        }

        _sender?.Wake();
    }

    /// <summary>The timed scan. True when there may be more.</summary>
    public async Task<bool> ScanAsync(CancellationToken cancellationToken)
    {
        var rows = await schedule.TakeAsync(DueKind.Refund, cancellationToken).ConfigureAwait(false);
        await AskAsync(rows.ConvertAll(r => r.No), cancellationToken).ConfigureAwait(false);
        return rows.Count == OrderSchedule.PageSize;
    }

    /// <summary>Asks about those of some refunds that have no end and whose money is there, and sends them again.</summary>
    public async Task AskAsync(List<long> refundNos, CancellationToken cancellationToken)
    {
        var open = await OpenAsync(refundNos, cancellationToken).ConfigureAwait(false);
        foreach (var batch in OrderBatches.Of(open.FindAll(r => r.State == OrderStatus.Pending), r => r.App))
        {
            var answers = await finance.QueryRefundsAsync(batch[0].App, batch, cancellationToken).ConfigureAwait(false);
            await TakeAsync(answers, isSetAside: false, cancellationToken).ConfigureAwait(false);
        }

        await SendAsync(open.ConvertAll(r => r.RefundNo), isFirst: false, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What finance says of refunds and of setting their money aside, as events of the refunds.</summary>
    public List<FinalWord> WordsOf(IEnumerable<(FinalWord Word, bool IsSetAside)> said)
    {
        var words = new List<FinalWord>();
        foreach (var (word, isSetAside) in said)
        {
            if (!isSetAside)
            {
                words.Add(word);
            }
            else if (word.On == OrderEvent.Succeeded)
            {
                words.Add(word with { On = OrderEvent.SetAside });
            }
            else
            {
                // Setting aside only moves money between our own accounts at finance; refusing it needs a person.
                alerts.RaiseAbout(
                    "refund.not_set_aside", word.Number, $"Finance refuses to set the money of refund {word.Number} aside: {word.Reason}. It goes on being asked.");
            }
        }

        return words;
    }

    // Those without an end, and without those that wait for their packet's funding.
    private async Task<List<RefundRow>> OpenAsync(List<long> refundNos, CancellationToken cancellationToken)
    {
        if (refundNos.Count == 0)
        {
            return [];
        }

        var open = (await refunds.FindAsync(refundNos, cancellationToken).ConfigureAwait(false)).FindAll(r => r.State is OrderStatus.Pending or OrderStatus.Refused);
        if (!open.Exists(r => r.NeedsFunding))
        {
            return open;
        }

        Dictionary<long, OrderStatus> fundings;
        var read = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (read.ConfigureAwait(false))
        {
            fundings = await FundingStates.ReadAsync(read, open.Where(r => r.NeedsFunding).Select(r => r.PacketNo), cancellationToken).ConfigureAwait(false);
        }

        var byFunding = open.ToLookup(r => r.NeedsFunding ? fundings.GetValueOrDefault(r.PacketNo) : OrderStatus.Succeeded);
        if (byFunding.Contains(OrderStatus.Failed))
        {
            // A funding that was written and ended while a refund of its packet was being written missed it, once in a blue moon.
            var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
            await using (session.ConfigureAwait(false))
            {
                await refunds.VoidAsync(session, [.. byFunding[OrderStatus.Failed].Select(r => r.RefundNo)], cancellationToken).ConfigureAwait(false);
                await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        return [.. byFunding[OrderStatus.Succeeded]];
    }

    private async Task SendAsync(List<long> refundNos, bool isFirst, CancellationToken cancellationToken)
    {
        if (refundNos.Count == 0)
        {
            return;
        }

        var rows = await refunds.FindAsync(refundNos, cancellationToken).ConfigureAwait(false);
        foreach (var batch in OrderBatches.Of(rows.FindAll(r => r.State == OrderStatus.Pending), r => r.App))
        {
            Failpoint.Hit("async.refund.before_call");
            var answers = await finance.RefundAsync(batch[0].App, batch, cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("async.refund.after_call");
            await TakeAsync(answers, isSetAside: false, cancellationToken).ConfigureAwait(false);
        }

        // Refused ones, also those of just now: their money is set aside.
        rows = await refunds.FindAsync(refundNos, cancellationToken).ConfigureAwait(false);
        foreach (var batch in OrderBatches.Of(rows.FindAll(r => r.State == OrderStatus.Refused), r => r.App))
        {
            var answers = await finance.SetAsideAsync(batch[0].App, batch, cancellationToken).ConfigureAwait(false);
            await TakeAsync(answers, isSetAside: true, cancellationToken).ConfigureAwait(false);
        }

        if (isFirst)
        {
            rows = await refunds.FindAsync(refundNos, cancellationToken).ConfigureAwait(false);
            foreach (var unanswered in OrderBatches.Of(rows.FindAll(r => r.State is OrderStatus.Pending or OrderStatus.Refused), r => r.App))
            {
                await schedule.AskLaterAsync(
                    unanswered[0].App, unanswered[0].Slot, new OrdersDue { RefundNos = unanswered.ConvertAll(r => r.RefundNo) }, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task TakeAsync(List<OrderAnswer> answers, bool isSetAside, CancellationToken cancellationToken)
    {
        alerts.RaiseMismatches(isSetAside ? "set-aside" : "refund", answers);
        var words = WordsOf(FinalWord.AllOf(answers).Select(w => (w, isSetAside)));
        if (words.Count == 0)
        {
            return;
        }

        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await refunds.MoveAsync(session, words, cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("async.refund.before_commit");
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("async.refund.after_commit");
        }
    }
}
