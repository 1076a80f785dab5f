namespace Hongbao.Campaign.Tests;

/// <summary>A clock that stands still until a test moves it, hands and stopwatch together. Its timers are the system's: they only bound waits.</summary>
internal sealed class StandingClock : TimeProvider
{
    /// <summary>Where it stands at a test's start: 2026-06-01T00:00:00Z.</summary>
    public const long StartMs = 1_780_272_000_000;

    private long _nowMs = StartMs;

    public long NowMs
    {
        get => Interlocked.Read(ref _nowMs);
        set => Interlocked.Exchange(ref _nowMs, value);
    }

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(NowMs);

    public override long TimestampFrequency => 1000;

    public override long GetTimestamp() => NowMs;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => System.CreateTimer(callback, state, dueTime, period);
}
