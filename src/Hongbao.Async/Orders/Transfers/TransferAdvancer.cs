using System.Collections.Concurrent;
using System.Threading.Channels;
using Hongbao.Async.Orders.Fundings;
using Hongbao.Async.Orders.Refunds;
using Hongbao.Contracts;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Faults;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;

namespace Hongbao.Async.Orders.Transfers;

/// <summary>
/// Brings transfers to their end. What was written down is sent at once; callback, delayed message and timed scan take over when that
/// did not end it. All of them call the same transitions of <see cref="TransferStore"/>.
/// </summary>
internal sealed class TransferAdvancer(
    IStore store, TransferStore transfers, RefundAdvancer refunds, FinanceCalls finance, OrderSchedule schedule, AlertSink alerts)
{
    private const int HintsMax = 100_000;
    private const int Senders = 2;

    // Answers that wait to be written at most; a sender that is that far ahead waits.
    private const int AnswersMax = 8 * FinanceCalls.BatchMax;

    // Only hints of what to do now; what does not fit, or is lost with the process, is found by the scan.
    // A packet's transfers go one way, for at finance they take turns at its escrow; while one way waits for a commit the other works.
    private readonly Channel<TransferRow>[] _toSend = [.. Enumerable.Range(0, Senders).Select(_ => OrderBatches.Hints<TransferRow>(HintsMax / Senders))];
    private readonly IWorker?[] _senders = new IWorker?[Senders];

    // Their end is written while the next ones are at finance already.
    private readonly Channel<(TransferRow Row, OrderAnswer Answer)> _answered = OrderBatches.Hints<(TransferRow, OrderAnswer)>(AnswersMax);

    // Transfers that wait to be sent, or for the writing of their end, with finance's final word once it is there: nothing has to be asked
    // about them, and a callback that says the same brings nothing.
    private readonly ConcurrentDictionary<long, (TransferRow Row, OrderEvent? Said)> _underWay = new();
    private IWorker? _ender;

    public void Attach(IScheduler scheduler)
    {
        for (var i = 0; i < Senders; i++)
        {
            var waiting = _toSend[i];
            _senders[i] = scheduler.Add($"async.transfers.send.{i}", async cancellationToken =>
            {
                var rows = OrderBatches.Drain(waiting, FinanceCalls.BatchMax);
                await SendFirstAsync(rows, cancellationToken).ConfigureAwait(false);
                return rows.Count > 0 ? NextRun.Now : NextRun.WhenWoken;
            });
        }

        _ender = scheduler.Add("async.transfers.end", async cancellationToken =>
        {
            var answered = OrderBatches.Drain(_answered, AnswersMax);
            await EndAnsweredAsync(answered, cancellationToken).ConfigureAwait(false);
            return answered.Count > 0 ? NextRun.Now : NextRun.WhenWoken;
        });
    }

    /// <summary>Hints that transfers were written down and committed, and that their money is there.</summary>
    public void SendSoon(IEnumerable<TransferRow> rows)
    {
        foreach (var row in rows)
        {
            // First the mark: the sender may be faster.
            _underWay[row.TransferNo] = (row, null);
            if (!_toSend[(int)(row.PacketNo % Senders)].Writer.TryWrite(row))
            {
                _underWay.TryRemove(row.TransferNo, out _);
            }
        }

        Array.ForEach(_senders, w => w?.Wake());
    }

    /// <summary>True when finance said the same in an answer, whose end is just being written: if this process dies before, the scan asks again.</summary>
    public bool IsBeingWritten(FinanceNotice notice, long number) =>
        _underWay.TryGetValue(number, out var known) && known.Said == FinalWord.Of(notice, number).On
        && (known.Row.App, known.Row.Amount, known.Row.Currency) == (notice.App, notice.Amount, notice.Currency);

    /// <summary>The timed scan. True when there may be more.</summary>
    public async Task<bool> ScanAsync(CancellationToken cancellationToken)
    {
        var rows = await schedule.TakeAsync(DueKind.Transfer, cancellationToken).ConfigureAwait(false);
        await AskAsync(rows.FindAll(r => !_underWay.ContainsKey(r.No)).ConvertAll(r => r.No), cancellationToken).ConfigureAwait(false);
        return rows.Count == OrderSchedule.PageSize;
    }

    /// <summary>Asks about those of some transfers that have no end and whose money is there, and sends them again.</summary>
    public async Task AskAsync(List<long> transferNos, CancellationToken cancellationToken)
    {
        foreach (var batch in OrderBatches.Of(await OpenAsync(transferNos, cancellationToken).ConfigureAwait(false), r => r.App))
        {
            await OrderBatches.AskOrSendAsync(
                batch, r => r.TransferNo, some => finance.QueryTransfersAsync(some[0].App, some, Patience.Usual, cancellationToken),
                some => SendAsync(some, Patience.Usual, cancellationToken), (some, answers) => TakeAsync(some, answers, cancellationToken)).ConfigureAwait(false);
        }
    }

    /// <summary>Sends those of some transfers now that have no end and whose money is there, under the same numbers as ever, and takes what finance answers.</summary>
    public async Task SendNowAsync(List<long> transferNos, Patience patience, CancellationToken cancellationToken)
    {
        foreach (var batch in OrderBatches.Of(await OpenAsync(transferNos, cancellationToken).ConfigureAwait(false), r => r.App))
        {
            await TakeAsync(batch, await SendAsync(batch, patience, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        }
    }

    // Those without an end, and without those that wait for their packet's funding.
    private async Task<List<TransferRow>> OpenAsync(List<long> transferNos, CancellationToken cancellationToken)
    {
        if (transferNos.Count == 0)
        {
            return [];
        }

        var open = (await transfers.FindAsync(transferNos, cancellationToken).ConfigureAwait(false)).FindAll(r => r.State == OrderStatus.Pending);
        if (!open.Exists(r => r.NeedsFunding))
        {
            return open;
        }

        Dictionary<long, OrderStatus> fundings;
        HashSet<long> awaited;
        var read = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (read.ConfigureAwait(false))
        {
            var packetNos = open.Where(r => r.NeedsFunding).Select(r => r.PacketNo).Distinct().ToList();
            fundings = await FundingStates.ReadAsync(read, packetNos, cancellationToken).ConfigureAwait(false);
            awaited = await TransferStore.AwaitedAsync(read, packetNos, cancellationToken).ConfigureAwait(false);
        }

        await SettleAwaitedAsync(awaited.ToLookup(no => fundings.GetValueOrDefault(no)), cancellationToken).ConfigureAwait(false);
        return open.FindAll(r => !r.NeedsFunding || fundings.GetValueOrDefault(r.PacketNo) == OrderStatus.Succeeded);
    }

    // A funding that was written and ended while a transfer of its packet was being written missed it, once in a blue moon.
    private async Task SettleAwaitedAsync(ILookup<OrderStatus, long> awaited, CancellationToken cancellationToken)
    {
        if (!awaited.Contains(OrderStatus.Succeeded) && !awaited.Contains(OrderStatus.Failed))
        {
            return;
        }

        List<TransferRow> released;
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            released = await transfers.ReleaseAsync(session, [.. awaited[OrderStatus.Succeeded]], cancellationToken).ConfigureAwait(false);
            await transfers.FailWaitingAsync(session, [.. awaited[OrderStatus.Failed]], cancellationToken).ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
        }

        SendSoon(released);
    }

    private async Task<List<OrderAnswer>> SendAsync(List<TransferRow> batch, Patience patience, CancellationToken cancellationToken)
    {
        Failpoint.Hit("async.transfer.before_call");
        var answers = await finance.TransferAsync(batch[0].App, batch, patience, cancellationToken).ConfigureAwait(false);
        Failpoint.Hit("async.transfer.after_call");
        return answers;
    }

    // What was just written down; it may have ended elsewhere meanwhile, and is then only the same number again.
    private async Task SendFirstAsync(List<TransferRow> rows, CancellationToken cancellationToken)
    {
        var answered = new HashSet<long>();
        try
        {
            foreach (var batch in OrderBatches.Of(rows, r => r.App))
            {
                var answers = await SendAsync(batch, Patience.Usual, cancellationToken).ConfigureAwait(false);
                alerts.RaiseMismatches("transfer", answers);
                var final = answers.Where(FinalWord.IsFinal).ToLookup(a => a.Number);
                foreach (var (row, answer) in batch.SelectMany(r => final[r.TransferNo].Select(a => (r, a))))
                {
                    _underWay[row.TransferNo] = (row, FinalWord.Of(answer).On);
                    await _answered.Writer.WriteAsync((row, answer), cancellationToken).ConfigureAwait(false);
                    answered.Add(row.TransferNo);
                }

                _ender?.Wake();
                var unanswered = batch.FindAll(r => !final.Contains(r.TransferNo));
                if (unanswered.Count > 0)
                {
                    await schedule.AskLaterAsync(
                        batch[0].App, unanswered[0].Slot, new OrdersDue { TransferNos = unanswered.ConvertAll(r => r.TransferNo) }, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            foreach (var row in rows.Where(r => !answered.Contains(r.TransferNo)))
            {
                _underWay.TryRemove(row.TransferNo, out _);
            }
        }
    }

    private async Task EndAnsweredAsync(List<(TransferRow Row, OrderAnswer Answer)> answered, CancellationToken cancellationToken)
    {
        try
        {
            await EndAsync(answered.ConvertAll(a => a.Row), answered.ConvertAll(a => FinalWord.Of(a.Answer)), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            answered.ForEach(a => _underWay.TryRemove(a.Row.TransferNo, out _));
        }
    }

    private Task TakeAsync(List<TransferRow> asked, List<OrderAnswer> answers, CancellationToken cancellationToken)
    {
        alerts.RaiseMismatches("transfer", answers);
        return EndAsync(asked, FinalWord.AllOf(answers), cancellationToken);
    }

    private async Task EndAsync(List<TransferRow> asked, List<FinalWord> words, CancellationToken cancellationToken)
    {
        if (words.Count == 0)
        {
            return;
        }

        var known = new Dictionary<long, TransferRow>(asked.Count);
        asked.ForEach(r => known[r.TransferNo] = r);
        List<long> newRefunds;
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            newRefunds = await transfers.EndAsync(session, words, known, cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("async.transfer.before_commit");
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("async.transfer.after_commit");
        }

        refunds.SendSoon(newRefunds);
    }
}
