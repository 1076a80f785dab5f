using System.Collections.Concurrent;
using Hongbao.Foundation.Scheduling;

namespace Hongbao.Jce.Rpc.Tests;

public sealed class CallTests
{
    [Fact]
    public async Task Call_is_answered_with_its_return_value_and_out_parameters()
    {
        await using var host = new EchoHost();
        var echo = host.Connect();

        Assert.Equal("hello 红包", await echo.EchoAsync("hello 红包"));
        Assert.Equal(new AddResult(6, 8), await echo.AddAsync(3, 5));
        await echo.FailAsync(0, "");
    }

    [Fact]
    public async Task Answer_larger_than_every_buffer_comes_whole()
    {
        await using var host = new EchoHost();
        var echo = host.Connect();
        var text = string.Concat(Enumerable.Range(0, 150_000).Select(i => (char)('a' + (i % 26))));

        Assert.Equal(text, await echo.EchoAsync(text));
        Assert.Equal("small", await echo.EchoAsync("small"));
    }

    [Fact]
    public async Task Answers_find_their_calls_in_whatever_order_they_come()
    {
        await using var host = new EchoHost();
        var echo = host.Connect();
        var calls = Enumerable.Range(0, 64).Select(i => echo.WaitAsync(i)).ToArray();
        await Poll.UntilAsync(() => host.Target.Entered == 64, "all calls arrived");
        foreach (var number in Enumerable.Range(0, 64).Reverse())
        {
            host.Target.Release(number);
            Assert.Equal(number, await calls[number]);
        }
    }

    [Fact]
    public async Task Many_callers_share_one_connection()
    {
        await using var host = new EchoHost();
        var echo = host.Connect();
        await Task.WhenAll(Enumerable.Range(0, 16).Select(async caller =>
        {
            for (var i = 0; i < 500; i++)
            {
                Assert.Equal($"{caller}/{i}", await echo.EchoAsync($"{caller}/{i}"));
            }
        }));

        Assert.Equal(1, host.Server.ConnectionCount);
    }

    [Theory]
    [InlineData(7, "seven", 7, "seven")]
    [InlineData(-9, "too much", -9, "too much")]
    [InlineData(-99, "odd", -99, "odd")]
    // Below -99 other clients would take the answer for a broken one.
    [InlineData(-100, "secret", -99, "RpcException")]
    [InlineData(-1000, "secret", -99, "InvalidOperationException")]
    public async Task Fault_of_a_servant_has_its_code_and_tells_nothing_of_the_inside(int thrown, string text, int code, string message)
    {
        await using var host = new EchoHost();
        var echo = host.Connect();

        var e = await Assert.ThrowsAsync<RpcException>(() => echo.FailAsync(thrown, text));
        Assert.Equal((code, message, true), (e.Code, e.Message, e.WasSent));
        Assert.Equal(thrown < -99, host.Events.Any(x => x.Kind == RpcEventKind.ServantFailed && x.Exception!.Message == text));
    }

    [Fact]
    public async Task Fault_of_a_call_that_a_servant_made_says_nothing_of_the_servant_s_own()
    {
        await using var inner = new EchoHost();
        var echo = inner.Connect();
        var events = new ConcurrentQueue<RpcEvent>();
        var code = RpcCode.Overload;
        await using var outer = OneServant.Start(_ => echo.FailAsync(code, "inside"), new() { Log = events.Enqueue });
        await using var client = new RpcClient();
        var channel = client.Channel(outer.AddressOf(RawConnection.Servant));

        // What was not done there may have been half done here.
        var e = await Assert.ThrowsAsync<RpcException>(() => channel.Begin("run").InvokeAsync(default));
        Assert.Equal((RpcCode.ServerUnknown, "RpcException"), (e.Code, e.Message));
        Assert.Contains(events, x => x.Kind == RpcEventKind.ServantFailed && x.Exception is RpcException { Code: RpcCode.Overload, Message: "inside" });
        code = 7;
        e = await Assert.ThrowsAsync<RpcException>(() => channel.Begin("run").InvokeAsync(default));
        Assert.Equal((7, "inside"), (e.Code, e.Message));
    }

