using Hongbao.Foundation.Stores;

namespace Hongbao.Foundation.Tests.Stores;

/// <summary>Statements that travel together, on both stores.</summary>
public abstract class BatchCompliance(SqlDialect dialect) : StoreFixture(dialect)
{
    private static readonly Sql InsertThings = new(
        "insert into thing (id, name, amount) values (@id, @name, @amount)",
        "insert into thing (id, name, amount) select * from unnest(@id::bigint[], @name::text[], @amount::bigint[])");

    private static readonly Sql RaiseAmounts = new(
        "update thing set amount = amount + 1 where id = @id",
        """
        with changed as (update thing t set amount = amount + 1 from unnest(@id::bigint[]) as u(id) where t.id = u.id returning 1)
        select require_rows((select count(*) from changed), @must)
        """);

    [Fact]
    public async Task All_statements_run_in_order_and_are_committed()
    {
        var told = 0;
        await using (var session = await Store.WriteAsync(None))
        {
            session.AfterCommit(() => told++);
            await session.CommitAsync([Insert(1, 2, 3), Raise(1, 3), Insert(), Raise(3)], None);
            Assert.True(session.Committed);
        }

        Assert.Equal(1, told);
        Assert.Equal([11, 10, 12], await AmountsAsync());
    }

    [Fact]
    public async Task What_is_the_same_in_all_rows_is_given_once()
    {
        var insert = new Sql(
            "insert into thing (id, name, amount) values (@id, @name, @amount)",
            "insert into thing (id, name, amount) select id, @name::text, @amount::bigint from unnest(@id::bigint[]) as t(id)");
        ColumnBatch Things(params long[] ids) => new ColumnBatch().AddCommon("name", "all alike").Add("id", ids, id => id).AddCommon("amount", 7L);
        await using (var session = await Store.WriteAsync(None))
        {
            Assert.Equal(2, await session.ExecuteRowsAsync(insert, Things(1, 2), None));
            Assert.Equal(0, await session.ExecuteRowsAsync(insert, Things(), None));
            await session.CommitAsync([new BatchStatement(insert, Things(3))], None);
        }

        Assert.Equal([7, 7, 7], await AmountsAsync());
    }

    [Fact]
    public async Task They_join_what_the_transaction_did_before()
    {
        await using (var session = await Store.WriteAsync(None))
        {
            await session.ExecuteAsync("insert into thing (id, name, amount) values (1, 'one', 5)", null, None);
            await session.RunAsync([Raise(1), Insert(2)], None);
            Assert.Equal(6, await session.FirstAsync<long>("select amount from thing where id = 1", null, None));
            await session.CommitAsync([Raise(1, 2)], None);
        }

        Assert.Equal([7, 11], await AmountsAsync());
    }

    [Fact]
    public async Task What_was_only_run_is_gone_without_a_commit()
    {
        await using (var session = await Store.WriteAsync(None))
        {
            await session.RunAsync([Insert(1)], None);
        }

        Assert.Empty(await AmountsAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_row_that_is_not_as_expected_fences_the_transaction_and_takes_everything_back(bool commits)
    {
        BatchStatement[] statements = [Insert(1, 2), Raise(1, 99), Insert(3)];
        await using (var session = await Store.WriteAsync(None))
        {
            await session.ExecuteAsync("update counter set n = 7 where id = 1", null, None);
            Assert.Equal(StoreFault.Fenced, await FaultOfAsync(() => commits ? session.CommitAsync(statements, None) : session.RunAsync(statements, None)));
            Assert.False(session.Committed);
            Assert.Equal(StoreFault.Other, await FaultOfAsync(() => session.CommitAsync(None)));
        }

        Assert.Empty(await AmountsAsync());
        Assert.Equal(0, await ReadAsync<long>("select n from counter where id = 1"));
        await WriteAsync(s => s.RunAsync([Insert(1)], None));
    }

    [Fact]
    public async Task A_refused_row_translates_to_its_fault_and_takes_everything_back()
    {
        await WriteAsync(s => s.RunAsync([Insert(2)], None));
        await using (var session = await Store.WriteAsync(None))
        {
            Assert.Equal(StoreFault.UniqueViolation, await FaultOfAsync(() => session.CommitAsync([Insert(1), Insert(2)], None)));
        }

        Assert.Equal([10], await AmountsAsync());
    }

    [Fact]
    public async Task Nothing_to_run_commits_all_the_same()
    {
        await using (var session = await Store.WriteAsync(None))
        {
            await session.ExecuteAsync("update counter set n = 7 where id = 1", null, None);
            await session.RunAsync([], None);
            await session.CommitAsync([Insert()], None);
        }

        Assert.Equal(7, await ReadAsync<long>("select n from counter where id = 1"));
    }

    [Fact]
    public async Task Ten_writers_at_once_lose_nothing()
    {
        await WriteAsync(s => s.RunAsync([Insert(1)], None));

        await Task.WhenAll(Enumerable.Range(0, 10).Select(w => Task.Run(async () =>
        {
            for (var i = 0; i < 10; i++)
            {
                await using var session = await Store.WriteAsync(None);
                await session.CommitAsync([Raise(1), Insert(100 + (w * 10) + i)], None);
            }
        })));

        Assert.Equal(110, (await AmountsAsync())[0]);
        Assert.Equal(101, await ReadAsync<long>("select count(*) from thing"));
    }

    protected static BatchStatement Raise(params long[] ids) => new(RaiseAmounts, new ColumnBatch().Add("id", ids, i => i), "amounts");

    private static BatchStatement Insert(params long[] ids) =>
        new(InsertThings, new ColumnBatch().Add("id", ids, i => i).Add("name", ids, i => $"thing {i}").Add("amount", ids, _ => 10L));

    private async Task<List<long>> AmountsAsync()
    {
        await using var session = await Store.ReadAsync(None);
        return await session.QueryAsync<long>("select amount from thing order by id", null, None);
    }
}

/// <summary>On SQLite.</summary>
public sealed class SqliteBatchTests() : BatchCompliance(SqlDialect.Sqlite);

/// <summary>On PostgreSQL.</summary>
public sealed class PostgresBatchTests() : BatchCompliance(SqlDialect.Postgres)
{
    [Fact]
    public async Task A_server_that_ends_the_connection_under_a_batch_leaves_its_outcome_unknown()
    {
        await WriteAsync(s => s.ExecuteAsync("insert into thing (id, name, amount) values (1, 'one', 5)", null, None));
        await using var holder = await Store.WriteAsync(None);
        await holder.ExecuteAsync("update thing set amount = 6 where id = 1", null, None);
        await using var waiting = await Store.WriteAsync(None);
        var pid = await waiting.FirstAsync<int>("select pg_backend_pid()", null, None);

        var commit = FaultOfAsync(() => waiting.CommitAsync([Raise(1)], None));
        var start = TimeProvider.System.GetTimestamp();
        while (await holder.FirstAsync<long>("select count(*) from pg_stat_activity where pid = @pid and wait_event_type = 'Lock'", new { pid }, None) == 0)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(20), "it does not wait");
        }

        await holder.ExecuteAsync("select pg_terminate_backend(@pid)", new { pid }, None);

        Assert.Equal(StoreFault.UnknownOutcome, await commit);
    }
}
