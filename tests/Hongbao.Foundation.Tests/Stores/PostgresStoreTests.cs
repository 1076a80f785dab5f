using Hongbao.Foundation.Stores;
using Hongbao.Testing;
using Npgsql;

namespace Hongbao.Foundation.Tests.Stores;

public sealed class PostgresStoreTests() : StoreCompliance(SqlDialect.Postgres)
{
    [Fact]
    public async Task Sessions_wait_for_the_flush_of_every_commit()
    {
        await using var session = await Store.WriteAsync(None);

        Assert.Equal("on", await session.FirstAsync<string>("show synchronous_commit", null, None));
        Assert.Equal("on", await session.FirstAsync<string>("show fsync", null, None));
        Assert.Equal("read committed", await session.FirstAsync<string>("show transaction_isolation", null, None));
    }

    [Fact]
    public async Task No_default_of_the_database_makes_commits_volatile()
    {
        await ServerAsync<object>($"alter database \"{DatabaseName}\" set synchronous_commit = off");
        try
        {
            await using var plain = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Database.ConnectionString) { Pooling = false }.ToString());
            await plain.OpenAsync();
            await using var show = new NpgsqlCommand("show synchronous_commit", plain);
            Assert.Equal("off", await show.ExecuteScalarAsync());

            await using var store = new PostgresStore("probe", Database.ConnectionString + ";Options=-c synchronous_commit=off");
            await using var session = await store.WriteAsync(None);

