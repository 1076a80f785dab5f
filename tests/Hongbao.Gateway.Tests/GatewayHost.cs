using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Hongbao.Foundation.Health;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hongbao.Gateway.Tests;

/// <summary>The gateway on a real Kestrel on loopback, with fakes behind it.</summary>
internal sealed class GatewayHost : IAsyncDisposable
{
    private GatewayHost(WebApplication app)
    {
        App = app;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        Http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Address };
    }

    public WebApplication App { get; }

    public Uri Address { get; }

    public HttpClient Http { get; }

    public TestClock Clock { get; private init; } = new();

    public FakeCore Core { get; private init; } = new();

    public FakeAsync Async { get; private init; } = new();

    public FakeQuery Query { get; private init; } = new();

    public FakeFinance Finance { get; private init; } = new();

    public FakeCampaigns Campaigns { get; private init; } = new();

    public FakeProfiles Profiles { get; private init; } = new();

    public FakeCheck Store { get; private init; } = new("store.core");

    public CapturedLogs Logs { get; private init; } = new();

    public DevTokenGate Gate => App.Services.GetRequiredService<DevTokenGate>();

    /// <summary>A setting for <see cref="StartAsync"/>: the framework's most talkative lines are captured too.</summary>
    public static (string Key, string Value) TraceEverything => ("Tests:Trace", "1");

    public static async Task<GatewayHost> StartAsync(params (string Key, string Value)[] settings)
    {
        var (clock, core, async, query, finance, campaigns, profiles, store, logs) = (
            new TestClock(), new FakeCore(), new FakeAsync(), new FakeQuery(), new FakeFinance(), new FakeCampaigns(), new FakeProfiles(), new FakeCheck("store.core"), new CapturedLogs());
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders().AddProvider(logs).SetMinimumLevel(LogLevel.Trace);
        if (!settings.Contains(TraceEverything))
        {
            builder.Logging.AddFilter("Microsoft", LogLevel.Information);
        }

        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Gateway:Keys:0:Kid"] = Tokens.HmacKid,
            ["Gateway:Keys:0:Algorithm"] = "HS256",
            ["Gateway:Keys:0:Key"] = Convert.ToBase64String(Tokens.HmacKey),
            ["Gateway:Keys:1:Kid"] = Tokens.EcdsaKid,
            ["Gateway:Keys:1:Algorithm"] = "ES256",
            ["Gateway:Keys:1:Pem"] = Tokens.PublicPem,
            ["Gateway:WebRoot"] = Path.Combine(Path.GetTempPath(), "hongbao-no-such-folder"),
        });
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        builder.Services.AddSingleton<TimeProvider>(clock).AddSingleton<IRedPacketCore>(core).AddSingleton<IRedPacketAsync>(async).AddSingleton<IRedPacketQuery>(query)
            .AddSingleton<IFinance>(finance).AddSingleton<IFinanceOperations>(finance)
            .AddSingleton<ICampaigns>(campaigns).AddSingleton<ICampaignOperations>(campaigns).AddSingleton<IProfiles>(profiles).AddSingleton<IReadinessCheck>(store);
        builder.Services.AddGateway();
        var app = builder.Build();
        app.UseGateway().MapGateway();
        await app.StartAsync();
        return new GatewayHost(app)
        {
            Clock = clock,
            Core = core,
            Async = async,
            Query = query,
            Finance = finance,
            Campaigns = campaigns,
            Profiles = profiles,
            Store = store,
            Logs = logs,
        };
    }

    public string Token(object? sub = null, string? role = null, string? app = null) => Tokens.Sign(Tokens.Claims(Clock, sub, role, app));

    public async Task<Answer> SendAsync(HttpMethod method, string path, object? body = null, string? token = "", params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Length == 0 ? Token() : token);
        }

        request.Content = body switch
        {
            null => null,
            HttpContent content => content,
            string text => new StringContent(text, Encoding.UTF8, "application/json"),
            _ => new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json"),
        };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await Http.SendAsync(request);
        return new Answer(response.StatusCode, response.Headers, response.Content.Headers, await response.Content.ReadAsStringAsync());
    }

    public Task<Answer> GetAsync(string path, string? token = "", params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, null, token, headers);

    public Task<Answer> PostAsync(string path, object? body = null, string? token = "", params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, body, token, headers);

    public Task<Answer> PutAsync(string path, object? body, string? token = "") => SendAsync(HttpMethod.Put, path, body, token);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await App.StopAsync();
        await App.DisposeAsync();
    }
}

/// <summary>What came back.</summary>
internal sealed record Answer(HttpStatusCode Code, HttpResponseHeaders Headers, HttpContentHeaders ContentHeaders, string Body)
{
    public int Status => (int)Code;

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    public string? Header(string name) => Headers.TryGetValues(name, out var values) || ContentHeaders.TryGetValues(name, out values) ? string.Join(",", values) : null;

    /// <summary>Checks that this is a well-formed problem with a code.</summary>
    public Answer IsProblem(int status, string code)
    {
        Assert.Equal((status, "application/problem+json"), (Status, ContentHeaders.ContentType?.MediaType));
        Assert.Equal(status, Json.GetProperty("status").GetInt32());
        Assert.Equal(code, Json.GetProperty("code").GetString());
        Assert.NotEmpty(Json.GetProperty("title").GetString()!);
        Assert.NotEmpty(Json.GetProperty("detail").GetString()!);
        Assert.Matches("^[0-9a-f]{32}$", Json.GetProperty("traceId").GetString());
        return this;
    }

    /// <summary>Checks that a field is named at fault, and only that.</summary>
    public void Blames(string field)
    {
        IsProblem(400, "VALIDATION_FAILED");
        Assert.Equal([field], Json.GetProperty("errors").EnumerateObject().Select(p => p.Name));
    }
}
