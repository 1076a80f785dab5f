using Hongbao.Contracts;
using Hongbao.Finance.Faults;
using Hongbao.Finance.Ledger;
using Hongbao.Finance.Payments;
using Hongbao.Foundation.Stores;

namespace Hongbao.Finance.Orders;

/// <summary>
/// Decides orders of one kind that are due, in their order, and posts those that succeed. The orders are locked; payments
/// and accounts are locked here, in this order. Each order stands for itself.
/// </summary>
internal static class OrderDecision
{
    private const long RetryFirstMs = 1_000;
    private const long RetryMaxMs = 60_000;

    /// <param name="session">The transaction.</param>
    /// <param name="app">Whose orders.</param>
    /// <param name="due">All of one kind.</param>
    /// <param name="fresh">Numbers of those that this transaction wrote down.</param>
    /// <param name="nowMs">Of the store's clock.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task DecideAsync(
        StoreSession session, string app, IReadOnlyList<Order> due, IReadOnlySet<long> fresh, long nowMs, CancellationToken cancellationToken)
    {
        if (due.Count == 0)
        {
            return;
        }

        var payments = new Dictionary<long, Payment>();
        if (due[0].Kind != Operations.Transfer)
        {
            var rows = await PaymentTable.LockAllAsync(session, app, due.Select(o => o.PayOrderNo).Distinct(), cancellationToken);
            payments = rows.ToDictionary(p => p.PayOrderNo);
            foreach (var order in due)
            {
                RefuseWithoutPayment(order, payments, nowMs);
            }
        }

        var open = due.Where(o => !o.IsFinal).ToArray();
        var ledger = await LedgerBatch.OpenAsync(session, app, open.SelectMany(o => new[] { o.From, o.To }), cancellationToken);
        var refunded = new HashSet<Payment>();
        foreach (var order in open)
        {
            if (order.Kind == Operations.Transfer)
            {
                DecideTransfer(order, ledger, nowMs);
            }
            else if (DecideRefund(order, payments[order.PayOrderNo], ledger, nowMs))
            {
                refunded.Add(payments[order.PayOrderNo]);
            }
        }

        await ledger.SaveAsync(cancellationToken);
        await PaymentTable.SaveRefundedAsync(session, [.. refunded], cancellationToken);
        await OrderTable.SaveAsync(session, app, due, fresh, cancellationToken);
    }

    private static void DecideTransfer(Order order, LedgerBatch ledger, long nowMs)
    {
        if (ledger.CanMove(order.From, order.To, order.Amount))
        {
            Succeed(order, ledger, nowMs);
            return;
        }

        // The escrow may be funded later: short is never final.
        order.Attempts++;
        order.ProcessAt = nowMs + Math.Min(RetryFirstMs << Math.Min(order.Attempts - 1, 10), RetryMaxMs);
        order.Reason = "the escrow has too little";
    }

    private static void RefuseWithoutPayment(Order order, Dictionary<long, Payment> payments, long nowMs)
    {
        if (!payments.TryGetValue(order.PayOrderNo, out var payment) || payment.Status != FinanceStatus.Succeeded)
        {
            Refuse(order, "the payment did not succeed", nowMs);
        }
        else if (payment.PacketNo != order.PacketNo || payment.Uid != order.Uid
            || !string.Equals(payment.Currency, order.Currency, StringComparison.Ordinal))
        {
            Refuse(order, "the payment is of another packet, payer or currency", nowMs);
        }
    }

    private static bool DecideRefund(Order order, Payment payment, LedgerBatch ledger, long nowMs)
    {
        if (order.Amount > payment.Amount - payment.Refunded)
        {
            Refuse(order, "more than was paid", nowMs);
            return false;
        }

        // A packet is paid once: what its escrow lacks now went to receivers and never comes back.
        if (!ledger.CanMove(order.From, order.To, order.Amount))
        {
            Refuse(order, "more than is left in escrow", nowMs);
            return false;
        }

        payment.Refunded += order.Amount;
        Succeed(order, ledger, nowMs);
        return true;
    }

    private static void Succeed(Order order, LedgerBatch ledger, long nowMs)
    {
        ledger.Post(Posting.Move(order.Kind, order.OrderNo, order.PacketNo, order.From, order.To, order.Amount), nowMs);
        order.Status = FinanceStatus.Succeeded;
        order.Reason = "";
        order.FinalAt = nowMs;
    }

    public static void Refuse(Order order, string reason, long nowMs)
    {
        order.Status = FinanceStatus.Refused;
        order.Reason = reason;
        order.FinalAt = nowMs;
    }
}
