using System.Collections.Concurrent;
using Hongbao.Foundation.Stores;

namespace Hongbao.Campaign.Tests;

/// <summary>A store whose sessions are counted, held up, preceded by other things, refused, or committed without an answer.</summary>
internal sealed class FaultyStore(IStore inner, Func<Task> migrated) : IStore
{
    private readonly ConcurrentQueue<StoreFault> _refusals = new();
    private readonly ConcurrentQueue<Func<Task>> _before = new();
    private int _answersToLose;
    private int _reads;
    private int _writes;

    public string Module => inner.Module;
    public SqlDialect Dialect => inner.Dialect;

    /// <summary>Sessions that read, so far.</summary>
    public int Reads => Volatile.Read(ref _reads);

    /// <summary>Transactions that were begun or tried to.</summary>
    public int Writes => Volatile.Read(ref _writes);

    /// <summary>True when the database is out of reach for good.</summary>
    public bool IsGone { get; set; }

    /// <summary>While set, no write transaction begins before it completes.</summary>
    public TaskCompletionSource? Held { get; set; }

    /// <summary>The next write transactions fail before anything is written.</summary>
    public void Refuse(params StoreFault[] faults)
    {
        foreach (var fault in faults)
        {
            _refusals.Enqueue(fault);
        }
    }

    /// <summary>The next commits happen, and their answers are lost.</summary>
    public void LoseAnswers(int commits) => Interlocked.Exchange(ref _answersToLose, commits);

    /// <summary>No trouble that was ordered and did not come yet comes any more.</summary>
    public void Forgive()
    {
        Held?.TrySetResult();
        Held = null;
        _refusals.Clear();
        _before.Clear();
        LoseAnswers(0);
    }

    /// <summary>What happens just before each of the next write transactions begins; null for nothing.</summary>
    public void BeforeNextWrites(params Func<Task>?[] happen)
    {
        foreach (var one in happen)
        {
            _before.Enqueue(one ?? (static () => Task.CompletedTask));
        }
    }

    public ValueTask<StoreSession> ReadAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _reads);
        return IsGone ? throw Gone() : inner.ReadAsync(cancellationToken);
    }

    public async ValueTask<StoreSession> WriteAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _writes);
        if (Held is { } held)
        {
            await held.Task;
        }

        if (_before.TryDequeue(out var happens))
        {
            await happens();
        }

        if (IsGone)
        {
            throw Gone();
        }

        if (_refusals.TryDequeue(out var fault))
        {
            throw new StoreException(fault, "refused by the test");
        }

        var session = await inner.WriteAsync(cancellationToken);
        session.AfterCommit(() =>
        {
            if (Interlocked.Decrement(ref _answersToLose) >= 0)
            {
                throw new StoreException(StoreFault.UnknownOutcome, "the commit's answer was lost by the test");
            }
        });
        return session;
    }

    public async Task MigrateAsync(MigrationSet migrations, CancellationToken cancellationToken)
    {
        await inner.MigrateAsync(migrations, cancellationToken);
        await migrated();
    }

    // The database closes its stores.
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static StoreException Gone() => new(StoreFault.Unavailable, "the test took the database away");
}
