using Microsoft.AspNetCore.Builder;

namespace Hongbao.Gateway.Tests;

/// <summary>From the stop on until the connections are closed.</summary>
public sealed class StopTests
{
    [Fact]
    public async Task A_stopping_process_refuses_new_requests_with_a_code_that_invites_to_repeat_and_closes_their_connections()
    {
        await using var host = await GatewayHost.StartAsync();
        Assert.Equal(200, (await host.GetAsync("/healthz")).Status);
        host.App.Lifetime.StopApplication();

        foreach (var path in new[] { "/api/v1/packets/1/claims", "/callbacks/finance", "/cashier/1/pay", "/no/such/path" })
        {
            var refused = (await host.PostAsync(path)).IsProblem(503, "OVERLOADED");
            Assert.Equal(("1", true), (refused.Header("Retry-After"), refused.Headers.ConnectionClose));
            Assert.Equal("nosniff", refused.Header("X-Content-Type-Options"));
        }

        Assert.Empty(host.Core.Asked);
        var ready = await host.GetAsync("/readyz");
        Assert.Equal((503, "STOPPING"), (ready.Status, ready.Json.GetProperty("status").GetString()));
        var alive = await host.GetAsync("/healthz");
        Assert.Equal((200, true), (alive.Status, alive.Headers.ConnectionClose));
    }
}
