using Hongbao.Contracts;
using Hongbao.Foundation.Stores;
using Microsoft.Extensions.Logging;

namespace Hongbao.Foundation.Messaging;

/// <summary>
/// Handlers of a module that runs in another process: a message is handed over by a call, and counts as handled when that process has committed its effects. While it
/// cannot be reached, messages fail at once, so that handlers of other modules get theirs meanwhile.
/// </summary>
public sealed class RemoteHandlers
{
    // A portion is one transaction over there; a late one is delivered again, and known by its number.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // Who failed so late did not answer at all.
    private static readonly TimeSpan TooLong = TimeSpan.FromSeconds(9);

    // At least; otherwise as long as the call took, so that no more than half of the time is spent on who does not answer.
    private static readonly TimeSpan RestMin = TimeSpan.FromSeconds(1);
    private readonly string _module;
    private readonly IMessagePost _post;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly Pause _away;

    private RemoteHandlers(string module, IMessagePost post, TimeProvider clock, ILogger log)
    {
        (_module, _post, _clock, _log) = (module, post, clock, log);
        _away = new Pause(clock);
    }

    /// <summary>Subscribes a module's handlers that are in another process.</summary>
    /// <param name="bus">This process's.</param>
    /// <param name="module">Lower case.</param>
    /// <param name="post">Reaches its process.</param>
    /// <param name="clock">For deadlines.</param>
    /// <param name="log">Told when messages begin to wait, and when they go again.</param>
    public static void Subscribe(MessageBus bus, string module, IMessagePost post, TimeProvider clock, ILogger log)
    {
        var handlers = new RemoteHandlers(module, post, clock, log);
        foreach (var listener in Listener.All.Where(l => l.Module == module))
        {
            var unknown = new Pause(clock);
            bus.Subscribe(listener, (deliveries, cancellationToken) => handlers.HandAsync(listener, unknown, deliveries, cancellationToken));
        }
    }

    private async Task HandAsync(Listener listener, Pause unknown, IReadOnlyList<Delivery> deliveries, CancellationToken cancellationToken)
    {
        if (_away.Lasts || unknown.Lasts)
        {
            throw new HandlerUnreachableException($"{listener.Handler} could not be reached a moment ago");
        }

        var began = _clock.GetTimestamp();
        var context = CallContext.ForSystem(CallContext.DefaultApp);
        context.DeadlineMs = (_clock.GetUtcNow() + Patience).ToUnixTimeMilliseconds();
        var response = await _post.DeliverAsync(context, new DeliverRequest
        {
            Topic = listener.Topic,
            Handler = listener.Handler,
            Items = [.. deliveries.Select(static d => new Parcel { MessageId = d.MessageId, Context = d.Context, Payload = d.Payload, Attempt = d.Attempt })],
        }, cancellationToken).ConfigureAwait(false);
        var reason = $"{response.Result.Code} {response.Result.Detail}".TrimEnd();
        if (!response.Result.IsOk() && !response.Refused && !response.Unknown && !response.Late)
        {
            var took = _clock.GetElapsedTime(began);
            if (_away.Begin(took > RestMin ? took : RestMin))
            {
                _log.LogWarning("Messages for {Module} wait: {Handler} could not be reached: {Reason}", _module, listener.Handler, reason);
            }

            throw new HandlerUnreachableException($"{listener.Handler} could not be reached: {reason}", took >= TooLong);
        }

        if (_away.End() is { } away)
        {
            _log.LogWarning("Messages for {Module} go again, after {Away}", _module, away);
        }

        if (response.Unknown)
        {
            // Perhaps a version before: its other handlers get their messages meanwhile.
            if (unknown.Begin(RestMin))
            {
                _log.LogWarning("Messages of {Topic} wait: the process with {Module} does not know {Handler}", listener.Topic, _module, listener.Handler);
            }

            throw new HandlerUnreachableException($"{listener.Handler} could not be reached: {reason}");
        }

        if (unknown.End() is { } waited)
        {
            _log.LogWarning("Messages of {Topic} go again, after {Waited}", listener.Topic, waited);
        }

        if (response.Refused)
        {
            throw new InvalidOperationException(response.Result.Detail);
        }

        if (response.Late)
        {
            throw new StoreException(StoreFault.Transient, $"{listener.Handler}: {reason}");
        }
    }

    /// <summary>Keeps calls away from who just failed. It goes by the time that passes: clocks may be set back.</summary>
    private sealed class Pause(TimeProvider clock)
    {
        private readonly Lock _gate = new();
        private long? _since;
        private long _from;
        private TimeSpan _rest;

        public bool Lasts
        {
            get
            {
                lock (_gate)
                {
                    return _since is not null && clock.GetElapsedTime(_from) < _rest;
                }
            }
        }

        /// <summary>True when it was not on before.</summary>
        public bool Begin(TimeSpan rest)
        {
            lock (_gate)
            {
                var isFirst = _since is null;
                _from = clock.GetTimestamp();
                _since ??= _from;
                _rest = rest;
                return isFirst;
            }
        }

        /// <summary>How long it was on; null when it was not.</summary>
        public TimeSpan? End()
        {
            lock (_gate)
            {
                TimeSpan? lasted = _since is { } since ? clock.GetElapsedTime(since) : null;
                _since = null;
                return lasted;
            }
        }
    }
}
