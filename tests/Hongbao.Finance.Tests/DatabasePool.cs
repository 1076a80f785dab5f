using System.Collections.Concurrent;
using Hongbao.Finance.Tests;
using Hongbao.Foundation.Stores;
using Hongbao.Testing;

[assembly: AssemblyFixture(typeof(DatabasePool))]

namespace Hongbao.Finance.Tests;

/// <summary>
/// Databases that tests use one after the other: making one takes PostgreSQL longer than most tests. A test gets one with
/// finance's schema and no rows.
/// </summary>
public sealed class DatabasePool : IAsyncDisposable
{
    private static readonly string[] Tables = ["accounts", "transactions", "entries", "payments", "orders", "callbacks", "fault_switches"];
    private static readonly ConcurrentDictionary<SqlDialect, ConcurrentBag<TestDatabase>> Free = new();

    public static async Task<TestDatabase> TakeAsync(SqlDialect dialect)
    {
        if (!Of(dialect).TryTake(out var database))
        {
            database = await TestDatabase.CreateAsync(dialect);
            await new FinanceStore(database.Open("finance")).MigrateAsync(default);
        }

        await using var session = await database.Open("finance").WriteAsync(default);
        foreach (var table in Tables)
        {
            await session.ExecuteAsync($"delete from {table}");
        }

        await session.CommitAsync();
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
