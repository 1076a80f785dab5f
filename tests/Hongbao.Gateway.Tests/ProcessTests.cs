using Hongbao.Foundation.Health;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Hongbao.Gateway.Tests;

public sealed class ProcessTests : IAsyncLifetime
{
    private GatewayHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await GatewayHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Alive_is_alive() => Assert.Equal("""{"status":"ALIVE"}""", (await _host.GetAsync("/healthz", null)).Body);

    [Fact]
    public async Task Ready_names_each_dependency()
    {
        var answer = await _host.GetAsync("/readyz", null);
        Assert.Equal((200, """{"status":"READY","dependencies":[{"name":"store.core","state":"READY"}]}"""), (answer.Status, answer.Body));
    }

    [Fact]
    public async Task One_dependency_that_is_not_ready_takes_the_process_out()
    {
        _host.Store.Check = () => Task.FromResult(ReadinessState.NotReady("the clock is 3 s off"));
        var answer = await _host.GetAsync("/readyz", null);
        Assert.Equal(
            (503, """{"status":"NOT_READY","dependencies":[{"name":"store.core","state":"NOT_READY","detail":"the clock is 3 s off"}]}"""),
            (answer.Status, answer.Body));
        Assert.Equal("1", answer.Header("Retry-After"));
        Assert.Equal(200, (await _host.GetAsync("/healthz", null)).Status);
    }

    [Fact]
    public async Task A_dependency_that_is_not_needed_is_shown_and_leaves_the_process_in()
    {
        (_host.Store.IsNeeded, _host.Store.Check) = (false, () => Task.FromResult(ReadinessState.NotReady("unavailable")));
        var answer = await _host.GetAsync("/readyz", null);
        Assert.Equal(
            (200, """{"status":"READY","dependencies":[{"name":"store.core","state":"NOT_READY","detail":"unavailable"}]}"""),
            (answer.Status, answer.Body));
    }

    [Theory]
    [InlineData("/healthz", true, 200)]
    [InlineData("/healthz", false, 200)]
    [InlineData("/readyz", true, 200)]
    [InlineData("/readyz", false, 503)]
    public async Task Asking_for_the_head_alone_answers_as_get_without_a_body(string path, bool isReady, int status)
    {
        _host.Store.Check = () => Task.FromResult(isReady ? ReadinessState.Ready : ReadinessState.NotReady("no"));
        var get = await _host.GetAsync(path, null);
        var head = await _host.SendAsync(HttpMethod.Head, path, null, null);
        Assert.Equal((status, status, ""), (get.Status, head.Status, head.Body));
        foreach (var name in new[] { "Content-Type", "Content-Length", "Cache-Control", "Retry-After" })
        {
            Assert.Equal(get.Header(name), head.Header(name));
        }
    }

    [Fact]
    public async Task A_check_that_throws_is_not_ready_and_shows_nothing_of_the_inside()
    {
        _host.Store.Check = () => throw new InvalidOperationException("secret-host");
        var answer = await _host.GetAsync("/readyz", null);
        Assert.Equal(503, answer.Status);
        Assert.DoesNotContain("secret-host", answer.Body, StringComparison.Ordinal);
        Assert.Contains(_host.Logs.Lines, l => l.Contains("secret-host", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_check_that_never_ends_is_not_ready()
    {
        _host.Store.Check = () => new TaskCompletionSource<ReadinessState>().Task;
        var answer = await _host.GetAsync("/readyz", null);
        Assert.Equal((503, "no answer in time"), (answer.Status, answer.Json.GetProperty("dependencies")[0].GetProperty("detail").GetString()));
    }

    [Fact]
    public async Task A_process_that_stops_is_not_ready()
    {
        // A request that is under way keeps the server up while it stops.
        var (entered, leave) = (new TaskCompletionSource(), new TaskCompletionSource());
        _host.Store.Check = async () =>
        {
            entered.SetResult();
            await leave.Task;
            return ReadinessState.Ready;
        };
        var call = _host.GetAsync("/readyz", null);
        await entered.Task.WaitAsync(TimeSpan.FromSeconds(10));
        _host.App.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        leave.SetResult();
        var answer = await call;
        Assert.Equal((503, "STOPPING"), (answer.Status, answer.Json.GetProperty("status").GetString()));
    }
}
