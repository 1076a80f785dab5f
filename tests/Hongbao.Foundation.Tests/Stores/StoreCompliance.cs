using Hongbao.Foundation.Stores;
using Hongbao.Testing;

namespace Hongbao.Foundation.Tests.Stores;

/// <summary>What every store owes its modules; both implementations run all of it.</summary>
public abstract class StoreCompliance(SqlDialect dialect) : StoreFixture(dialect)
{
    private enum Kind
    {
        First = 1,
        Second = 2,
    }

    private sealed record NewThing(long Id, string? Name, long? Amount, Kind Kind, byte[]? Body);

    private sealed class ThingRow
    {
        public long Id { get; init; }
        public string? Name { get; init; }
        public long? Amount { get; init; }
        public Kind Kind { get; init; }
        public byte[]? Body { get; init; }
    }

    private static readonly Sql InsertThings = new(
        "insert into thing (id, name, amount, kind, body) values (@id, @name, @amount, @kind, @body)",
        """
        insert into thing (id, name, amount, kind, body)
        select * from unnest(@id::bigint[], @name::text[], @amount::bigint[], @kind::int[], @body::bytea[])
        """);

    private static readonly Sql RaiseAmounts = new(
        "update thing set amount = @to where id = @id and amount = @from",
        """
        update thing t set amount = u.new from unnest(@id::bigint[], @from::bigint[], @to::bigint[]) as u(id, old, new)
        where t.id = u.id and t.amount = u.old
        """);

    [Fact]
    public async Task Migrations_that_ran_do_not_run_again()
    {
        await WriteAsync(s => s.ExecuteAsync("update counter set n = 5 where id = 1", null, None));

        await Store.MigrateAsync(MigrationSet.Of(Things), None);
        await Database.OpenAnother("probe").MigrateAsync(MigrationSet.Of(Things, new Migration(2, "more", "insert into counter (id, n) values (3, 7)")), None);

        Assert.Equal(5, await ReadAsync<long>("select n from counter where id = 1"));
        Assert.Equal(7, await ReadAsync<long>("select n from counter where id = 3"));
        Assert.Equal(2, await ReadAsync<long>("select count(*) from schema_version"));
    }