    [Fact]
    public async Task Argument_that_cannot_be_read_is_a_decode_fault()
    {
        await using var host = new EchoHost();
        var call = host.Channel().Begin("echo");
        var writer = new JceWriter(call.Arguments);
        writer.WriteInt32(1, 5);
        writer.Flush();

        var e = await Assert.ThrowsAsync<RpcException>(() => call.InvokeAsync(default));
        Assert.Equal(RpcCode.ServerDecode, e.Code);
        Assert.Contains("type", e.Message, StringComparison.Ordinal);
        var missing = await Assert.ThrowsAsync<RpcException>(() => host.Channel().Begin("add").InvokeAsync(default));
        Assert.Equal(RpcCode.ServerDecode, missing.Code);
        Assert.Contains("missing", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Function_and_servant_must_exist()
    {
        await using var host = new EchoHost();
        await using var client = new RpcClient();

        var function = await Assert.ThrowsAsync<RpcException>(() => client.Channel(host.Address).Begin("echoes").InvokeAsync(default));
        Assert.Equal(RpcCode.NoFunction, function.Code);
        var address = host.Address.Replace(RawConnection.Servant, "A.B.Echoes", StringComparison.Ordinal);
        var servant = await Assert.ThrowsAsync<RpcException>(() => client.Channel(address).Begin("echo").InvokeAsync(default));
        Assert.Equal(RpcCode.NoServant, servant.Code);
        var ping = await Assert.ThrowsAsync<RpcException>(() => client.Channel(address).Begin("tars_ping").InvokeAsync(default));
        Assert.Equal(RpcCode.NoServant, ping.Code);
    }

    [Theory]
    [InlineData("tars_ping")]
    [InlineData("taf_ping")]
    public async Task Ping_is_answered_by_every_servant(string function)
    {
        await using var host = new EchoHost();

        await host.Channel().Begin(function).InvokeAsync(default);
    }

    [Fact]
    public async Task Answer_that_is_something_else_is_a_client_decode_fault()
    {
        await using var host = new EchoHost();
        var call = host.Channel().Begin("echo");
        var writer = new JceWriter(call.Arguments);
        writer.WriteString(1, "text");
        writer.Flush();

        var e = await Assert.ThrowsAsync<RpcException>(() => call.InvokeAsync(static (ref JceReader reader) =>
        {
            var tag = -1;
            return reader.Next(ref tag) ? reader.ReadInt32() : 0;
        }, default));
        Assert.Equal(RpcCode.ClientDecode, e.Code);
    }

    [Fact]
    public async Task One_way_call_arrives_and_has_no_answer()
    {
        await using var host = new EchoHost();
        var echo = host.Connect();
        await echo.NoteAsync("first");
        await echo.NoteAsync("second");

        await Poll.UntilAsync(() => host.Target.Notes.Count == 2, "both notes arrived");
        Assert.Equal(["first", "second"], host.Target.Notes.Order());
        Assert.Equal("still", await echo.EchoAsync("still"));
    }

    [Fact]
    public async Task One_way_call_is_marked_and_never_answered_even_when_it_fails()
    {
        await using var host = new EchoHost();
        using var raw = await host.ConnectRawAsync();
        await raw.SendAsync(
        [
            .. RawConnection.Request(1, "fail", (ref JceWriter w) => w.WriteInt32(1, -1000), packetType: 1),
            .. RawConnection.Request(2, "nothing", packetType: 1),
            .. RawConnection.Request(3, "echo", packetType: 1),
            .. RawConnection.Request(4, "echo", packetType: 1, servant: "X"),
            .. RawConnection.Request(5, "tars_ping", packetType: 1),
        ]);
        await host.UntilToldAsync(RpcEventKind.ServantFailed, "fail");
        await raw.SendAsync(RawConnection.Request(6, "tars_ping"));

        Assert.Equal(6, (await raw.ReadAnswerAsync()).Id);
    }

    [Fact]
    public async Task Scope_travels_with_the_call()
    {
        var clock = new ManualClock(DateTimeOffset.UnixEpoch);
        await using var host = new EchoHost(new() { Clock = clock, DrainPatience = TimeSpan.Zero });
        var echo = host.Connect(new() { Clock = clock });

        Assert.Equal("2000 trace-1 True", await echo.ScopeAsync(new Scope(2000, "trace-1", true)));
    }

    [Fact]
    public async Task Scope_without_anything_gets_the_timeout_of_the_call_only()
    {
        await using var host = new EchoHost();
        var before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var seen = (await host.Connect(new() { Timeout = TimeSpan.FromSeconds(60) }).ScopeAsync(default)).Split(' ');

        Assert.Equal(["", "False"], seen[1..]);
        Assert.InRange(long.Parse(seen[0], System.Globalization.CultureInfo.InvariantCulture), before + 59_000, before + 65_000);
    }

    [Fact]
    public async Task Context_and_status_travel_both_ways()
    {
        await using var host = new EchoHost();
        var answers = new ConcurrentQueue<IReadOnlyDictionary<string, string>>();
        var channel = host.Channel().With(new()
        {
            Context = new Dictionary<string, string> { ["a"] = "1", ["b"] = "two" },
            OnAnswerContext = answers.Enqueue,
        });
        await new EchoProxy(channel).ScopeAsync(new Scope(0, "t", true));

        var answer = Assert.Single(answers);
        Assert.Equal("route", answer["route"]);
        Assert.Equal("trace-id=t,shadow=1,a=1,b=two", answer["seen"]);
    }

    [Fact]
    public async Task Call_without_an_answer_times_out_and_its_late_answer_is_dropped()
    {
        var events = new ConcurrentQueue<RpcEvent>();
        using var server = new RawServer();
        await using var client = new RpcClient(new() { Timeout = TimeSpan.FromMilliseconds(80), Log = events.Enqueue });
        var echo = new EchoProxy(client.Channel(server.Address));
        var call = echo.EchoAsync("x");
        using var raw = await server.AcceptAsync();
        var request = await raw.ReadRequestAsync();

        var e = await Assert.ThrowsAsync<RpcException>(() => call);
        Assert.Equal((RpcCode.Timeout, true), (e.Code, e.WasSent));
        Assert.InRange(request.TimeoutMs, 1, 80);
        await raw.SendAsync(RawConnection.Response(request.Id, 0, (ref JceWriter w) => w.WriteString(0, "late")));
        await Poll.UntilAsync(() => events.Any(x => x.Kind == RpcEventKind.LateAnswer), "the late answer was seen");
        // The next call must not get it.
        var next = new EchoProxy(client.Channel(server.Address).With(new() { Timeout = TimeSpan.FromSeconds(20) })).EchoAsync("y");
        var second = await raw.ReadRequestAsync();
        Assert.NotEqual(request.Id, second.Id);
        await raw.SendAsync(RawConnection.Response(request.Id, 0, (ref JceWriter w) => w.WriteString(0, "late again")));
        await raw.SendAsync(RawConnection.Response(second.Id, 0, (ref JceWriter w) => w.WriteString(0, "right")));
        Assert.Equal("right", await next);
    }

    [Fact]
    public async Task Timeout_is_the_least_of_the_channels_and_the_scopes()
    {
        using var server = new RawServer();
        await using var client = new RpcClient();
        var channel = client.Channel(server.Address).With(new() { Timeout = TimeSpan.FromSeconds(30) });
        _ = channel.Begin("a").InvokeAsync(default);
        using var raw = await server.AcceptAsync();
        Assert.InRange((await raw.ReadRequestAsync()).TimeoutMs, 20_000, 30_000);
        _ = channel.Begin("b", new Scope(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() + 9_000, "", false)).InvokeAsync(default);
        Assert.InRange((await raw.ReadRequestAsync()).TimeoutMs, 1_000, 9_000);
        _ = client.Channel(server.Address).Begin("c").InvokeAsync(default);
        Assert.InRange((await raw.ReadRequestAsync()).TimeoutMs, 1_000, 3_000);
    }

    [Fact]
    public async Task Deadline_that_is_over_is_not_sent()
    {
        await using var host = new EchoHost();
        var echo = host.Connect();
        await echo.EchoAsync("first");
        var e = await Assert.ThrowsAsync<RpcException>(() => echo.ScopeAsync(new Scope(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - 1, "", false)));

        Assert.Equal((RpcCode.Timeout, false), (e.Code, e.WasSent));
    }

    [Fact]
    public async Task Timeout_follows_the_given_clock()
    {
        var clock = new ManualClock(DateTimeOffset.UnixEpoch);
        await using var host = new EchoHost();
        var call = host.Connect(new() { Clock = clock, Timeout = TimeSpan.FromSeconds(5) }).WaitAsync(1);
        await Poll.UntilAsync(() => host.Target.Entered == 1, "the call arrived");
        clock.Advance(TimeSpan.FromMilliseconds(4900));
        Assert.False(call.IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(200));

        Assert.Equal(RpcCode.Timeout, (await Assert.ThrowsAsync<RpcException>(() => call)).Code);
    }

    [Fact]
    public async Task Cancelled_caller_stops_waiting_at_once_and_others_go_on()
    {
        await using var host = new EchoHost();
        var echo = host.Connect();
        using var source = new CancellationTokenSource();
        var cancelled = echo.WaitAsync(1, source.Token);
        var other = echo.WaitAsync(2, CancellationToken.None);
        await Poll.UntilAsync(() => host.Target.Entered == 2, "both calls arrived");
        await source.CancelAsync();

        var e = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.WaitAsync(Poll.Deadline));
        Assert.Equal(source.Token, e.CancellationToken);
        host.Target.Release(1);
        host.Target.Release(2);
        Assert.Equal(2, await other);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => echo.EchoAsync("x", source.Token));
        Assert.Equal("y", await echo.EchoAsync("y"));
    }

