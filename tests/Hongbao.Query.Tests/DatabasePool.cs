using System.Collections.Concurrent;
using Hongbao.Async;
using Hongbao.Core;
using Hongbao.Foundation.Stores;
using Hongbao.Query.Tests;
using Hongbao.Testing;

[assembly: AssemblyFixture(typeof(DatabasePool))]

namespace Hongbao.Query.Tests;

/// <summary>
/// Databases that tests use one after the other: making one takes PostgreSQL longer than most tests. A test gets one with the
/// real schemas of Core, Async and Query, and no rows.
/// </summary>
public sealed class DatabasePool : IAsyncDisposable
{
    private static readonly (string Module, string[] Tables)[] Filled =
        [("core", ["packets", "claims", "outbox"]), ("async", ["transfers", "refunds", "outbox"]), ("query", ["received", "repair_cursors", "inbox"])];

    private static readonly ConcurrentDictionary<SqlDialect, ConcurrentBag<TestDatabase>> Free = new();

    public static async Task<TestDatabase> TakeAsync(SqlDialect dialect)
    {
        if (!Of(dialect).TryTake(out var database))
        {
            database = await TestDatabase.CreateAsync(dialect);
            await database.Open("core").MigrateAsync(MigrationSet.FromAssembly(typeof(CoreModule).Assembly), default);
            await database.Open("async").MigrateAsync(MigrationSet.FromAssembly(typeof(AsyncModule).Assembly), default);
            await database.Open("query").MigrateAsync(MigrationSet.FromAssembly(typeof(QueryModule).Assembly), default);
            return database;
        }

        foreach (var (module, tables) in Filled)
        {
            await using var session = await database.Open(module).WriteAsync(default);
            foreach (var table in tables)
            {
                await session.ExecuteAsync($"delete from {table}");
            }

            await session.CommitAsync();
        }

        return database;
    }

    public static void Return(TestDatabase database) => Of(database.Dialect).Add(database);

    public async ValueTask DisposeAsync()
    {
        foreach (var database in Free.Values.SelectMany(bag => bag))
        {
            await database.DisposeAsync();
        }
    }

    private static ConcurrentBag<TestDatabase> Of(SqlDialect dialect) => Free.GetOrAdd(dialect, _ => []);
}
