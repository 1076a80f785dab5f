namespace Hongbao.Jce.Rpc;

/// <summary>Milliseconds that never run backwards, and those of the calendar.</summary>
internal sealed class RpcClock(TimeProvider provider)
{
    private readonly long _start = provider.GetTimestamp();
    private readonly long _perMs = Math.Max(1, provider.TimestampFrequency / 1000);

    public TimeProvider Provider => provider;

    /// <summary>Since this clock was made, plus one: 0 can mean never.</summary>
    public long NowMs => ((provider.GetTimestamp() - _start) / _perMs) + 1;

    public long UnixMs => provider.GetUtcNow().ToUnixTimeMilliseconds();
}
