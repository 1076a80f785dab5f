using System.Collections.Concurrent;
using System.Reflection;
using Hongbao.Foundation.Stores;

namespace Hongbao.Testing;

/// <summary>
/// Databases that tests use one after the other: making one takes PostgreSQL longer than most tests. A test gets one with the
/// schemas of some modules and no rows.
/// </summary>
/// <param name="newClock">Makes the clock that a database's SQLite files follow.</param>
/// <param name="modules">Which modules' stores there are, and where their migrations are.</param>
public sealed class DatabasePool(Func<TimeProvider> newClock, params (string Name, Assembly Migrations)[] modules) : IAsyncDisposable
{
    private static readonly Sql Tables = new(
        "select name from sqlite_master where type = 'table' and name not like 'sqlite%' and name <> 'schema_version'",
        "select tablename from pg_tables where schemaname = current_schema() and tablename <> 'schema_version'");

    private readonly ConcurrentDictionary<SqlDialect, ConcurrentBag<TestDatabase>> _free = new();

    public async Task<TestDatabase> TakeAsync(SqlDialect dialect)
    {
        if (Of(dialect).TryTake(out var database))
        {
            foreach (var (name, _) in modules)
            {
                await EmptyAsync(database.Open(name));
            }

            return database;
        }

        database = await TestDatabase.CreateAsync(dialect, newClock());
        foreach (var (name, migrations) in modules)
        {
            await database.Open(name).MigrateAsync(MigrationSet.FromAssembly(migrations), CancellationToken.None);
        }

        return database;
    }

    public void Return(TestDatabase database) => Of(database.Dialect).Add(database);

    public async ValueTask DisposeAsync()
    {
        foreach (var database in _free.Values.SelectMany(bag => bag))
        {
            await database.DisposeAsync();
        }
    }

    private static async Task EmptyAsync(IStore store)
    {
        await using var session = await store.WriteAsync(CancellationToken.None);
        foreach (var table in await session.QueryAsync<string>(Tables.For(session.Dialect)))
        {
            await session.ExecuteAsync($"delete from {table}");
        }

        await session.CommitAsync();
    }

    private ConcurrentBag<TestDatabase> Of(SqlDialect dialect) => _free.GetOrAdd(dialect, _ => []);
}
