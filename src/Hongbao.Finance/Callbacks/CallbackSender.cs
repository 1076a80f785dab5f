using System.Text;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Faults;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Signing;
using Hongbao.Foundation.Stores;
using Microsoft.Extensions.Options;

namespace Hongbao.Finance.Callbacks;

/// <summary>Sends callbacks, each attempt with a fresh timestamp and nonce, until they are accepted or a day is over.</summary>
internal sealed class CallbackSender : IDisposable
{
    private const int BatchMax = 16;
    private const int BackoffFirstMs = 200;
    private const int BackoffMaxMs = 60_000;

    // Longer than an attempt may take: what was taken and not settled was taken by a process that died.
    private const int TakenForMs = 15_000;
    private const long GiveUpAfterMs = 24 * 3_600_000L;
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan IdleRest = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan NoTargetRest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TakenByOthersRest = TimeSpan.FromMilliseconds(100);

    private readonly FinanceStore _store;
    private readonly Uri? _configured;
    private readonly CallbackTarget _target;
    private readonly CallbackSignature _signature;
    private readonly TimeProvider _clock;
    private readonly IRandomSource _chance;
    private readonly AlertSink _alerts;
    private readonly HttpClient _http;

    public CallbackSender(
        FinanceStore store, IOptions<FinanceOptions> options, CallbackTarget target, TimeProvider clock, IRandomSource chance, AlertSink alerts,
        HttpMessageHandler? handler = null)
    {
        _store = store;
        _configured = options.Value.CallbackUrl.Length > 0 ? new Uri(options.Value.CallbackUrl) : null;
        _target = target;
        _signature = new CallbackSignature(Convert.FromBase64String(options.Value.CallbackKey));
        _clock = clock;
        _chance = chance;
        _alerts = alerts;
        _http = new HttpClient(handler ?? new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        })
        { Timeout = AttemptTimeout };
    }

    private sealed class Row
    {
        public long Id { get; init; }
        public string App { get; init; } = "";
        public string Operation { get; init; } = "";
        public string Body { get; init; } = "";
        public int Attempts { get; init; }
        public long CreatedAt { get; init; }
    }

    private sealed record Attempt(Row Row, string? Error);

    public void Dispose() => _http.Dispose();

    /// <summary>One step: sends what is due.</summary>
    public async Task<NextRun> SendDueAsync(CancellationToken cancellationToken)
    {
        var url = _configured ?? _target.Url;
        if (url is null)
        {
            return NextRun.After(NoTargetRest);
        }

        if (await UntilNextAsync(cancellationToken) is var rest && rest > TimeSpan.Zero)
        {
            return NextRun.After(rest);
        }

        var taken = await TakeAsync(cancellationToken);
        if (taken.Count == 0)
        {
            return NextRun.After(TakenByOthersRest);
        }

        await SettleAsync(await Task.WhenAll(taken.OrderBy(row => row.Id).Select(row => SendAsync(url, row, cancellationToken))), cancellationToken);
        return NextRun.Now;
    }

    private async Task<TimeSpan> UntilNextAsync(CancellationToken cancellationToken)
    {
        await using var session = await _store.ReadAsync(cancellationToken);
        var restMs = await session.FirstAsync<long?>("select min(next_at) - now_ms() from callbacks where state = 0", null, cancellationToken);
        return restMs is null ? IdleRest : TimeSpan.FromMilliseconds(Math.Clamp(restMs.Value, 0, (long)IdleRest.TotalMilliseconds));
    }

    private Task<List<Row>> TakeAsync(CancellationToken cancellationToken) => _store.WriteAsync(null, session => session.QueryAsync<Row>(
        new Sql(
            """
            update callbacks set next_at = now_ms() + @TakenForMs, attempts = attempts + 1
            where id in (select id from callbacks where state = 0 and next_at <= (select now_ms()) order by next_at, id limit @BatchMax)
            returning id, app, operation, body, attempts, created_at
            """,
            """
            update callbacks set next_at = now_ms() + @TakenForMs, attempts = attempts + 1
            where id in (select id from callbacks where state = 0 and next_at <= (select now_ms()) order by next_at, id limit @BatchMax for update skip locked)
            returning id, app, operation, body, attempts, created_at
            """),
        new { TakenForMs, BatchMax }, cancellationToken), cancellationToken);

    private async Task<Attempt> SendAsync(Uri url, Row row, CancellationToken cancellationToken)
    {
        Failpoint.Hit("finance.callback.before_send");
        var timestamp = _clock.GetUtcNow().ToUnixTimeSeconds().ToString(null, null);
        var nonce = _chance.Hex(16);
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent(row.Body, Encoding.UTF8, "application/json") };
        request.Headers.Add(CallbackSignature.TimestampHeader, timestamp);
        request.Headers.Add(CallbackSignature.NonceHeader, nonce);
        request.Headers.Add(CallbackSignature.SignatureHeader, _signature.Sign(timestamp, nonce, row.Body));
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            Failpoint.Hit("finance.callback.after_send");
            return new Attempt(row, response.IsSuccessStatusCode ? null : $"answered {(int)response.StatusCode}");
        }
        catch (HttpRequestException e)
        {
            return new Attempt(row, e.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new Attempt(row, $"no answer within {AttemptTimeout.TotalSeconds} s");
        }
    }

    private async Task SettleAsync(Attempt[] attempts, CancellationToken cancellationToken)
    {
        var accepted = attempts.Where(a => a.Error is null).Select(a => a.Row.Id).ToArray();
        var failed = attempts.Where(a => a.Error is not null).ToArray();
        var dead = await _store.WriteAsync(null, async session =>
        {
            var now = await session.NowMsAsync(cancellationToken);
            var anyOf = Sql.AnyOf(session.Dialect, "@ids");
            var ids = session.Longs(accepted);
            await session.ExecuteAsync($"delete from callbacks where id {anyOf} and sends_left <= 1", new { ids }, cancellationToken);
            await session.ExecuteAsync(
                $"update callbacks set sends_left = sends_left - 1, next_at = @now where id {anyOf}", new { ids, now }, cancellationToken);
            await session.ExecuteRowsAsync(new Sql(
                "update callbacks set state = @state, next_at = @next, last_error = @error where id = @id",
                """
                update callbacks c set state = t.state, next_at = t.next, last_error = t.error
                from unnest(@id, @state, @next, @error) as t (id, state, next, error) where c.id = t.id
                """),
                new ColumnBatch()
                    .Add("id", failed, a => a.Row.Id)
                    .Add("state", failed, a => (int)(IsOver(a.Row, now) ? CallbackState.Dead : CallbackState.Waiting))
                    .Add("next", failed, a => now + BackoffMs(a.Row.Attempts))
                    .Add("error", failed, a => a.Error!),
                cancellationToken);
            return failed.Where(a => IsOver(a.Row, now)).ToArray();
        }, cancellationToken);

        foreach (var attempt in dead)
        {
            _alerts.Raise(new Alert("finance.callback.dead", attempt.Row.Id.ToString(null, null),
                $"A finance callback ({attempt.Row.Operation}, app {attempt.Row.App}) was not accepted for 24 hours and is given up; last: {attempt.Error}. "
                + "The receiver still learns the outcome by asking; check the callback address and key."));
        }
    }

    private static bool IsOver(Row row, long now) => now - row.CreatedAt >= GiveUpAfterMs;

    /// <summary>0.2 s after the first failure, doubling to a minute.</summary>
    internal static int BackoffMs(int attempts) => Math.Min(BackoffFirstMs << Math.Min(attempts - 1, 10), BackoffMaxMs);
}
