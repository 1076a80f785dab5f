using Hongbao.Contracts;
using Hongbao.Finance.Faults;
using Hongbao.Foundation.Stores;

namespace Hongbao.Finance.Orders;

/// <summary>
/// The SQL of all orders but payments. Rows are locked in order of their numbers, before payments and accounts; fundings that are refunded after
/// the payments.
/// </summary>
internal static class OrderTable
{
    private const string Columns =
        "kind, order_no, packet_no, pay_order_no, uid, amount, currency, packet_kind, status, reason, process_at, attempts, final_at, campaign_id, refunded, verdict";

    /// <summary>What <see cref="LockDueAsync"/> asks; it has to go by the index that has this order.</summary>
    internal static readonly Sql LockDue = new(
        $"""
        select {Columns} from orders where app = @App and kind = @Kind and status = 1 and process_at <= @nowMs
        order by process_at, order_no limit @limit
        """,
        $"""
        select {Columns} from orders where app = @App and kind = @Kind and status = 1 and process_at <= @nowMs
        order by process_at, order_no limit @limit for update skip locked
        """);

    /// <summary>The app and kind of the order that is due first.</summary>
    internal sealed class DueGroup
    {
        public string App { get; init; } = "";
        public string Kind { get; init; } = "";
    }

    public static async Task<Dictionary<long, Order>> FindAsync(
        StoreSession session, string app, string kind, IEnumerable<long> numbers, CancellationToken cancellationToken)
    {
        var rows = await session.QueryAsync<Order>(
            $"select {Columns} from orders where app = @app and kind = @kind and order_no {Sql.AnyOf(session.Dialect, "@numbers")}",
            new { app, kind, numbers = session.Longs(numbers) }, cancellationToken);
        return rows.ToDictionary(r => r.OrderNo);
    }

    /// <summary>Locks several fundings in order of their packets.</summary>
    public static Task<List<Order>> LockFundingsAsync(StoreSession session, string app, IEnumerable<long> packetNos, CancellationToken cancellationToken) =>
        session.QueryAsync<Order>(new Sql(
            $"select {Columns} from orders where app = @app and kind = @kind and order_no in (select value from json_each(@numbers)) order by order_no",
            $"select {Columns} from orders where app = @app and kind = @kind and order_no = any(@numbers) order by order_no for update"),
            new { app, kind = Operations.Fund, numbers = session.Longs(packetNos) }, cancellationToken);

    /// <summary>Writes how much of fundings came back; the rows are locked.</summary>
    /// <exception cref="StoreException">CheckViolation beyond what they gave.</exception>
    public static async Task SaveRefundedAsync(StoreSession session, string app, IReadOnlyList<Order> fundings, CancellationToken cancellationToken)
    {
        var changed = await session.ExecuteRowsAsync(new Sql(
            "update orders set refunded = @refunded where app = @app and kind = @kind and order_no = @no and status = 2",
            """
            update orders o set refunded = t.refunded
            from unnest(@no, @refunded) as t (no, refunded) where o.app = @app::text and o.kind = @kind::text and o.order_no = t.no and o.status = 2
            """),
            new ColumnBatch()
                .AddCommon("app", app)
                .AddCommon("kind", Operations.Fund)
                .Add("no", fundings, o => o.OrderNo)
                .Add("refunded", fundings, o => o.Refunded),
            cancellationToken);
        StoreSession.Require(changed, fundings.Count, "refunded fundings");
    }

