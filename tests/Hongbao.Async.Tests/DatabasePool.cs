using System.Collections.Concurrent;
using Hongbao.Async.Tests;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;
using Hongbao.Testing;

[assembly: AssemblyFixture(typeof(DatabasePool))]

namespace Hongbao.Async.Tests;

/// <summary>A database with the clock that its SQLite files follow.</summary>
internal sealed record PooledDatabase(TestDatabase Database, ManualClock Clock);

/// <summary>Databases that tests use one after the other: making one takes PostgreSQL longer than most tests. A test gets one without rows.</summary>
public sealed class DatabasePool : IAsyncDisposable
{
    private static readonly string[] CoreTables = ["outbox", "outbox_tally", "inbox"];
    private static readonly string[] AsyncTables =
        [.. CoreTables, "number_lease", "due", "callback_nonces", "alerts", "alert_webhook", "transfers", "refunds", "cases", "pull_cursors"];

    private static readonly ConcurrentDictionary<SqlDialect, ConcurrentBag<PooledDatabase>> Free = new();

    internal static async Task<PooledDatabase> TakeAsync(SqlDialect dialect)
    {
        if (!Of(dialect).TryTake(out var pooled))
        {
            var clock = new ManualClock(DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds()));
            pooled = new PooledDatabase(await TestDatabase.CreateAsync(dialect, clock), clock);
            await pooled.Database.Open("async").MigrateAsync(MigrationSet.FromAssembly(typeof(AsyncModule).Assembly), default);
            await pooled.Database.Open("core").MigrateAsync(MigrationSet.FromAssembly(typeof(IStore).Assembly), default);
        }

        await EmptyAsync(pooled.Database.Open("async"), AsyncTables);
        await EmptyAsync(pooled.Database.Open("core"), CoreTables);
        return pooled;
    }

    internal static void Return(PooledDatabase pooled) => Of(pooled.Database.Dialect).Add(pooled);

    public async ValueTask DisposeAsync()
    {
        foreach (var pooled in Free.Values.SelectMany(bag => bag))
        {
            await pooled.Database.DisposeAsync();
        }
    }

    private static async Task EmptyAsync(IStore store, string[] tables)
    {
        await using var session = await store.WriteAsync(default);
        foreach (var table in tables)
        {
            await session.ExecuteAsync($"delete from {table}");
        }

        await session.CommitAsync();
    }

    private static ConcurrentBag<PooledDatabase> Of(SqlDialect dialect) => Free.GetOrAdd(dialect, _ => []);
}
