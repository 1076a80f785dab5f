using System.Collections.Concurrent;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Tests;

/// <summary>A store whose write transactions are counted, held up, preceded by others, refused, or committed without an answer.</summary>
internal sealed class FaultyStore(IStore inner) : IStore
{
    private readonly ConcurrentQueue<StoreFault> _refusals = new();
    private readonly ConcurrentQueue<Func<Task>> _before = new();
    private readonly ConcurrentQueue<(TaskCompletionSource Begun, Task Release)> _reads = new();
    private int _answersToLose;
    private int _commits;
    private int _writes;

    public string Module => inner.Module;
    public SqlDialect Dialect => inner.Dialect;

    /// <summary>Transactions that were committed.</summary>
    public int Commits => Volatile.Read(ref _commits);

    /// <summary>Transactions that were begun or tried to.</summary>
    public int Writes => Volatile.Read(ref _writes);

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

    /// <summary>Something that happens just before the next write transaction begins.</summary>
    public void BeforeNextWrite(Func<Task> happens) => _before.Enqueue(happens);

    /// <summary>Completes when the next read begins, which then waits for something.</summary>
    public Task NextRead(Task? release = null)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _reads.Enqueue((begun, release ?? Task.CompletedTask));
        return begun.Task;
    }

    public async ValueTask<StoreSession> ReadAsync(CancellationToken cancellationToken)
    {
        if (_reads.TryDequeue(out var next))
        {
            next.Begun.SetResult();
            await next.Release;
        }

        return await inner.ReadAsync(cancellationToken);
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

        if (_refusals.TryDequeue(out var fault))
        {
            throw new StoreException(fault, "refused by the test");
        }

        var session = await inner.WriteAsync(cancellationToken);
        session.AfterCommit(() =>
        {
            Interlocked.Increment(ref _commits);
            if (Interlocked.Decrement(ref _answersToLose) >= 0)
            {
                throw new StoreException(StoreFault.UnknownOutcome, "the commit's answer was lost by the test");
            }
        });
        return session;
    }

    public Task MigrateAsync(MigrationSet migrations, CancellationToken cancellationToken) => inner.MigrateAsync(migrations, cancellationToken);

    // The database closes its stores.
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
