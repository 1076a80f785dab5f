using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Hongbao.Foundation.Scheduling;

namespace Hongbao.Jce.Rpc.Tests;

public sealed class StopTests
{
    [Fact]
    public async Task Stopping_server_asks_to_leave_answers_what_it_read_and_refuses_the_rest()
    {
        await using var host = new EchoHost();
        using var raw = await host.ConnectRawAsync();
        await raw.SendAsync(LoadTests.Wait(1));
        await Poll.UntilAsync(() => host.Target.Entered == 1, "it runs");
        var stopped = host.Server.StopAsync();

        var push = await raw.ReadAnswerAsync();
        Assert.Equal((0, 0, RpcNames.Reconnect), (push.Id, push.Code, push.Text));
        await raw.SendAsync(FramingTests.Echo(2, "late"));
        Assert.Equal((2, RpcCode.Overload), LoadTests.Outcome(await raw.ReadAnswerAsync()));
        await raw.SendAsync(RawConnection.Request(3, "tars_ping"));
        Assert.Equal((3, 0), LoadTests.Outcome(await raw.ReadAnswerAsync()));
        await Assert.ThrowsAnyAsync<SocketException>(() => new TcpClient().ConnectAsync(new IPEndPoint(IPAddress.Loopback, host.Server.Endpoints[0].Port)));
        Assert.False(stopped.IsCompleted);
        host.Target.Release(1);
        Assert.Equal((1, 0), LoadTests.Outcome(await raw.ReadAnswerAsync()));
        // Whoever does not leave is left.
        await raw.AssertClosedAsync();
        raw.Dispose();
        await stopped.WaitAsync(Poll.Deadline);
        Assert.Equal(0, host.Server.ConnectionCount);
    }

    [Fact]
    public async Task Patience_ends_and_what_still_runs_is_cancelled()
    {
        await using var host = new EchoHost(new() { DrainPatience = TimeSpan.FromMilliseconds(200) });
        using var raw = await host.ConnectRawAsync();
        await raw.SendAsync(LoadTests.Wait(1, timeoutMs: 0));
        await Poll.UntilAsync(() => host.Target.Entered == 1, "it runs");
        var stopped = host.Server.StopAsync();

        Assert.Equal(0, (await raw.ReadAnswerAsync()).Id);
        Assert.Equal((1, RpcCode.Timeout), LoadTests.Outcome(await raw.ReadAnswerAsync()));
        await raw.AssertClosedAsync();
        raw.Dispose();
        await stopped.WaitAsync(Poll.Deadline);
    }

