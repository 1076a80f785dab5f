namespace Hongbao.Gateway.Tests;

/// <summary>A clock that a test moves. Timers run on real time, as deadlines of real connections do.</summary>
internal sealed class TestClock : TimeProvider
{
    private long _unixMs = new DateTimeOffset(2026, 2, 17, 12, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
    private long _advancedMs;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(Volatile.Read(ref _unixMs));

    // Measured times move with the clock, and by themselves, as those of connections do.
    public override long GetTimestamp() => base.GetTimestamp() + (Volatile.Read(ref _advancedMs) * TimestampFrequency / 1000);

    public void Advance(TimeSpan by)
    {
        Interlocked.Add(ref _unixMs, (long)by.TotalMilliseconds);
        Interlocked.Add(ref _advancedMs, (long)by.TotalMilliseconds);
    }
}
