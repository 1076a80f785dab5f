using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Hongbao.Client.Http;
using Hongbao.Client.Yyb;
using Hongbao.Foundation.Scheduling;

namespace Hongbao.Client.Tests;

/// <summary>A request as it left the client.</summary>
public sealed record SentRequest(string Method, string Path, string? Token, string? Language, byte[] Bytes, string? ContentType)
{
    public string Body => Encoding.UTF8.GetString(Bytes);
}

/// <summary>A service that answers by a script, under a clock that stands still: only the client's own waits move it.</summary>
internal sealed class ScriptedService : HttpMessageHandler
{
    private readonly Queue<Func<SentRequest, CancellationToken, Task<HttpResponseMessage>>> _script = new();
    private readonly HttpClient _http;

    public ScriptedService() => _http = new HttpClient(this, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };

    public ManualClock Clock { get; } = new(new DateTimeOffset(2026, 2, 17, 0, 0, 0, TimeSpan.Zero));

    public List<SentRequest> Sent { get; } = [];

    /// <summary>What the client said before each wait.</summary>
    public List<CallWait> Waits { get; } = [];

    /// <summary>The lengths of the waits, milliseconds.</summary>
    public IEnumerable<int> WaitsMs => Waits.Select(w => (int)w.Duration.TotalMilliseconds);

    public CallOptions Watched => new() { Waiting = Waits.Add };

    public HongbaoClient Client(ClientOptions? options = null) => new(_http, new Uri("http://service.test/base"), OnClock(options));

    public YybClient Yyb(ClientOptions? options = null) => new(_http, new Uri("http://service.test/base"), OnClock(options));

    public ScriptedService Then(Func<SentRequest, CancellationToken, Task<HttpResponseMessage>> answer)
    {
        _script.Enqueue(answer);
        return this;
    }

    public ScriptedService Then(Func<SentRequest, HttpResponseMessage> answer) => Then((request, _) => Task.FromResult(answer(request)));

    public ScriptedService Answers(int status, string body, params (string Name, string Value)[] headers) => Then(_ => Answer(status, body, headers));

    public ScriptedService Refuses(int status, string code, string more = "", params (string Name, string Value)[] headers) =>
        Answers(status, $$"""{"type":"urn:x","status":{{status}},"title":"t","detail":"said","code":"{{code}}","traceId":"0af7"{{more}}}""", headers);

    /// <summary>The connection breaks: the request may have been carried out.</summary>
    public ScriptedService Breaks() => Then(_ => throw new HttpRequestException("The connection was reset."));

    /// <summary>No answer until the client gives up.</summary>
    public ScriptedService HangsUntil(Action<ScriptedService> happens) => Then(async (_, end) =>
    {
        var gone = new TaskCompletionSource<HttpResponseMessage>();
        await using var registration = end.Register(() => gone.TrySetCanceled(end));
        happens(this);
        return await gone.Task;
    });

    public static HttpResponseMessage Answer(int status, string body, params (string Name, string Value)[] headers)
    {
        var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, status < 400 ? "application/json" : "application/problem+json") };
        foreach (var (name, value) in headers)
        {
            response.Headers.TryAddWithoutValidation(name, value);
        }

        return response;
    }

    /// <summary>Runs a call to its end, moving the clock exactly by what it waits.</summary>
    public async Task<T> RunAsync<T>(Task<T> call)
    {
        for (var waited = 0; !call.IsCompleted; waited++)
        {
            Assert.True(waited < Waits.Count, "the call neither ends nor waits");
            Clock.Advance(Waits[waited].Duration);
        }

        return await call;
    }

    private ClientOptions OnClock(ClientOptions? options) => (options ?? new ClientOptions()) with { Clock = Clock, Jitter = () => 0.5 };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var sent = new SentRequest(
            request.Method.Method,
            request.RequestUri!.PathAndQuery,
            request.Headers.Authorization?.ToString(),
            request.Headers.AcceptLanguage.Count == 0 ? null : request.Headers.AcceptLanguage.ToString(),
            request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken),
            request.Content?.Headers.ContentType?.MediaType);
        Sent.Add(sent);
        Assert.True(_script.TryDequeue(out var answer), $"request {Sent.Count.ToString(CultureInfo.InvariantCulture)} is not in the script: {sent}");
        return await answer(sent, cancellationToken);
    }
}

/// <summary>A service that remembers packets by their request numbers, as the real one does.</summary>
internal sealed class PacketBook
{
    private readonly Dictionary<string, long> _packets = [];

    public int Packets => _packets.Count;

    public HttpResponseMessage Create(SentRequest request)
    {
        var number = JsonDocument.Parse(request.Body).RootElement.GetProperty("requestId").GetString()!;
        var isNew = !_packets.TryGetValue(number, out var packetNo);
        if (isNew)
        {
            packetNo = 7301 + _packets.Count;
            _packets[number] = packetNo;
        }

        return ScriptedService.Answer(isNew ? 201 : 200,
            $$"""{"packetNo":"{{packetNo}}","kind":"c2c","status":"PENDING_PAYMENT","expiresAt":"2026-02-17T00:15:00.000Z","seedHash":"ab"}""");
    }
}
