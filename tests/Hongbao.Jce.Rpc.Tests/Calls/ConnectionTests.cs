using System.Collections.Concurrent;

namespace Hongbao.Jce.Rpc.Tests;

/// <summary>Connections that break, are asked to be left, or were never there.</summary>
public sealed class ConnectionTests
{
    [Fact]
    public async Task Lost_connection_fails_what_was_sent_with_an_unknown_outcome()
    {
        using var server = new RawServer();
        await using var client = new RpcClient();
        var echo = new EchoProxy(client.Channel(server.Address));
        var calls = new[] { echo.EchoAsync("a"), echo.EchoAsync("b") };
        var raw = await server.AcceptAsync();
        await raw.ReadRequestAsync();
        await raw.ReadRequestAsync();
        raw.Dispose();

        foreach (var call in calls)
        {
            var e = await Assert.ThrowsAsync<RpcException>(() => call);
            Assert.Equal((RpcCode.NoConnection, true), (e.Code, e.WasSent));
        }
    }

    [Fact]
    public async Task Lost_connection_fails_what_was_not_sent_as_such()
    {
        var server = new RawServer();
        await using var client = new RpcClient(new() { Timeout = TimeSpan.FromSeconds(10), RestMax = TimeSpan.FromMilliseconds(50) });
        var echo = new EchoProxy(client.Channel(server.Address));
        // More than the sockets hold, and nobody reads: the last ones stay here.
        var calls = new List<Task<string>> { echo.EchoAsync("first") };
        var raw = await server.AcceptAsync();
        var text = new string('x', 1 << 20);
        for (var i = 0; i < 14; i++)
        {
            calls.Add(echo.EchoAsync(text));
            await Task.Delay(5);
        }

        server.Dispose();
        raw.Dispose();
        var faults = new List<RpcException>();
        foreach (var call in calls)
        {
            faults.Add(await Assert.ThrowsAsync<RpcException>(() => call));
        }

        Assert.True(faults[0].WasSent);
        Assert.False(faults[^1].WasSent);
    }

    [Fact]
    public async Task Call_that_was_not_sent_goes_over_the_next_connection()
    {
        using var server = new RawServer();
        await using var client = new RpcClient(new() { Timeout = TimeSpan.FromSeconds(10) });
        var channel = client.Channel(server.Address);
        _ = Ignore(new EchoProxy(channel).EchoAsync("first"));
        var first = await server.AcceptAsync();
        var text = new string('x', 1 << 20);
        for (var i = 0; i < 14; i++)
        {
            _ = Ignore(new EchoProxy(channel).EchoAsync(text));
            await Task.Delay(5);
        }

        var last = channel.Begin("last").InvokeAsync(default);
        first.Dispose();
        using var second = await server.AcceptAsync();
        while (true)
        {
            var request = await second.ReadRequestAsync();
            if (request.Function is "last" or RpcNames.Ping)
            {
                await second.SendAsync(RawConnection.Response(request.Id));
            }

            if (request.Function == "last")
            {
                break;
            }
        }

        await last.WaitAsync(Poll.Deadline);
    }

    [Fact]
    public async Task Nobody_there_is_a_fault_that_was_not_sent()
    {
        var server = new RawServer();
        var address = server.Address;
        server.Dispose();
        var events = new ConcurrentQueue<RpcEvent>();
        await using var client = new RpcClient(new() { Log = events.Enqueue });

        var e = await Assert.ThrowsAsync<RpcException>(() => new EchoProxy(client.Channel(address)).EchoAsync("x"));
        Assert.Equal((RpcCode.NoConnection, false), (e.Code, e.WasSent));
        var oneWay = await Assert.ThrowsAsync<RpcException>(() => new EchoProxy(client.Channel(address)).NoteAsync("x"));
        Assert.Equal((RpcCode.NoConnection, false), (oneWay.Code, oneWay.WasSent));
        Assert.Contains(events, x => x.Kind == RpcEventKind.NotConnected);
    }

