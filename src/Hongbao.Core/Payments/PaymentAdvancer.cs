using Hongbao.Contracts;
using Hongbao.Core.Lanes;
using Hongbao.Core.Orders;
using Hongbao.Core.Packets;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Faults;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Orders;
using Hongbao.Foundation.Signing;
using Hongbao.Foundation.Stores;
using Hongbao.Foundation.Time;

namespace Hongbao.Core.Payments;

/// <summary>
/// Moves payment orders to their end: callback, cashier, timed scan all call the same transitions. Finance's final answer
/// alone ends an order; no answer, a timeout and "not found" mean that it is asked again under the same number.
/// </summary>
internal sealed class PaymentAdvancer(
    IStore store, LaneSet lanes, IFinance finance, DueTable<DueKind> due, DayTally days, Outbox outbox, StoreClock storeClock, CoreOptions options,
    AlertSink alerts, FinanceCallbackReader callbacks, TimeProvider clock)
{
    private const int PageSize = 50;
    private static readonly TimeSpan FinanceTimeout = TimeSpan.FromSeconds(5);

    // Above the two calls of a visit.
    private static readonly TimeSpan VisitLease = TimeSpan.FromSeconds(30);

    // Callers who wait for finance now. While it hangs they would hold all places that this process has for calls, and claims would wait behind them.
    private int _visitors;

    /// <summary>Makes finance know the order, so that the cashier can show it.</summary>
    public async Task<PaymentResponse> PrepareAsync(CallContext context, long payOrderNo, CancellationToken cancellationToken)
    {
        var payment = await PaymentStore.FindAsync(store, payOrderNo, cancellationToken).ConfigureAwait(false);
        if (payment is null || payment.App != context.App)
        {
            return Answer(Result.Of(ResultCode.NotFound), payOrderNo);
        }

        return payment.State != PaymentStatus.Pending || await VisitAsync(() => MakeKnownAsync(payment, context, cancellationToken)).ConfigureAwait(false)
            ? Answer(Result.Ok(), payment)
            : Answer(Result.Of(ResultCode.Degraded, "The cashier gives no answer just now; please try again."), payment);
    }

    // True when finance said that it knows the order.
    private async Task<bool> MakeKnownAsync(PaymentRow payment, CallContext context, CancellationToken cancellationToken)
    {
        // Finance may take the money from now on: look soon, in case its callback is lost.
        var now = storeClock.NowMs();
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await due.PutAsync(
                session, DueKind.Payment, payment.PayOrderNo, now + options.PaymentCheckMs, payment.PayUntil + (options.DeadlineSeconds * 1000L), cancellationToken)
                .ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
        }

        var answer = await AskAsync(payment, context, (own, token) => finance.CreatePaymentAsync(own, Order(payment), token), cancellationToken).ConfigureAwait(false);
        return answer.Result.IsOk();
    }

    /// <summary>Asks finance now and moves the order by its answer.</summary>
    public async Task<PaymentResponse> CheckAsync(CallContext context, long payOrderNo, CancellationToken cancellationToken)
    {
        var payment = await PaymentStore.FindAsync(store, payOrderNo, cancellationToken).ConfigureAwait(false);
        if (payment is null || payment.App != context.App)
        {
            return Answer(Result.Of(ResultCode.NotFound), payOrderNo);
        }

        if (!payment.IsFinal)
        {
            await VisitAsync(() => AdvanceAsync(payment, context, cancellationToken)).ConfigureAwait(false);
            payment = await PaymentStore.FindAsync(store, payOrderNo, cancellationToken).ConfigureAwait(false);
        }

        return Answer(Result.Ok(), payment!);
    }

    // A caller's wait for finance; false, and nothing done, when too many wait already.
    private async Task<bool> VisitAsync(Func<Task<bool>> visit)
    {
        try
        {
            return Interlocked.Increment(ref _visitors) <= options.CashierVisitsMax && await visit().ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _visitors);
        }
    }

    /// <summary>A signed callback of finance.</summary>
    public async Task<FinanceCallbackResponse> CallbackAsync(FinanceCallbackRequest request, CancellationToken cancellationToken)
    {
        var result = callbacks.Read(request, out var notices);
        if (!result.IsOk())
        {
            return new FinanceCallbackResponse { Result = result };
        }

        if (await CallbackNonces.IsKnownAsync(store, request.Nonce, cancellationToken).ConfigureAwait(false))
        {
            return new FinanceCallbackResponse();
        }

        // All are looked at before any is applied: a callback that does not fit changes nothing.
        var payments = new List<PaymentRow>();
        foreach (var (notice, number) in notices)
        {
            var payment = await PaymentStore.FindAsync(store, number, cancellationToken).ConfigureAwait(false);
            if (notice.Kind != "payment" || payment is null || payment.App != notice.App)
            {
                return new FinanceCallbackResponse { Result = Result.Of(ResultCode.NotFound, "No such payment order.") };
            }

            if (notice.Amount != payment.Amount || notice.Currency != payment.Currency || notice.Status != "SUCCEEDED")
            {
                alerts.Raise(new Alert("payment.mismatch", number.ToString(System.Globalization.CultureInfo.InvariantCulture),
                    $"A genuine callback about payment {number} does not fit it (amount {notice.Amount} {notice.Currency}, status {notice.Status}). Nothing was changed; compare with finance."));
                return new FinanceCallbackResponse { Result = Result.Invalid("amount", "must be the payment order's amount and currency, with status SUCCEEDED") };
            }

            payments.Add(payment);
        }

        for (var i = 0; i < payments.Count; i++)
        {
            // The nonce stands for the whole callback, so it is taken with the last: a repetition after a fault finds the rest undone.
            await PaidAsync(payments[i], storeClock.NowMs(), i == payments.Count - 1 ? request.Nonce : null, cancellationToken).ConfigureAwait(false);
        }

        return new FinanceCallbackResponse();
    }

    /// <summary>A step of the timed scan: what is due is asked about. True when there may be more.</summary>
    public async Task<bool> ScanAsync(CancellationToken cancellationToken)
    {
        var rows = await due.TakeAsync(DueKind.Payment, PageSize, VisitLease, cancellationToken).ConfigureAwait(false);
        // Together: one that hangs or cannot be moved keeps no other waiting. It comes again with the end of its lease.
        var open = (await Task.WhenAll(rows.Select(row => VisitAsync(row, cancellationToken))).ConfigureAwait(false)).OfType<DueRow>().ToList();
        alerts.RaiseOverdue(
            "payment.overdue", "Payments without a final answer of finance", "They go on being asked about; check finance.", open, storeClock.NowMs());
        return rows.Count == PageSize;
    }

    // The row when its order is still open.
    private async Task<DueRow?> VisitAsync(DueRow row, CancellationToken cancellationToken)
    {
        try
        {
            var payment = await PaymentStore.FindAsync(store, row.No, cancellationToken).ConfigureAwait(false);
            if (payment is null || payment.IsFinal)
            {
                await due.RemoveAsync(DueKind.Payment, row.No, cancellationToken).ConfigureAwait(false);
                return null;
            }

            Failpoint.Hit("core.payment.after_take");
            // First the next visit, so that a fault below cannot stop the asking.
            await due.PutBackAsync(DueKind.Payment, row.No, RestAfter(row.Attempts), cancellationToken).ConfigureAwait(false);
            return await AdvanceAsync(payment, CallContext.ForSystem(payment.App), cancellationToken).ConfigureAwait(false) ? null : row;
        }
        catch (StoreException)
        {
            return row;
        }
    }

    private TimeSpan RestAfter(int attempts) =>
        BackOff.Doubling(TimeSpan.FromMilliseconds(options.PaymentCheckMs), attempts, TimeSpan.FromSeconds(60));

    // True when finance's answer was final. The context is of whoever wants to know.
    private async Task<bool> AdvanceAsync(PaymentRow payment, CallContext context, CancellationToken cancellationToken)
    {
        if (payment.State == PaymentStatus.Pending)
        {
            var asked = await AskAsync(payment, context, (own, token) => finance.QueryPaymentAsync(
                own, new FinanceNumber { Number = payment.PayOrderNo }, token), cancellationToken).ConfigureAwait(false);
            if (await TakeAnswerAsync(payment, asked, cancellationToken).ConfigureAwait(false))
            {
                return true;
            }

            if (storeClock.NowMs() < payment.PayUntil
                || !await lanes.PostAsync(new CloseUnpaidPacket(payment.PacketNo, payment.PayOrderNo, due, days, options)).ConfigureAwait(false))
            {
                return false;
            }
        }

        var closed = await AskAsync(payment, context, (own, token) => finance.ClosePaymentAsync(own, Order(payment), token), cancellationToken).ConfigureAwait(false);
        var now = await PaymentStore.FindAsync(store, payment.PayOrderNo, cancellationToken).ConfigureAwait(false);
        return await TakeAnswerAsync(now!, closed, cancellationToken).ConfigureAwait(false);
    }

    // True when the answer was final for the order.
    private async Task<bool> TakeAnswerAsync(PaymentRow payment, PaymentAnswer answer, CancellationToken cancellationToken)
    {
        if (!answer.Result.IsOk())
        {
            return false;
        }

        switch (answer.Status)
        {
            case FinanceStatus.Succeeded:
                if (answer.Order.Amount != payment.Amount || answer.Order.Currency != payment.Currency || answer.Order.PacketNo != payment.PacketNo)
                {
                    RaiseMismatch(payment);
                    return true;
                }

                await PaidAsync(payment, answer.PaidAtMs, null, cancellationToken).ConfigureAwait(false);
                return true;
            case FinanceStatus.Closed when payment.State == PaymentStatus.Closing:
                await EndAsync(payment, PaymentEvent.ClosedAtFinance, null, null, cancellationToken).ConfigureAwait(false);
                return true;
            case FinanceStatus.Closed:
                // Finance closed it by itself: no money will come. The packet closes first, then the order by the next visit.
                await lanes.PostAsync(new CloseUnpaidPacket(payment.PacketNo, payment.PayOrderNo, due, days, options)).ConfigureAwait(false);
                return true;
            case FinanceStatus.Mismatch:
                RaiseMismatch(payment);
                return true;
            case FinanceStatus.Unknown or FinanceStatus.Pending or FinanceStatus.Refused:
                return false;
        }

        return false;
    }

    private async Task PaidAsync(PaymentRow payment, long paidAtMs, string? nonce, CancellationToken cancellationToken)
    {
        switch (payment.State)
        {
            case PaymentStatus.Pending:
                if (await lanes.PostAsync(new ActivatePacket(payment.PacketNo, payment.PayOrderNo, paidAtMs, nonce, due, options)).ConfigureAwait(false))
                {
                    return;
                }

                // The packet was activated or closed at this moment: look again, once.
                var now = await PaymentStore.FindAsync(store, payment.PayOrderNo, cancellationToken).ConfigureAwait(false);
                if (now!.State == PaymentStatus.Closing)
                {
                    await PaidAsync(now, paidAtMs, nonce, cancellationToken).ConfigureAwait(false);
                }

                return;
            case PaymentStatus.Closing:
                await EndAsync(payment, PaymentEvent.Paid, paidAtMs, nonce, cancellationToken).ConfigureAwait(false);
                return;
            case PaymentStatus.Closed:
                alerts.Raise(new Alert("payment.paid_after_closed", payment.PayOrderNo.ToString(System.Globalization.CultureInfo.InvariantCulture),
                    $"Finance says that payment {payment.PayOrderNo} was paid after it had closed it for ever. Nothing was changed; its money must be returned at finance by hand."));
                return;
            case PaymentStatus.Succeeded or PaymentStatus.PaidLate:
                return;
        }
    }

    // Closing ends Closed, or PaidLate with its refund order, in one transaction.
    private async Task EndAsync(PaymentRow payment, PaymentEvent on, long? paidAtMs, string? nonce, CancellationToken cancellationToken)
    {
        try
        {
            var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
            await using (session.ConfigureAwait(false))
            {
                await PaymentStore.MoveAsync(session, payment.PayOrderNo, PaymentStatus.Closing, on, paidAtMs, cancellationToken).ConfigureAwait(false);
                await due.RemoveAsync(session, DueKind.Payment, payment.PayOrderNo, cancellationToken).ConfigureAwait(false);
                if (on == PaymentEvent.Paid)
                {
                    var now = await session.NowMsAsync(cancellationToken).ConfigureAwait(false);
                    await outbox.AddAsync(
                        session, payment.Slot, Topics.RefundsRequested, CallContext.ForSystem(payment.App), new RefundsRequested { Items = [LateRefund(payment)] },
                        TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
                    await due.PutAsync(
                        session, DueKind.LatePayment, payment.PayOrderNo, now + options.PullAfterMs, now + (options.DeadlineSeconds * 1000L), cancellationToken)
                        .ConfigureAwait(false);
                }

                if (nonce is not null)
                {
                    await CallbackNonces.TryAcceptAsync(session, nonce, cancellationToken).ConfigureAwait(false);
                }

                Failpoint.Hit("core.payment_end.before_commit");
                await session.CommitAsync(cancellationToken).ConfigureAwait(false);
                Failpoint.Hit("core.payment_end.after_commit");
            }
        }
        catch (StoreException e) when (e.Fault == StoreFault.Fenced)
        {
            // Another driver was faster: the order is final already.
        }
    }

    /// <summary>The refund order of a late payment.</summary>
    internal static RefundWanted LateRefund(PaymentRow payment) => new()
    {
        App = payment.App,
        Cause = RefundCause.LatePayment,
        CauseNo = payment.PayOrderNo,
        PacketNo = payment.PacketNo,
        PayOrderNo = payment.PayOrderNo,
        Uid = payment.Uid,
        Amount = payment.Amount,
        Currency = payment.Currency,
    };

    // Finance is outside: it may hang or throw, and both mean that nothing is known. It is told how long anybody waits, which a finance in another process needs.
    private async Task<PaymentAnswer> AskAsync(
        PaymentRow payment, CallContext context, Func<CallContext, CancellationToken, Task<PaymentAnswer>> ask, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(FinanceTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await ask(context.ByPlatform(clock.GetUtcNow() + FinanceTimeout), either.Token).WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return new PaymentAnswer { Result = Result.Of(ResultCode.Internal, $"finance gave no answer about {payment.PayOrderNo}: {e.GetType().Name}") };
        }
    }

    private void RaiseMismatch(PaymentRow payment) => alerts.Raise(new Alert(
        "payment.mismatch", payment.PayOrderNo.ToString(System.Globalization.CultureInfo.InvariantCulture),
        $"Finance has payment {payment.PayOrderNo} with other content than we do. Nothing was changed; compare with finance."));

    private static PaymentOrder Order(PaymentRow payment) => new()
    {
        PayOrderNo = payment.PayOrderNo,
        PacketNo = payment.PacketNo,
        Uid = payment.Uid,
        Amount = payment.Amount,
        Currency = payment.Currency,

        // None: the cashier has its own words for a red packet, in the payer's language.
        Subject = "",
    };

    private static PaymentResponse Answer(Result result, long payOrderNo) => new() { Result = result, PayOrderNo = payOrderNo };

    private static PaymentResponse Answer(Result result, PaymentRow payment) => new()
    {
        Result = result,
        PayOrderNo = payment.PayOrderNo,
        PacketNo = payment.PacketNo,
        Uid = payment.Uid,
        Status = payment.State,
    };
}
