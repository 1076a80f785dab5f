using Hongbao.Foundation.Scheduling;

namespace Hongbao.Jce.Rpc.Tests;

/// <summary>More than a server can do, and what it does then.</summary>
public sealed class LoadTests
{
    [Fact]
    public async Task Full_queue_refuses_at_once()
    {
        await using var host = new EchoHost(new() { ConcurrencyMax = 2, QueueMax = 1 });
        var echo = host.Connect();
        var running = new[] { echo.WaitAsync(1), echo.WaitAsync(2) };
        await Poll.UntilAsync(() => host.Target.Entered == 2, "two run");
        var waiting = echo.WaitAsync(3);
        var e = await Assert.ThrowsAsync<RpcException>(() => echo.WaitAsync(4));

        Assert.Equal(RpcCode.Overload, e.Code);
        Assert.Equal(2, host.Target.Entered);
        for (var number = 1; number <= 3; number++)
        {
            host.Target.Release(number);
        }

        int[] answers = await Task.WhenAll(running);
        Assert.Equal([1, 2], answers);
        Assert.Equal(3, await waiting);
        Assert.Equal("room again", await echo.EchoAsync("room again"));
    }

    [Fact]
    public async Task Request_whose_deadline_passed_in_the_queue_is_not_run()
    {
        var clock = new ManualClock(DateTimeOffset.UnixEpoch);
        await using var host = new EchoHost(new() { ConcurrencyMax = 1, Clock = clock, DrainPatience = TimeSpan.Zero });
        using var raw = await host.ConnectRawAsync();
        await raw.SendAsync(Wait(1, timeoutMs: 60_000));
        await Poll.UntilAsync(() => host.Target.Entered == 1, "the first runs");
        await raw.SendAsync([.. Wait(2, timeoutMs: 100), .. Wait(3, timeoutMs: 0)]);
        // A ping is answered by the reading itself, so what came before it has been read.
        await raw.SendAsync(RawConnection.Request(9, "tars_ping"));
        Assert.Equal(9, (await raw.ReadAnswerAsync()).Id);
        clock.Advance(TimeSpan.FromMilliseconds(150));
        host.Target.Release(3);
        host.Target.Release(1);

        Assert.Equal((1, 0), Outcome(await raw.ReadAnswerAsync()));
        Assert.Equal((2, RpcCode.QueueTimeout), Outcome(await raw.ReadAnswerAsync()));
        Assert.Equal((3, 0), Outcome(await raw.ReadAnswerAsync()));
        Assert.Equal(2, host.Target.Entered);
    }

    [Fact]
    public async Task Token_is_cancelled_at_the_deadline()
    {
        var clock = new ManualClock(DateTimeOffset.UnixEpoch);
        await using var host = new EchoHost(new() { Clock = clock, DrainPatience = TimeSpan.Zero });
        using var raw = await host.ConnectRawAsync();
        await raw.SendAsync([.. Wait(1, timeoutMs: 500), .. Wait(2, timeoutMs: 5000)]);
        await Poll.UntilAsync(() => host.Target.Entered == 2, "both run");
        clock.Advance(TimeSpan.FromMilliseconds(520));

        Assert.Equal((1, RpcCode.Timeout), Outcome(await raw.ReadAnswerAsync()));
        host.Target.Release(2);
        Assert.Equal((2, 0), Outcome(await raw.ReadAnswerAsync()));
    }

    [Fact]
    public async Task Client_that_reads_no_answers_is_not_read_either_and_then_cut_off()
    {
        await using var host = new EchoHost(new() { PendingMax = 64 << 10, WriteTimeout = TimeSpan.FromMilliseconds(700) });
        using var raw = await host.ConnectRawAsync(receiveBuffer: 4096);
        var frame = FramingTests.Echo(1, new string('x', 50_000));
        var sent = 0;
        try
        {
            // Far more than both sockets hold.
            for (; sent < 2000; sent++)
            {
                await raw.SendAsync(frame);
            }
        }
        catch (IOException)
        {
            // Cut off.
        }

        Assert.True(sent < 2000);
        Assert.True(host.Target.Echoed.Count < 400, $"{host.Target.Echoed.Count} requests were read of a client that reads nothing");
        await host.UntilToldAsync(RpcEventKind.CutOff, "reads no answers");
        Assert.Equal("others go on", await host.Connect().EchoAsync("others go on"));
    }

