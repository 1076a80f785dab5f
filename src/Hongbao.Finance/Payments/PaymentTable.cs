using Hongbao.Contracts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Finance.Payments;

/// <summary>The SQL of payment orders. A row is locked before it is changed, and before any account.</summary>
internal static class PaymentTable
{
    private const string Columns =
        "app, pay_order_no, packet_no, uid, amount, currency, subject, status, intent, process_at, visible_at, paid_at, refunded";

    /// <summary>A payment order that is due for the worker.</summary>
    internal sealed class DueRow
    {
        public string App { get; init; } = "";
        public long PayOrderNo { get; init; }
    }

    public static Task<Payment?> FindAsync(StoreSession session, string app, long payOrderNo, CancellationToken cancellationToken) =>
        session.FirstAsync<Payment>($"select {Columns} from payments where app = @app and pay_order_no = @payOrderNo", new { app, payOrderNo }, cancellationToken);

    public static Task<Payment?> LockAsync(StoreSession session, string app, long payOrderNo, CancellationToken cancellationToken) =>
        session.FirstAsync<Payment>(new Sql(
            $"select {Columns} from payments where app = @app and pay_order_no = @payOrderNo",
            $"select {Columns} from payments where app = @app and pay_order_no = @payOrderNo for update"),
            new { app, payOrderNo }, cancellationToken);

    /// <summary>Locks several in order of their numbers.</summary>
    public static Task<List<Payment>> LockAllAsync(StoreSession session, string app, IEnumerable<long> payOrderNos, CancellationToken cancellationToken) =>
        session.QueryAsync<Payment>(new Sql(
            $"select {Columns} from payments where app = @app and pay_order_no in (select value from json_each(@numbers)) order by pay_order_no",
            $"select {Columns} from payments where app = @app and pay_order_no = any(@numbers) order by pay_order_no for update"),
            new { app, numbers = session.Longs(payOrderNos) }, cancellationToken);

    /// <summary>Writes an order down unless its number is known; true when it was not.</summary>
    public static async Task<bool> InsertAsync(
        StoreSession session, string app, PaymentOrder order, FinanceStatus status, PaymentIntent intent, long processAt, long visibleAt, long nowMs,
        CancellationToken cancellationToken) => await session.ExecuteAsync(
            """
            insert into payments
              (app, pay_order_no, packet_no, uid, amount, currency, subject, status, intent, process_at, visible_at, created_at, paid_at)
            values
              (@app, @PayOrderNo, @PacketNo, @Uid, @Amount, @Currency, @Subject, @status, @intent, @processAt, @visibleAt, @nowMs, 0)
            on conflict (app, pay_order_no) do nothing
            """,
            new
            {
                app,
                order.PayOrderNo,
                order.PacketNo,
                order.Uid,
                order.Amount,
                order.Currency,
                order.Subject,
                status = (int)status,
                intent = (int)intent,
                processAt,
                visibleAt,
                nowMs,
            }, cancellationToken) == 1;

    /// <summary>Moves a pending order on.</summary>
    /// <exception cref="StoreException">Fenced when it is not pending.</exception>
    public static async Task AdvanceAsync(
        StoreSession session, Payment payment, FinanceStatus status, PaymentIntent intent, long processAt, long paidAt, CancellationToken cancellationToken) =>
        StoreSession.Require(await session.ExecuteAsync(
            """
            update payments set status = @status, intent = @intent, process_at = @processAt, paid_at = @paidAt
            where app = @App and pay_order_no = @PayOrderNo and status = 1
            """,
            new { status = (int)status, intent = (int)intent, processAt, paidAt, payment.App, payment.PayOrderNo }, cancellationToken), 1, "payment");

    /// <summary>True when the packet has its money already, from a payer or from a campaign.</summary>
    public static async Task<bool> HasMoneyAsync(StoreSession session, string app, long packetNo, CancellationToken cancellationToken) =>
        await session.FirstAsync<long>(
            """
            select (select count(*) from payments where app = @app and packet_no = @packetNo and status = 2)
              + (select count(*) from orders where app = @app and kind = 'fund' and order_no = @packetNo and status = 2)
            """, new { app, packetNo }, cancellationToken) > 0;

    /// <summary>Those of the packets that were paid for.</summary>
    public static Task<List<long>> PaidPacketsAsync(StoreSession session, string app, IEnumerable<long> packetNos, CancellationToken cancellationToken) =>
        session.QueryAsync<long>(
            $"select packet_no from payments where app = @app and status = 2 and packet_no {Sql.AnyOf(session.Dialect, "@packetNos")}",
            new { app, packetNos = session.Longs(packetNos) }, cancellationToken);

    /// <summary>Writes how much of payments was refunded; the rows are locked.</summary>
    /// <exception cref="StoreException">CheckViolation beyond what was paid.</exception>
    public static async Task SaveRefundedAsync(StoreSession session, IReadOnlyList<Payment> payments, CancellationToken cancellationToken)
    {
        var changed = await session.ExecuteRowsAsync(new Sql(
            "update payments set refunded = @refunded where app = @app and pay_order_no = @no and status = 2",
            """
            update payments p set refunded = t.refunded
            from unnest(@app, @no, @refunded) as t (app, no, refunded) where p.app = t.app and p.pay_order_no = t.no and p.status = 2
            """),
            new ColumnBatch()
                .Add("app", payments, p => p.App)
                .Add("no", payments, p => p.PayOrderNo)
                .Add("refunded", payments, p => p.Refunded),
            cancellationToken);
        StoreSession.Require(changed, payments.Count, "refunded payments");
    }

    public static Task<List<DueRow>> DueAsync(StoreSession session, int limit, CancellationToken cancellationToken) => session.QueryAsync<DueRow>(
        "select app, pay_order_no from payments where intent <> 0 and process_at <= (select now_ms()) order by process_at limit @limit",
        new { limit }, cancellationToken);

    /// <summary>Milliseconds until the next one is due; null when none waits.</summary>
    public static Task<long?> UntilDueAsync(StoreSession session, CancellationToken cancellationToken) => session.FirstAsync<long?>(
        "select min(process_at) - now_ms() from payments where intent <> 0", null, cancellationToken);
}
