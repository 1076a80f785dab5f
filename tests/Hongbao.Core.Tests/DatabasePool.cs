using System.Collections.Concurrent;
using Hongbao.Core.Tests;
using Hongbao.Foundation.Stores;
using Hongbao.Testing;

[assembly: AssemblyFixture(typeof(DatabasePool))]

namespace Hongbao.Core.Tests;

/// <summary>Databases with Core's schema and no rows, which tests use one after the other: making one takes longer than most tests.</summary>
public sealed class DatabasePool : IAsyncDisposable
{
    private static readonly string[] Tables =
        ["packets", "claims", "payments", "requests", "pull_cursors", "due", "outbox", "outbox_tally", "inbox", "callback_nonces", "number_lease"];

    private static readonly ConcurrentDictionary<SqlDialect, ConcurrentBag<Entry>> Free = new();

    internal sealed record Entry(TestDatabase Database, MovableClock Clock);

    internal static async Task<Entry> TakeAsync(SqlDialect dialect)
    {
        if (!Of(dialect).TryTake(out var entry))
        {
            var clock = new MovableClock();
            entry = new Entry(await TestDatabase.CreateAsync(dialect, clock), clock);
            await entry.Database.Open("core").MigrateAsync(MigrationSet.FromAssembly(typeof(CoreModule).Assembly), default);
        }

        entry.Clock.AheadMs = 0;
        await using var session = await entry.Database.Open("core").WriteAsync(default);
        foreach (var table in Tables)
        {
            await session.ExecuteAsync($"delete from {table}");
        }

        await session.CommitAsync();
        return entry;
    }

    internal static void Return(Entry entry) => Of(entry.Database.Dialect).Add(entry);

    public async ValueTask DisposeAsync()
    {
        foreach (var entry in Free.Values.SelectMany(bag => bag))
        {
            await entry.Database.DisposeAsync();
        }
    }

    private static ConcurrentBag<Entry> Of(SqlDialect dialect) => Free.GetOrAdd(dialect, _ => []);
}
