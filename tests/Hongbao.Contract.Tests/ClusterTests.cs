using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Hongbao.Foundation.Stores;
using Hongbao.Testing;

namespace Hongbao.Contract.Tests;

/// <summary>What six processes do while one of them is away.</summary>
public sealed class ClusterTests
{
    [Fact]
    public async Task A_role_that_is_away_takes_only_its_own_work_with_it()
    {
        await using var database = await TestDatabase.CreateAsync(SqlDialect.Postgres);
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var offers = new Queue<int>([((IPEndPoint)taken.LocalEndpoint).Port]);

        // The first port that is offered is somebody else's: the cluster takes others.
        var settings = new Dictionary<string, string> { ["HONGBAO_Core__CountMax"] = "77" };
        await using var cluster = await ServerCluster.StartAsync(
            database, settings, ports: count => [.. Enumerable.Range(0, count).Select(_ => offers.TryDequeue(out var port) ? port : FreePort())]);
        Assert.Empty(offers);
        using var api = cluster.Connect();
        using var http = new HttpClient();
        Assert.Equal(77, (await api.GetAsync("/api/v1/limits", 1001))["maxCount"].GetInt32());
        var packetNo = (await api.PostAsync("/api/v1/packets", 1001, RunningServer.Body())).Text("packetNo");

        // It gives no tokens to anyone; who has its key makes them.
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(http, cluster.Url + "/api/v1/dev/users"));
        using var body = new StringContent("""{"uid":"9","role":"admin"}""", null, "application/json");
        using (var refused = await http.PostAsync(new Uri(cluster.Url + "/api/v1/dev/token"), body))
        {
            Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
        }

        using var signed = new HttpRequestMessage(HttpMethod.Get, "/ops/v1/campaigns");
        signed.Headers.Authorization = new("Bearer", await TokenAsync(cluster.Settings, "9", "--role", "operator"));
        Assert.True((await api.ReadAsync(signed)).IsOk);

        // Only the gateway has the HTTP interface to describe.
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(http, cluster.Url + "/openapi/v1.json"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(http, cluster.UrlOf("query") + "/openapi/v1.json"));

        foreach (var role in new[] { "query", "async", "finance", "campaign" })
        {
            await cluster.KillAsync(role);
            var (status, dependencies) = await ReadinessAsync(http, cluster.Url);
            Assert.Equal((HttpStatusCode.OK, "NOT_READY", "READY"), (status, dependencies["role." + role], dependencies["role.core"]));
        }

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "OVERLOADED"), Refusal(await api.GetAsync($"/api/v1/packets/{packetNo}", 1001)));
        Assert.True((await api.PostAsync("/api/v1/packets", 1001, RunningServer.Body())).IsOk);

        await cluster.KillAsync("core");
        var (code, states) = await ReadinessAsync(http, cluster.Url);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "NOT_READY"), (code, states["role.core"]));
        Assert.Equal(77, (await api.GetAsync("/api/v1/limits", 1001))["maxCount"].GetInt32());

        // It starts without anybody, and is whole when all are back.
        await cluster.KillAsync("gateway");
        await cluster.StartAsync("gateway");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "OVERLOADED"), Refusal(await api.GetAsync("/api/v1/limits", 1001)));
        foreach (var role in new[] { "core", "query", "async", "finance", "campaign" })
        {
            await cluster.StartAsync(role);
        }

        await cluster.UntilReadyAsync();
        Assert.True((await api.GetAsync($"/api/v1/packets/{packetNo}", 1001)).IsOk);
        Assert.All(await cluster.InterruptAsync(), static e => Assert.Equal((e.Role, 0), e));
    }

    private static async Task<string> TokenAsync(IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        var start = new ProcessStartInfo(ServerProcess.Executable, ["token", .. arguments]) { RedirectStandardOutput = true };
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return output.Trim();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient http, string url)
    {
        using var answer = await http.GetAsync(new Uri(url));
        return answer.StatusCode;
    }

    private static async Task<(HttpStatusCode Status, Dictionary<string, string> States)> ReadinessAsync(HttpClient http, string url)
    {
        using var answer = await http.GetAsync(new Uri(url + "/readyz"));
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return (answer.StatusCode, body.RootElement.GetProperty("dependencies").EnumerateArray()
            .ToDictionary(static d => d.GetProperty("name").GetString()!, static d => d.GetProperty("state").GetString()!));
    }

    private static (HttpStatusCode Status, string Code) Refusal(Answer answer) => (answer.Status, answer.Code);
}
