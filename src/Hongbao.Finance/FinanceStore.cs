using Hongbao.Foundation.Faults;
using Hongbao.Foundation.Stores;

namespace Hongbao.Finance;

/// <summary>Where a test may kill the process around a commit.</summary>
internal sealed record CommitPoints(string BeforeCommit, string AfterCommit);

/// <summary>Finance's own database.</summary>
internal sealed class FinanceStore(IStore store)
{
    private const int AttemptsMax = 5;
    private long _repeats;

    /// <summary>How many transactions were repeated because the database gave them up.</summary>
    public long Repeats => Interlocked.Read(ref _repeats);

    public Task MigrateAsync(CancellationToken cancellationToken) =>
        store.MigrateAsync(MigrationSet.FromAssembly(typeof(FinanceStore).Assembly), cancellationToken);

    public ValueTask<StoreSession> ReadAsync(CancellationToken cancellationToken) => store.ReadAsync(cancellationToken);

    /// <summary>Runs and commits one transaction; runs it again when the database gave it up without an effect.</summary>
    /// <exception cref="StoreException">UnknownOutcome, or nothing changed.</exception>
    public async Task<T> WriteAsync<T>(CommitPoints? points, Func<StoreSession, Task<T>> work, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var session = await store.WriteAsync(cancellationToken);
                var answer = await work(session);
                if (points is not null)
                {
                    Failpoint.Hit(points.BeforeCommit);
                }

                await session.CommitAsync(cancellationToken);
                if (points is not null)
                {
                    Failpoint.Hit(points.AfterCommit);
                }

                return answer;
            }
            catch (StoreException e) when (e.Fault == StoreFault.Transient && attempt < AttemptsMax)
            {
                Interlocked.Increment(ref _repeats);
            }
        }
    }
}
