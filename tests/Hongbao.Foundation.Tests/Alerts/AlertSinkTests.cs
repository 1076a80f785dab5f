using Hongbao.Foundation.Alerts;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hongbao.Foundation.Tests.Alerts;

public sealed class AlertSinkTests
{
    [Fact]
    public void What_was_raised_is_drained_once_in_order_and_wakes_the_listener()
    {
        var sink = new AlertSink(NullLogger<AlertSink>.Instance);
        var wakes = 0;
        sink.Raise(new Alert("a", "1", "before anyone listens"));
        sink.OnRaised(() => wakes++);
        sink.Raise(new Alert("a", "2", "text"));

        Assert.Equal(1, wakes);
        Assert.Equal(["1", "2"], sink.Drain().Select(a => a.Key));
        Assert.Empty(sink.Drain());
    }

    [Fact]
    public void A_flood_keeps_the_newest_and_blocks_nobody()
    {
        var sink = new AlertSink(NullLogger<AlertSink>.Instance);
        for (var i = 0; i < 12_000; i++)
        {
            sink.Raise(new Alert("a", $"{i}", "text"));
        }

        var drained = new List<Alert>();
        for (var some = sink.Drain(); some.Count > 0; some = sink.Drain())
        {
            Assert.InRange(some.Count, 1, 1000);
            drained.AddRange(some);
        }

        Assert.Equal(10_000, drained.Count);
        Assert.Equal("11999", drained[^1].Key);
    }
}
