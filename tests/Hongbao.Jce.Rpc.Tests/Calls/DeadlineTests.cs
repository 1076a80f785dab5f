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
        var clock = new ManualClock(DateTimeOffset.UtcNow);
        await using var host = new EchoHost(new() { Clock = clock, Grace = TimeSpan.FromSeconds(20), DrainPatience = TimeSpan.Zero });
        var call = host.Channel(new() { Clock = clock, Timeout = TimeSpan.FromMilliseconds(100) }).Begin("wait");
        Number(call, 7);
        var waiting = call.InvokeAsync(static (ref JceReader _) => 0, default);
        await Poll.UntilAsync(() => host.Target.Entered == 1, "it was begun");
        clock.Advance(TimeSpan.FromSeconds(19));
        Assert.Equal(RpcCode.Timeout, (await Assert.ThrowsAsync<RpcException>(() => waiting)).Code);
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
    public async Task What_ends_before_it_was_sent_is_taken_back()
    {
        using var server = new RawServer(receiveBuffer: 4096);
        await using var client = new RpcClient();
        var channel = client.Channel(server.Address).With(new() { Timeout = TimeSpan.FromSeconds(30) });
        var large = channel.Begin("large");
        large.Arguments.Advance(Room(large, 8 << 20));
        var first = large.InvokeAsync(default);
        using var raw = await server.AcceptAsync();
        await Poll.UntilAsync(() => raw.Socket.Available > 0, "it is being sent, and that takes all the room there is");
        using var source = new CancellationTokenSource();
        var kept = channel.Begin("kept").InvokeAsync(default);
        var cancelled = channel.Begin("cancelled").InvokeAsync(source.Token);
        var late = channel.With(new() { Timeout = TimeSpan.FromMilliseconds(30) }).Begin("late").InvokeAsync(default);
        var last = channel.Begin("last").InvokeAsync(default);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        var e = await Assert.ThrowsAsync<RpcException>(() => late);
        Assert.Equal((RpcCode.Timeout, false), (e.Code, e.WasSent));

        var came = new List<string>();
        foreach (var call in new[] { first, kept, last })
        {
            var request = await raw.ReadRequestAsync();
            came.Add(request.Function);
            await raw.SendAsync(RawConnection.Response(request.Id));
            await call;
        }

        Assert.Equal(["large", "kept", "last"], came);
    }

    [Fact]
    public async Task A_client_whose_frames_are_small_sends_what_fits_into_them()
    {
        await using var host = new EchoHost();
        var echo = host.Connect(new() { FrameMax = 1 << 10 });
        Assert.Equal("fits", await echo.EchoAsync("fits"));
        var text = new string('x', 900);
        Assert.Equal(text, await echo.EchoAsync(text));
        var e = await Assert.ThrowsAsync<RpcException>(() => echo.EchoAsync(new string('x', 1000)));
        Assert.Equal((RpcCode.SendFailed, false), (e.Code, e.WasSent));
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

    private static int Room(RpcCall call, int bytes)
    {
        call.Arguments.GetSpan(bytes)[..bytes].Clear();
        return bytes;
    }

    private static void Number(RpcCall call, int number)
    {
        var writer = new JceWriter(call.Arguments);
        writer.WriteInt32(1, number);
        writer.Flush();
    }
}
