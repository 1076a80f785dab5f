using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Stores;

namespace Hongbao.Foundation.Orders;

/// <summary>An order to look at now.</summary>
public sealed class DueRow
{
    /// <summary>The order's number.</summary>
    public long No { get; init; }

    /// <summary>How often it was looked at, from 1.</summary>
    public int Attempts { get; init; }

    /// <summary>After this a person should know; Unix milliseconds of the store's clock.</summary>
    public long DeadlineAt { get; init; }
}

/// <summary>
/// The small table of what is due, beside a module's orders: the timed scan reads only this, so that it stays fast however
/// many orders are final. Rows are leased, so that several instances can scan at once.
/// </summary>
/// <typeparam name="TKind">The module's kinds of orders; the value is stored.</typeparam>
public sealed class DueTable<TKind>(IStore store)
    where TKind : struct, Enum
{
    // The clock is asked in a sub-select: compared directly, PostgreSQL would call it for every row instead of searching the index.
    private static readonly Sql TakeSql = new(
        """
        update due set attempts = attempts + 1, next_check_at = now_ms() + min(@leaseMs * (1 << min(attempts, 20)), @leaseMsMax)
        where kind = @kind and no in (select no from due where kind = @kind and next_check_at <= (select now_ms()) order by next_check_at limit @limit)
        returning no, attempts, deadline_at
        """,
        """
        update due set attempts = attempts + 1, next_check_at = now_ms() + least(@leaseMs * (1::bigint << least(attempts, 20)), @leaseMsMax)
        where kind = @kind and no = any(array(
          select no from due where kind = @kind and next_check_at <= (select now_ms()) order by next_check_at limit @limit for update skip locked))
        returning no, attempts, deadline_at
        """);

    /// <summary>Adds an order, or brings its next check forward; never back.</summary>
    public Task PutAsync(StoreSession session, TKind kind, long no, long nextCheckAtMs, long deadlineAtMs, CancellationToken cancellationToken) =>
        session.ExecuteAsync(new Sql(
            """
            insert into due (kind, no, slot, next_check_at, deadline_at) values (@kind, @no, @slot, @nextCheckAtMs, @deadlineAtMs)
            on conflict (kind, no) do update set next_check_at = min(due.next_check_at, excluded.next_check_at)
            """,
            """
            insert into due (kind, no, slot, next_check_at, deadline_at) values (@kind, @no, @slot, @nextCheckAtMs, @deadlineAtMs)
            on conflict (kind, no) do update set next_check_at = least(due.next_check_at, excluded.next_check_at)
            """), new { kind = Value(kind), no, slot = Number.SlotFrom(no), nextCheckAtMs, deadlineAtMs }, cancellationToken);

    /// <summary>Adds many orders at once; those that are there stay as they are.</summary>
    public Task PutAllAsync(StoreSession session, TKind kind, IReadOnlyList<long> nos, long nextCheckAtMs, long deadlineAtMs, CancellationToken cancellationToken) =>
        session.ExecuteRowsAsync(
            new Sql(
                """
                insert into due (kind, no, slot, next_check_at, deadline_at) values (@kind, @no, @slot, @next_check_at, @deadline_at)
                on conflict (kind, no) do nothing
                """,
                """
                insert into due (kind, no, slot, next_check_at, deadline_at)
                select * from unnest(@kind::int[], @no::bigint[], @slot::int[], @next_check_at::bigint[], @deadline_at::bigint[])
                on conflict (kind, no) do nothing
                """),
            new ColumnBatch()
                .Add("kind", nos, _ => Value(kind))
                .Add("no", nos, n => n)
                .Add("slot", nos, Number.SlotFrom)
                .Add("next_check_at", nos, _ => nextCheckAtMs)
                .Add("deadline_at", nos, _ => deadlineAtMs),
            cancellationToken);

    /// <summary>Adds many orders at once, with times counted from now by the store's clock; those that are there stay as they are.</summary>
    public Task PutAllAsync(StoreSession session, TKind kind, IReadOnlyList<long> nos, TimeSpan nextCheckIn, TimeSpan deadlineIn, CancellationToken cancellationToken)
    {
        // Whole numbers of our own; as parameters they would be arrays of one value.
        var (value, next, deadline) = (Value(kind), (long)nextCheckIn.TotalMilliseconds, (long)deadlineIn.TotalMilliseconds);
        return session.ExecuteRowsAsync(
            new Sql(
                $"""
                insert into due (kind, no, slot, next_check_at, deadline_at) values ({value}, @no, @slot, now_ms() + {next}, now_ms() + {deadline})
                on conflict (kind, no) do nothing
                """,
                $"""
                insert into due (kind, no, slot, next_check_at, deadline_at)
                select {value}, no, slot, now + {next}, now + {deadline} from unnest(@no::bigint[], @slot::int[]) as t(no, slot), now_ms() as now
                on conflict (kind, no) do nothing
                """),
            new ColumnBatch().Add("no", nos, n => n).Add("slot", nos, Number.SlotFrom),
            cancellationToken);
    }

    /// <summary>Nothing more to do for these, as a statement of a batch.</summary>
    public BatchStatement Removal(TKind kind, IReadOnlyList<long> nos) => new(
        new Sql(
            $"delete from due where kind = {Value(kind)} and no = @no",
            $"delete from due where kind = {Value(kind)} and no = any(array(select no from due where kind = {Value(kind)} and no = any(@no::bigint[]) order by no for update))"),
        new ColumnBatch().Add("no", nos, n => n));

    /// <summary>Nothing more to do for these.</summary>
    public Task RemoveAllAsync(StoreSession session, TKind kind, IEnumerable<long> nos, CancellationToken cancellationToken) =>
        session.ExecuteAsync(
            new Sql(
                "delete from due where kind = @kind and no in (select value from json_each(@nos))",
                // Locked in order of numbers, as everywhere: who deletes in the order of the plan meets who rests them, and one of them dies.
                "delete from due where kind = @kind and no = any(array(select no from due where kind = @kind and no = any(@nos) order by no for update))"),
            new { kind = Value(kind), nos = session.Longs(nos) }, cancellationToken);

    /// <summary>Sets a new round: next check, deadline and attempts from the start.</summary>
    public Task RestartAsync(StoreSession session, TKind kind, long no, long nextCheckAtMs, long deadlineAtMs, CancellationToken cancellationToken) =>
        session.ExecuteAsync("""
            insert into due (kind, no, slot, next_check_at, deadline_at) values (@kind, @no, @slot, @nextCheckAtMs, @deadlineAtMs)
            on conflict (kind, no) do update set next_check_at = excluded.next_check_at, deadline_at = excluded.deadline_at, attempts = 0
            """, new { kind = Value(kind), no, slot = Number.SlotFrom(no), nextCheckAtMs, deadlineAtMs }, cancellationToken);

    /// <summary>Nothing more to do for it.</summary>
    public Task RemoveAsync(StoreSession session, TKind kind, long no, CancellationToken cancellationToken) =>
        session.ExecuteAsync("delete from due where kind = @kind and no = @no", new { kind = Value(kind), no }, cancellationToken);

    /// <summary>Nothing more to do for these, in a transaction of its own.</summary>
    public async Task RemoveAllAsync(TKind kind, IEnumerable<long> nos, CancellationToken cancellationToken)
    {
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await RemoveAllAsync(session, kind, nos, cancellationToken).ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Nothing more to do for it, in a transaction of its own.</summary>
    public async Task RemoveAsync(TKind kind, long no, CancellationToken cancellationToken)
    {
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await RemoveAsync(session, kind, no, cancellationToken).ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes what is due for a while; what is not removed by then comes again.</summary>
    /// <param name="kind">Which kind.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="lease">When it comes again at the earliest.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<List<DueRow>> TakeAsync(TKind kind, int limit, TimeSpan lease, CancellationToken cancellationToken) =>
        TakeAsync(kind, limit, lease, lease, cancellationToken);

    /// <summary>Takes what is due for a while that doubles with every visit; what is not removed by then comes again.</summary>
    /// <param name="kind">Which kind.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="lease">When it comes again at the earliest after the first visit.</param>
    /// <param name="leaseMax">The same after many.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<List<DueRow>> TakeAsync(TKind kind, int limit, TimeSpan lease, TimeSpan leaseMax, CancellationToken cancellationToken)
    {
        if (await NextAsync(kind, cancellationToken).ConfigureAwait(false) is not { } next || next > TimeSpan.Zero)
        {
            return [];
        }

        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var rows = await session.QueryAsync<DueRow>(
                TakeSql, new { kind = Value(kind), limit, leaseMs = (long)lease.TotalMilliseconds, leaseMsMax = (long)leaseMax.TotalMilliseconds }, cancellationToken).ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            return rows;
        }
    }

    /// <summary>Comes again after the given time.</summary>
    public async Task PutBackAsync(TKind kind, long no, TimeSpan delay, CancellationToken cancellationToken)
    {
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await session.ExecuteAsync(
                "update due set next_check_at = now_ms() + @delayMs where kind = @kind and no = @no",
                new { kind = Value(kind), no, delayMs = (long)delay.TotalMilliseconds }, cancellationToken).ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Each of these comes again after its own time. Their rows are locked in the order of their numbers.</summary>
    public Task RestAllAsync(StoreSession session, TKind kind, IReadOnlyList<(long No, TimeSpan Delay)> rests, CancellationToken cancellationToken) =>
        session.ExecuteRowsAsync(
            new Sql(
                "update due set next_check_at = now_ms() + @delay_ms where kind = @kind and no = @no",
                """
                with locked as materialized (
                  select d.kind, d.no, i.delay_ms from unnest(@kind::int[], @no::bigint[], @delay_ms::bigint[]) as i (kind, no, delay_ms)
                  join due d on d.kind = i.kind and d.no = i.no order by d.no for update of d)
                update due set next_check_at = now_ms() + locked.delay_ms from locked where due.kind = locked.kind and due.no = locked.no
                """),
            new ColumnBatch()
                .Add("kind", rests, _ => Value(kind))
                .Add("no", rests, r => r.No)
                .Add("delay_ms", rests, r => (long)r.Delay.TotalMilliseconds),
            cancellationToken);

    /// <summary>How long until something of the kind is due; zero or less means now, null that there is nothing.</summary>
    public async Task<TimeSpan?> NextAsync(TKind kind, CancellationToken cancellationToken)
    {
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var ms = await session.FirstAsync<long?>(
                "select next_check_at - now_ms() from due where kind = @kind order by next_check_at limit 1", new { kind = Value(kind) }, cancellationToken)
                .ConfigureAwait(false);
            return ms is null ? null : TimeSpan.FromMilliseconds(ms.Value);
        }
    }

    private static int Value(TKind kind) => Convert.ToInt32(kind, System.Globalization.CultureInfo.InvariantCulture);
}