            Assert.Equal("on", await session.FirstAsync<string>("show synchronous_commit", null, None));
        }
        finally
        {
            await ServerAsync<object>($"alter database \"{DatabaseName}\" reset synchronous_commit");
        }
    }

    [Fact]
    public async Task A_transaction_that_idles_loses_its_locks_within_seconds()
    {
        Assert.Equal("5s", await ReadAsync<string>("show idle_in_transaction_session_timeout"));
        await using var hung = await Store.WriteAsync(None);
        await hung.ExecuteAsync("set local idle_in_transaction_session_timeout = '50ms'", null, None);
        await hung.ExecuteAsync("update counter set n = 7 where id = 1", null, None);

        // Waits for the lock until the server ends the other.
        await WriteAsync(s => s.ExecuteAsync("update counter set n = n + 1 where id = 1", null, None));

        Assert.Equal(StoreFault.Unavailable, await FaultOfAsync(() => hung.ExecuteAsync("update counter set n = 8 where id = 1", null, None)));
        Assert.Equal(1, await ReadAsync<long>("select n from counter where id = 1"));
    }

    [Fact]
    public async Task Statements_have_deadlines_and_migrations_have_none()
    {
        const string Deadlines = "select current_setting('statement_timeout') || ' ' || current_setting('lock_timeout')";
        await Store.MigrateAsync(MigrationSet.Of(Things, new Migration(2, "seen", $"create table seen as {Deadlines} as deadlines")), None);

        Assert.Equal("0 0", await ReadAsync<string>("select deadlines from seen"));
        Assert.Equal("30s 10s", await ReadAsync<string>(Deadlines));
        await WriteAsync(async s => Assert.Equal("30s 10s", await s.FirstAsync<string>(Deadlines, null, None)));
    }

    [Fact]
    public async Task Options_of_the_connection_string_are_kept_beside_ours()
    {
        await using var store = new PostgresStore("probe", Database.ConnectionString + ";Options=-c work_mem=7MB");

        Assert.Equal("7MB", await ReadAsync<string>(store, "show work_mem"));
        Assert.Equal("on", await ReadAsync<string>(store, "show default_transaction_read_only"));
    }

    [Fact]
    public async Task A_session_killed_before_its_next_statement_is_unavailable_and_the_store_works_again()
    {
        await using (var session = await Store.WriteAsync(None))
        {
            await InsertAsync(session, 1);
            await KillAsync(await PidAsync(session));

            Assert.Equal(StoreFault.Unavailable, await FaultOfAsync(() => InsertAsync(session, 2)));
        }

        await WriteAsync(s => InsertAsync(s, 3));
        Assert.Equal(3, await ReadAsync<long>("select sum(id)::bigint from thing"));
    }

    [Fact]
    public async Task A_statement_killed_under_way_is_unavailable_and_the_store_works_again()
    {
        await using (var session = await Store.WriteAsync(None))
        {
            await InsertAsync(session, 1);
            var pid = await PidAsync(session);
            var sleeping = session.ExecuteAsync("select pg_sleep(20)", null, None);
            await KillAsync(pid);

            Assert.Equal(StoreFault.Unavailable, await FaultOfAsync(() => sleeping));
        }

        Assert.Equal(0, await ReadAsync<long>("select count(*) from thing"));
        await WriteAsync(s => InsertAsync(s, 3));
    }

    [Fact]
    public async Task A_commit_whose_connection_is_gone_has_an_unknown_outcome()
    {
        await using (var session = await Store.WriteAsync(None))
        {
            await InsertAsync(session, 1);
            await KillAsync(await PidAsync(session));

            Assert.Equal(StoreFault.UnknownOutcome, await FaultOfAsync(() => session.CommitAsync(None)));
            Assert.False(session.Committed);
        }

        await WriteAsync(s => InsertAsync(s, 1));
        Assert.Equal(1, await ReadAsync<long>("select count(*) from thing"));
    }

    [Fact]
    public async Task A_commit_killed_under_way_is_never_taken_for_a_success()
    {
        // A deferred trigger makes the commit itself slow, so that the kill arrives inside it.
        await WriteAsync(async s =>
        {
            await s.ExecuteAsync("create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(20); return null; end $$", null, None);
            await s.ExecuteAsync(
                "create constraint trigger slow after insert on thing deferrable initially deferred for each row execute function slow()", null, None);
        });
        await using (var session = await Store.WriteAsync(None))
        {
            await InsertAsync(session, 1);
            var pid = await PidAsync(session);
            var committing = session.CommitAsync(None);
            await EventuallyAsync(async () => await ServerAsync<string>($"select query from pg_stat_activity where pid = {pid} and state = 'active'") == "COMMIT");
            await KillAsync(pid);

            Assert.Equal(StoreFault.UnknownOutcome, await FaultOfAsync(() => committing));
            Assert.False(session.Committed);
        }

        Assert.Equal(0, await ReadAsync<long>("select count(*) from thing"));
    }

    [Fact]
    public async Task A_commit_cancelled_under_way_has_an_unknown_outcome_and_the_store_works_again()
    {
        await WriteAsync(async s =>
        {
            await s.ExecuteAsync("create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(20); return null; end $$", null, None);
            await s.ExecuteAsync(
                "create constraint trigger slow after insert on thing deferrable initially deferred for each row execute function slow()", null, None);
        });
        using var stop = new CancellationTokenSource();
        await using (var session = await Store.WriteAsync(None))
        {
            await InsertAsync(session, 1);
            var pid = await PidAsync(session);
            var committing = session.CommitAsync(stop.Token);
            await EventuallyAsync(async () => await ServerAsync<string>($"select query from pg_stat_activity where pid = {pid} and state = 'active'") == "COMMIT");
            await stop.CancelAsync();

            Assert.Equal(StoreFault.UnknownOutcome, await FaultOfAsync(() => committing));
        }

        await WriteAsync(s => s.ExecuteAsync("update counter set n = 1", null, None));
    }

    [Fact]
    public async Task A_commit_that_a_deferred_check_refuses_is_a_definite_no()
    {
        await WriteAsync(s => s.ExecuteAsync("create table once (id int unique deferrable initially deferred)", null, None));
        await using var session = await Store.WriteAsync(None);
        await session.ExecuteAsync("insert into once values (1), (1)", null, None);

        Assert.Equal(StoreFault.UniqueViolation, await FaultOfAsync(() => session.CommitAsync(None)));
    }

    [Fact]
    public async Task Idle_connections_that_the_server_dropped_cost_at_most_one_fault_each()
    {
        await Task.WhenAll(Enumerable.Range(0, 5).Select(i => WriteAsync(s => InsertAsync(s, i))));
        await ServerAsync<int>($"select count(pg_terminate_backend(pid))::int from pg_stat_activity where datname = '{DatabaseName}'");

        var faults = 0;
        await EventuallyAsync(async () =>
        {
            try
            {
                await WriteAsync(s => s.ExecuteAsync("update counter set n = n + 1 where id = 1", null, None));
                return true;
            }
            catch (StoreException e) when (e.Fault is StoreFault.Transient or StoreFault.Unavailable)
            {
                faults++;
                return false;
            }
        });

        Assert.InRange(faults, 0, 5);
        Assert.Equal(1, await ReadAsync<long>("select n from counter where id = 1"));
    }

    [Fact]
    public async Task A_deadlock_is_transient_for_one_and_harmless_for_the_other()
    {
        await using var first = await Store.WriteAsync(None);
        await using var second = await Store.WriteAsync(None);
        await first.ExecuteAsync("set local deadlock_timeout = '50ms'", null, None);
        await second.ExecuteAsync("set local deadlock_timeout = '50ms'", null, None);
        await first.ExecuteAsync("update counter set n = n + 1 where id = 1", null, None);
        await second.ExecuteAsync("update counter set n = n + 1 where id = 2", null, None);

        async Task<StoreFault?> CrossAsync(StoreSession session, int id)
        {
            try
            {
                await session.ExecuteAsync("update counter set n = n + 1 where id = @id", new { id }, None);
                await session.CommitAsync(None);
                return null;
            }
            catch (StoreException e)
            {
                await session.DisposeAsync();
                return e.Fault;
            }
        }

        var outcomes = await Task.WhenAll(CrossAsync(first, 2), CrossAsync(second, 1));

        Assert.Equal([null, StoreFault.Transient], outcomes.Order());
        Assert.Equal(2, await ReadAsync<long>("select sum(n)::bigint from counter"));
    }

    [Fact]
    public async Task A_guard_that_raises_our_own_state_fences_the_transaction()
    {
        await WriteAsync(s => s.ExecuteAsync(
            $"create function fence() returns void language plpgsql as $$ begin raise exception 'moved' using errcode = '{PostgresStore.FencedSqlState}'; end $$",
            null, None));

        Assert.Equal(StoreFault.Fenced, await FaultOfAsync(() => WriteAsync(async s =>
        {
            await InsertAsync(s, 1);
            await s.ExecuteAsync("select fence()", null, None);
        })));
        Assert.Equal(0, await ReadAsync<long>("select count(*) from thing"));
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_unavailable_and_named()
    {
        const string Nowhere = "Host=127.0.0.1;Port=1;Username=x;Database=y;Timeout=2";
        await using var store = new PostgresStore("probe", Nowhere);

        Assert.Equal(StoreFault.Unavailable, await FaultOfAsync(async () => await store.WriteAsync(None)));
        Assert.Equal(StoreFault.Unavailable, await FaultOfAsync(async () => await store.ReadAsync(None)));
        var refused = await Assert.ThrowsAsync<StoreException>(() => PostgresStore.EnsureDatabaseAsync(Nowhere, None));
        Assert.Contains("PostgreSQL at 127.0.0.1:1 cannot be used (database 'y')", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Port=5432;Database=x")]
    [InlineData("no connection string at all")]
    public async Task A_connection_string_that_leads_nowhere_is_refused_in_words(string connectionString)
    {
        var refused = await Assert.ThrowsAsync<StoreException>(() => PostgresStore.EnsureDatabaseAsync(connectionString, None));

        Assert.Equal(StoreFault.Unavailable, refused.Fault);
        Assert.Contains("connection string", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_is_created_once_by_any_number_of_instances()
    {
        var fresh = new NpgsqlConnectionStringBuilder(Database.ConnectionString) { Database = DatabaseName + "_more" }.ToString();
        try
        {
            await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => PostgresStore.EnsureDatabaseAsync(fresh, None)));
            await PostgresStore.EnsureDatabaseAsync(fresh, None);

            Assert.Equal(1, await ServerAsync<int>($"select count(*)::int from pg_database where datname = '{DatabaseName}_more'"));
        }
        finally
        {
            await ServerAsync<object>($"drop database if exists \"{DatabaseName}_more\" with (force)");
        }
    }

    [Fact]
    public async Task A_pool_without_a_free_connection_is_unavailable_after_its_timeout()
    {
        await using var small = new PostgresStore("probe", Database.ConnectionString + ";Timeout=1", connectionsMax: 1);
        await using (await small.WriteAsync(None))
        {
            Assert.Equal(StoreFault.Unavailable, await FaultOfAsync(async () => await small.WriteAsync(None)));
        }

        await WriteAsync(small, s => InsertAsync(s, 1));
    }

    private string DatabaseName => new NpgsqlConnectionStringBuilder(Database.ConnectionString).Database!;

    private static Task<int> PidAsync(StoreSession session) => session.FirstAsync<int>("select pg_backend_pid()", null, None);

    private static async Task KillAsync(int pid)
    {
        await ServerAsync<bool>($"select pg_terminate_backend({pid})");
        await EventuallyAsync(async () => await ServerAsync<long>($"select count(*) from pg_stat_activity where pid = {pid}") == 0);
    }

    private static async Task<T?> ServerAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(TestDatabase.ServerConnectionString()) { Database = "postgres" }.ToString());
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (await command.ExecuteScalarAsync()) is T value ? value : default;
    }

    private static async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        for (var deadline = TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(10); !await condition();)
        {
            Assert.True(TimeProvider.System.GetUtcNow() < deadline, "did not happen within 10 s");
        }
    }
}