    [Fact]
    public async Task Server_that_comes_back_is_reached_again()
    {
        var first = new EchoHost();
        await using var client = new RpcClient(new() { Timeout = TimeSpan.FromSeconds(10) });
        var echo = new EchoProxy(client.Channel(first.Address));
        Assert.Equal("a", await echo.EchoAsync("a"));
        var port = first.Server.Endpoints[0].Port;
        await first.DisposeAsync();
        await Assert.ThrowsAsync<RpcException>(() => echo.EchoAsync("b"));
        await using var second = new EchoHost(new() { Endpoints = [new("127.0.0.1", port)] });

        Assert.Equal("c", await echo.EchoAsync("c"));
    }

    [Fact]
    public async Task Calls_go_round_among_endpoints()
    {
        await using var a = new EchoHost();
        await using var b = new EchoHost();
        await using var c = new EchoHost();
        await using var client = new RpcClient();
        var echo = new EchoProxy(client.Channel($"{a.Address}:{b.Server.Endpoints[0]}:{c.Server.Endpoints[0]}"));
        EchoHost[] hosts = [a, b, c];
        for (var i = 0; hosts.Any(h => h.Target.Echoed.IsEmpty); i++)
        {
            Assert.True(i < 3000, "they were never all called");
            await echo.EchoAsync("x");
            await Task.Delay(1);
        }

        var before = hosts.Select(h => h.Target.Echoed.Count).ToArray();
        for (var i = 0; i < 30; i++)
        {
            await echo.EchoAsync("x");
        }

        Assert.Equal([10, 10, 10], hosts.Select((h, i) => h.Target.Echoed.Count - before[i]));
    }

    [Fact]
    public async Task Endpoint_that_fails_is_left_out_for_a_while_and_comes_back()
    {
        var dead = new RawServer();
        var deadEndpoint = dead.Endpoint;
        var deadPort = dead.Port;
        dead.Dispose();
        await using var alive = new EchoHost();
        var events = new ConcurrentQueue<RpcEvent>();
        await using var client = new RpcClient(new() { Log = events.Enqueue, RestMax = TimeSpan.FromMilliseconds(200) });
        var echo = new EchoProxy(client.Channel($"{alive.Address}:{deadEndpoint}"));
        for (var i = 0; i < 200; i++)
        {
            Assert.Equal("x", await echo.EchoAsync("x"));
        }

        Assert.InRange(events.Count(e => e.Kind == RpcEventKind.NotConnected), 1, 20);
        await using var back = new EchoHost(new() { Endpoints = [new("127.0.0.1", deadPort)] });
        for (var i = 0; back.Target.Echoed.IsEmpty; i++)
        {
            Assert.True(i < 3000, "it was never called again");
            await echo.EchoAsync("y");
            await Task.Delay(1);
        }
    }

    [Fact]
    public async Task Endpoint_that_answers_nothing_at_all_holds_up_nobody_while_another_is_connected()
    {
        // The handshake of this one never ends.
        using var silent = new RawServer();
        await using var alive = new EchoHost();
        await using var client = new RpcClient(new() { Timeout = TimeSpan.FromSeconds(2), ConnectTimeout = TimeSpan.FromMinutes(1) });
        var echo = new EchoProxy(client.Channel($"{RawConnection.Servant}@ssl -h 127.0.0.1 -p {silent.Port}:{alive.Server.Endpoints[0]}"));
        for (var i = 0; i < 50; i++)
        {
            Assert.Equal("x", await echo.EchoAsync("x"));
        }
    }

    [Fact]
    public async Task Several_connections_share_the_calls()
    {
        await using var host = new EchoHost();
        var echo = host.Connect(new() { ConnectionsPerEndpoint = 3 });
        for (var i = 0; host.Server.ConnectionCount < 3; i++)
        {
            Assert.True(i < 3000, "they were never all made");
            await echo.EchoAsync("x");
        }

        await Task.WhenAll(Enumerable.Range(0, 30).Select(i => echo.EchoAsync($"{i}")));
        Assert.Equal(3, host.Server.ConnectionCount);
    }

