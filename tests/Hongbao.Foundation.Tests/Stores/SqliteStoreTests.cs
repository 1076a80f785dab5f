using Hongbao.Foundation.Stores;
using Hongbao.Testing;

namespace Hongbao.Foundation.Tests.Stores;

public sealed class SqliteStoreTests() : StoreCompliance(SqlDialect.Sqlite)
{
    [Fact]
    public async Task Writers_use_the_write_ahead_log_and_flush_every_commit()
    {
        await using var session = await Store.WriteAsync(None);

        Assert.Equal("wal", await session.FirstAsync<string>("pragma journal_mode", null, None));
        // 2 is FULL: the log is flushed at every commit.
        Assert.Equal(2, await session.FirstAsync<int>("pragma synchronous", null, None));
        Assert.Equal(1, await session.FirstAsync<int>("pragma foreign_keys", null, None));
    }

    [Fact]
    public async Task A_full_disk_is_unavailable_with_advice_and_the_store_works_again_after()
    {
        await WriteAsync(s => s.FirstAsync<long>("pragma max_page_count = 20", null, None));
        var text = new string('x', 200_000);

        var full = await Assert.ThrowsAsync<StoreException>(() => WriteAsync(s => InsertAsync(s, 1, text)));

        Assert.Equal(StoreFault.Unavailable, full.Fault);
        Assert.Contains("the disk of the data folder is full; free some space", full.Message, StringComparison.Ordinal);
        // The connection that failed was replaced, and the limit went with it.
        await WriteAsync(s => InsertAsync(s, 1, text));
        Assert.Equal(1, await ReadAsync<long>("select count(*) from thing"));
    }

    [Fact]
    public async Task A_file_that_refuses_writes_is_unavailable_with_advice()
    {
        await using (var session = await Store.WriteAsync(None))
        {
            // As root no permission bit binds; this gives the code of a read-only file.
            await session.ExecuteAsync("pragma query_only = 1", null, None);
            var refused = await Assert.ThrowsAsync<StoreException>(() => InsertAsync(session, 1));

            Assert.Equal(StoreFault.Unavailable, refused.Fault);
            Assert.Contains("read-only; make it writable or choose another with --data", refused.Message, StringComparison.Ordinal);
        }

        await WriteAsync(s => InsertAsync(s, 1));
    }

