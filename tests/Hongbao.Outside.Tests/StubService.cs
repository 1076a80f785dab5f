using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Hongbao.Outside.Tests;

/// <summary>A service on loopback that remembers what it was sent and answers as told.</summary>
internal sealed class StubService : IAsyncDisposable
{
    private readonly WebApplication _app;

    private StubService(WebApplication app) => _app = app;

    public sealed record Received(string Path, string ContentType, string Body, string Timestamp, string Nonce, string Signature);

    public ConcurrentQueue<Received> Requests { get; } = new();

    /// <summary>Answers a request; by default 200 with an empty JSON object.</summary>
    public Func<HttpContext, string, Task> Answer { get; set; } = (http, _) => JsonAsync(http, "{}");

    public string Url { get; private set; } = "";

    public static async Task<StubService> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        var stub = new StubService(builder.Build());
        stub._app.Run(stub.HandleAsync);
        await stub._app.StartAsync();
        stub.Url = stub._app.Urls.Single();
        return stub;
    }

    public static async Task JsonAsync(HttpContext http, string json, int status = 200)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(json);
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task HandleAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync();
        var headers = http.Request.Headers;
        Requests.Enqueue(new Received(http.Request.Path + http.Request.QueryString, http.Request.ContentType ?? "", body,
            headers["X-Hongbao-Timestamp"].ToString(), headers["X-Hongbao-Nonce"].ToString(), headers["X-Hongbao-Signature"].ToString()));
        await Answer(http, body);
    }
}
