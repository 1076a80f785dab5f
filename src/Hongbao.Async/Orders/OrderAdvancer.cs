using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;
using Hongbao.Contracts;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Faults;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Orders;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Signing;
using Hongbao.Foundation.Stores;
using Hongbao.Foundation.Time;

namespace Hongbao.Async.Orders;

/// <summary>
/// Brings transfers and refunds to their end. What was written down is sent at once; callback, delayed message and timed scan
/// take over when that did not end it. All of them call the same transitions of <see cref="OrderStore"/>.
/// </summary>
internal sealed class OrderAdvancer(
    IStore store, OrderStore orders, FinanceCalls finance, DueTable<DueKind> due, Outbox outbox, FinanceCallbackReader callbacks,
    AsyncOptions options, AlertSink alerts)
{
    private const int ScanSize = FinanceCalls.BatchMax;
    private const int HintsMax = 100_000;
    private const int Senders = 2;

    // Kinds of finance's notices.
    private const string TransferKind = "transfer";
    private const string RefundKind = "refund";
    private const string SetAsideKind = "setAside";

    // Answers that wait to be written at most; a sender that is that far ahead waits.
    private const int AnswersMax = 8 * FinanceCalls.BatchMax;

    // Only hints of what to do now; what does not fit, or is lost with the process, is found by the scan.
    // A packet's transfers go one way, for at finance they take turns at its escrow; while one way waits for a commit the other works.
    private readonly Channel<TransferRow>[] _transfersToSend = [.. Enumerable.Range(0, Senders).Select(_ => Hints<TransferRow>(HintsMax / Senders))];
    private readonly IWorker?[] _transferSenders = new IWorker?[Senders];
    private readonly Channel<long> _refundsToSend = Hints<long>(HintsMax);

    // Their end is written while the next ones are at finance already.
    private readonly Channel<(TransferRow Row, OrderAnswer Answer)> _answered = Hints<(TransferRow, OrderAnswer)>(AnswersMax);

    // Transfers that wait to be sent, or for the writing of their end, with finance's final word once it is there: nothing has to be asked
    // about them, and a callback that says the same brings nothing.
    private readonly ConcurrentDictionary<long, (TransferRow Row, OrderEvent? Said)> _underWay = new();
    private IWorker? _transferEnder;
    private IWorker? _refundSender;

    public void Attach(IScheduler scheduler)
    {
        for (var i = 0; i < Senders; i++)
        {
            var waiting = _transfersToSend[i];
            _transferSenders[i] = scheduler.Add($"async.transfers.send.{i}", async cancellationToken =>
            {
                var rows = Drain(waiting, FinanceCalls.BatchMax);
                await SendFirstAsync(rows, cancellationToken).ConfigureAwait(false);
                return rows.Count > 0 ? NextRun.Now : NextRun.WhenWoken;
            });
        }

        _transferEnder = scheduler.Add("async.transfers.end", async cancellationToken =>
        {
            var answered = Drain(_answered, AnswersMax);
            await EndAsync(answered, cancellationToken).ConfigureAwait(false);
            return answered.Count > 0 ? NextRun.Now : NextRun.WhenWoken;
        });
        _refundSender = scheduler.Add("async.refunds.send", async cancellationToken =>
        {
            var nos = Drain(_refundsToSend, FinanceCalls.BatchMax);
            await SendRefundsAsync(nos, isFirst: true, cancellationToken).ConfigureAwait(false);
            return nos.Count > 0 ? NextRun.Now : NextRun.WhenWoken;
        });
    }

    /// <summary>Hints that transfers were written down and committed.</summary>
    public void SendSoon(IEnumerable<TransferRow> transfers, IEnumerable<long> refundNos)
    {
        foreach (var row in transfers)
        {
            // First the mark: the sender may be faster.
            _underWay[row.TransferNo] = (row, null);
            if (!_transfersToSend[(int)(row.PacketNo % Senders)].Writer.TryWrite(row))
            {
                _underWay.TryRemove(row.TransferNo, out _);
            }
        }

        foreach (var no in refundNos)
        {
            _refundsToSend.Writer.TryWrite(no);
        }

        Array.ForEach(_transferSenders, w => w?.Wake());
        _refundSender?.Wake();
    }

    /// <summary>The delayed message: those still unanswered are asked about.</summary>
    public async Task HandleDueAsync(IReadOnlyList<Delivery> deliveries, CancellationToken cancellationToken)
    {
        foreach (var delivery in deliveries)
        {
            var still = delivery.Read<OrdersDue>();
            await AskTransfersAsync(still.TransferNos, cancellationToken).ConfigureAwait(false);
            await AskRefundsAsync(still.RefundNos, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The timed scan of transfers. True when there may be more.</summary>
    public async Task<bool> ScanTransfersAsync(CancellationToken cancellationToken)
    {
        var rows = await due.TakeAsync(DueKind.Transfer, ScanSize, TimeSpan.FromMilliseconds(options.CheckMs), cancellationToken).ConfigureAwait(false);
        await RestLongerAsync(DueKind.Transfer, rows, cancellationToken).ConfigureAwait(false);
        await AskTransfersAsync(rows.FindAll(r => !_underWay.ContainsKey(r.No)).ConvertAll(r => r.No), cancellationToken).ConfigureAwait(false);
        return rows.Count == ScanSize;
    }

    /// <summary>The timed scan of refunds. True when there may be more.</summary>
    public async Task<bool> ScanRefundsAsync(CancellationToken cancellationToken)
    {
        var rows = await due.TakeAsync(DueKind.Refund, ScanSize, TimeSpan.FromMilliseconds(options.CheckMs), cancellationToken).ConfigureAwait(false);
        await RestLongerAsync(DueKind.Refund, rows, cancellationToken).ConfigureAwait(false);
        await AskRefundsAsync(rows.ConvertAll(r => r.No), cancellationToken).ConfigureAwait(false);
        return rows.Count == ScanSize;
    }

    /// <summary>A signed callback of finance: its transitions and its nonce commit together.</summary>
    public async Task<FinanceCallbackResponse> CallbackAsync(FinanceCallbackRequest request, CancellationToken cancellationToken)
    {
        var result = callbacks.Read(request, out var notices);
        if (!result.IsOk())
        {
            return new FinanceCallbackResponse { Result = result };
        }

        if (notices.All(n => IsBeingWritten(n.Notice, n.Number)))
        {
            // Finance's answer was faster. If this process dies before its end is written, the scan asks again.
            return new FinanceCallbackResponse();
        }

        if (await CallbackNonces.IsKnownAsync(store, request.Nonce, cancellationToken).ConfigureAwait(false))
        {
            return new FinanceCallbackResponse();
        }

        var transfers = (await orders.FindTransfersAsync(notices.Where(n => n.Notice.Kind == TransferKind).Select(n => n.Number), cancellationToken)
            .ConfigureAwait(false)).ToDictionary(r => r.TransferNo);
        var refunds = (await orders.FindRefundsAsync(notices.Where(n => n.Notice.Kind is RefundKind or SetAsideKind).Select(n => n.Number), cancellationToken)
            .ConfigureAwait(false)).ToDictionary(r => r.RefundNo);
        foreach (var (notice, number) in notices)
        {
            if (notice.Kind is not (TransferKind or RefundKind or SetAsideKind))
            {
                return new FinanceCallbackResponse { Result = Result.Invalid("kind", "must be transfer, refund or setAside") };
            }

            // Numbers of transfers and refunds are minted apart: only kind and number together name an order.
            var known = notice.Kind == TransferKind
                ? transfers.TryGetValue(number, out var transfer) ? (transfer.App, transfer.Amount, transfer.Currency) : default
                : refunds.TryGetValue(number, out var refund) ? (refund.App, refund.Amount, refund.Currency) : default;
            if (known.App is null || known.App != notice.App)
            {
                return new FinanceCallbackResponse { Result = Result.Of(ResultCode.NotFound, "No such order.") };
            }

            if (known.Amount != notice.Amount || known.Currency != notice.Currency)
            {
                alerts.Raise(new Alert("order.mismatch", Text(number),
                    $"A genuine callback about {notice.Kind} {number} names {notice.Amount} {notice.Currency}, not {known.Amount} {known.Currency}. Nothing was changed; compare with finance."));
                return new FinanceCallbackResponse { Result = Result.Invalid("amount", "must be the order's amount and currency") };
            }
        }

        var ends = notices.Where(n => n.Notice.Kind == TransferKind).Select(n => WordOf(n.Notice, n.Number)).ToList();
        if (ends.Count == notices.Count && ends.TrueForAll(e => SaysAgain(transfers[e.TransferNo], e.On)))
        {
            // Finance's answer was faster, as nearly always: there is no transition, and nothing to remember.
            return new FinanceCallbackResponse();
        }

        List<long> newRefunds;
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            if (!await CallbackNonces.TryAcceptAsync(session, request.Nonce, cancellationToken).ConfigureAwait(false))
            {
                return new FinanceCallbackResponse();
            }

            newRefunds = await orders.EndTransfersAsync(session, ends, transfers, cancellationToken).ConfigureAwait(false);
            await orders.MoveRefundsAsync(
                session, RefundWords(notices.Where(n => n.Notice.Kind != TransferKind).Select(n => (WordOf(n.Notice, n.Number), n.Notice.Kind == SetAsideKind))),
                cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("async.callback.before_commit");
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("async.callback.after_commit");
        }

        SendSoon([], newRefunds);
        return new FinanceCallbackResponse();
    }

    private bool IsBeingWritten(FinanceNotice notice, long number) =>
        notice.Kind == TransferKind && _underWay.TryGetValue(number, out var known) && known.Said == WordOf(notice, number).On
        && (known.Row.App, known.Row.Amount, known.Row.Currency) == (notice.App, notice.Amount, notice.Currency);

    private static bool SaysAgain(TransferRow row, OrderEvent on) => OrderGraphs.Transfer.TryMove(OrderStatus.Pending, on, out var to) && row.State == to;

    private static (long TransferNo, OrderEvent On, string Reason) WordOf(FinanceNotice notice, long number) =>
        notice.Status == "SUCCEEDED" ? (number, OrderEvent.Succeeded, "") : (number, OrderEvent.Refused, "refused by finance");

    private static (long TransferNo, OrderEvent On, string Reason) WordOf(OrderAnswer answer) =>
        (answer.Number, answer.Status == FinanceStatus.Succeeded ? OrderEvent.Succeeded : OrderEvent.Refused, answer.Reason);

    private async Task AskTransfersAsync(List<long> transferNos, CancellationToken cancellationToken)
    {
        var open = (await orders.FindTransfersAsync(transferNos, cancellationToken).ConfigureAwait(false)).FindAll(r => r.State == OrderStatus.Pending);
        foreach (var batch in Batches(open, r => r.App))
        {
            var answers = await finance.QueryTransfersAsync(batch[0].App, batch, cancellationToken).ConfigureAwait(false);
            await TakeTransferAnswersAsync(batch, answers, cancellationToken).ConfigureAwait(false);
            var final = FinalOf(answers);
            // "Not found" and "pending" do not say that it did not arrive: the same number is sent again.
            var unanswered = batch.FindAll(r => !final.Contains(r.TransferNo));
            if (unanswered.Count > 0)
            {
                await TakeTransferAnswersAsync(unanswered, await SendAsync(unanswered, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task AskRefundsAsync(List<long> refundNos, CancellationToken cancellationToken)
    {
        var open = (await orders.FindRefundsAsync(refundNos, cancellationToken).ConfigureAwait(false)).FindAll(r => r.State is OrderStatus.Pending or OrderStatus.Refused);
        foreach (var batch in Batches(open.FindAll(r => r.State == OrderStatus.Pending), r => r.App))
        {
            var answers = await finance.QueryRefundsAsync(batch[0].App, batch, cancellationToken).ConfigureAwait(false);
            await TakeRefundAnswersAsync(answers, isSetAside: false, cancellationToken).ConfigureAwait(false);
        }

        await SendRefundsAsync([.. open.Select(r => r.RefundNo)], isFirst: false, cancellationToken).ConfigureAwait(false);
    }

    private async Task<List<OrderAnswer>> SendAsync(List<TransferRow> batch, CancellationToken cancellationToken)
    {
        Failpoint.Hit("async.transfer.before_call");
        var answers = await finance.TransferAsync(batch[0].App, batch, cancellationToken).ConfigureAwait(false);
        Failpoint.Hit("async.transfer.after_call");
        return answers;
    }

    // What was just written down; it may have ended elsewhere meanwhile, and is then only the same number again.
    private async Task SendFirstAsync(List<TransferRow> rows, CancellationToken cancellationToken)
    {
        var answered = new HashSet<long>();
        try
        {
            foreach (var batch in Batches(rows, r => r.App))
            {
                var answers = await SendAsync(batch, cancellationToken).ConfigureAwait(false);
                RaiseMismatches("transfer", answers);
                var final = answers.Where(IsFinal).ToLookup(a => a.Number);
                foreach (var (row, answer) in batch.SelectMany(r => final[r.TransferNo].Select(a => (r, a))))
                {
                    _underWay[row.TransferNo] = (row, WordOf(answer).On);
                    await _answered.Writer.WriteAsync((row, answer), cancellationToken).ConfigureAwait(false);
                    answered.Add(row.TransferNo);
                }

                _transferEnder?.Wake();
                var unanswered = batch.FindAll(r => !final.Contains(r.TransferNo));
                if (unanswered.Count > 0)
                {
                    await AskLaterAsync(batch[0].App, unanswered[0].Slot, new OrdersDue { TransferNos = unanswered.ConvertAll(r => r.TransferNo) }, cancellationToken)
                        .ConfigureAwait(false);
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

    private async Task EndAsync(List<(TransferRow Row, OrderAnswer Answer)> answered, CancellationToken cancellationToken)
    {
        try
        {
            await EndTransfersAsync(answered.ConvertAll(a => a.Row), answered.ConvertAll(a => WordOf(a.Answer)), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            answered.ForEach(a => _underWay.TryRemove(a.Row.TransferNo, out _));
        }
    }

    private async Task SendRefundsAsync(List<long> refundNos, bool isFirst, CancellationToken cancellationToken)
    {
        if (refundNos.Count == 0)
        {
            return;
        }

        var rows = await orders.FindRefundsAsync(refundNos, cancellationToken).ConfigureAwait(false);
        foreach (var batch in Batches(rows.FindAll(r => r.State == OrderStatus.Pending), r => r.App))
        {
            Failpoint.Hit("async.refund.before_call");
            var answers = await finance.RefundAsync(batch[0].App, batch, cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("async.refund.after_call");
            await TakeRefundAnswersAsync(answers, isSetAside: false, cancellationToken).ConfigureAwait(false);
        }

        // Refused ones, also those of just now: their money is set aside.
        rows = await orders.FindRefundsAsync(refundNos, cancellationToken).ConfigureAwait(false);
        foreach (var batch in Batches(rows.FindAll(r => r.State == OrderStatus.Refused), r => r.App))
        {
            var answers = await finance.SetAsideAsync(batch[0].App, batch, cancellationToken).ConfigureAwait(false);
            await TakeRefundAnswersAsync(answers, isSetAside: true, cancellationToken).ConfigureAwait(false);
        }

        if (isFirst)
        {
            rows = await orders.FindRefundsAsync(refundNos, cancellationToken).ConfigureAwait(false);
            foreach (var unanswered in Batches(rows.FindAll(r => r.State is OrderStatus.Pending or OrderStatus.Refused), r => r.App))
            {
                await AskLaterAsync(unanswered[0].App, unanswered[0].Slot, new OrdersDue { RefundNos = unanswered.ConvertAll(r => r.RefundNo) }, cancellationToken)
                    .ConfigureAwait(false);
            }
        }
    }

    private Task TakeTransferAnswersAsync(List<TransferRow> asked, List<OrderAnswer> answers, CancellationToken cancellationToken)
    {
        RaiseMismatches("transfer", answers);
        return EndTransfersAsync(asked, answers.FindAll(IsFinal).ConvertAll(WordOf), cancellationToken);
    }

    private async Task EndTransfersAsync(
        List<TransferRow> asked, List<(long TransferNo, OrderEvent On, string Reason)> ends, CancellationToken cancellationToken)
    {
        if (ends.Count == 0)
        {
            return;
        }

        var known = new Dictionary<long, TransferRow>(asked.Count);
        asked.ForEach(r => known[r.TransferNo] = r);
        List<long> newRefunds;
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            newRefunds = await orders.EndTransfersAsync(session, ends, known, cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("async.transfer.before_commit");
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("async.transfer.after_commit");
        }

        SendSoon([], newRefunds);
    }

    private async Task TakeRefundAnswersAsync(List<OrderAnswer> answers, bool isSetAside, CancellationToken cancellationToken)
    {
        RaiseMismatches(isSetAside ? "set-aside" : "refund", answers);
        var words = RefundWords(answers.Where(IsFinal).Select(a => (WordOf(a), isSetAside)));
        if (words.Count == 0)
        {
            return;
        }

        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await orders.MoveRefundsAsync(session, words, cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("async.refund.before_commit");
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("async.refund.after_commit");
        }
    }

    // What finance says of refunds and of setting their money aside, as events of the refunds.
    private List<(long RefundNo, OrderEvent On, string Reason)> RefundWords(IEnumerable<((long Number, OrderEvent On, string Reason) Word, bool IsSetAside)> said)
    {
        var words = new List<(long, OrderEvent, string)>();
        foreach (var ((number, on, reason), isSetAside) in said)
        {
            if (!isSetAside)
            {
                words.Add((number, on, reason));
            }
            else if (on == OrderEvent.Succeeded)
            {
                words.Add((number, OrderEvent.SetAside, reason));
            }
            else
            {
                // Setting aside only moves money between our own accounts at finance; refusing it needs a person.
                alerts.Raise(new Alert("refund.not_set_aside", Text(number), $"Finance refuses to set the money of refund {number} aside: {reason}. It goes on being asked."));
            }
        }

        return words;
    }

    // One delayed message for a batch, only for orders that are still unanswered.
    private async Task AskLaterAsync(string app, int slot, OrdersDue unanswered, CancellationToken cancellationToken)
    {
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await outbox.AddAsync(
                session, slot, Topics.OrdersDue, CallContext.ForSystem(app), unanswered, TimeSpan.FromMilliseconds(options.CheckMs), cancellationToken)
                .ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    // Back-off by attempts, and a call for a person past the deadline. Written before asking, so that no fault stops the asking.
    private async Task RestLongerAsync(DueKind kind, List<DueRow> rows, CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
        {
            return;
        }

        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var now = await session.NowMsAsync(cancellationToken).ConfigureAwait(false);
            await due.RestAllAsync(session, kind, rows.ConvertAll(r => (r.No, RestOf(r, now))), cancellationToken).ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            alerts.RaiseOverdue(
                $"{kind.ToString().ToLowerInvariant()}.overdue", $"{kind}s without a final answer of finance", "They go on being asked about; check finance.",
                rows, now);
        }
    }

    private TimeSpan RestOf(DueRow row, long now)
    {
        var longest = TimeSpan.FromMilliseconds(options.CheckMsMax);
        return now > row.DeadlineAt ? longest : BackOff.Doubling(TimeSpan.FromMilliseconds(options.CheckMs), row.Attempts, longest);
    }

    private void RaiseMismatches(string kind, List<OrderAnswer> answers)
    {
        foreach (var answer in answers.Where(a => a.Status == FinanceStatus.Mismatch))
        {
            alerts.Raise(new Alert("order.mismatch", Text(answer.Number), $"Finance has {kind} {answer.Number} with other content than we do. Nothing was changed; compare with finance."));
        }
    }

    private static HashSet<long> FinalOf(List<OrderAnswer> answers) =>
        [.. answers.Where(IsFinal).Select(a => a.Number)];

    private static bool IsFinal(OrderAnswer answer) => answer.Status is FinanceStatus.Succeeded or FinanceStatus.Refused;

    private static IEnumerable<List<T>> Batches<T>(List<T> rows, Func<T, string> app) =>
        rows.GroupBy(app).SelectMany(g => g.Chunk(FinanceCalls.BatchMax)).Select(c => c.ToList());

    // Full is full: TryWrite says so.
    private static Channel<T> Hints<T>(int most) => Channel.CreateBounded<T>(new BoundedChannelOptions(most) { FullMode = BoundedChannelFullMode.Wait });

    private static List<T> Drain<T>(Channel<T> hints, int most)
    {
        var drained = new List<T>();
        while (drained.Count < most && hints.Reader.TryRead(out var hint))
        {
            drained.Add(hint);
        }

        return drained;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
