using System.Net;
using System.Net.Sockets;

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
