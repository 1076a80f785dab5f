using Hongbao.Contracts;
using Hongbao.Finance.Callbacks;
using Hongbao.Finance.Faults;
using Hongbao.Finance.Ledger;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;

namespace Hongbao.Finance.Payments;

/// <summary>Payment orders from the cashier's side: made, paid once, or closed for ever.</summary>
internal sealed class PaymentDesk(FinanceStore store, CallbackQueue callbacks)
{
    /// <summary>Kind of the ledger's transactions and of callbacks.</summary>
    public const string Kind = "payment";

    private const int DueMax = 50;
    private static readonly TimeSpan IdleRest = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan TakenByOthersRest = TimeSpan.FromMilliseconds(100);
    private static readonly CommitPoints PayPoints = new("finance.pay.before_commit", "finance.pay.after_commit");
    private IWorker? _worker;

    public void Attach(IScheduler scheduler) => _worker = scheduler.Add("finance.payments", DecideDueAsync);

    public async Task<PaymentAnswer> CreateAsync(string app, PaymentOrder order, OperationDice dice, CancellationToken cancellationToken)
    {
        if (FinanceLimits.Check(order) is var check && !check.IsOk())
        {
            return new PaymentAnswer { Result = check };
        }

        var fate = dice.NextOrder();
        return await store.WriteAsync(null, async session =>
        {
            var now = await session.NowMsAsync(cancellationToken);
            await PaymentTable.InsertAsync(session, app, order, FinanceStatus.Pending, PaymentIntent.None, 0, now + fate.LaterMs, now, cancellationToken);
            var payment = (await PaymentTable.FindAsync(session, app, order.PayOrderNo, cancellationToken))!;
            return payment switch
            {
                _ when !payment.Matches(order) => payment.Answer(FinanceStatus.Mismatch),
                _ when !payment.IsVisible(now) => new PaymentAnswer { Status = FinanceStatus.Unknown },
                _ => payment.Answer(payment.Status),
            };
        }, cancellationToken);
    }

    public async Task<PaymentAnswer> QueryAsync(string app, long payOrderNo, OperationDice dice, CancellationToken cancellationToken)
    {
        var notFound = dice.NextNotFound();
        await using var session = await store.ReadAsync(cancellationToken);
        var payment = await PaymentTable.FindAsync(session, app, payOrderNo, cancellationToken);
        if (payment is null || notFound || !payment.IsVisible(await session.NowMsAsync(cancellationToken)))
        {
            return new PaymentAnswer { Status = FinanceStatus.Pending };
        }

        return payment.Answer(payment.Status);
    }

    public async Task<PaymentAnswer> PayAsync(string app, long uid, long payOrderNo, OperationDice dice, CancellationToken cancellationToken)
    {
        var fate = dice.NextOrder();
        return await store.WriteAsync(PayPoints, async session =>
        {
            var payment = await PaymentTable.LockAsync(session, app, payOrderNo, cancellationToken);
            var now = await session.NowMsAsync(cancellationToken);
            if (payment is null || !payment.IsVisible(now))
            {
                return new PaymentAnswer { Result = Result.Of(ResultCode.NotFound) };
            }

            if (payment.Uid != uid)
            {
                return new PaymentAnswer { Result = Result.Of(ResultCode.Forbidden, "only the payer may pay") };
            }

            if (payment.IsFinal || payment.Intent == PaymentIntent.Pay)
            {
                return payment.Answer(payment.Status);
            }

            if (fate.Later)
            {
                await DelayAsync(session, payment, PaymentIntent.Pay, now + fate.LaterMs, cancellationToken);
                return payment.Answer(FinanceStatus.Pending);
            }

            return await SettleAsync(session, payment, now, cancellationToken);
        }, cancellationToken);
    }

    public async Task<PaymentAnswer> CloseAsync(string app, PaymentOrder order, OperationDice dice, CancellationToken cancellationToken)
    {
        if (FinanceLimits.Check(order) is var check && !check.IsOk())
        {
            return new PaymentAnswer { Result = check };
        }

        var fate = dice.NextOrder();
        return await store.WriteAsync(null, async session =>
        {
            var now = await session.NowMsAsync(cancellationToken);
            // One that never arrived is written down closed, so that nothing can come of it later.
            var inserted = fate.Later
                ? await PaymentTable.InsertAsync(
                    session, app, order, FinanceStatus.Pending, PaymentIntent.Close, now + fate.LaterMs, long.MaxValue, now, cancellationToken)
                : await PaymentTable.InsertAsync(session, app, order, FinanceStatus.Closed, PaymentIntent.None, 0, now, now, cancellationToken);
            var payment = (await PaymentTable.LockAsync(session, app, order.PayOrderNo, cancellationToken))!;
            if (!payment.Matches(order))
            {
                return payment.Answer(FinanceStatus.Mismatch);
            }

            if (payment.IsFinal)
            {
                return payment.Answer(payment.Status);
            }

            // The payer pressed the button and the bank has not answered: neither ending may be promised.
            if (payment.Intent == PaymentIntent.Pay)
            {
                return payment.Answer(FinanceStatus.Unknown);
            }

            if (fate.Later)
            {
                if (!inserted && payment.Intent == PaymentIntent.None)
                {
                    await DelayAsync(session, payment, PaymentIntent.Close, now + fate.LaterMs, cancellationToken);
                }

                session.AfterCommit(() => _worker?.Wake());
                return payment.Answer(FinanceStatus.Unknown);
            }

            await PaymentTable.AdvanceAsync(session, payment, FinanceStatus.Closed, PaymentIntent.None, 0, 0, cancellationToken);
            return payment.Answer(FinanceStatus.Closed);
        }, cancellationToken);
    }

