using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Scheduling;

namespace Hongbao.Foundation.Stores;

/// <summary>
/// An estimate of a store's own clock for decisions that the store checks again inside the transaction. A process that is
/// more than 2 s off its database leaves readiness and alerts.
/// </summary>
public sealed class StoreClock(IStore store, TimeProvider clock, AlertSink alerts)
{
    /// <summary>The greatest tolerated difference.</summary>
    public static readonly TimeSpan ToleranceMax = TimeSpan.FromSeconds(2);

    private long _offsetMs;

    /// <summary>The store's time as far as known, Unix milliseconds.</summary>
    public long NowMs() => clock.GetUtcNow().ToUnixTimeMilliseconds() + Volatile.Read(ref _offsetMs);

    /// <summary>How far the store's clock is ahead of ours.</summary>
    public TimeSpan Offset => TimeSpan.FromMilliseconds(Volatile.Read(ref _offsetMs));

    /// <summary>Asks the store and returns its time.</summary>
    /// <exception cref="StoreException">Unavailable.</exception>
    public async Task<long> RefreshAsync(CancellationToken cancellationToken)
    {
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var before = clock.GetUtcNow().ToUnixTimeMilliseconds();
            var now = await session.NowMsAsync(cancellationToken).ConfigureAwait(false);
            var after = clock.GetUtcNow().ToUnixTimeMilliseconds();
            Volatile.Write(ref _offsetMs, now - before - ((after - before) / 2));
            return now;
        }
    }

    /// <summary>Measures every few seconds.</summary>
    public void Attach(IScheduler scheduler) => scheduler.Add($"{store.Module}.clock", async cancellationToken =>
    {
        await RefreshAsync(cancellationToken).ConfigureAwait(false);
        if (Offset.Duration() > ToleranceMax)
        {
            alerts.Raise(new Alert("clock.off", store.Module,
                $"This machine's clock is {Offset.TotalSeconds:0.0} s off the database of '{store.Module}'. Check time synchronisation; the process is not ready until then."));
        }

        return NextRun.After(TimeSpan.FromSeconds(5));
    });
}