    [Fact]
    public async Task Client_that_sends_more_than_it_is_served_is_refused_the_rest_and_not_taken_for_dead()
    {
        await using var host = new EchoHost(new() { PendingMax = 64 << 10 });
        using var raw = await host.ConnectRawAsync();
        using var other = await host.ConnectRawAsync();
        // Each waits for its release, and has 20,000 bytes that nobody reads: with the fourth it is too much.
        for (var number = 1; number <= 10; number++)
        {
            await raw.SendAsync(RawConnection.Request(number, "wait", (ref JceWriter w) =>
            {
                w.WriteInt32(1, number);
                w.WriteBytes(2, new byte[20_000]);
            }));
        }

        for (var number = 5; number <= 10; number++)
        {
            var answer = await raw.ReadAnswerAsync();
            Assert.Equal((number, RpcCode.Overload), Outcome(answer));
            Assert.Contains("bytes", answer.Text, StringComparison.Ordinal);
        }

        await raw.SendAsync(RawConnection.Request(11, "tars_ping"));
        Assert.Equal((11, 0), Outcome(await raw.ReadAnswerAsync()));
        await other.SendAsync(FramingTests.Echo(1, "others are read"));
        Assert.Equal("others are read", FramingTests.Text(await other.ReadAnswerAsync()));
        await Poll.UntilAsync(() => host.Target.Entered == 4, "what was not refused runs");
        for (var number = 1; number <= 4; number++)
        {
            host.Target.Release(number);
            Assert.Equal((number, 0), Outcome(await raw.ReadAnswerAsync()));
        }

        await raw.SendAsync(FramingTests.Echo(12, "room again"));
        Assert.Equal("room again", FramingTests.Text(await raw.ReadAnswerAsync()));
    }

    [Fact]
    public async Task Client_that_reads_late_gets_everything()
    {
        await using var host = new EchoHost(new() { PendingMax = 64 << 10 });
        using var raw = await host.ConnectRawAsync(receiveBuffer: 4096);
        var sending = Task.Run(async () =>
        {
            for (var id = 1; id <= 300; id++)
            {
                await raw.SendAsync(FramingTests.Echo(id, new string('x', 50_000)));
            }
        });
        // It stops being read long before the last request.
        await Poll.UntilAsync(() => host.Target.Echoed.Count > 5, "some are answered");
        await Task.Delay(200);
        var ids = new HashSet<int>();
        for (var i = 0; i < 300; i++)
        {
            ids.Add((await raw.ReadAnswerAsync()).Id);
        }

        await sending;
        Assert.Equal(300, ids.Count);
    }

    [Fact]
    public async Task Client_that_shuts_its_sending_side_still_gets_its_answers()
    {
        await using var host = new EchoHost();
        using var raw = await host.ConnectRawAsync();
        await raw.SendAsync([.. Wait(1), .. FramingTests.Echo(2, "two")]);
        raw.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        Assert.Equal(2, (await raw.ReadAnswerAsync()).Id);
        host.Target.Release(1);

        Assert.Equal(1, (await raw.ReadAnswerAsync()).Id);
        await raw.AssertClosedAsync();
    }

    [Fact]
    public async Task Idle_connection_is_closed_and_a_busy_one_is_not()
    {
        var clock = new ManualClock(DateTimeOffset.UnixEpoch);
        await using var host = new EchoHost(new() { Clock = clock, IdleTimeout = TimeSpan.FromSeconds(60), DrainPatience = TimeSpan.Zero });
        using var idle = await host.ConnectRawAsync();
        using var busy = await host.ConnectRawAsync();
        await busy.SendAsync(Wait(1, timeoutMs: 0));
        await Poll.UntilAsync(() => host.Target.Entered == 1 && host.Server.ConnectionCount == 2, "one waits for its answer");
        clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(2, host.Server.ConnectionCount);
        clock.Advance(TimeSpan.FromSeconds(2));

        await idle.AssertClosedAsync();
        await host.UntilToldAsync(RpcEventKind.Closed, "idle");
        host.Target.Release(1);
        Assert.Equal((1, 0), Outcome(await busy.ReadAnswerAsync()));
    }

    [Fact]
    public async Task Connections_over_the_limit_are_closed()
    {
        await using var host = new EchoHost(new() { ConnectionsMax = 2 });
        using var first = await host.ConnectRawAsync();
        using (var second = await host.ConnectRawAsync())
        {
            await Poll.UntilAsync(() => host.Server.ConnectionCount == 2, "two are there");
            using var third = await host.ConnectRawAsync();
            await third.AssertClosedAsync();
            await host.UntilToldAsync(RpcEventKind.CutOff, "too many connections");
        }

        await Poll.UntilAsync(() => host.Server.ConnectionCount == 1, "there is room again");
        using var fourth = await host.ConnectRawAsync();
        await fourth.SendAsync(FramingTests.Echo(4, "in"));
        Assert.Equal("in", FramingTests.Text(await fourth.ReadAnswerAsync()));
    }

    [Fact]
    public async Task Answer_larger_than_a_frame_is_an_encode_fault()
    {
        await using var host = new EchoHost(new() { FrameMax = 10_000 });
        using var raw = await host.ConnectRawAsync();
        // The answer's head is longer by the context that goes with it.
        await raw.SendAsync(RawConnection.Request(1, "scope", context: new() { ["long"] = new string('x', 9_940) }));

        Assert.Equal((1, RpcCode.ServerEncode), Outcome(await raw.ReadAnswerAsync()));
        await raw.SendAsync(FramingTests.Echo(2, "fits"));
        Assert.Equal("fits", FramingTests.Text(await raw.ReadAnswerAsync()));
    }

    internal static byte[] Wait(int number, int timeoutMs = 30_000) => RawConnection.Request(number, "wait", (ref JceWriter w) => w.WriteInt32(1, number), timeoutMs);

    internal static (int Id, int Code) Outcome(RawConnection.ReadAnswer answer) => (answer.Id, answer.Code);
}
