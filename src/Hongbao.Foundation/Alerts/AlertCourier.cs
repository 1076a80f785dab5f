using System.Net;
using System.Text;
using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Outside;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;
using Microsoft.Extensions.Logging;

namespace Hongbao.Foundation.Alerts;

/// <summary>Alerts of one kind and key that were raised and are not stored yet.</summary>
internal sealed record RaisedAlert(string Kind, string Key, string Text, long Count, long FirstAt, long LastAt);

/// <summary>
/// Stores what the <see cref="AlertSink"/> holds and sends it to the webhooks of <see cref="AlertOptions"/>, at least once each. What is
/// about the same thing is merged while it waits; after sending, a repeat within the quiet period only counts. Messages
/// are paced for all processes together, and a webhook that is down is left alone for a growing while, over restarts too.
/// </summary>
public sealed class AlertCourier : IDisposable
{
    /// <summary>Between two messages to one webhook: below Feishu's 5 a second and 100 a minute in every window.</summary>
    internal static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(650);

    internal static readonly TimeSpan RestMax = TimeSpan.FromMinutes(1);
    internal static readonly TimeSpan AsideMax = TimeSpan.FromMinutes(10);
    internal static readonly TimeSpan Retention = TimeSpan.FromDays(30);

    private const int KindsMax = 100;
    private const int KeysMax = 200;
    private const int TextsMax = 1_000;
    private const int UnstoredMax = 10_000;
    private static readonly TimeSpan PostTimeout = TimeSpan.FromSeconds(10);

    // Who dies while sending holds the webhook this long.
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    // What another process left behind is found this often.
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(30);

    private readonly IStore _store;
    private readonly AlertStore _alerts;
    private readonly AlertSink _sink;
    private readonly AlertOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger<AlertCourier> _log;
    private readonly HttpClient _client = OutboundClient.Create(PostTimeout);
    private readonly List<AlertWebhook> _webhooks = [];
    private readonly Dictionary<(string Kind, string Key), RaisedAlert> _unstored = [];
    private readonly int _allBits;

    /// <summary>Sends nothing before <see cref="Attach"/>.</summary>
    /// <param name="store">Of the module that sends; it has Foundation's tables.</param>
    /// <param name="sink">The process's; this is its listener.</param>
    /// <param name="options">Checked by <see cref="AlertOptionsValidation"/>.</param>
    /// <param name="clock">For pace, back-off, quiet period and signatures.</param>
    /// <param name="chance">For nonces.</param>
    /// <param name="log">Where webhooks that do not work are told.</param>
    public AlertCourier(IStore store, AlertSink sink, AlertOptions options, TimeProvider clock, IRandomSource chance, ILogger<AlertCourier> log)
    {
        _store = store;
        _alerts = new AlertStore(store);
        _sink = sink;
        _options = options;
        _clock = clock;
        _log = log;
        if (options.FeishuUrl.Length > 0)
        {
            _webhooks.Add(new FeishuBot(options, clock));
        }

        if (options.WebhookUrl.Length > 0)
        {
            _webhooks.Add(new GenericWebhook(options, clock, chance));
        }

        _allBits = _webhooks.Sum(w => w.Bit);
    }

