using System.Text.Json.Nodes;
using Hongbao.Host.Demo;
using Hongbao.Host.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Hongbao.Host.Tests.Demo;

/// <summary>The demo against a real server, and against one that lies.</summary>
public sealed class DemoTests(DemoTests.RealServer server) : IClassFixture<DemoTests.RealServer>
{
    private static readonly string[] Small = ["--users", "12", "--packets", "10", "--deadline", "60"];

    /// <summary>One for all tests: the demo has to be exact on a server with a history.</summary>
    public sealed class RealServer : IAsyncLifetime
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("hongbao-demo-").FullName;
        private Server? _server;

        public string Url => _server!.Urls.Single();

        /// <summary>More settings, as members of an object.</summary>
        public string More { get; init; } = "";

        public async ValueTask InitializeAsync()
        {
            // Shorter rests make the demo shorter.
            var settings = Path.Combine(_folder, "settings.json");
            await File.WriteAllTextAsync(settings, $$"""{ "Core": { "TtlSecondsMin": 1, "PaymentCheckMs": 300 }, "Async": { "CheckMs": 300 }, "Logging": { "LogLevel": { "Default": "None" } } {{More}} }""");
            _server = await Server.StartAsync(new ServeArguments(Path.Combine(_folder, "data"), "http://127.0.0.1:0", null, settings), CancellationToken.None);
        }

