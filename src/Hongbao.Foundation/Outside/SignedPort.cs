using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Hongbao.Contracts;
using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Signing;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.CircuitBreaker;

namespace Hongbao.Foundation.Outside;

/// <summary>
/// Asks one configured address by signed JSON. Everything but a complete answer in time is no answer; after repeated
/// failures it stops asking for some seconds, so that a dead service costs nobody its timeout.
/// </summary>
internal sealed class SignedPort : IDisposable
{
    /// <summary>Questions under way at once; more get no answer at once instead of queueing.</summary>
    internal const int OutstandingMax = 256;

    /// <summary>Failures within <see cref="SamplingDuration"/> that stop the asking, if they are at least half of the questions.</summary>
    internal const int FailuresMin = 10;

    internal static readonly TimeSpan SamplingDuration = TimeSpan.FromSeconds(10);
    internal static readonly TimeSpan BreakDuration = TimeSpan.FromSeconds(5);

    internal static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        AllowDuplicateProperties = false,
        NumberHandling = JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString,
        RespectNullableAnnotations = true,
    };

    private readonly string _name;
    private readonly Uri _address;
    private readonly TimeSpan _timeout;
    private readonly CallbackSignature _signature;
    private readonly TimeProvider _clock;
    private readonly IRandomSource _chance;
    private readonly ILogger _log;
    private readonly HttpClient _client;
    private readonly ResiliencePipeline _breaker;
    private int _outstanding;

    public SignedPort(string name, OutsidePortOptions options, TimeProvider clock, IRandomSource chance, ILogger log)
    {
        _name = name;
        _address = new Uri(options.Url);
        _timeout = TimeSpan.FromMilliseconds(options.TimeoutMs);
        _signature = new CallbackSignature(Convert.FromBase64String(options.Key));
        _clock = clock;
        _chance = chance;
        _log = log;
        _client = OutboundClient.Create(_timeout);
        _breaker = new ResiliencePipelineBuilder { TimeProvider = clock }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<NoAnswerException>(),
                FailureRatio = 0.5,
                MinimumThroughput = FailuresMin,
                SamplingDuration = SamplingDuration,
                BreakDuration = BreakDuration,
                OnOpened = _ =>
                {
                    log.LogError("The outside port {Port} fails too often; it is not asked for {Seconds} s", name, BreakDuration.TotalSeconds);
                    return default;
                },
                OnClosed = _ =>
                {
                    log.LogInformation("The outside port {Port} answers again", name);
                    return default;
                },
            })
            .Build();
        if (_address.Scheme == Uri.UriSchemeHttp && !_address.IsLoopback)
        {
            log.LogWarning("The outside port {Port} is asked over plain http: whoever is on the way can change its answers. Use https", name);
        }
    }

    private sealed class NoAnswerException(string reason, Exception? inner = null) : Exception(reason, inner);

    private sealed record Question<TRequest>(string Port, string App, long Uid, string TraceId, bool Shadow, string Locale, TRequest Request);

    /// <summary>How long a caller may still wait by his deadline; null when it has passed.</summary>
    public static TimeSpan? WaitOf(CallContext context, TimeProvider clock)
    {
        if (context.DeadlineMs == 0)
        {
            return Timeout.InfiniteTimeSpan;
        }

        var left = context.DeadlineMs - clock.GetUtcNow().ToUnixTimeMilliseconds();
        return left <= 0 ? null : TimeSpan.FromMilliseconds(Math.Min(left, 3_600_000));
    }

    /// <summary>Asks once. Null means no answer; the reason is logged.</summary>
    public async Task<TAnswer?> AskAsync<TRequest, TAnswer>(CallContext context, TRequest request)
        where TAnswer : class
    {
        var body = JsonSerializer.Serialize(
            new Question<TRequest>(_name, context.App, context.Uid, context.TraceId, context.Shadow, context.Locale, request), Json);
        if (Interlocked.Increment(ref _outstanding) > OutstandingMax)
        {
            Interlocked.Decrement(ref _outstanding);
            _log.LogWarning("The outside port {Port} has {Max} questions under way already", _name, OutstandingMax);
            return null;
        }

        try
        {
            return await _breaker.ExecuteAsync(
                static async (state, _) => await state.Port.SendAsync<TAnswer>(state.body).ConfigureAwait(false),
                (Port: this, body),
                CancellationToken.None).ConfigureAwait(false);
        }
        catch (BrokenCircuitException)
        {
            return null;
        }
        catch (NoAnswerException e)
        {
            _log.LogWarning("The outside port {Port} gave no answer: {Reason}", _name, e.Message);
            return null;
        }
        finally
        {
            Interlocked.Decrement(ref _outstanding);
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<TAnswer> SendAsync<TAnswer>(string body)
        where TAnswer : class
    {
        using var patience = new CancellationTokenSource(_timeout, _clock);
        try
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, _address) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
            message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
            _signature.AddTo(message, body, _clock, _chance);

            // Reads the whole body too, up to the client's bound.
            using var response = await _client.SendAsync(message, patience.Token).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
            {
                throw new NoAnswerException($"status {(int)response.StatusCode}");
            }

            if (response.Content.Headers.ContentType?.MediaType != "application/json")
            {
                throw new NoAnswerException("the answer is not application/json");
            }

            return JsonSerializer.Deserialize<TAnswer>(await response.Content.ReadAsByteArrayAsync(patience.Token).ConfigureAwait(false), Json)
                ?? throw new NoAnswerException("the answer is empty");
        }
        catch (OperationCanceledException e)
        {
            throw new NoAnswerException($"nothing came within {_timeout.TotalMilliseconds} ms", e);
        }
        catch (HttpRequestException e)
        {
            throw new NoAnswerException(e.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded
                ? $"the answer is larger than {OutboundClient.AnswerBytesMax} bytes"
                : $"{e.HttpRequestError}: {e.Message}", e);
        }
        catch (JsonException e)
        {
            // Without the inner message: it may repeat what the other side sent.
            throw new NoAnswerException($"the answer is malformed at line {e.LineNumber}, byte {e.BytePositionInLine}", e);
        }
    }
}
