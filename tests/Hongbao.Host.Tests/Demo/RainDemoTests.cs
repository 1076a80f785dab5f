using static Hongbao.Host.Tests.Demo.DemoTests;

namespace Hongbao.Host.Tests.Demo;

/// <summary>The rain against a real server whose messages are late and come again, and against one that lies.</summary>
public sealed class RainDemoTests : IAsyncLifetime
{
    private readonly RealServer _server = new() { More = """, "Campaign": { "CheckMs": 300 }, "Messaging": { "Faults": { "DelayMsMax": 500, "RepeatPermille": 300 } }""" };

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_rain_on_a_real_server_is_exact_to_the_cent()
    {
        var (exitCode, output) = await RunAsync("--b2c", "--users", "40", "--packets", "12", "--seed", "7", "--url", _server.Url);

        Assert.True(exitCode == 0, output);
        Assert.Contains("Exact to the cent", output, StringComparison.Ordinal);
        Assert.Contains("Messaging__Faults__RepeatPermille", output, StringComparison.Ordinal);
        Assert.Contains("paid out", output, StringComparison.Ordinal);
        Assert.Contains("draws as the client saw them", output, StringComparison.Ordinal);
        Assert.Empty((await FaultsAsync(_server))["operations"]!.AsArray());
    }

    [Fact]
    public async Task A_rain_that_tells_a_winner_a_cent_too_much_is_found_out()
    {
        var looks = 0;
        await using var proxy = await StubServer.StartAsync(app => Forward(_server, app, (request, body) =>
        {
            if (body?["amount"] is { } amount && request.Path.Value!.EndsWith("/draws", StringComparison.Ordinal))
            {
                body["amount"] = amount.GetValue<long>() + (Interlocked.Increment(ref looks) == 1 ? 1 : 0);
            }
        }));

        var (exitCode, output) = await RunAsync("--b2c", "--users", "12", "--packets", "4", "--deadline", "20", "--url", proxy.Url);

        Assert.True(exitCode == 1, output);
        Assert.Contains("BROKEN every win is a prize", output, StringComparison.Ordinal);
        Assert.Contains("NOT EXACT", output, StringComparison.Ordinal);
    }
}
