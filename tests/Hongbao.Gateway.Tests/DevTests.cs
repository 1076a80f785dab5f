namespace Hongbao.Gateway.Tests;

public sealed class DevTests : IAsyncLifetime
{
    private GatewayHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await GatewayHost.StartAsync();
        _host.Gate.IsOpen = true;
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private async Task<string> TokenAsync(object body) => (await _host.PostAsync("/api/v1/dev/token", body, null)).Json.GetProperty("token").GetString()!;

    [Fact]
    public async Task A_closed_gate_looks_like_an_unknown_path()
    {
        _host.Gate.IsOpen = false;
        var token = (await _host.PostAsync("/api/v1/dev/token", new { uid = "1001" }, null)).IsProblem(404, "NOT_FOUND");
        var users = (await _host.GetAsync("/api/v1/dev/users", null)).IsProblem(404, "NOT_FOUND");
        var unknown = await _host.PostAsync("/api/v1/nothing", new { uid = "1001" }, null);
        Assert.Equal(unknown.Json.GetProperty("detail").GetString(), token.Json.GetProperty("detail").GetString());
        Assert.Equal(unknown.Json.GetProperty("title").GetString(), users.Json.GetProperty("title").GetString());
    }

    [Fact]
    public async Task The_gate_is_closed_until_the_host_opens_it()
    {
        await using var host = await GatewayHost.StartAsync();
        Assert.False(host.Gate.IsOpen);
    }

    [Fact]
    public async Task A_development_token_is_one_like_any_other()
    {
        var token = await TokenAsync(new { uid = "1001" });
        Assert.Equal("""{"uid":"1001","name":"user 1001","avatar":"/avatars/1001.svg","app":"default"}""", (await _host.GetAsync("/api/v1/me", token)).Body);
        Assert.Equal(403, (await _host.GetAsync("/ops/v1/finance/ledger", token)).Status);
        _host.Clock.Advance(TimeSpan.FromHours(25));
        Assert.Equal(401, (await _host.GetAsync("/api/v1/me", token)).Status);
    }

    [Fact]
    public async Task A_development_token_can_have_role_and_app()
    {
        var token = await TokenAsync(new { uid = "9", role = "operator", app = "shop" });
        Assert.Equal(200, (await _host.GetAsync("/ops/v1/finance/ledger", token)).Status);
        Assert.Equal(403, (await _host.GetAsync("/ops/v1/finance/faults", token)).Status);
        Assert.Equal("shop", (await _host.GetAsync("/api/v1/me", token)).Json.GetProperty("app").GetString());
        Assert.Equal(200, (await _host.GetAsync("/ops/v1/finance/faults", await TokenAsync(new { uid = "9", role = "admin" }))).Status);
    }

    [Fact]
    public async Task A_configured_issuer_signs_development_tokens_too()
    {
        await using var host = await GatewayHost.StartAsync(("Gateway:Issuer", "app"));
        host.Gate.IsOpen = true;
        var token = (await host.PostAsync("/api/v1/dev/token", new { uid = "1001" }, null)).Json.GetProperty("token").GetString();
        Assert.Equal(200, (await host.GetAsync("/api/v1/me", token)).Status);
    }

    [Theory]
    [InlineData("""{}""", "uid")]
    [InlineData("""{"uid":1001}""", "uid")]
    [InlineData("""{"uid":"01001"}""", "uid")]
    [InlineData("""{"uid":"9223372036854775808"}""", "uid")]
    [InlineData("""{"uid":"1","role":"root"}""", "role")]
    [InlineData("""{"uid":"1","app":"A b"}""", "app")]
    [InlineData("""[]""", "body")]
    public async Task A_request_for_a_token_is_read_strictly(string body, string field) => (await _host.PostAsync("/api/v1/dev/token", body, null)).Blames(field);

    [Fact]
    public async Task A_foreign_name_for_this_machine_gets_no_token()
    {
        foreach (var host in new[] { "evil.example", "127.0.0.1.evil.example", "10.0.0.1" })
        {
            Assert.Equal(404, (await _host.SendAsync(HttpMethod.Post, "/api/v1/dev/token", new { uid = "1" }, null, ("Host", host))).Status);
        }

        foreach (var host in new[] { "localhost:8080", "127.0.0.1", "[::1]:8080" })
        {
            Assert.Equal(200, (await _host.SendAsync(HttpMethod.Post, "/api/v1/dev/token", new { uid = "1" }, null, ("Host", host))).Status);
        }
    }

    [Theory]
    [InlineData("Forwarded", "for=192.0.2.1")]
    [InlineData("X-Forwarded-For", "192.0.2.1")]
    [InlineData("x-forwarded-proto", "https")]
    [InlineData("X-Forwarded-Host", "pay.example")]
    [InlineData("Via", "1.1 proxy")]
    [InlineData("X-Real-IP", "192.0.2.1")]
    [InlineData("X-Forwarded-For", "")]
    public async Task A_request_that_a_proxy_passed_on_gets_no_token(string header, string value)
    {
        (await _host.SendAsync(HttpMethod.Post, "/api/v1/dev/token", new { uid = "1" }, null, (header, value))).IsProblem(404, "NOT_FOUND");
        (await _host.GetAsync("/api/v1/dev/users", null, (header, value))).IsProblem(404, "NOT_FOUND");
    }

    [Fact]
    public async Task The_demo_users_are_eight()
    {
        var items = (await _host.GetAsync("/api/v1/dev/users", null)).Json.GetProperty("items");
        Assert.Equal(Enumerable.Range(1001, 8).Select(i => $"{i}"), items.EnumerateArray().Select(i => i.GetProperty("uid").GetString()));
        Assert.Equal("""{"uid":"1001","name":"user 1001","avatar":"/avatars/1001.svg"}""", items[0].GetRawText());
        Assert.Equal("""{"uid":"1008","name":"","avatar":""}""", items[7].GetRawText());
    }
}
