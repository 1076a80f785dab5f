using System.Collections.Concurrent;
using Hongbao.Foundation.Scheduling;

namespace Hongbao.Jce.Rpc.Tests;

/// <summary>Servers that take connections and nothing else, and what waits for them.</summary>
public sealed class HealthTests
{
    [Fact]
    public async Task Server_that_answered_nothing_gets_calls_again_when_it_has_answered()
    {
        var events = new ConcurrentQueue<RpcEvent>();
        using var server = new RawServer();
        await using var client = new RpcClient(new() { Timeout = TimeSpan.FromSeconds(20), Log = events.Enqueue });
        var channel = client.Channel(server.Address);
        var call = channel.Begin("first").InvokeAsync(default);
        using (var raw = await server.AcceptAsync())
        {
            Assert.Equal("first", (await raw.ReadRequestAsync()).Function);
        }

        var e = await Assert.ThrowsAsync<RpcException>(() => call);
        Assert.Equal((RpcCode.NoConnection, true), (e.Code, e.WasSent));
        Assert.Contains(events, x => x.Kind == RpcEventKind.NotConnected);
        call = channel.Begin("second").InvokeAsync(default);
        using (var raw = await server.AcceptAsync())
        {
            Assert.Equal(RpcNames.Ping, (await raw.ReadRequestAsync()).Function);
        }

        // Nobody can have begun it.
        e = await Assert.ThrowsAsync<RpcException>(() => call);
        Assert.Equal((RpcCode.NoConnection, false), (e.Code, e.WasSent));
        call = channel.Begin("third").InvokeAsync(default);
        using var good = await server.AcceptAsync();
        var ping = await good.ReadRequestAsync();
        Assert.Equal((RawConnection.Servant, RpcNames.Ping), (ping.Servant, ping.Function));
        await good.SendAsync(RawConnection.Response(ping.Id, RpcCode.NoServant));
        var request = await good.ReadRequestAsync();
        Assert.Equal("third", request.Function);
        await good.SendAsync(RawConnection.Response(request.Id));
        await call;
    }

    [Fact]
    public async Task Server_that_has_answered_and_closes_is_not_held_for_ill()
    {
        using var server = new RawServer();
        await using var client = new RpcClient(new() { Timeout = TimeSpan.FromSeconds(20) });
        var channel = client.Channel(server.Address);
        for (var i = 0; i < 3; i++)
        {
            var call = channel.Begin("run").InvokeAsync(default);
            using var raw = await server.AcceptAsync();
            var request = await raw.ReadRequestAsync();
            Assert.Equal("run", request.Function);
            await raw.SendAsync(RawConnection.Response(0, text: RpcNames.Reconnect));
            await raw.SendAsync(RawConnection.Response(request.Id));
            await call;
        }
    }

    [Fact]
    public async Task Endpoint_that_hangs_keeps_no_share_of_the_calls()
    {
        var events = new ConcurrentQueue<RpcEvent>();
        using var hung = new RawServer();
        await using var alive = new EchoHost();
        await using var client = new RpcClient(new()
        {
            Timeout = TimeSpan.FromSeconds(20),
            PingAfter = TimeSpan.FromMilliseconds(100),
            PingTimeout = TimeSpan.FromMilliseconds(200),
            ConnectTimeout = TimeSpan.FromSeconds(20),
            Log = events.Enqueue,
        });
        var first = new EchoProxy(client.Channel(hung.Address)).EchoAsync("first");
        using var raw = await hung.AcceptAsync();
        var request = await raw.ReadRequestAsync();
        await raw.SendAsync(RawConnection.Response(request.Id, 0, (ref JceWriter w) => w.WriteString(0, "first")));
        Assert.Equal("first", await first);
        await Poll.UntilAsync(() => events.Any(e => e.Kind == RpcEventKind.CutOff && e.Text.Contains("ping", StringComparison.Ordinal)), "it does not answer its ping");

        // The system takes new connections for it: they must not get calls.
        var echo = new EchoProxy(client.Channel($"{alive.Address}:{hung.Endpoint}"));
        var accepted = hung.AcceptAsync();
        for (var i = 0; !accepted.IsCompleted; i++)
        {
            Assert.Equal("x", await echo.EchoAsync("x"));
        }

        using var second = await accepted;
        for (var i = 0; i < 50; i++)
        {
            Assert.Equal("y", await echo.EchoAsync("y"));
        }

        Assert.Equal(RpcNames.Ping, (await second.ReadRequestAsync()).Function);
    }

