using Hongbao.Foundation.Scheduling;

namespace Hongbao.Jce.Rpc.Tests;

/// <summary>Whose patience counts.</summary>
public sealed class DeadlineTests
{
    private static long In(TimeSpan time) => (DateTimeOffset.UtcNow + time).ToUnixTimeMilliseconds();

    [Fact]
    public async Task A_deadline_of_the_call_itself_goes_before_the_usual_patience()
    {
        await using var host = new EchoHost();
        var clock = new ManualClock(DateTimeOffset.UtcNow);
        var channel = host.Channel(new() { Timeout = TimeSpan.FromMilliseconds(50), Clock = clock });
        var call = channel.Begin("wait", new Scope(In(TimeSpan.FromSeconds(20)), "", false));
        Number(call, 1);
        var waiting = call.InvokeAsync(static (ref JceReader _) => 0, default);
        await Poll.UntilAsync(() => host.Target.Entered == 1, "it was begun");
        clock.Advance(TimeSpan.FromSeconds(5)); // A hundred times the usual patience.
        host.Target.Release(1);
        await waiting;
    }

    [Fact]
    public async Task No_deadline_is_longer_than_the_client_s_longest()
    {
        await using var host = new EchoHost();
        var channel = host.Channel(new() { TimeoutMax = TimeSpan.FromMilliseconds(100) });
        var call = channel.Begin("wait", new Scope(In(TimeSpan.FromHours(1)), "", false));
        Number(call, 1);
        var e = await Assert.ThrowsAsync<RpcException>(() => call.InvokeAsync(static (ref JceReader _) => 0, default));
        Assert.Equal((RpcCode.Timeout, true), (e.Code, e.WasSent));
    }

    [Fact]
    public async Task A_scope_arrives_with_what_is_left_by_the_server_s_clock()
    {
        await using var host = new EchoHost();
        var call = host.Channel(new()).Begin("scope", new Scope(In(TimeSpan.FromSeconds(10)), "", false));
        var seen = await call.InvokeAsync(static (ref JceReader reader) =>
        {
            var tag = -1;
            return reader.Next(ref tag) ? reader.ReadString() : "";
        }, default);
        Assert.InRange(long.Parse(seen.Split(' ')[0], null), In(TimeSpan.FromSeconds(5)), In(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task What_was_begun_may_end_within_the_grace()
    {
        await using var host = new EchoHost(new() { Grace = TimeSpan.FromSeconds(20) });
        var call = host.Channel(new() { Timeout = TimeSpan.FromMilliseconds(100) }).Begin("wait");
        Number(call, 7);
        await Assert.ThrowsAsync<RpcException>(() => call.InvokeAsync(static (ref JceReader _) => 0, default));
        Assert.Equal(1, host.Target.Entered);
        Assert.Equal(0, host.Target.Cancelled);
        host.Target.Release(7);
        await Poll.UntilAsync(() => host.Target.Ended == 1, "it ended in peace");
    }

    [Fact]
    public void Ids_come_again_as_late_as_can_be()
    {
        var slots = new Slots<object>(64);
        var seen = new HashSet<int>();
        for (var i = 0; i < 1_000_000; i++)
        {
            var id = slots.Add(seen, 0);
            Assert.True(seen.Add(id), $"after {i} the id {id} came again");
            Assert.NotNull(slots.Take(id));
        }
    }

    [Fact]
    public async Task A_context_that_makes_a_frame_too_long_harms_no_other_call()
    {
        await using var host = new EchoHost(new() { FrameMax = 256 << 10 });
        var options = new RpcClientOptions { FrameMax = 256 << 10 };
        var channel = host.Channel(options);
        var other = channel.Begin("wait");
        Number(other, 3);
        var waiting = other.InvokeAsync(static (ref JceReader _) => 0, default);
        await Poll.UntilAsync(() => host.Target.Entered == 1, "it was begun");
        var call = channel.With(new() { Context = new Dictionary<string, string> { ["much"] = new('x', 300 << 10) } }).Begin("echo");
        var e = await Assert.ThrowsAsync<RpcException>(() => call.InvokeAsync(default));
        Assert.Equal((RpcCode.SendFailed, false), (e.Code, e.WasSent));
        host.Target.Release(3);
        await waiting;
    }

    private static void Number(RpcCall call, int number)
    {
        var writer = new JceWriter(call.Arguments);
        writer.WriteInt32(1, number);
        writer.Flush();
    }
}