    /// <summary>Adds the workers: one stores and settles, one for each webhook sends, one forgets what is old.</summary>
    public void Attach(IScheduler scheduler)
    {
        var senders = _webhooks.ConvertAll(w => scheduler.Add($"{_store.Module}.alerts.{w.Name}", c => SendAsync(w, c)));
        var keeper = scheduler.Add($"{_store.Module}.alerts", c => KeepAsync(senders, c));
        scheduler.Add($"{_store.Module}.alerts.purge", async cancellationToken =>
            await _alerts.PurgeAsync(NowMs() - (long)Retention.TotalMilliseconds, cancellationToken).ConfigureAwait(false)
                ? NextRun.Now
                : NextRun.After(TimeSpan.FromHours(1)));
        _sink.OnRaised(keeper.Wake);
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private async Task<NextRun> KeepAsync(List<IWorker> senders, CancellationToken cancellationToken)
    {
        var now = NowMs();
        var drained = _sink.Drain();
        foreach (var alert in drained)
        {
            Merge(alert, now);
        }

        if (_unstored.Count > 0)
        {
            // Kept in memory until the store has them: a store that is down throws here.
            await _alerts.AddAsync(_unstored.Values, now, _options.QuietMinutes * 60_000L, cancellationToken).ConfigureAwait(false);
            _unstored.Clear();
        }

        // Also after a webhook has left the settings: its share is not waited for.
        await _alerts.SettleAsync(_allBits, now, cancellationToken).ConfigureAwait(false);
        foreach (var sender in senders)
        {
            sender.Wake();
        }

        return drained.Count > 0 ? NextRun.Now : NextRun.After(PollInterval);
    }

    private void Merge(Alert alert, long now)
    {
        var (kind, key, text) = (Cut(alert.Kind, KindsMax), Cut(alert.Key, KeysMax), Cut(alert.Text, TextsMax));
        if (_unstored.TryGetValue((kind, key), out var before))
        {
            _unstored[(kind, key)] = before with { Text = text, Count = before.Count + 1, LastAt = now };
        }
        else if (_unstored.Count < UnstoredMax)
        {
            _unstored.Add((kind, key), new RaisedAlert(kind, key, text, 1, now, now));
        }
        else
        {
            _log.LogError("Alert {Kind} {Key} is only in the log: {Count} others wait for the store already", kind, key, UnstoredMax);
        }
    }

    private async Task<NextRun> SendAsync(AlertWebhook webhook, CancellationToken cancellationToken)
    {
        // Looking costs no write.
        if (await _alerts.DueAtAsync(webhook.Name, webhook.Bit, cancellationToken).ConfigureAwait(false) is not { } dueAt)
        {
            return NextRun.WhenWoken;
        }

        var now = NowMs();
        if (dueAt > now)
        {
            return NextRun.After(TimeSpan.FromMilliseconds(dueAt - now));
        }

        var (taken, failures) = await _alerts.TakeAsync(
            webhook.Name, webhook.Bit, webhook.MostNext, now, (long)Lease.TotalMilliseconds, cancellationToken).ConfigureAwait(false);
        if (taken.Count == 0)
        {
            return NextRun.After(Pace);
        }

        var alerts = FittingOneMessage(taken);
        var (outcome, reason) = await PostAsync(webhook, alerts, cancellationToken).ConfigureAwait(false);
        now = NowMs();
        if (outcome == PostOutcome.Accepted)
        {
            webhook.MostNext = Math.Min(webhook.MostNext * 2, AlertWebhook.AlertsMax);
            await _alerts.DeliveredAsync(webhook.Name, webhook.Bit, _allBits, alerts, now, now + (long)Pace.TotalMilliseconds, cancellationToken)
                .ConfigureAwait(false);
            return NextRun.Now;
        }

        _log.LogError("The alert webhook '{Webhook}' does not take alerts ({Failures} times in a row): {Reason}", webhook.Name, failures + 1, reason);
        long? asideUntil = null;
        if (outcome == PostOutcome.Refused)
        {
            // One bad alert is found by halving and steps aside; it must not hold up the others.
            webhook.MostNext = Math.Max(alerts.Count / 2, 1);
            asideUntil = alerts.Count == 1 ? now + (long)Doubled(TimeSpan.FromMinutes(1), alerts[0].Attempts, AsideMax).TotalMilliseconds : null;
        }

        var rest = Doubled(TimeSpan.FromSeconds(1), failures, RestMax);
        await _alerts.FailedAsync(webhook.Name, alerts, now + (long)rest.TotalMilliseconds, asideUntil, cancellationToken).ConfigureAwait(false);
        return NextRun.Now;
    }

    private async Task<(PostOutcome Outcome, string Reason)> PostAsync(AlertWebhook webhook, List<StoredAlert> alerts, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(PostTimeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            using var message = webhook.Message(alerts);
            using var response = await _client.SendAsync(message, either.Token).ConfigureAwait(false);
            var status = (int)response.StatusCode;
            if (response.IsSuccessStatusCode)
            {
                var outcome = webhook.Judge(await response.Content.ReadAsByteArrayAsync(either.Token).ConfigureAwait(false));
                return (outcome, outcome == PostOutcome.Accepted ? "" : $"status {status}, and the answer says no");
            }

            var isRefusal = status is >= 400 and < 500 && response.StatusCode is not (HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests);
            return (isRefusal ? PostOutcome.Refused : PostOutcome.Unavailable, $"status {status}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (PostOutcome.Unavailable, $"nothing came within {PostTimeout.TotalSeconds} s");
        }
        catch (HttpRequestException e)
        {
            // Without the address: a bot's address is its password.
            return (PostOutcome.Unavailable, e.HttpRequestError.ToString());
        }
    }

    private static List<StoredAlert> FittingOneMessage(List<StoredAlert> alerts)
    {
        var bytes = 0;
        // The first always fits: its parts are bounded.
        return [.. alerts.TakeWhile(a => (bytes += Encoding.UTF8.GetByteCount(a.Kind) + Encoding.UTF8.GetByteCount(a.Key) + Encoding.UTF8.GetByteCount(a.Text) + 100)
            <= AlertWebhook.TextBytesMax)];
    }

    private static TimeSpan Doubled(TimeSpan first, int times, TimeSpan most) =>
        TimeSpan.FromSeconds(Math.Min(first.TotalSeconds * (1L << Math.Min(times, 20)), most.TotalSeconds));

    /// <summary>Bounded, and such that every store takes it: no zeros, no halves of characters.</summary>
    private static string Cut(string text, int most)
    {
        var cut = text.Length <= most ? text : text[..(most - 1)] + "…";
        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(cut.Replace("\0", "", StringComparison.Ordinal)));
    }

    private long NowMs() => _clock.GetUtcNow().ToUnixTimeMilliseconds();
}
