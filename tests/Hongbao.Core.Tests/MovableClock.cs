namespace Hongbao.Core.Tests;

/// <summary>The system's clock, moved ahead: its hands and its stopwatch apart.</summary>
internal sealed class MovableClock : TimeProvider
{
    private long _aheadMs;
    private long _ranMs;

    public long AheadMs
    {
        get => Interlocked.Read(ref _aheadMs);
        set => Interlocked.Exchange(ref _aheadMs, value);
    }

    /// <summary>Lets time pass for everything that measures how long something took.</summary>
    public void RunAhead(TimeSpan distance) => Interlocked.Add(ref _ranMs, (long)distance.TotalMilliseconds);

    /// <summary>How many times faster than the system's its timers run.</summary>
    public double TimerSpeed { get; set; } = 1;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? dueTime / TimerSpeed : dueTime, period);

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddMilliseconds(AheadMs);

    public override long TimestampFrequency => System.TimestampFrequency;

    public override long GetTimestamp() => System.GetTimestamp() + (Interlocked.Read(ref _ranMs) * System.TimestampFrequency / 1000);
}