    [Fact]
    public async Task Calls_that_wait_for_a_connection_are_bounded_in_number_and_in_bytes()
    {
        var events = new ConcurrentQueue<RpcEvent>();
        // The handshake of this one never ends.
        using var silent = new RawServer();
        var address = silent.Address.Replace("@tcp", "@ssl", StringComparison.Ordinal);
        await using var few = new RpcClient(new() { OutstandingMax = 2, ConnectTimeout = TimeSpan.FromMinutes(1), Timeout = TimeSpan.FromSeconds(20), Log = events.Enqueue });
        await using var small = new RpcClient(new() { UnsentMax = 100_000, ConnectTimeout = TimeSpan.FromMinutes(1), Timeout = TimeSpan.FromSeconds(20) });
        var ofFew = new EchoProxy(few.Channel(address));
        var ofSmall = new EchoProxy(small.Channel(address));
        Task[] waiting = [ofFew.EchoAsync("1"), ofFew.EchoAsync("2"), ofSmall.EchoAsync(new string('x', 200_000))];

        foreach (var echo in new[] { ofFew, ofSmall })
        {
            var e = await Assert.ThrowsAsync<RpcException>(() => echo.EchoAsync("too much").WaitAsync(Poll.Deadline));
            Assert.Equal((RpcCode.Overload, false, "too many calls wait for a connection"), (e.Code, e.WasSent, e.Message));
        }

        await Poll.UntilAsync(() => events.Any(e => e.Kind == RpcEventKind.Refused && e.Text.StartsWith("1 calls", StringComparison.Ordinal)), "it was told");
        Assert.All(waiting, t => Assert.False(t.IsCompleted));
        await few.DisposeAsync();
        await small.DisposeAsync();
        foreach (var each in waiting)
        {
            await Assert.ThrowsAsync<RpcException>(() => each);
        }
    }

    [Fact]
    public async Task Call_does_not_wait_for_the_end_of_a_rest_that_is_longer_than_it_may_wait()
    {
        var dead = new RawServer();
        var address = dead.Address;
        dead.Dispose();
        // It stands still: a call that waited would wait for ever.
        var clock = new ManualClock(DateTimeOffset.UnixEpoch);
        await using var client = new RpcClient(new() { Clock = clock, Timeout = TimeSpan.FromMilliseconds(40) });
        for (var i = 0; i < 2; i++)
        {
            var e = await Assert.ThrowsAsync<RpcException>(() => new EchoProxy(client.Channel(address)).EchoAsync("x").WaitAsync(Poll.Deadline));
            Assert.Equal((RpcCode.NoConnection, false), (e.Code, e.WasSent));
        }
    }

    [Fact]
    public async Task Call_for_which_one_connection_is_full_goes_over_another()
    {
        await using var a = new EchoHost();
        await using var b = new EchoHost();
        await using var client = new RpcClient(new() { OutstandingMax = 3, Timeout = TimeSpan.FromSeconds(30) });
        var echo = new EchoProxy(client.Channel($"{a.Address}:{b.Server.Endpoints[0]}"));
        while (a.Target.Echoed.IsEmpty || b.Target.Echoed.IsEmpty)
        {
            await echo.EchoAsync("both are connected");
        }

        // Three go to one of them, whichever's turn it is, and it takes no more.
        var hanging = new List<Task<int>>();
        while (hanging.Count < 3)
        {
            var before = a.Target.Entered + b.Target.Entered;
            var inA = a.Target.Entered;
            var call = echo.WaitAsync(hanging.Count + 100);
            await Poll.UntilAsync(() => a.Target.Entered + b.Target.Entered == before + 1, "it arrived");
            if (a.Target.Entered > inA)
            {
                hanging.Add(call);
            }
            else
            {
                b.Target.Release(hanging.Count + 100);
                await call;
                b.Target.Forget(hanging.Count + 100);
            }
        }

        for (var i = 0; i < 10; i++)
        {
            Assert.Equal("room", await echo.EchoAsync("room"));
        }

        Assert.Equal(3, a.Target.Entered);
        Assert.Equal(10, a.Target.Echoed.Concat(b.Target.Echoed).Count(t => t == "room"));
        for (var number = 100; number < 103; number++)
        {
            a.Target.Release(number);
        }

        await Task.WhenAll(hanging);
    }

    [Fact]
    public async Task One_way_calls_are_sent_before_a_server_that_leaves_is_left()
    {
        var events = new ConcurrentQueue<RpcEvent>();
        using var server = new RawServer(receiveBuffer: 4096);
        await using var client = new RpcClient(new() { Timeout = TimeSpan.FromSeconds(20), Log = events.Enqueue });
        var echo = new EchoProxy(client.Channel(server.Address));
        // Far more than the sockets hold.
        for (var i = 0; i < 12; i++)
        {
            await echo.NoteAsync(new string('x', 1 << 20));
        }

        using var raw = await server.AcceptAsync();
        await raw.SendAsync(RawConnection.Response(0, text: RpcNames.Reconnect));
        await Poll.UntilAsync(() => events.Any(e => e.Kind == RpcEventKind.Reconnect), "the client was asked to leave");
        for (var i = 0; i < 12; i++)
        {
            Assert.Equal("note", (await raw.ReadRequestAsync()).Function);
        }

        await raw.AssertClosedAsync();
    }
}