    [Fact]
    public async Task Server_that_asks_for_a_new_connection_gets_one_and_may_finish_on_the_old()
    {
        var events = new ConcurrentQueue<RpcEvent>();
        using var server = new RawServer();
        await using var client = new RpcClient(new() { Timeout = TimeSpan.FromSeconds(10), Log = events.Enqueue });
        var echo = new EchoProxy(client.Channel(server.Address));
        var old = echo.EchoAsync("old");
        using var first = await server.AcceptAsync();
        var oldRequest = await first.ReadRequestAsync();
        await first.SendAsync(RawConnection.Response(0, text: RpcNames.Reconnect));
        await Poll.UntilAsync(() => events.Any(e => e.Kind == RpcEventKind.Reconnect), "the client was asked");
        var probe = echo.EchoAsync("new");
        using var fresh = await server.AcceptAsync();
        var request = await fresh.ReadRequestAsync();
        await fresh.SendAsync(RawConnection.Response(request.Id, 0, (ref JceWriter w) => w.WriteString(0, "new")));
        Assert.Equal("new", await probe);
        Assert.False(old.IsCompleted);
        await first.SendAsync(RawConnection.Response(oldRequest.Id, 0, (ref JceWriter w) => w.WriteString(0, "old")));
        Assert.Equal("old", await old);
    }

    [Fact]
    public async Task Connection_that_was_left_is_closed_after_its_last_answer()
    {
        using var server = new RawServer();
        await using var client = new RpcClient(new() { Timeout = TimeSpan.FromSeconds(10) });
        var call = new EchoProxy(client.Channel(server.Address)).EchoAsync("x");
        using var raw = await server.AcceptAsync();
        var request = await raw.ReadRequestAsync();
        await raw.SendAsync(RawConnection.Response(0, text: RpcNames.Reconnect));
        await raw.SendAsync(RawConnection.Response(request.Id, 0, (ref JceWriter w) => w.WriteString(0, "last")));

        Assert.Equal("last", await call);
        await raw.AssertClosedAsync();
    }

    [Fact]
    public async Task Other_pushes_are_ignored()
    {
        using var server = new RawServer();
        await using var client = new RpcClient(new() { Timeout = TimeSpan.FromSeconds(10) });
        var call = new EchoProxy(client.Channel(server.Address)).EchoAsync("x");
        using var raw = await server.AcceptAsync();
        var request = await raw.ReadRequestAsync();
        await raw.SendAsync(RawConnection.Response(0, text: "news"));
        await raw.SendAsync(RawConnection.Response(request.Id, 0, (ref JceWriter w) => w.WriteString(0, "answer")));

        Assert.Equal("answer", await call);
    }

    [Fact]
    public async Task Silent_connection_is_pinged_and_kept_while_it_answers()
    {
        using var server = new RawServer();
        await using var client = new RpcClient(new() { Timeout = TimeSpan.FromSeconds(20), PingAfter = TimeSpan.FromMilliseconds(100), PingTimeout = TimeSpan.FromSeconds(5) });
        var call = new EchoProxy(client.Channel(server.Address)).EchoAsync("x");
        using var raw = await server.AcceptAsync();
        var request = await raw.ReadRequestAsync();
        for (var pings = 0; pings < 3; pings++)
        {
            var ping = await raw.ReadRequestAsync();
            Assert.Equal((RawConnection.Servant, "tars_ping", 0), (ping.Servant, ping.Function, ping.PacketType));
            Assert.NotEqual(0, ping.Id);
            // Whatever the answer is, it is a sign of life.
            await raw.SendAsync(RawConnection.Response(ping.Id, pings == 0 ? RpcCode.NoServant : 0, (ref JceWriter w) => w.WriteInt32(0, 0)));
        }

        await raw.SendAsync(RawConnection.Response(request.Id, 0, (ref JceWriter w) => w.WriteString(0, "slow")));
        Assert.Equal("slow", await call);
    }