    [Fact]
    public async Task A_migration_that_was_edited_after_it_ran_is_refused()
    {
        var edited = Things with { Text = Things.Text + "\n---\nselect 1" };

        var refused = await Assert.ThrowsAsync<StoreException>(() => Store.MigrateAsync(MigrationSet.Of(edited), None));

        Assert.Contains("Migration 1 'things' of module 'probe' was changed after it had run", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_migration_with_other_line_ends_counts_as_the_same()
    {
        await Store.MigrateAsync(MigrationSet.Of(Things with { Text = Things.Text.ReplaceLineEndings("\r\n") }), None);
    }

    [Fact]
    public async Task Data_of_a_newer_release_is_refused_with_advice()
    {
        await Store.MigrateAsync(MigrationSet.Of(Things, new Migration(2, "future", "create table future (id int)")), None);

        var refused = await Assert.ThrowsAsync<StoreException>(() => Store.MigrateAsync(MigrationSet.Of(Things), None));

        Assert.Equal(StoreFault.SchemaTooNew, refused.Fault);
        Assert.Contains("written by a newer release (schema 2 'future', this release knows 1)", refused.Message, StringComparison.Ordinal);
        Assert.Contains("--data", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_migration_that_fails_leaves_nothing_behind()
    {
        var bad = new Migration(2, "bad", "create table half (id int)\n---\ninsert into nowhere values (1)");

        await Assert.ThrowsAsync<StoreException>(() => Store.MigrateAsync(MigrationSet.Of(Things, bad), None));
        await Store.MigrateAsync(MigrationSet.Of(Things, new Migration(2, "good", "create table half (id int)")), None);

        Assert.Equal(0, await ReadAsync<long>("select count(*) from half"));
    }

    [Fact]
    public async Task Stores_that_migrate_at_the_same_time_both_succeed_and_run_each_migration_once()
    {
        var set = MigrationSet.Of(Things, new Migration(2, "seed", "insert into counter (id, n) values (9, 1)"));
        var stores = Enumerable.Range(0, 4).Select(_ => Database.OpenAnother("fresh")).ToArray();

        await Task.WhenAll(stores.Select(s => Task.Run(() => s.MigrateAsync(set, None))));

        Assert.Equal(3, await ReadAsync<long>(stores[0], "select count(*) from counter"));
    }

    [Fact]
    public async Task Foundations_own_tables_migrate()
    {
        var store = Database.Open("own");

        await store.MigrateAsync(MigrationSet.FromAssembly(typeof(IStore).Assembly), None);

        Assert.Equal(0, await ReadAsync<long>(store, "select count(*) from outbox"));
    }

    [Fact]
    public async Task A_commit_is_seen_by_everyone()
    {
        await WriteAsync(s => InsertAsync(s, 1, "one"));

        Assert.Equal("one", await ReadAsync<string>("select name from thing where id = 1"));
        Assert.Equal("one", await ReadAsync<string>(Database.OpenAnother("probe"), "select name from thing where id = 1"));
    }

    [Fact]
    public async Task A_session_that_is_disposed_without_commit_changed_nothing()
    {
        await using (var session = await Store.WriteAsync(None))
        {
            await InsertAsync(session, 1);
            Assert.False(session.Committed);
        }

        Assert.Equal(0, await ReadAsync<long>("select count(*) from thing"));
    }

    [Fact]
    public async Task A_session_disposed_twice_gives_back_only_its_own_turn()
    {
        var first = await Store.WriteAsync(None);
        await first.DisposeAsync();
        var second = await Store.WriteAsync(None);
        await first.DisposeAsync();

        // Had the second disposal released another turn, a third writer would get in beside the second on SQLite.
        await InsertAsync(second, 1);
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        if (Store.Dialect == SqlDialect.Sqlite)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.WriteAsync(soon.Token));
        }

        await second.CommitAsync(None);
        await second.DisposeAsync();
        Assert.Equal(1, await ReadAsync<long>("select count(*) from thing"));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => InsertAsync(second, 2));
    }

    [Fact]
    public async Task A_store_disposed_twice_does_not_mind_and_refuses_work()
    {
        var store = Database.OpenAnother("probe");
        await store.DisposeAsync();
        await store.DisposeAsync();

        await Assert.ThrowsAnyAsync<Exception>(async () => await store.WriteAsync(None));
        await Assert.ThrowsAnyAsync<Exception>(async () => await store.ReadAsync(None));
    }

    [Fact]
    public async Task A_read_session_can_write_nothing_by_any_statement()
    {
        await using var session = await Store.ReadAsync(None);

        var fault = await FaultOfAsync(() => InsertAsync(session, 1));

        Assert.Equal(StoreFault.Other, fault);
        Assert.Equal(StoreFault.Other, await FaultOfAsync(() =>
            session.ExecuteRowsAsync(InsertThings, Batch([new(1, null, null, Kind.First, null)]), None)));
        await Assert.ThrowsAsync<InvalidOperationException>(() => session.CommitAsync(None));
        Assert.Equal(0, await ReadAsync<long>("select count(*) from thing"));
    }

    [Theory]
    [InlineData("update counter set n = 9")]
    [InlineData("delete from counter")]
    [InlineData("drop table counter")]
    [InlineData("create table mine (i int)")]
    [InlineData("create index mine on counter (n)")]
    public async Task A_read_session_changes_neither_rows_nor_tables(string statement)
    {
        await using (var session = await Store.ReadAsync(None))
        {
            Assert.Equal(StoreFault.Other, await FaultOfAsync(() => session.ExecuteAsync(statement, null, None)));
        }

        Assert.Equal(2, await ReadAsync<long>("select count(*) from counter where n = 0"));
    }

    [Fact]
    public async Task A_read_session_sees_only_what_is_committed()
    {
        await using var writer = await Store.WriteAsync(None);
        await InsertAsync(writer, 1);
        await using var reader = await Store.ReadAsync(None);

        Assert.Equal(0, await reader.FirstAsync<long>("select count(*) from thing", null, None));
        await writer.CommitAsync(None);
        Assert.Equal(1, await reader.FirstAsync<long>("select count(*) from thing", null, None));
    }

    [Fact]
    public async Task After_commit_runs_once_committed_and_only_then()
    {
        var seen = new List<string>();
        await using (var rolledBack = await Store.WriteAsync(None))
        {
            await InsertAsync(rolledBack, 1);
            rolledBack.AfterCommit(() => seen.Add("rolled back"));
        }

        await using (var failed = await Store.WriteAsync(None))
        {
            failed.AfterCommit(() => seen.Add("failed"));
            await InsertAsync(failed, 1);
            await Assert.ThrowsAsync<StoreException>(() => InsertAsync(failed, 1));
            await Assert.ThrowsAsync<StoreException>(() => failed.CommitAsync(None));
        }

        await using var session = await Store.WriteAsync(None);
        await InsertAsync(session, 1);
        session.AfterCommit(() => seen.Add(session.Committed ? "committed" : "too early"));
        Assert.Empty(seen);
        await session.CommitAsync(None);
        Assert.Equal(["committed"], seen);
    }

    [Fact]
    public async Task An_after_commit_action_that_throws_keeps_neither_the_others_nor_the_commit_back()
    {
        var ran = false;
        await using (var session = await Store.WriteAsync(None))
        {
            await InsertAsync(session, 1);
            session.AfterCommit(() => throw new InvalidTimeZoneException("mine"));
            session.AfterCommit(() => ran = true);

            await Assert.ThrowsAsync<InvalidTimeZoneException>(() => session.CommitAsync(None));
            Assert.True(session.Committed);
        }

        Assert.True(ran);
        Assert.Equal(1, await ReadAsync<long>("select count(*) from thing"));
    }

    [Fact]
    public async Task A_transaction_in_which_a_statement_failed_cannot_be_committed()
    {
        await using (var session = await Store.WriteAsync(None))
        {
            await InsertAsync(session, 1);
            await Assert.ThrowsAsync<StoreException>(() => InsertAsync(session, 1));

            Assert.Equal(StoreFault.Other, await FaultOfAsync(() => InsertAsync(session, 2)));
            Assert.Equal(StoreFault.Other, await FaultOfAsync(() => session.CommitAsync(None)));
            Assert.False(session.Committed);
        }

        Assert.Equal(0, await ReadAsync<long>("select count(*) from thing"));
    }

    [Fact]
    public async Task A_committed_session_takes_no_further_statements()
    {
        await using var session = await Store.WriteAsync(None);
        await InsertAsync(session, 1);
        await session.CommitAsync(None);

        await Assert.ThrowsAsync<InvalidOperationException>(() => InsertAsync(session, 2));
        await Assert.ThrowsAsync<InvalidOperationException>(() => session.CommitAsync(None));
    }

    [Fact]
    public async Task Any_of_matches_the_bound_numbers_and_nothing_for_none()
    {
        await WriteAsync(async s =>
        {
            foreach (var id in new[] { 1, 2, 3, long.MaxValue })
            {
                await InsertAsync(s, id);
            }
        });
        await using var session = await Store.ReadAsync(None);

        async Task<List<long>> MatchAsync(params long[] ids) => await session.QueryAsync<long>(
            $"select id from thing where id {Sql.AnyOf(session.Dialect, "@ids")} order by id", new { ids = session.Longs(ids) }, None);

        Assert.Equal([2, long.MaxValue], await MatchAsync(2, 4, long.MaxValue));
        Assert.Empty(await MatchAsync());
    }

    [Fact]
    public async Task A_batch_inserts_texts_numbers_enums_bytes_and_nulls()
    {
        NewThing[] things =
        [
            new(1, "红包 'quoted' 🧧", long.MaxValue, Kind.Second, [0, 1, 255]),
            new(2, null, null, Kind.First, null),
            new(3, "", 0, Kind.First, []),
        ];

        await WriteAsync(async s => Assert.Equal(3, await s.ExecuteRowsAsync(InsertThings, Batch(things), None)));

        await using var session = await Store.ReadAsync(None);
        var rows = await session.QueryAsync<ThingRow>("select * from thing order by id", null, None);
        Assert.Equal(things.Select(t => (t.Id, t.Name, t.Amount, t.Kind)), rows.Select(r => (r.Id, r.Name, r.Amount, r.Kind)));
        Assert.Equal(things[0].Body, rows[0].Body);
        Assert.Null(rows[1].Body);
        Assert.Equal([], rows[2].Body!);
    }

    [Fact]
    public async Task A_batch_update_counts_only_the_rows_whose_guard_held()
    {
        await WriteAsync(async s =>
        {
            await InsertAsync(s, 1, amount: 10);
            await InsertAsync(s, 2, amount: 20);
            await InsertAsync(s, 3, amount: 30);
        });
        (long Id, long From, long To)[] changes = [(1, 10, 11), (2, 99, 21), (3, 30, 31), (4, 0, 1)];

        await WriteAsync(async s => Assert.Equal(2, await s.ExecuteRowsAsync(RaiseAmounts, Changes(changes), None)));

        Assert.Equal(11 + 20 + 31, await ReadAsync<long>("select cast(sum(amount) as bigint) from thing"));
    }

    [Fact]
    public async Task A_batch_tells_the_numbers_of_the_rows_that_it_changed()
    {
        await WriteAsync(s => InsertAsync(s, 2, amount: 20));
        NewThing[] things = [new(1, null, 0, Kind.First, null), new(2, "other", 0, Kind.First, null), new(3, null, 0, Kind.First, null)];
        static Sql InsertAnd(string end) => new($"{InsertThings.Sqlite} {end}", $"{InsertThings.Postgres} {end}");
        var insert = InsertAnd("on conflict do nothing returning id");

        await WriteAsync(async s =>
        {
            Assert.Equal([1, 3], (await s.QueryRowsAsync(insert, Batch(things), None)).Order());
            Assert.Empty(await s.QueryRowsAsync(insert, Batch(things), None));
            Assert.Empty(await s.QueryRowsAsync(insert, Batch([]), None));
        });

        Assert.Equal(3, await ReadAsync<long>("select count(*) from thing"));
        Assert.Equal(20, await ReadAsync<long>("select amount from thing where id = 2"));
        Assert.Equal(StoreFault.UniqueViolation, await FaultOfAsync(() => WriteAsync(s => s.QueryRowsAsync(InsertAnd("returning id"), Batch(things), None))));
    }

    [Fact]
    public async Task A_batch_binds_by_name_whatever_the_order_of_its_columns()
    {
        await WriteAsync(s => InsertAsync(s, 1, amount: 10));
        (long Id, long From, long To)[] first = [(1, 10, 11)], second = [(1, 11, 12)];

        await WriteAsync(s => s.ExecuteRowsAsync(RaiseAmounts, Changes(first), None));
        await WriteAsync(async s => Assert.Equal(1, await s.ExecuteRowsAsync(
            RaiseAmounts, new ColumnBatch().Add("to", second, c => c.To).Add("from", second, c => c.From).Add("id", second, c => c.Id), None)));

        Assert.Equal(12, await ReadAsync<long>("select amount from thing where id = 1"));
    }

    [Fact]
    public async Task A_batch_without_rows_does_nothing_and_one_of_uneven_columns_is_refused()
    {
        await WriteAsync(async s => Assert.Equal(0, await s.ExecuteRowsAsync(InsertThings, Batch([]), None)));

        Assert.Throws<ArgumentException>(() => new ColumnBatch().Add("id", new long[] { 1, 2 }, v => v).Add("name", new[] { "a" }, v => v));
        Assert.Throws<ArgumentException>(() => new ColumnBatch().Add("id", Array.Empty<long>(), v => v).Add("name", new[] { "a" }, v => v));
    }

    [Fact]
    public async Task A_batch_that_meets_a_taken_key_changes_nothing_at_all()
    {
        await WriteAsync(s => InsertAsync(s, 2));
        NewThing[] things = [new(1, null, 0, Kind.First, null), new(2, null, 0, Kind.First, null)];

        Assert.Equal(StoreFault.UniqueViolation, await FaultOfAsync(() => WriteAsync(s => s.ExecuteRowsAsync(InsertThings, Batch(things), None))));

        Assert.Equal(1, await ReadAsync<long>("select count(*) from thing"));
    }

    [Theory]
    [InlineData("insert into thing (id) values (1)", StoreFault.UniqueViolation)]
    [InlineData("insert into thing (id, amount) values (2, -1)", StoreFault.CheckViolation)]
    [InlineData("insert into counter (id, n) values (8, null)", StoreFault.CheckViolation)]
    [InlineData("insert into nowhere values (1)", StoreFault.Other)]
    public async Task A_refused_row_translates_to_its_fault(string sql, StoreFault expected)
    {
        await WriteAsync(s => InsertAsync(s, 1));

        Assert.Equal(expected, await FaultOfAsync(() => WriteAsync(s => s.ExecuteAsync(sql, null, None))));
        Assert.Equal(1, await ReadAsync<long>("select count(*) from thing"));
    }

    [Fact]
    public async Task A_requirement_that_does_not_hold_fences_the_transaction_and_takes_everything_back()
    {
        var fault = await FaultOfAsync(() => WriteAsync(async s =>
        {
            await InsertAsync(s, 1);
            StoreSession.Require(await s.ExecuteAsync("update counter set n = n + 1 where id = 1 and n = 99", null, None), 1, "counter 1");
        }));

        Assert.Equal(StoreFault.Fenced, fault);
        Assert.Equal(0, await ReadAsync<long>("select count(*) from thing"));
    }

    [Fact]
    public async Task The_stores_clock_is_close_to_ours_for_readers_and_writers()
    {
        var before = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        await using var reader = await Store.ReadAsync(None);
        await using var writer = await Store.WriteAsync(None);

        Assert.InRange(await reader.NowMsAsync(None), before - 1000, before + 5000);
        Assert.InRange(await writer.NowMsAsync(None), before - 1000, before + 5000);
    }

    [Fact]
    public async Task Fifty_writers_at_once_lose_no_increment()
    {
        var stores = new[] { Store, Database.OpenAnother("probe") };

        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() => WriteAsync(stores[Store.Dialect == SqlDialect.Postgres ? i % 2 : 0], async s =>
        {
            var lockRow = new Sql("select n from counter where id = 1", "select n from counter where id = 1 for update");
            var n = await s.FirstAsync<long>(lockRow, null, None);
            await s.ExecuteAsync("update counter set n = @next where id = 1", new { next = n + 1 }, None);
        }))));

        Assert.Equal(50, await ReadAsync<long>("select n from counter where id = 1"));
    }

    [Fact]
    public async Task Cancellation_leaves_the_store_usable()
    {
        using var cancelled = new CancellationTokenSource();
        await using (var session = await Store.WriteAsync(None))
        {
            await InsertAsync(session, 1);
            await cancelled.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
                session.ExecuteAsync("insert into thing (id) values (2)", null, cancelled.Token));
            Assert.Equal(StoreFault.Other, await FaultOfAsync(() => session.CommitAsync(None)));
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.WriteAsync(cancelled.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.ReadAsync(cancelled.Token));

        await WriteAsync(s => InsertAsync(s, 3));
        Assert.Equal(3, await ReadAsync<long>("select sum(id) from thing"));
    }

    [Fact]
    public async Task A_commit_that_is_cancelled_before_it_begins_changes_nothing_and_says_so()
    {
        await using (var session = await Store.WriteAsync(None))
        {
            await InsertAsync(session, 1);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => session.CommitAsync(new CancellationToken(canceled: true)));
            Assert.False(session.Committed);
        }

        Assert.Equal(0, await ReadAsync<long>("select count(*) from thing"));
    }

    [Fact]
    public async Task Waiting_for_a_writer_is_cancellable_and_the_next_one_gets_its_turn()
    {
        await using (var holder = await Store.WriteAsync(None))
        {
            await holder.ExecuteAsync("update counter set n = 1 where id = 1", null, None);
            using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            {
                await using var waiter = await Store.WriteAsync(soon.Token);
                await waiter.ExecuteAsync("update counter set n = 2 where id = 1", null, soon.Token);
            });
            await holder.CommitAsync(None);
        }

        await WriteAsync(s => s.ExecuteAsync("update counter set n = n + 10 where id = 1", null, None));
        Assert.Equal(11, await ReadAsync<long>("select n from counter where id = 1"));
    }

    private static ColumnBatch Batch(NewThing[] things) => new ColumnBatch()
        .Add("id", things, t => t.Id).Add("name", things, t => t.Name).Add("amount", things, t => t.Amount)
        .Add("kind", things, t => t.Kind).Add("body", things, t => t.Body);

    private static ColumnBatch Changes((long Id, long From, long To)[] changes) =>
        new ColumnBatch().Add("id", changes, c => c.Id).Add("from", changes, c => c.From).Add("to", changes, c => c.To);
}