    /// <summary>One step of the worker: what was accepted before and is decided now.</summary>
    public async Task<NextRun> DecideDueAsync(CancellationToken cancellationToken)
    {
        List<PaymentTable.DueRow> due;
        long? restMs;
        await using (var session = await store.ReadAsync(cancellationToken))
        {
            due = await PaymentTable.DueAsync(session, DueMax, cancellationToken);
            restMs = await PaymentTable.UntilDueAsync(session, cancellationToken);
        }

        var decided = 0;
        foreach (var row in due)
        {
            decided += await store.WriteAsync(PayPoints, session => DecideAsync(session, row, cancellationToken), cancellationToken) ? 1 : 0;
        }

        if (due.Count > 0)
        {
            return decided > 0 ? NextRun.Now : NextRun.After(TakenByOthersRest);
        }

        return NextRun.After(restMs is null ? IdleRest : TimeSpan.FromMilliseconds(Math.Clamp(restMs.Value, 1, (long)IdleRest.TotalMilliseconds)));
    }

    private async Task<bool> DecideAsync(StoreSession session, PaymentTable.DueRow row, CancellationToken cancellationToken)
    {
        var payment = await PaymentTable.LockAsync(session, row.App, row.PayOrderNo, cancellationToken);
        var now = await session.NowMsAsync(cancellationToken);
        if (payment is null || payment.IsFinal || payment.ProcessAt > now)
        {
            return false;
        }

        switch (payment.Intent)
        {
            case PaymentIntent.Pay:
                await SettleAsync(session, payment, now, cancellationToken);
                return true;
            case PaymentIntent.Close:
                await PaymentTable.AdvanceAsync(session, payment, FinanceStatus.Closed, PaymentIntent.None, 0, 0, cancellationToken);
                return true;
            case PaymentIntent.None:
            default:
                return false;
        }
    }

    private async Task DelayAsync(StoreSession session, Payment payment, PaymentIntent intent, long processAt, CancellationToken cancellationToken)
    {
        await PaymentTable.AdvanceAsync(session, payment, FinanceStatus.Pending, intent, processAt, 0, cancellationToken);
        session.AfterCommit(() => _worker?.Wake());
    }

    /// <summary>The money moves; the row is locked and pending.</summary>
    private async Task<PaymentAnswer> SettleAsync(StoreSession session, Payment payment, long now, CancellationToken cancellationToken)
    {
        var outside = Account.Outside(payment.PacketNo, payment.Currency);
        var escrow = Account.Escrow(payment.PacketNo, payment.Currency);
        var ledger = await LedgerBatch.OpenAsync(session, payment.App, [outside, escrow], cancellationToken);
        // Asked under the lock of the packet's escrow, so that of two orders of a packet only one sees it without money.
        if (await PaymentTable.HasMoneyAsync(session, payment.App, payment.PacketNo, cancellationToken)
            || !ledger.CanMove(outside, escrow, payment.Amount))
        {
            await PaymentTable.AdvanceAsync(session, payment, FinanceStatus.Closed, PaymentIntent.None, 0, 0, cancellationToken);
            return payment.Answer(FinanceStatus.Closed);
        }

        ledger.Post(Posting.Move(Kind, payment.PayOrderNo, payment.PacketNo, outside, escrow, payment.Amount), now);
        await ledger.SaveAsync(cancellationToken);
        await PaymentTable.AdvanceAsync(session, payment, FinanceStatus.Succeeded, PaymentIntent.None, 0, now, cancellationToken);
        await callbacks.AddAsync(session, payment.App, Operations.Pay,
            [CallbackItem.Of(Kind, payment.PayOrderNo, payment.App, FinanceStatus.Succeeded, payment.Amount, payment.Currency, now)], now, cancellationToken);
        var answer = payment.Answer(FinanceStatus.Succeeded);
        answer.PaidAtMs = now;
        return answer;
    }
}
