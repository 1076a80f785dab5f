namespace Hongbao.Gateway.Endpoints;

/// <summary>
/// Ends waiting after a while, with one timer for all who begin within a moment: a timer for every claim would cost more than the rest of its
/// way through the gateway. Thread safe.
/// </summary>
/// <param name="timeout">Nobody waits shorter than this, nor longer than this and a <see cref="Moment"/>.</param>
/// <param name="clock">Time.</param>
internal sealed class SharedDeadline(TimeSpan timeout, TimeProvider clock)
{
    /// <summary>Who begins within it ends together.</summary>
    public static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private volatile Shared? _now;

    private sealed record Shared(long Since, CancellationToken Ended);

    /// <summary>Cancelled when the wait that begins now has lasted long enough.</summary>
    public CancellationToken Next()
    {
        var now = clock.GetTimestamp();
        return _now is { } shared && IsPresent(shared, now) ? shared.Ended : Begin(now);
    }

    private bool IsPresent(Shared shared, long now) => clock.GetElapsedTime(shared.Since, now) < Moment;

    private CancellationToken Begin(long now)
    {
        lock (_gate)
        {
            if (_now is not { } shared || !IsPresent(shared, now))
            {
                // Its timer ends it; until then those who wait hold it.
                _now = shared = new Shared(now, new CancellationTokenSource(timeout + Moment, clock).Token);
            }

            return shared.Ended;
        }
    }
}
