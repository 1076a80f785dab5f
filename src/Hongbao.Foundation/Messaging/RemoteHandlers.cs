using Hongbao.Contracts;

namespace Hongbao.Foundation.Messaging;

/// <summary>
/// Handlers of a module that runs in another process: a message is handed over by a call, and counts as handled when that process has committed its effects. While it
/// cannot be reached, messages fail at once, so that handlers of other modules get theirs meanwhile.
/// </summary>
public sealed class RemoteHandlers
{
    // A portion is one transaction over there; a late one is delivered again, and known by its number.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);
    private readonly IMessagePost _post;
    private readonly TimeProvider _clock;
    private long _restUntilMs;

    private RemoteHandlers(IMessagePost post, TimeProvider clock) => (_post, _clock) = (post, clock);

    /// <summary>Subscribes a module's handlers that are in another process.</summary>
    /// <param name="bus">This process's.</param>
    /// <param name="module">Lower case.</param>
    /// <param name="post">Reaches its process.</param>
    /// <param name="clock">For deadlines.</param>
    public static void Subscribe(MessageBus bus, string module, IMessagePost post, TimeProvider clock)
    {
        var handlers = new RemoteHandlers(post, clock);
        foreach (var listener in Listener.All.Where(l => l.Module == module))
        {
            bus.Subscribe(listener.Topic, listener.Handler, (deliveries, cancellationToken) => handlers.HandAsync(listener, deliveries, cancellationToken));
        }
    }

    private async Task HandAsync(Listener listener, IReadOnlyList<Delivery> deliveries, CancellationToken cancellationToken)
    {
        var now = _clock.GetUtcNow();
        if (now.ToUnixTimeMilliseconds() < Volatile.Read(ref _restUntilMs))
        {
            throw new HandlerUnreachableException($"{listener.Handler} could not be reached a moment ago");
        }

        var context = CallContext.ForSystem(CallContext.DefaultApp);
        context.DeadlineMs = (now + Patience).ToUnixTimeMilliseconds();
        var response = await _post.DeliverAsync(context, new DeliverRequest
        {
            Topic = listener.Topic,
            Handler = listener.Handler,
            Items = [.. deliveries.Select(static d => new Parcel { MessageId = d.MessageId, Context = d.Context, Payload = d.Payload, Attempt = d.Attempt })],
        }, cancellationToken).ConfigureAwait(false);
        if (response.Refused)
        {
            throw new InvalidOperationException(response.Result.Detail);
        }

        if (!response.Result.IsOk())
        {
            Volatile.Write(ref _restUntilMs, (_clock.GetUtcNow() + Rest).ToUnixTimeMilliseconds());
            throw new HandlerUnreachableException($"{listener.Handler} could not be reached: {response.Result.Code} {response.Result.Detail}".TrimEnd());
        }
    }
}