    [Fact]
    public async Task Patience_ends_and_what_still_waits_is_refused_and_never_run()
    {
        await using var host = new EchoHost(new() { ConcurrencyMax = 1, DrainPatience = TimeSpan.FromMilliseconds(200) });
        using var raw = await host.ConnectRawAsync();
        await raw.SendAsync([.. LoadTests.Wait(1, timeoutMs: 0), .. LoadTests.Wait(2, timeoutMs: 0), .. FramingTests.Echo(3, "waits")]);
        await raw.SendAsync(RawConnection.Request(9, "tars_ping"));
        Assert.Equal(9, (await raw.ReadAnswerAsync()).Id);
        await Poll.UntilAsync(() => host.Target.Entered == 1, "the first runs");
        var stopped = host.Server.StopAsync();

        Assert.Equal(0, (await raw.ReadAnswerAsync()).Id);
        for (var id = 2; id <= 3; id++)
        {
            var answer = await raw.ReadAnswerAsync();
            Assert.Equal((id, RpcCode.Overload, true), (answer.Id, answer.Code, answer.IsUnbegun));
        }

        Assert.Equal((1, RpcCode.Timeout), LoadTests.Outcome(await raw.ReadAnswerAsync()));
        raw.Dispose();
        await stopped.WaitAsync(Poll.Deadline);
        Assert.Equal((1, 0), (host.Target.Entered, host.Target.Echoed.Count));
        Assert.Contains(host.Events, e => e.Kind == RpcEventKind.Refused && e.Text.StartsWith("2 requests", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Stop_takes_no_longer_than_both_its_patiences_whatever_others_do()
    {
        var clock = new ManualClock(DateTimeOffset.UnixEpoch);
        var isRunning = false;
        CancellationToken late = default;
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // Not disposed: on this clock a stop that takes longer never ends.
        var server = OneServant.Start(async call =>
        {
            isRunning = true;
            await release.Task;
            late = call.CancellationToken;
            ended.SetResult();
        }, new() { Clock = clock, DrainPatience = TimeSpan.FromMilliseconds(800), LeavePatience = TimeSpan.FromMilliseconds(200) });
        using var raw = await RawConnection.ConnectAsync(server);
        await raw.SendAsync(OneServant.Request(1, timeoutMs: 0));
        await Poll.UntilAsync(() => isRunning, "it runs");
        var stopped = server.StopAsync();
        clock.Advance(TimeSpan.FromMilliseconds(1000));

        await stopped.WaitAsync(Poll.Deadline);
        // What goes on regardless shall not go on any longer than it must.
        release.SetResult();
        await ended.Task.WaitAsync(Poll.Deadline);
        Assert.True(late.IsCancellationRequested);
    }

    [Fact]
    public async Task Call_that_a_leaving_server_has_begun_is_not_made_again_though_its_servant_says_overload()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var runs = new ConcurrentQueue<int>();
        RpcServer Start(int which) => OneServant.Start(async _ =>
        {
            runs.Enqueue(which);
            await release.Task;
            throw new RpcException(RpcCode.Overload, "half of it is done");
        });
        await using var first = Start(0);
        await using var second = Start(1);
        var events = new ConcurrentQueue<RpcEvent>();
        await using var client = new RpcClient(new() { Timeout = TimeSpan.FromSeconds(20), Log = events.Enqueue });
        var call = client.Channel($"{first.AddressOf(RawConnection.Servant)}:{second.Endpoints[0]}").Begin("run").InvokeAsync(default);
        await Poll.UntilAsync(() => !runs.IsEmpty, "one runs it");
        var stopped = (runs.First() == 0 ? first : second).StopAsync();
        await Poll.UntilAsync(() => events.Any(e => e.Kind == RpcEventKind.Reconnect), "the client was asked to leave");
        release.SetResult();

        var e = await Assert.ThrowsAsync<RpcException>(() => call);
        Assert.Equal((RpcCode.Overload, "half of it is done"), (e.Code, e.Message));
        await stopped.WaitAsync(Poll.Deadline);
        Assert.Single(runs);
    }

    [Fact]
    public async Task Stopping_one_of_two_servers_under_load_loses_no_call()
    {
        await using var leaving = new EchoHost();
        await using var staying = new EchoHost();
        await using var client = new RpcClient(new() { Timeout = TimeSpan.FromSeconds(20) });
        var echo = new EchoProxy(client.Channel($"{leaving.Address}:{staying.Server.Endpoints[0]}"));
        var stop = false;
        var answered = 0;
        var callers = Enumerable.Range(0, 32).Select(async caller =>
        {
            await Task.Yield();
            for (var i = 0; !Volatile.Read(ref stop); i++)
            {
                Assert.Equal($"{caller}/{i}", await echo.EchoAsync($"{caller}/{i}"));
                Interlocked.Increment(ref answered);
            }
        }).ToArray();
        await Poll.UntilAsync(() => leaving.Target.Echoed.Count > 2000 && staying.Target.Echoed.Count > 2000, "both answer");
        await leaving.Server.StopAsync().WaitAsync(Poll.Deadline);
        var before = staying.Target.Echoed.Count;
        await Poll.UntilAsync(() => staying.Target.Echoed.Count > before + 2000, "the other goes on");
        Volatile.Write(ref stop, true);
        await Task.WhenAll(callers);

        // Every call was answered, and run once.
        Assert.Equal(answered, leaving.Target.Echoed.Count + staying.Target.Echoed.Count);
        Assert.Equal(answered, leaving.Target.Echoed.Concat(staying.Target.Echoed).Distinct().Count());
    }

    [Fact]
    public async Task Stopping_the_only_server_under_load_tells_of_each_call_whether_it_was_run()
    {
        await using var host = new EchoHost();
        await using var client = new RpcClient(new() { Timeout = TimeSpan.FromSeconds(2) });
        var echo = new EchoProxy(client.Channel(host.Address));
        var answered = 0;
        var refused = 0;
        var callers = Enumerable.Range(0, 32).Select(async caller =>
        {
            await Task.Yield();
            for (var i = 0; ; i++)
            {
                try
                {
                    await echo.EchoAsync($"{caller}/{i}");
                    Interlocked.Increment(ref answered);
                }
                catch (RpcException e)
                {
                    Assert.True(!e.WasSent || e.Code == RpcCode.Overload, $"{e.Code} {e.Message}");
                    Interlocked.Increment(ref refused);
                    return;
                }
            }
        }).ToArray();
        await Poll.UntilAsync(() => host.Target.Echoed.Count > 3000, "it answers");
        await host.Server.StopAsync().WaitAsync(Poll.Deadline);
        await Task.WhenAll(callers).WaitAsync(Poll.Deadline);

        Assert.Equal(32, refused);
        Assert.Equal(answered, host.Target.Echoed.Count);
    }

    [Fact]
    public async Task Stopping_twice_or_before_the_start_is_harmless()
    {
        var server = new RpcServer();
        await server.StopAsync();
        await server.DisposeAsync();
        var host = new EchoHost();
        await host.Server.StopAsync();
        await host.DisposeAsync();
    }
}
