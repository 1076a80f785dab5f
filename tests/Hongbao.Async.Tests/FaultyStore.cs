using Hongbao.Foundation.Stores;

namespace Hongbao.Async.Tests;

/// <summary>What happens to a write transaction.</summary>
public enum CommitFault
{
    None,
    /// <summary>Its commit fails: nothing of it happens.</summary>
    Fails,
    /// <summary>It commits, and the answer is lost.</summary>
    AnswerLost,
    /// <summary>The database cannot be reached.</summary>
    NoConnection,
}

/// <summary>A store whose transactions a test makes fail; on PostgreSQL its clock is the test's.</summary>
internal sealed class FaultyStore(IStore inner, TimeProvider? clock) : IStore
{
    private int _writes;

    public string Module => inner.Module;

    public SqlDialect Dialect => inner.Dialect;

    /// <summary>What happens to the n-th write transaction, from 1.</summary>
    public Func<int, CommitFault> Fate { get; set; } = _ => CommitFault.None;

    public int Writes => Volatile.Read(ref _writes);

    /// <summary>While true, the database cannot be reached.</summary>
    public bool IsAway { get; set; }

    public ValueTask<StoreSession> ReadAsync(CancellationToken cancellationToken) => IsAway ? throw NoConnection() : inner.ReadAsync(cancellationToken);

    public async ValueTask<StoreSession> WriteAsync(CancellationToken cancellationToken)
    {
        var fate = Fate(Interlocked.Increment(ref _writes));
        if (IsAway || fate == CommitFault.NoConnection)
        {
            throw NoConnection();
        }

        var session = await inner.WriteAsync(cancellationToken);
        if (fate == CommitFault.Fails)
        {
            // A deferred key that nothing fulfils: every statement works, the commit does not.
            await session.ExecuteAsync("insert into doomed (parent) values (1)", null, cancellationToken);
        }
        else if (fate == CommitFault.AnswerLost)
        {
            session.AfterCommit(() => throw new StoreException(StoreFault.UnknownOutcome, "a test lost the answer of a commit"));
        }

        return session;
    }

    private static StoreException NoConnection() => new(StoreFault.Unavailable, "a test took the database away");

    public async Task MigrateAsync(MigrationSet migrations, CancellationToken cancellationToken)
    {
        await inner.MigrateAsync(migrations, cancellationToken);
        await using var session = await inner.WriteAsync(cancellationToken);
        await session.ExecuteAsync("create table if not exists doomed_parent (no int primary key)", null, cancellationToken);
        await session.ExecuteAsync(
            "create table if not exists doomed (parent int references doomed_parent (no) deferrable initially deferred)", null, cancellationToken);
        if (clock is not null && Dialect == SqlDialect.Postgres)
        {
            await session.ExecuteAsync("create table if not exists test_clock (ms bigint not null)", null, cancellationToken);
            await session.ExecuteAsync($"""
                create or replace function "{Module}".now_ms() returns bigint language sql volatile as
                $$ select ms from "{Module}".test_clock $$
                """, null, cancellationToken);
            await session.ExecuteAsync("delete from test_clock", null, cancellationToken);
            await session.ExecuteAsync("insert into test_clock values (@ms)", new { ms = clock.GetUtcNow().ToUnixTimeMilliseconds() }, cancellationToken);
        }

        await session.CommitAsync(cancellationToken);
    }

    /// <summary>Sets PostgreSQL's clock to the test's.</summary>
    public async Task FollowClockAsync()
    {
        if (clock is not null && Dialect == SqlDialect.Postgres)
        {
            await using var session = await inner.WriteAsync(default);
            await session.ExecuteAsync("update test_clock set ms = @ms", new { ms = clock.GetUtcNow().ToUnixTimeMilliseconds() });
            await session.CommitAsync();
        }
    }

    // The test's database owns what is below.
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
