using System.Collections.Concurrent;
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
        await host.UntilToldAsync(RpcEventKind.Refused, "1 requests were refused: the server has too much to do");
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
        bool IsCut() => host.Events.Any(e => e.Kind == RpcEventKind.CutOff);
        var sent = 0;
        try
        {
            // Far more than both sockets hold, one after the other, so that none is refused.
            for (; sent < 400 && !IsCut(); sent++)
            {
                await raw.SendAsync(frame);
                await Poll.UntilAsync(() => host.Target.Echoed.Count > sent || IsCut(), "it was read, or the connection cut off");
            }
        }
        catch (IOException)
        {
            // Cut off.
        }

        Assert.True(sent < 400, "all was read of a client that reads nothing");
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
    public async Task Client_that_asks_for_much_and_reads_nothing_is_not_worked_for()
    {
        var run = 0;
        await using var server = OneServant.Start(call =>
        {
            Interlocked.Increment(ref run);
            return AnswerLargeAsync(call);
        }, new() { PendingMax = 64 << 10, ConcurrencyMax = 1 });
        using var raw = await RawConnection.ConnectAsync(server, receiveBuffer: 4096);
        await raw.SendAsync([.. Enumerable.Range(1, 1000).SelectMany(id => OneServant.Request(id))]);
        var answers = new List<RawConnection.ReadAnswer>();
        // The first is read when nothing is left to do: far more was asked for than all sockets hold.
        await Poll.UntilAsync(() => server.IsIdle && Volatile.Read(ref run) > 0, "nothing is left to do");
        var begun = Volatile.Read(ref run);
        for (var i = 0; i < 1000; i++)
        {
            answers.Add(await raw.ReadAnswerAsync());
        }

        Assert.True(begun < 300, $"{begun} answers of 100,000 bytes were made for a client that reads nothing");
        Assert.Equal(1000, answers.Select(a => a.Id).Distinct().Count());
        Assert.Equal(Volatile.Read(ref run), answers.Count(a => a.Code == 0));
        Assert.All(answers.Where(a => a.Code != 0), a => Assert.Equal((RpcCode.Overload, true), (a.Code, a.IsUnbegun)));
    }

    [Fact]
    public async Task Answers_that_nobody_takes_are_bounded_however_many_were_begun()
    {
        var events = new ConcurrentQueue<RpcEvent>();
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var run = 0;
        await using var server = OneServant.Start(async call =>
        {
            Interlocked.Increment(ref run);
            await release.Task;
            await AnswerLargeAsync(call);
        }, new() { PendingMax = 64 << 10, FrameMax = 256 << 10, Log = events.Enqueue });
        using var raw = await RawConnection.ConnectAsync(server, receiveBuffer: 4096);
        await raw.SendAsync([.. Enumerable.Range(1, 500).SelectMany(id => OneServant.Request(id))]);
        await Poll.UntilAsync(() => Volatile.Read(ref run) == 500, "all run");
        release.SetResult();
        await Poll.UntilAsync(() => server.IsIdle, "all have ended");
        var large = 0;
        for (var i = 0; i < 500; i++)
        {
            var answer = await raw.ReadAnswerAsync();
            // Its work was done: that it was not must not be said.
            Assert.True(answer.Code is 0 or RpcCode.ServerEncode && !answer.IsUnbegun);
            large += answer.Code == 0 ? 1 : 0;
        }

        Assert.True(large < 200, $"{large} answers of 100,000 bytes waited for a client that reads nothing");
        await Poll.UntilAsync(() => events.Any(e => e.Kind == RpcEventKind.Refused), "it was told");
    }

    [Fact]
    public async Task Large_answers_leave_no_memory_whether_they_succeed_or_not()
    {
        RpcInvocation? invocation = null;
        var mustFail = false;
        await using var server = OneServant.Start(call =>
        {
            invocation = call;
            call.Answer.GetSpan(5 << 20);
            call.Answer.Advance(5 << 20);
            return mustFail ? throw new RpcException(7, "no") : Task.CompletedTask;
        }, new() { FrameMax = 1 << 20 });
        await using var client = new RpcClient();
        var channel = client.Channel(server.AddressOf(RawConnection.Servant));
        for (var i = 0; i < 2; i++, mustFail = true)
        {
            var e = await Assert.ThrowsAsync<RpcException>(() => channel.Begin("run").InvokeAsync(default));
            Assert.Equal(mustFail ? 7 : RpcCode.ServerEncode, e.Code);
            await Poll.UntilAsync(() => invocation!.Answer.Capacity <= 8 << 10, "it was given back");
        }
    }

    [Fact]
    public async Task Request_whose_client_is_gone_is_not_begun()
    {
        await using var host = new EchoHost(new() { ConcurrencyMax = 1 });
        using var raw = await host.ConnectRawAsync();
        await raw.SendAsync(Wait(1));
        await Poll.UntilAsync(() => host.Target.Entered == 1, "the first runs");
        using (var gone = await host.ConnectRawAsync())
        {
            // What is one-way was never to be answered.
            await gone.SendAsync(
            [
                .. FramingTests.Echo(2, "of nobody"), .. RawConnection.Request(3, "note", (ref JceWriter w) => w.WriteString(1, "one-way"), packetType: 1),
                .. RawConnection.Request(9, "tars_ping"),
            ]);
            Assert.Equal(9, (await gone.ReadAnswerAsync()).Id);
            // One that only shut its sending side would still want its answers: it is cut off.
            await gone.SendAsync(0, 0, 0, 0);
            await gone.AssertClosedAsync();
        }

        await Poll.UntilAsync(() => host.Server.ConnectionCount == 1, "it is gone");
        await raw.SendAsync(FramingTests.Echo(4, "of somebody"));
        host.Target.Release(1);
        Assert.Equal(1, (await raw.ReadAnswerAsync()).Id);
        Assert.Equal(4, (await raw.ReadAnswerAsync()).Id);
        Assert.Equal(["one-way"], host.Target.Notes);
        Assert.Equal(["of somebody"], host.Target.Echoed);
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
        // It stops being read long before the last request. Only the first is certain to be carried out: the client may be faster than the work.
        await Poll.UntilAsync(() => !host.Target.Echoed.IsEmpty, "one is answered");
        var answers = new List<RawConnection.ReadAnswer>();
        for (var i = 0; i < 300; i++)
        {
            answers.Add(await raw.ReadAnswerAsync());
        }

        await sending;
        Assert.Equal(300, answers.Select(a => a.Id).Distinct().Count());
        // It may have been faster than the work, and then it was told that nothing was done.
        Assert.All(answers, a => Assert.True(a.Code == 0 || (a.Code == RpcCode.Overload && a.IsUnbegun), $"{a.Code} {a.Text}"));
        Assert.Equal(host.Target.Echoed.Count, answers.Count(a => a.Code == 0));
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

    private static Task AnswerLargeAsync(RpcInvocation call)
    {
        var writer = new JceWriter(call.Answer);
        writer.WriteBytes(0, new byte[100_000]);
        writer.Flush();
        return Task.CompletedTask;
    }

    internal static byte[] Wait(int number, int timeoutMs = 30_000) => RawConnection.Request(number, "wait", (ref JceWriter w) => w.WriteInt32(1, number), timeoutMs);

    internal static (int Id, int Code) Outcome(RawConnection.ReadAnswer answer) => (answer.Id, answer.Code);
}
