using Hongbao.Contracts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Foundation.Messaging;

/// <summary>Handlers whose modules run in another process: a message is handed over by a call, and counts as handled when that process has committed its effects.</summary>
public static class RemoteHandlers
{
    // A portion is one transaction over there; a late one is delivered again, and known by its number.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Subscribes a module's handlers that are in another process.</summary>
    /// <param name="bus">This process's.</param>
    /// <param name="module">Lower case.</param>
    /// <param name="post">Reaches its process.</param>
    /// <param name="clock">For deadlines.</param>
    public static void Subscribe(MessageBus bus, string module, IMessagePost post, TimeProvider clock)
    {
        foreach (var listener in Listener.All.Where(l => l.Module == module))
        {
            bus.Subscribe(listener.Topic, listener.Handler, (deliveries, cancellationToken) => HandAsync(post, listener, deliveries, clock, cancellationToken));
        }
    }

    private static async Task HandAsync(
        IMessagePost post, Listener listener, IReadOnlyList<Delivery> deliveries, TimeProvider clock, CancellationToken cancellationToken)
    {
        var context = CallContext.ForSystem(CallContext.DefaultApp);
        context.DeadlineMs = (clock.GetUtcNow() + Patience).ToUnixTimeMilliseconds();
        var response = await post.DeliverAsync(context, new DeliverRequest
        {
            Topic = listener.Topic,
            Handler = listener.Handler,
            Items = [.. deliveries.Select(static d => new Parcel { MessageId = d.MessageId, Context = d.Context, Payload = d.Payload, Attempt = d.Attempt })],
        }, cancellationToken).ConfigureAwait(false);
        switch (response.Result.Code)
        {
            case ResultCode.Ok:
                break;
            case ResultCode.Internal:
                throw new InvalidOperationException(response.Result.Detail);
            default:
                // Trouble of the way or of the other store never kills a message.
                throw new StoreException(StoreFault.Unavailable, $"{listener.Handler} could not be reached: {response.Result.Detail}");
        }
    }
}