    [Fact]
    public async Task Calls_cancelled_at_any_moment_do_not_disturb_others()
    {
        await using var host = new EchoHost();
        var echo = host.Connect();
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async caller =>
        {
            await Task.Yield();
            var random = new Random(seed + caller);
            for (var i = 0; i < 400; i++)
            {
                using var source = new CancellationTokenSource();
                var call = echo.EchoAsync($"{caller}/{i}", source.Token);
                for (var spin = random.Next(200); spin > 0; spin--)
                {
                    Thread.SpinWait(20);
                }

                source.Cancel();
                try
                {
                    Assert.Equal($"{caller}/{i}", await call);
                }
                catch (OperationCanceledException)
                {
                    // Either is right; another's answer is not.
                }
            }
        }));

        Assert.Equal("end", await echo.EchoAsync("end"));
    }

    [Fact]
    public async Task Fault_can_become_an_ordinary_answer()
    {
        await using var host = new EchoHost();
        var echo = host.Connect(new() { Faults = new Words() });

        Assert.Equal("-4 no such servant", await new EchoProxy(new RpcClient(new() { Faults = new Words() })
            .Channel(host.Address.Replace("Echo", "Oche", StringComparison.Ordinal))).EchoAsync("x"));
        // It has no answer for those that are no texts.
        await using var other = new RpcClient(new() { Faults = new Words() });
        await Assert.ThrowsAsync<RpcException>(() => new EchoProxy(other.Channel("A.B.C@tcp -h 127.0.0.1 -p 1")).AddAsync(1, 2));
        Assert.Equal("fine", await echo.EchoAsync("fine"));
    }

    [Fact]
    public async Task Answer_that_cannot_be_written_is_an_encode_fault_and_spoils_no_other()
    {
        await using var server = new RpcServer();
        server.Add("A.B.Bad", new BadServant());
        server.Start();
        await using var client = new RpcClient();
        var channel = client.Channel(server.AddressOf("A.B.Bad"));
        for (var i = 0; i < 3; i++)
        {
            var e = await Assert.ThrowsAsync<RpcException>(() => channel.Begin("bad").InvokeAsync(default));
            Assert.Equal(RpcCode.ServerEncode, e.Code);
            await channel.Begin("good").InvokeAsync(default);
        }

        Assert.Equal(1, server.ConnectionCount);
    }

    [Fact]
    public async Task Request_that_cannot_be_written_spoils_no_other()
    {
        await using var host = new EchoHost();
        var channel = host.Channel(new() { OutstandingMax = 2 });
        for (var i = 0; i < 5; i++)
        {
            await Assert.ThrowsAnyAsync<Exception>(() => channel.With(new() { Context = new Dictionary<string, string> { ["a"] = null! } }).Begin("tars_ping").InvokeAsync(default));
            Assert.Equal("fine", await new EchoProxy(channel).EchoAsync("fine"));
        }
    }

    [Fact]
    public async Task Listener_that_throws_fails_its_own_call_only()
    {
        await using var host = new EchoHost();
        var channel = host.Channel();
        var bad = new EchoProxy(channel.With(new() { OnAnswerContext = _ => throw new InvalidOperationException("no") }));

        var e = await Assert.ThrowsAsync<RpcException>(() => bad.ScopeAsync(default).WaitAsync(Poll.Deadline));
        Assert.Equal(RpcCode.ClientDecode, e.Code);
        Assert.Equal("fine", await new EchoProxy(channel).EchoAsync("fine"));
        Assert.Equal(1, host.Server.ConnectionCount);
    }

    [Fact]
    public async Task Timeout_of_nothing_is_refused()
    {
        await using var host = new EchoHost();
        var channel = host.Channel();

        Assert.Throws<ArgumentOutOfRangeException>(() => channel.With(new() { Timeout = TimeSpan.Zero }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RpcClient(new() { Timeout = Timeout.InfiniteTimeSpan }));
    }

    [Fact]
    public async Task Call_is_made_only_once()
    {
        await using var host = new EchoHost();
        var call = host.Channel().Begin("tars_ping");
        await call.InvokeAsync(default);

        await Assert.ThrowsAsync<InvalidOperationException>(() => call.InvokeAsync(default));
    }

    private sealed class BadServant : RpcServant
    {
        public override IReadOnlyList<RpcFunction> Functions { get; } = [new("bad", [], false), new("good", [], false)];

        public override Task InvokeAsync(int function, RpcInvocation call)
        {
            if (function == 0)
            {
                call.AnswerContext["without a value"] = null!;
            }

            return Task.CompletedTask;
        }
    }

    private sealed class Words : IRpcFaults
    {
        public bool TryAnswer<T>(RpcException fault, out T answer)
        {
            if (typeof(T) == typeof(string))
            {
                answer = (T)(object)$"{fault.Code} {fault.Message}";
                return true;
            }

            answer = default!;
            return false;
        }
    }
}
