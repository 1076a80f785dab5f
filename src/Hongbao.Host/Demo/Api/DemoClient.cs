using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Time;

namespace Hongbao.Host.Demo.Api;

/// <summary>
/// Speaks HTTP with a running server and nothing else. A request without a clear answer is sent again as it is, as an app would; a server that
/// sheds is asked again when it says, those who were told the same time not all at once.
/// </summary>
internal sealed class DemoClient(HttpClient http, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstRest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestTold = TimeSpan.FromSeconds(10);
    private readonly SecureRandomSource _chance = new();
    private readonly List<TimeSpan> _claimTimes = [];
    private readonly List<TimeSpan> _drawTimes = [];
    private readonly Lock _gate = new();
    private long _requests;
    private long _repeated;

    /// <summary>Where the server is.</summary>
    public Uri Url => http.BaseAddress!;

    /// <summary>Requests that were sent, repetitions included.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    /// <summary>Requests that had to be sent again for want of a clear answer.</summary>
    public long Repeated => Interlocked.Read(ref _repeated);

    /// <summary>How long each claim took, in order of length.</summary>
    public IReadOnlyList<TimeSpan> ClaimTimes => Ordered(_claimTimes);

    /// <summary>How long each draw took, in order of length.</summary>
    public IReadOnlyList<TimeSpan> DrawTimes => Ordered(_drawTimes);

    public static DemoClient Connect(Uri url, TimeProvider clock) => new(
        new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 256, ConnectTimeout = TimeSpan.FromSeconds(5), UseProxy = !url.IsLoopback })
        {
            BaseAddress = url,
            Timeout = TimeSpan.FromSeconds(20),
        }, clock);

    public Task<ApiAnswer> GetAsync(string path, string? token, CancellationToken cancellationToken) => SendAsync(HttpMethod.Get, path, token, null, cancellationToken);

    public Task<ApiAnswer> PutAsync(string path, string? token, object body, CancellationToken cancellationToken) => SendAsync(HttpMethod.Put, path, token, body, cancellationToken);

    public Task<ApiAnswer> PostAsync(string path, string? token, object? body, CancellationToken cancellationToken) => SendAsync(HttpMethod.Post, path, token, body, cancellationToken);

    /// <summary>Takes a share, measured.</summary>
    public Task<ApiAnswer> ClaimAsync(long packetNo, string token, CancellationToken cancellationToken) =>
        MeasureAsync(_claimTimes, $"api/v1/packets/{packetNo}/claims", token, cancellationToken);

    /// <summary>Draws in a round, measured.</summary>
    public Task<ApiAnswer> DrawAsync(long campaignId, int round, string token, CancellationToken cancellationToken) =>
        MeasureAsync(_drawTimes, $"api/v1/campaigns/{campaignId}/rounds/{round}/draws", token, cancellationToken);

    /// <summary>A development token; role is operator, admin or empty.</summary>
    /// <exception cref="DemoStoppedException">The server gives none.</exception>
    public async Task<string> TakeTokenAsync(long uid, string role, CancellationToken cancellationToken)
    {
        var text = uid.ToString(CultureInfo.InvariantCulture);
        var answer = await PostAsync("api/v1/dev/token", null, role.Length == 0 ? new { uid = text } : new { uid = text, role }, cancellationToken);
        return answer.IsOk ? answer.Read<TokenShape>().Token : throw new DemoStoppedException(
            $"{Url} gives no development tokens ({answer.Summary}), which the demo needs for its users. They exist only in the embedded profile, while every listening address is "
            + "loopback and Dev:Tokens is on. Start such a server with \"hongbao serve\" and name it with --url http://127.0.0.1:8080.");
    }

    public void Dispose() => http.Dispose();

    private async Task<ApiAnswer> MeasureAsync(List<TimeSpan> times, string path, string token, CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
        var answer = await PostAsync(path, token, null, cancellationToken);
        var elapsed = clock.GetElapsedTime(start);
        lock (_gate)
        {
            times.Add(elapsed);
        }

        return answer;
    }

    private IReadOnlyList<TimeSpan> Ordered(List<TimeSpan> times)
    {
        lock (_gate)
        {
            return [.. times.Order()];
        }
    }

    /// <summary>Sends until there is a clear answer; the same request sent again gives the same answer.</summary>
    /// <exception cref="DemoStoppedException">None in 30 s.</exception>
    private async Task<ApiAnswer> SendAsync(HttpMethod method, string path, string? token, object? body, CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            string failure;
            var isConnected = true;
            var told = TimeSpan.Zero;
            try
            {
                var answer = await SendOnceAsync(method, path, token, body, cancellationToken);
                if (!IsUnclear(answer))
                {
                    return answer;
                }

                failure = answer.Summary;
                told = answer.ComeAgainAfter < LongestTold ? answer.ComeAgainAfter : LongestTold;
            }
            catch (HttpRequestException e)
            {
                failure = e.Message;
                isConnected = e.HttpRequestError is not (HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                failure = "no answer in time";
            }

            // A server that never answered is not there; one that did may be on its way back.
            if (clock.GetElapsedTime(start) > Patience || (!isConnected && Requests <= 1))
            {
                throw new DemoStoppedException($"{Url} cannot be reached or does not answer ({method} {path}: {failure}). Is the server running? Start one with \"hongbao serve\", or name another with --url.");
            }

            Interlocked.Increment(ref _repeated);
            var rest = BackOff.Doubling(FirstRest, attempt, LongestRest);
            await Task.Delay(told > TimeSpan.Zero ? told + TimeSpan.FromMilliseconds(_chance.Below((int)told.TotalMilliseconds)) : rest, clock, cancellationToken);
        }
    }

    private async Task<ApiAnswer> SendOnceAsync(HttpMethod method, string path, string? token, object? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        request.Content = body is null ? null : JsonContent.Create(body);
        Interlocked.Increment(ref _requests);
        using var response = await http.SendAsync(request, cancellationToken);
        return new ApiAnswer((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellationToken))
        {
            ComeAgainAfter = response.Headers.RetryAfter?.Delta ?? TimeSpan.Zero,
        };
    }

    private static bool IsUnclear(ApiAnswer answer) => (HttpStatusCode)answer.Status switch
    {
        HttpStatusCode.TooManyRequests => answer.Code != "CLAIM_BUSY",
        HttpStatusCode.RequestTimeout => true,
        _ => answer.Status >= 500,
    };
}