    [Fact]
    public async Task A_path_that_cannot_be_a_file_is_unavailable_with_advice_for_readers_and_writers()
    {
        Directory.CreateDirectory(Path.Combine(Database.Folder, "folder.db"));
        await using var folder = new SqliteStore("folder", Path.Combine(Database.Folder, "folder.db"), TimeProvider.System);
        await using var nowhere = new SqliteStore("nowhere", Path.Combine(Database.Folder, "no", "such", "folder.db"), TimeProvider.System);

        foreach (var store in new[] { folder, nowhere })
        {
            var writing = await Assert.ThrowsAsync<StoreException>(async () => await store.WriteAsync(None));
            var reading = await Assert.ThrowsAsync<StoreException>(async () => await store.ReadAsync(None));

            Assert.Equal((StoreFault.Unavailable, StoreFault.Unavailable), (writing.Fault, reading.Fault));
            Assert.Contains("check that the data folder exists and is writable", writing.Message, StringComparison.Ordinal);
            Assert.Contains(store.Module, writing.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_damaged_file_is_unavailable_and_named()
    {
        var path = Path.Combine(Database.Folder, "damaged.db");
        await File.WriteAllTextAsync(path, string.Concat(Enumerable.Repeat("this was never a database. ", 1000)));
        await using var store = new SqliteStore("damaged", path, TimeProvider.System);

        var refused = await Assert.ThrowsAsync<StoreException>(() => store.MigrateAsync(MigrationSet.Of(Things), None));

        Assert.Equal(StoreFault.Unavailable, refused.Fault);
        Assert.Contains($"({path}): the file is damaged or not a database", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_that_was_overwritten_is_reported_not_read()
    {
        await WriteAsync(async s =>
        {
            for (var i = 0; i < 500; i++)
            {
                await InsertAsync(s, i, new string('y', 500));
            }
        });
        await Store.DisposeAsync();
        var path = Path.Combine(Database.Folder, "probe.db");
        await using (var file = File.OpenWrite(path))
        {
            file.Position = 4096;
            await file.WriteAsync(Enumerable.Repeat((byte)0xA5, (int)file.Length - 8192).ToArray());
        }

        await using var store = new SqliteStore("probe", path, TimeProvider.System);

        Assert.Equal(StoreFault.Unavailable, await FaultOfAsync(() => ReadAsync<long>(store, "select sum(length(name)) from thing")));
    }

    [Fact]
    public async Task A_column_that_cannot_be_bound_and_parameters_that_do_not_fit_are_named()
    {
        var fractions = await Assert.ThrowsAsync<StoreException>(() =>
            WriteAsync(s => s.ExecuteRowsAsync("update counter set n = @n", new ColumnBatch().Add("n", [1.5], n => n), None)));
        Assert.Contains("column n is of Double[]", fractions.Message, StringComparison.Ordinal);
        var missing = await Assert.ThrowsAsync<StoreException>(() =>
            WriteAsync(s => s.ExecuteRowsAsync("update counter set n = @n", new ColumnBatch().Add("n", [1], n => n).AddCommon("m", 1), None)));
        Assert.Contains("no parameter @m", missing.Message, StringComparison.Ordinal);
        var unbound = await Assert.ThrowsAsync<StoreException>(() =>
            WriteAsync(s => s.ExecuteRowsAsync("update counter set n = @n where id = @id", new ColumnBatch().Add("n", [1], n => n), None)));
        Assert.Contains("parameters beside n", unbound.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trigger_that_raises_fences_the_transaction()
    {
        await WriteAsync(s => s.ExecuteAsync(
            "create trigger guard before update on counter when new.n < old.n begin select raise(abort, 'backwards'); end", null, None));
        await WriteAsync(s => s.ExecuteAsync("update counter set n = 5", null, None));

        Assert.Equal(StoreFault.Fenced, await FaultOfAsync(() => WriteAsync(s => s.ExecuteAsync("update counter set n = 4 where id = 1", null, None))));
    }

    [Fact]
    public async Task A_file_that_another_process_holds_too_long_is_transient()
    {
        await using var holder = await Database.OpenAnother("probe").WriteAsync(None);
        await holder.ExecuteAsync("update counter set n = 1", null, None);
        await using var impatient = new SqliteStore("probe", Path.Combine(Database.Folder, "probe.db"), TimeProvider.System, TimeSpan.FromMilliseconds(50));

        Assert.Equal(StoreFault.Transient, await FaultOfAsync(async () => await impatient.WriteAsync(None)));
        await holder.CommitAsync(None);
        await holder.DisposeAsync();
        await WriteAsync(impatient, s => s.ExecuteAsync("update counter set n = n + 1", null, None));
    }

    [Fact]
    public async Task The_clock_in_sql_is_the_stores_own()
    {
        var clock = new Hongbao.Foundation.Scheduling.ManualClock(DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_123));
        await using var database = await TestDatabase.CreateAsync(SqlDialect.Sqlite, clock);
        var store = database.Open("probe");

        await WriteAsync(store, async s => Assert.Equal(1_800_000_000_123, await s.NowMsAsync(None)));
        clock.Advance(TimeSpan.FromMilliseconds(7));

        Assert.Equal(1_800_000_000_130, await ReadAsync<long>(store, "select now_ms()"));
    }

    [Fact]
    public async Task More_readers_than_connections_wait_their_turn()
    {
        await WriteAsync(s => InsertAsync(s, 1));

        var counts = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => Task.Run(() => ReadAsync<long>("select count(*) from thing"))));

        Assert.All(counts, c => Assert.Equal(1, c));
    }
}
