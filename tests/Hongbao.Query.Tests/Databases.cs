using Hongbao.Async;
using Hongbao.Core;
using Hongbao.Foundation.Stores;
using Hongbao.Query.Tests;
using Hongbao.Testing;

[assembly: AssemblyFixture(typeof(Databases))]

namespace Hongbao.Query.Tests;

/// <summary>Databases with the real schemas of Core, Async and Query.</summary>
public sealed class Databases : IAsyncDisposable
{
    internal static DatabasePool Pool { get; } = new(static () => new StoreTime(), ("core", typeof(CoreModule).Assembly), ("async", typeof(AsyncModule).Assembly), ("query", typeof(QueryModule).Assembly));

    public ValueTask DisposeAsync() => Pool.DisposeAsync();
}

/// <summary>The clock of a database on SQLite: that of the test which has the database.</summary>
internal sealed class StoreTime : TimeProvider
{
    public TimeProvider Follows { get; set; } = System;

    public override DateTimeOffset GetUtcNow() => Follows.GetUtcNow();
}

/// <summary>Query's own store by the clock of a test. On PostgreSQL every session is told the time when it is opened.</summary>
internal sealed class TimedStore(IStore inner, TimeProvider clock) : IStore
{
    public string Module => inner.Module;

    public SqlDialect Dialect => inner.Dialect;

    public async ValueTask<StoreSession> ReadAsync(CancellationToken cancellationToken) => await ToldAsync(await inner.ReadAsync(cancellationToken));

    public async ValueTask<StoreSession> WriteAsync(CancellationToken cancellationToken) => await ToldAsync(await inner.WriteAsync(cancellationToken));

    public async Task MigrateAsync(MigrationSet migrations, CancellationToken cancellationToken)
    {
        await inner.MigrateAsync(migrations, cancellationToken);
        if (Dialect == SqlDialect.Postgres)
        {
            await using var session = await inner.WriteAsync(cancellationToken);
            await session.ExecuteAsync($"""
                create or replace function "{Module}".now_ms() returns bigint language sql volatile as $$ select current_setting('test.now_ms')::bigint $$
                """, null, cancellationToken);
            await session.CommitAsync(cancellationToken);
        }
    }

    // The test's database owns what is below.
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<StoreSession> ToldAsync(StoreSession session)
    {
        if (Dialect == SqlDialect.Postgres)
        {
            await session.ExecuteAsync("select set_config('test.now_ms', @now, false)", new { now = $"{clock.GetUtcNow().ToUnixTimeMilliseconds()}" });
        }

        return session;
    }
}