    [Fact]
    public async Task Silent_connection_that_answers_no_ping_is_cut_off()
    {
        var events = new ConcurrentQueue<RpcEvent>();
        using var server = new RawServer();
        await using var client = new RpcClient(new()
        {
            Timeout = TimeSpan.FromSeconds(20),
            PingAfter = TimeSpan.FromMilliseconds(100),
            PingTimeout = TimeSpan.FromMilliseconds(200),
            Log = events.Enqueue,
        });
        var call = new EchoProxy(client.Channel(server.Address)).EchoAsync("x");
        using var raw = await server.AcceptAsync();

        var e = await Assert.ThrowsAsync<RpcException>(() => call.WaitAsync(Poll.Deadline));
        Assert.Equal((RpcCode.NoConnection, true), (e.Code, e.WasSent));
        Assert.Contains(events, x => x.Kind == RpcEventKind.CutOff && x.Text.Contains("ping", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Half_an_answer_is_cut_off_after_its_time()
    {
        using var server = new RawServer();
        await using var client = new RpcClient(new() { Timeout = TimeSpan.FromSeconds(20), HalfFrameTimeout = TimeSpan.FromMilliseconds(200) });
        var call = new EchoProxy(client.Channel(server.Address)).EchoAsync("x");
        using var raw = await server.AcceptAsync();
        var request = await raw.ReadRequestAsync();
        await raw.SendAsync(RawConnection.Response(request.Id)[..^1]);

        var e = await Assert.ThrowsAsync<RpcException>(() => call.WaitAsync(Poll.Deadline));
        Assert.Equal((RpcCode.NoConnection, true), (e.Code, e.WasSent));
    }

    [Fact]
    public async Task Answers_byte_by_byte_and_many_at_once_are_read()
    {
        using var server = new RawServer();
        await using var client = new RpcClient(new() { Timeout = TimeSpan.FromSeconds(20) });
        var echo = new EchoProxy(client.Channel(server.Address));
        var calls = Enumerable.Range(0, 3).Select(i => echo.EchoAsync($"{i}")).ToArray();
        using var raw = await server.AcceptAsync();
        var requests = new List<RawConnection.ReadRequest>();
        for (var i = 0; i < 3; i++)
        {
            requests.Add(await raw.ReadRequestAsync());
        }

        Assert.Equal(3, requests.Select(r => r.Id).Distinct().Count());
        static string TextOf(RawConnection.ReadRequest r)
        {
            var reader = new JceReader(r.Buffer);
            Assert.True(reader.Element(1));
            return reader.ReadString();
        }

        byte[] AnswerTo(RawConnection.ReadRequest r) => RawConnection.Response(r.Id, 0, (ref JceWriter w) => w.WriteString(0, TextOf(r)));
        foreach (var each in AnswerTo(requests[2]))
        {
            await raw.SendAsync(each);
        }

        await raw.SendAsync([.. AnswerTo(requests[1]), .. AnswerTo(requests[0])]);
        Assert.Equal(["0", "1", "2"], await Task.WhenAll(calls));
    }

    [Fact]
    public async Task Calls_over_the_limit_of_one_connection_are_refused_here()
    {
        await using var host = new EchoHost();
        var echo = host.Connect(new() { OutstandingMax = 2 });
        var calls = new[] { echo.WaitAsync(1), echo.WaitAsync(2) };
        await Poll.UntilAsync(() => host.Target.Entered == 2, "both arrived");

        var e = await Assert.ThrowsAsync<RpcException>(() => echo.WaitAsync(3));
        Assert.Equal((RpcCode.Overload, false), (e.Code, e.WasSent));
        host.Target.Release(1);
        Assert.Equal(1, await calls[0]);
        Assert.Equal("room again", await echo.EchoAsync("room again"));
        host.Target.Release(2);
    }

    [Fact]
    public async Task Bytes_over_the_limit_of_one_connection_are_refused_here()
    {
        using var server = new RawServer();
        await using var client = new RpcClient(new() { UnsentMax = 1 << 20, Timeout = TimeSpan.FromSeconds(1) });
        var echo = new EchoProxy(client.Channel(server.Address));
        _ = Ignore(echo.EchoAsync("first"));
        using var raw = await server.AcceptAsync();
        var text = new string('x', 1 << 19);
        RpcException? refused = null;
        for (var i = 0; refused is null; i++)
        {
            Assert.True(i < 100, "nobody was refused");
            var call = echo.EchoAsync(text);
            await Task.WhenAny(call, Task.Delay(5));
            refused = call.IsFaulted ? call.Exception!.InnerException as RpcException : null;
        }

        Assert.Equal((RpcCode.Overload, false), (refused.Code, refused.WasSent));
    }

    [Fact]
    public async Task Request_larger_than_a_frame_is_refused_here()
    {
        await using var host = new EchoHost();
        var e = await Assert.ThrowsAsync<RpcException>(() => host.Connect(new() { FrameMax = 1 << 17 }).EchoAsync(new string('x', 1 << 17)));

        Assert.Equal((RpcCode.SendFailed, false), (e.Code, e.WasSent));
    }

    [Fact]
    public async Task Closed_client_fails_what_waits_and_what_comes()
    {
        await using var host = new EchoHost();
        var client = new RpcClient();
        var echo = new EchoProxy(client.Channel(host.Address));
        var call = echo.WaitAsync(1);
        await Poll.UntilAsync(() => host.Target.Entered == 1, "it arrived");
        await client.DisposeAsync();

        Assert.Equal(RpcCode.NoConnection, (await Assert.ThrowsAsync<RpcException>(() => call)).Code);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => echo.EchoAsync("x"));
    }

    [Fact]
    public async Task Mutated_answers_end_in_faults_or_answers_and_never_hang()
    {
        const int Rounds = 600;
        using var server = new RawServer();
        await using var client = new RpcClient(new() { Timeout = TimeSpan.FromMilliseconds(200), HalfFrameTimeout = TimeSpan.FromMilliseconds(100), RestMax = TimeSpan.FromMilliseconds(50) });
        var channel = client.Channel(server.Address);
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        using var stop = new CancellationTokenSource();
        var serving = ServeAsync();
        var outcomes = new ConcurrentDictionary<int, int>();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async caller =>
        {
            for (var i = 0; i < Rounds / 20; i++)
            {
                try
                {
                    await new EchoProxy(channel).EchoAsync("text").WaitAsync(Poll.Deadline);
                    outcomes.AddOrUpdate(0, 1, (_, n) => n + 1);
                }
                catch (RpcException e)
                {
                    outcomes.AddOrUpdate(e.Code, 1, (_, n) => n + 1);
                }
            }
        }));
        await stop.CancelAsync();
        server.Dispose();
        await serving;

        Assert.Equal(Rounds, outcomes.Values.Sum());
        Assert.True(outcomes.Count >= 2, string.Join(' ', outcomes));

        async Task ServeAsync()
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    using var raw = await server.AcceptAsync();
                    while (true)
                    {
                        var request = await raw.ReadRequestAsync();
                        var answer = RawConnection.Response(request.Id, 0, (ref JceWriter w) => w.WriteString(0, "text"));
                        await raw.SendAsync(random.Next(3) == 0 ? answer : Mutation.Of(answer, random));
                    }
                }
                catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException or ObjectDisposedException or TimeoutException)
                {
                    // Cut off: the next one.
                }
            }
        }
    }

    private static async Task Ignore(Task task)
    {
        try
        {
            await task;
        }
        catch (RpcException)
        {
            // Its outcome is another test's.
        }
    }
}
