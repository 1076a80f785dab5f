namespace Hongbao.Gateway.Tests;

/// <summary>A clock that a test moves. Timers run on real time, as deadlines of real connections do.</summary>
internal sealed class TestClock : TimeProvider
{
    private long _unixMs = new DateTimeOffset(2026, 2, 17, 12, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(Volatile.Read(ref _unixMs));

    public void Advance(TimeSpan by) => Interlocked.Add(ref _unixMs, (long)by.TotalMilliseconds);
}
