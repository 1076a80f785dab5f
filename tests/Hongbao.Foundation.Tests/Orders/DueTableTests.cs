using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Orders;
using Hongbao.Foundation.Stores;
using Hongbao.Testing;

namespace Hongbao.Foundation.Tests.Orders;

public sealed class DueTableTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private enum Kind
    {
        Payment = 1,
        Refund = 2,
    }

    private sealed class Row
    {
        public int Kind { get; init; }
        public long No { get; init; }
        public int Slot { get; init; }
        public long InMs { get; init; }
        public int Attempts { get; init; }
        public long DeadlineAt { get; init; }
    }

    [Theory]
    [InlineData(SqlDialect.Sqlite)]
    [InlineData(SqlDialect.Postgres)]
    public async Task What_is_due_is_taken_for_the_time_of_a_lease_in_order_and_within_the_limit(SqlDialect dialect)
    {
        await using var desk = await Desk.OpenAsync(dialect);
        foreach (var (no, inMs) in new[] { (1L, -3000L), (2, 60_000), (3, -1000), (4, -2000), (5, -500) })
        {
            await desk.PutAsync(Kind.Payment, no, inMs, deadlineAt: 100 + no);
        }

        await desk.PutAsync(Kind.Refund, 1, -9000);

        var taken = await desk.Due.TakeAsync(Kind.Payment, 2, Lease, None);
        Assert.Equal([(1L, 1, 101L), (4, 1, 104)], taken.Select(r => (r.No, r.Attempts, r.DeadlineAt)).Order());
        Assert.Equal([3L, 5], (await desk.Due.TakeAsync(Kind.Payment, 10, Lease, None)).Select(r => r.No).Order());
        Assert.Empty(await desk.Due.TakeAsync(Kind.Payment, 10, Lease, None));

        var rows = await desk.RowsAsync();
        Assert.All(rows.Where(r => r.Kind == 1 && r.No != 2), r => Assert.InRange(r.InMs, 25_000, 30_000));
        Assert.Equal(0, rows.Single(r => r.Kind == 2).Attempts);
    }

    [Theory]
    [InlineData(SqlDialect.Sqlite)]
    [InlineData(SqlDialect.Postgres)]
    public async Task What_was_taken_and_not_removed_comes_again_and_counts(SqlDialect dialect)
    {
        await using var desk = await Desk.OpenAsync(dialect);
        await desk.PutAsync(Kind.Payment, 1, -1);

        for (var attempt = 1; attempt <= 3; attempt++)
        {
            Assert.Equal(attempt, Assert.Single(await desk.Due.TakeAsync(Kind.Payment, 10, TimeSpan.Zero, None)).Attempts);
        }

        await desk.Due.PutBackAsync(Kind.Payment, 1, TimeSpan.FromMinutes(1), None);
        Assert.Empty(await desk.Due.TakeAsync(Kind.Payment, 10, Lease, None));
        await desk.Due.PutBackAsync(Kind.Payment, 1, TimeSpan.Zero, None);
        Assert.Equal(4, Assert.Single(await desk.Due.TakeAsync(Kind.Payment, 10, Lease, None)).Attempts);
    }

    [Theory]
    [InlineData(SqlDialect.Sqlite)]
    [InlineData(SqlDialect.Postgres)]
    public async Task Putting_again_brings_the_next_check_forward_and_never_back(SqlDialect dialect)
    {
        await using var desk = await Desk.OpenAsync(dialect);
        await desk.PutAsync(Kind.Payment, 1, 20_000, deadlineAt: 5);
        await desk.PutAsync(Kind.Payment, 1, 40_000, deadlineAt: 6);
        Assert.InRange(Assert.Single(await desk.RowsAsync()).InMs, 10_000, 20_000);

        await desk.PutAsync(Kind.Payment, 1, -1, deadlineAt: 7);
        await desk.Due.TakeAsync(Kind.Payment, 1, Lease, None);
        await desk.PutAsync(Kind.Payment, 1, -1, deadlineAt: 8);

        var row = Assert.Single(await desk.RowsAsync());
        Assert.Equal((1, 5L), (row.Attempts, row.DeadlineAt));
        Assert.Single(await desk.Due.TakeAsync(Kind.Payment, 1, Lease, None));
    }

    [Theory]
    [InlineData(SqlDialect.Sqlite)]
    [InlineData(SqlDialect.Postgres)]
    public async Task A_new_round_starts_everything_over_also_for_what_is_not_there(SqlDialect dialect)
    {
        await using var desk = await Desk.OpenAsync(dialect);
        await desk.PutAsync(Kind.Payment, 1, -1, deadlineAt: 5);
        await desk.Due.TakeAsync(Kind.Payment, 1, Lease, None);

        await desk.WriteAsync((due, session, now) => due.RestartAsync(session, Kind.Payment, 1, now + 60_000, 9, None));
        await desk.WriteAsync((due, session, now) => due.RestartAsync(session, Kind.Payment, 2, now + 60_000, 9, None));

        Assert.All(await desk.RowsAsync(), r => Assert.Equal((0, 9L, true), (r.Attempts, r.DeadlineAt, r.InMs > 50_000)));
        Assert.Equal(2, (await desk.RowsAsync()).Count);
    }

    [Theory]
    [InlineData(SqlDialect.Sqlite)]
    [InlineData(SqlDialect.Postgres)]
    public async Task Many_are_put_removed_and_rested_at_once_by_kind(SqlDialect dialect)
    {
        await using var desk = await Desk.OpenAsync(dialect);
        var number = Number.LowestAt(1_800_000_000_000) | ((long)77 << 23);
        await desk.PutAsync(Kind.Payment, 2, -1, deadlineAt: 5);
        await desk.PutAsync(Kind.Refund, 3, -1);
        await desk.WriteAsync((due, session, now) => due.PutAllAsync(session, Kind.Payment, [1, 2, 3, number], now + 60_000, 9, None));
        await desk.WriteAsync((due, session, now) => due.PutAllAsync(session, Kind.Payment, [], now, 9, None));

        var rows = await desk.RowsAsync();
        Assert.Equal([(1, 1L), (1, 2), (1, 3), (1, number), (2, 3)], rows.Select(r => (r.Kind, r.No)));
        // What was there stays as it is, and every row carries its number's slot.
        Assert.Equal(5, rows[1].DeadlineAt);
        Assert.True(rows[1].InMs < 0);
        Assert.Equal(Number.SlotFrom(number), rows[3].Slot);
        Assert.Equal(77, rows[3].Slot);

        await desk.WriteAsync((due, session, _) => due.RestAllAsync(
            session, Kind.Payment, [(3, TimeSpan.FromHours(2)), (99, TimeSpan.Zero), (2, TimeSpan.FromHours(1))], None));
        await desk.WriteAsync((due, session, _) => due.RestAllAsync(session, Kind.Payment, [], None));
        Assert.Equal([(2L, 1L), (3, 2)], (await desk.RowsAsync()).Where(r => r.InMs > 3_500_000).Select(r => (r.No, (r.InMs + 60_000) / 3_600_000)));
        await desk.WriteAsync((due, session, _) => due.RemoveAllAsync(session, Kind.Payment, [1, 3, 99], None));
        await desk.Due.RemoveAsync(Kind.Payment, number, None);
        Assert.Equal([(1, 2L), (2, 3)], (await desk.RowsAsync()).Select(r => (r.Kind, r.No)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Rows_are_locked_in_the_order_of_their_numbers_whatever_the_order_asked_or_stored(bool remove)
    {
        await using var desk = await Desk.OpenAsync(SqlDialect.Postgres);
        foreach (var no in new[] { 4L, 1, 3, 2 })
        {
            await desk.PutAsync(Kind.Payment, no, 1000);
        }

        // Somebody holds the second one, so that whoever comes holds what precedes it and nothing else.
        await using var holder = await desk.OpenAnother().WriteAsync(None);
        await holder.ExecuteAsync("update due set attempts = 1 where no = 2");
        var waiting = Task.Run(() => desk.WriteAsync((due, session, _) => remove
            ? due.RemoveAllAsync(session, Kind.Payment, [4, 2, 1, 3], None)
            : due.RestAllAsync(session, Kind.Payment, [(4, Lease), (2, 2 * Lease), (1, Lease), (3, 2 * Lease)], None)));
        var store = desk.OpenAnother();
        for (var late = TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(4); ;)
        {
            await using var look = await store.ReadAsync(None);
            if (await look.FirstAsync<long>("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'") > 0)
            {
                break;
            }

            Assert.True(TimeProvider.System.GetUtcNow() < late, "nobody waited for the lock within 4 s");
        }

        await using (var probe = await store.WriteAsync(None))
        {
            Assert.Equal([3L, 4], await probe.QueryAsync<long>("select no from due order by no for update skip locked"));
        }

        await holder.CommitAsync(None);
        await waiting;
        Assert.Equal(remove ? 0 : 4, (await desk.RowsAsync()).Count(r => remove || r.InMs > 20_000));
    }

    [Theory]
    [InlineData(SqlDialect.Sqlite)]
    [InlineData(SqlDialect.Postgres)]
    public async Task The_next_of_a_kind_is_told_by_the_time_that_is_left(SqlDialect dialect)
    {
        await using var desk = await Desk.OpenAsync(dialect);
        Assert.Null(await desk.Due.NextAsync(Kind.Payment, None));
        await desk.PutAsync(Kind.Refund, 1, -1);
        await desk.PutAsync(Kind.Payment, 2, 60_000);
        await desk.PutAsync(Kind.Payment, 1, 10_000);

        Assert.InRange((await desk.Due.NextAsync(Kind.Payment, None))!.Value.TotalSeconds, 5, 10);
        Assert.True(await desk.Due.NextAsync(Kind.Refund, None) < TimeSpan.Zero);
    }

    [Theory]
    [InlineData(SqlDialect.Sqlite)]
    [InlineData(SqlDialect.Postgres)]
    public async Task Several_instances_that_scan_at_once_share_what_is_due(SqlDialect dialect)
    {
        await using var desk = await Desk.OpenAsync(dialect);
        await desk.WriteAsync((due, session, now) => due.PutAllAsync(session, Kind.Payment, [.. Enumerable.Range(1, 200)], now - 1, 9, None));
        var others = Enumerable.Range(0, 4).Select(_ => new DueTable<Kind>(desk.OpenAnother())).ToArray();

        var taken = await Task.WhenAll(others.Select(other => Task.Run(async () =>
        {
            var mine = new List<long>();
            for (var empty = 0; empty < 3;)
            {
                var page = await other.TakeAsync(Kind.Payment, 7, Lease, None);
                mine.AddRange(page.Select(r => r.No));
                empty = page.Count == 0 ? empty + 1 : 0;
            }

            return mine;
        })));

        Assert.Equal(Enumerable.Range(1, 200).Select(n => (long)n), taken.SelectMany(t => t).Order());
    }

    /// <summary>A due table in a database of its own.</summary>
    private sealed class Desk : IAsyncDisposable
    {
        private readonly TestDatabase _database;
        private readonly IStore _store;

        private Desk(TestDatabase database)
        {
            _database = database;
            _store = database.Open("probe");
            Due = new DueTable<Kind>(_store);
        }

        public DueTable<Kind> Due { get; }

        public static async Task<Desk> OpenAsync(SqlDialect dialect)
        {
            var desk = new Desk(await TestDatabase.CreateAsync(dialect));
            await desk._store.MigrateAsync(MigrationSet.FromAssembly(typeof(MigrationSet).Assembly), None);
            return desk;
        }

        public IStore OpenAnother() => _database.OpenAnother("probe");

        public Task PutAsync(Kind kind, long no, long inMs, long deadlineAt = 0) =>
            WriteAsync((due, session, now) => due.PutAsync(session, kind, no, now + inMs, deadlineAt, None));

        public async Task WriteAsync(Func<DueTable<Kind>, StoreSession, long, Task> work)
        {
            await using var session = await _store.WriteAsync(None);
            await work(Due, session, await session.NowMsAsync(None));
            await session.CommitAsync(None);
        }

        public async Task<List<Row>> RowsAsync()
        {
            await using var session = await _store.ReadAsync(None);
            return await session.QueryAsync<Row>(
                "select kind, no, slot, next_check_at - now_ms() as in_ms, attempts, deadline_at from due order by kind, no");
        }

        public ValueTask DisposeAsync() => _database.DisposeAsync();
    }
}
