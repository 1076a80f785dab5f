using Hongbao.Contracts;
using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hongbao.Foundation.Alerts;

/// <summary>
/// Hands a process's alerts to Async's, which stores and sends them. Until that answers they wait in memory, bounded by the sink. When it has
/// not answered for a while, a process that has webhooks of its own and a store sends them itself: that Async is away has to be told, too.
/// </summary>
public sealed class AlertForwarding : IDisposable
{
    /// <summary>After so long without Async this process sends by itself.</summary>
    internal static readonly TimeSpan AloneAfter = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(30);
    private readonly AlertSink _sink;
    private readonly IAlertPost _post;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;

    // What it takes was logged already.
    private readonly AlertSink _own = new(NullLogger<AlertSink>.Instance);
    private readonly AlertCourier? _courier;
    private List<Alert> _waiting = [];
    private long? _failingSince;
    private bool _isAlone;

    /// <summary>Sends nothing before <see cref="Attach"/>.</summary>
    /// <param name="sink">The process's; this is its listener.</param>
    /// <param name="post">Reaches Async's process.</param>
    /// <param name="store">Of a module of this process, where alerts wait that it sends by itself; null when it has none.</param>
    /// <param name="options">Checked by <see cref="AlertOptionsValidation"/>.</param>
    /// <param name="clock">For deadlines, and for what the courier needs it.</param>
    /// <param name="chance">For nonces.</param>
    /// <param name="loggers">Where it is told that Async takes none.</param>
    public AlertForwarding(
        AlertSink sink, IAlertPost post, IStore? store, AlertOptions options, TimeProvider clock, IRandomSource chance, ILoggerFactory loggers)
    {
        (_sink, _post, _clock, _log) = (sink, post, clock, loggers.CreateLogger<AlertForwarding>());
        if (store is not null && options.HasWebhook())
        {
            _courier = new AlertCourier(store, _own, options, clock, chance, loggers.CreateLogger<AlertCourier>());
        }
    }

    /// <summary>Adds the workers.</summary>
    public void Attach(IScheduler scheduler)
    {
        _courier?.Attach(scheduler);
        _sink.OnRaised(scheduler.Add("alerts.forward", ForwardAsync).Wake);
    }

    /// <inheritdoc/>
    public void Dispose() => _courier?.Dispose();

    private async Task<NextRun> ForwardAsync(CancellationToken cancellationToken)
    {
        if (_waiting.Count == 0)
        {
            _waiting = _sink.Drain();
        }

        if (_waiting.Count == 0 && _failingSince is null)
        {
            return NextRun.After(PollInterval);
        }

        // Without any it only asks whether Async is back.
        if (await IsTakenAsync(cancellationToken).ConfigureAwait(false))
        {
            if (_isAlone)
            {
                _log.LogWarning("Async takes alerts again");
            }

            (_waiting, _failingSince, _isAlone) = ([], null, false);
            return NextRun.Now;
        }

        _failingSince ??= _clock.GetTimestamp();
        if (_clock.GetElapsedTime(_failingSince.Value) >= AloneAfter)
        {
            BeAlone();
        }

        return NextRun.After(_waiting.Count == 0 ? PollInterval : Rest);
    }

    private void BeAlone()
    {
        if (!_isAlone)
        {
            _isAlone = true;
            _log.LogWarning(
                "Async has taken no alerts for {Minutes} minutes: {Consequence}", AloneAfter.TotalMinutes,
                _courier is null ? "they wait in memory and stand in this log, for this process has no webhook (section Alerts) or no store" : "this process sends them itself");
        }

        if (_courier is not null)
        {
            _waiting.ForEach(_own.Raise);
            _waiting = [];
        }
    }

    private async Task<bool> IsTakenAsync(CancellationToken cancellationToken)
    {
        var context = CallContext.ForSystem(CallContext.DefaultApp);
        context.DeadlineMs = (_clock.GetUtcNow() + Patience).ToUnixTimeMilliseconds();
        var response = await _post.RaiseAsync(context, new RaiseRequest
        {
            Items = _waiting.ConvertAll(static a => new AlertNotice { Kind = a.Kind, Subject = a.Key, Text = a.Text }),
        }, cancellationToken).ConfigureAwait(false);
        return response.Result.IsOk();
    }
}