        public async ValueTask DisposeAsync()
        {
            await _server!.DisposeAsync();
            Directory.Delete(_folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_run_against_a_real_server_is_exact_to_the_cent(long seed)
    {
        var (exitCode, output) = await RunAsync([.. Small, "--url", server.Url, "--seed", $"{seed}"]);

        Assert.True(exitCode == 0, output);
        Assert.Contains("Exact to the cent", output, StringComparison.Ordinal);
        Assert.Contains("Finance is slow and forgetful", output, StringComparison.Ordinal);
        Assert.Contains("p99", output, StringComparison.Ordinal);
        Assert.Empty((await FaultsAsync(server))["operations"]!.AsArray());
    }

    [Fact]
    public async Task A_run_that_is_broken_off_puts_finance_s_switches_back()
    {
        // Of its own: a payment that is under way then would still arrive while another run counts.
        await using var own = new RealServer();
        await own.InitializeAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await using var proxy = await StubServer.StartAsync(app => Forward(own, app, (request, _) =>
        {
            // In the middle: finance misbehaves already.
            if (request.Path.StartsWithSegments("/cashier"))
            {
                stop.Cancel();
            }
        }));

        using var console = new WrittenConsole();
        var exitCode = await DemoCommand.Create(console.Console, TimeProvider.System).Parse(["--users", "4", "--packets", "1", "--url", proxy.Url])
            .InvokeAsync(cancellationToken: stop.Token);

        Assert.Equal(2, exitCode);
        Assert.Contains("Finance's fault switches are as they were before.", console.Text, StringComparison.Ordinal);
        Assert.Empty((await FaultsAsync(own))["operations"]!.AsArray());
    }

    [Theory]
    [InlineData("/claims", "amount", "acknowledged claim exists")]
    [InlineData("/wallet", "change", "balance")]
    [InlineData("/draw", "cap", "draw is genuine")]
    public async Task A_server_that_is_off_by_a_cent_is_found_out(string path, string field, string check)
    {
        var looks = 0;
        await using var proxy = await StubServer.StartAsync(app => Forward(server, app, (request, body) =>
        {
            if (body is not null && request.Path.Value!.EndsWith(path, StringComparison.Ordinal) && body[field] is { } value)
            {
                // Once is enough, and a wallet that always shows a cent more would look right.
                body[field] = value.GetValue<long>() + (Interlocked.Increment(ref looks) == 1 ? 1 : 0);
            }
        }));

        var (exitCode, output) = await RunAsync(["--users", "4", "--packets", "1", "--url", proxy.Url]);

        Assert.Equal(1, exitCode);
        Assert.Contains($"BROKEN {check}", output, StringComparison.Ordinal);
        Assert.Contains("NOT EXACT", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_there_are_no_development_tokens_it_says_what_to_do()
    {
        await using var stub = await StubServer.StartAsync(app =>
            app.MapGet("/api/v1/limits", () => Results.Json(new { currency = "CNY", maxCount = 100, minShare = 1, maxShare = 20_000, minTtlSeconds = 5 })));

        var (exitCode, output) = await RunAsync("--url", stub.Url);

        Assert.Equal(2, exitCode);
        Assert.Contains("gives no development tokens", output, StringComparison.Ordinal);
        Assert.Contains("Dev:Tokens", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_limits_are_too_narrow_or_nobody_answers_it_says_so()
    {
        string url;
        await using (var stub = await StubServer.StartAsync(app =>
            app.MapGet("/api/v1/limits", () => Results.Json(new { currency = "CNY", maxCount = 3, minShare = 1, maxShare = 20_000, minTtlSeconds = 5 }))))
        {
            url = stub.Url;
            var (narrow, said) = await RunAsync("--url", url);
            Assert.Equal(2, narrow);
            Assert.Contains("too narrow", said, StringComparison.Ordinal);
        }

        var (exitCode, output) = await RunAsync("--url", url);
        Assert.Equal(2, exitCode);
        Assert.Contains("cannot be reached", output, StringComparison.Ordinal);

        await using var other = await StubServer.StartAsync(app => app.MapFallback(() => "hello"));
        (exitCode, output) = await RunAsync("--url", other.Url);
        Assert.Equal(2, exitCode);
        Assert.Contains("does not answer like a hongbao server", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--users must be a whole number between 2 and 2000.", "--users", "1")]
    [InlineData("--users must be a whole number between 2 and 2000.", "--users", "2001")]
    [InlineData("--users must be a whole number between 2 and 5000.", "--b2c", "--users", "5001")]
    [InlineData("--users must be a whole number between 2 and 5000.", "--users", "1", "--b2c")]
    [InlineData("--packets must be a whole number between 1 and 2500.", "--packets", "2501", "--b2c")]
    [InlineData("--packets must be a whole number between 1 and 2000.", "--packets", "0")]
    [InlineData("--packets must be a whole number between 1 and 2000.", "--packets", "many")]
    [InlineData("--seed must be a whole number between", "--seed", "1.5")]
    [InlineData("--deadline must be a whole number between 1 and 3600.", "--deadline", "0")]
    [InlineData("--url must be an absolute http or https address", "--url", "127.0.0.1:8080")]
    public void Options_that_make_no_sense_are_refused_with_a_sentence(string message, params string[] arguments)
    {
        using var console = new WrittenConsole();

        Assert.Contains(DemoCommand.Create(console.Console, TimeProvider.System).Parse(arguments).Errors, e => e.Message.StartsWith(message, StringComparison.Ordinal));
    }

    internal static async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        using var console = new WrittenConsole();
        var exitCode = await DemoCommand.Create(console.Console, TimeProvider.System).Parse(arguments).InvokeAsync(cancellationToken: TestContext.Current.CancellationToken);
        return (exitCode, console.Text);
    }

    internal static async Task<JsonNode> FaultsAsync(RealServer server)
    {
        using var http = new HttpClient { BaseAddress = new Uri(server.Url) };
        using var answer = await http.PostAsync(new Uri("/api/v1/dev/token", UriKind.Relative), new StringContent("""{"uid":"1","role":"admin"}""", null, "application/json"));
        var token = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["token"]!.GetValue<string>();
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return JsonNode.Parse(await http.GetStringAsync(new Uri("/ops/v1/finance/faults", UriKind.Relative)))!;
    }

    /// <summary>Passes everything on to the real server; the answer's object may be looked at, and changed, on its way back.</summary>
    internal static void Forward(RealServer server, WebApplication app, Action<HttpRequest, JsonObject?> look)
    {
        var http = new HttpClient { BaseAddress = new Uri(server.Url) };
        app.Lifetime.ApplicationStopped.Register(http.Dispose);
        app.Run(async context =>
        {
            using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), context.Request.Path + context.Request.QueryString);
            if (context.Request.ContentLength > 0 || context.Request.Headers.TransferEncoding.Count > 0)
            {
                request.Content = new StreamContent(context.Request.Body);
                request.Content.Headers.TryAddWithoutValidation("Content-Type", context.Request.ContentType);
            }

            if (context.Request.Headers.Authorization is [var bearer])
            {
                request.Headers.TryAddWithoutValidation("Authorization", bearer);
            }

            using var answer = await http.SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            var body = answer.IsSuccessStatusCode && text.StartsWith('{') ? JsonNode.Parse(text)!.AsObject() : null;
            look(context.Request, body);
            context.Response.StatusCode = (int)answer.StatusCode;
            await context.Response.WriteAsync(body?.ToJsonString() ?? text);
        });
    }
}