    /// <summary>
    /// Writes orders down whose numbers are not known, and locks those that are. A verdict is written with what is decided. What is due at once is written as succeeded, as it nearly
    /// always ends: <see cref="SaveAsync"/> corrects the others in the same transaction.
    /// </summary>
    /// <returns>The numbers that were not known.</returns>
    public static async Task<List<long>> InsertOrLockAsync(
        StoreSession session, string app, IEnumerable<Order> orders, long nowMs, CancellationToken cancellationToken)
    {
        var sorted = orders.OrderBy(o => o.OrderNo).ToArray();
        return await session.QueryRowsAsync(new Sql(
            """
            insert into orders (app, kind, order_no, packet_no, pay_order_no, uid, amount, currency, packet_kind, status, reason,
              process_at, attempts, created_at, final_at, campaign_id, won_at)
            values (@app, @kind, @no, @packet, @pay, @uid, @amount, @currency, @packetkind, @status, @reason, @process, 0, @now, @final, @campaign, @won)
            on conflict (app, kind, order_no) do nothing returning order_no
            """,
            """
            insert into orders (app, kind, order_no, packet_no, pay_order_no, uid, amount, currency, packet_kind, status, reason,
              process_at, attempts, created_at, final_at, campaign_id, won_at)
            select @app::text, kind, no, packet, pay, uid, amount, currency, packetkind, status, reason, process, 0, @now::bigint, final, campaign, won
            from unnest(@kind, @no, @packet, @pay, @uid, @amount, @currency, @packetkind, @status, @reason, @process, @final, @campaign, @won)
              with ordinality
              as t (kind, no, packet, pay, uid, amount, currency, packetkind, status, reason, process, final, campaign, won, place)
            order by place
            on conflict (app, kind, order_no) do update set status = orders.status where false returning order_no
            """),
            new ColumnBatch()
                .AddCommon("app", app)
                .Add("kind", sorted, o => o.Kind)
                .Add("no", sorted, o => o.OrderNo)
                .Add("packet", sorted, o => o.PacketNo)
                .Add("pay", sorted, o => o.PayOrderNo)
                .Add("uid", sorted, o => o.Uid)
                .Add("amount", sorted, o => o.Amount)
                .Add("currency", sorted, o => o.Currency)
                .Add("packetkind", sorted, o => (int)o.PacketKind)
                .Add("status", sorted, o => (int)(o.IsDue(nowMs) ? FinanceStatus.Succeeded : o.Status))
                .Add("reason", sorted, o => o.Reason)
                .Add("process", sorted, o => o.ProcessAt)
                .AddCommon("now", nowMs)
                .Add("final", sorted, o => o.IsDue(nowMs) ? nowMs : o.FinalAt)
                .Add("campaign", sorted, o => o.CampaignId)
                .Add("won", sorted, o => o.WonAt),
            cancellationToken);
    }

    /// <summary>Writes what was decided; the rows are locked.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="app">Whose orders.</param>
    /// <param name="decided">Orders as they are now.</param>
    /// <param name="fresh">Those among them that this transaction wrote as succeeded; all others were pending.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="StoreException">Fenced when one stands otherwise.</exception>
    public static async Task SaveAsync(
        StoreSession session, string app, IReadOnlyList<Order> decided, IReadOnlySet<long> fresh, CancellationToken cancellationToken)
    {
        var orders = decided.Where(o => !(o.Status == FinanceStatus.Succeeded && fresh.Contains(o.OrderNo))).ToArray();
        var changed = await session.ExecuteRowsAsync(new Sql(
            """
            update orders set status = @status, reason = @reason, process_at = @process, attempts = @attempts, final_at = @final, verdict = @verdict
            where app = @app and kind = @kind and order_no = @no and status = @before
            """,
            """
            update orders o
            set status = t.status, reason = t.reason, process_at = t.process, attempts = t.attempts, final_at = t.final, verdict = t.verdict
            from unnest(@app, @kind, @no, @before, @status, @reason, @process, @attempts, @final, @verdict)
              as t (app, kind, no, before, status, reason, process, attempts, final, verdict)
            where o.app = t.app and o.kind = t.kind and o.order_no = t.no and o.status = t.before
            """),
            new ColumnBatch()
                .Add("app", orders, _ => app)
                .Add("kind", orders, o => o.Kind)
                .Add("no", orders, o => o.OrderNo)
                .Add("before", orders, o => (int)(fresh.Contains(o.OrderNo) ? FinanceStatus.Succeeded : FinanceStatus.Pending))
                .Add("status", orders, o => (int)o.Status)
                .Add("reason", orders, o => o.Reason)
                .Add("process", orders, o => o.ProcessAt)
                .Add("attempts", orders, o => o.Attempts)
                .Add("final", orders, o => o.FinalAt)
                .Add("verdict", orders, o => o.Verdict),
            cancellationToken);
        StoreSession.Require(changed, orders.Length, "orders");
    }

    public static Task<DueGroup?> FirstDueAsync(StoreSession session, CancellationToken cancellationToken) => session.FirstAsync<DueGroup>(
        "select app, kind from orders where status = 1 and process_at <= (select now_ms()) order by process_at limit 1", null, cancellationToken);

    /// <summary>Locks what is due of one app and kind, leaving out what others hold.</summary>
    public static Task<List<Order>> LockDueAsync(StoreSession session, DueGroup group, long nowMs, int limit, CancellationToken cancellationToken) =>
        session.QueryAsync<Order>(LockDue, new { group.App, group.Kind, nowMs, limit }, cancellationToken);

    /// <summary>Milliseconds until the next one is due; null when none waits.</summary>
    public static Task<long?> UntilDueAsync(StoreSession session, CancellationToken cancellationToken) => session.FirstAsync<long?>(
        "select min(process_at) - now_ms() from orders where status = 1", null, cancellationToken);
}
