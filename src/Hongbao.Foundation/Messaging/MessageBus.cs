using Hongbao.Contracts;
using Hongbao.Jce;

namespace Hongbao.Foundation.Messaging;

/// <summary>A message on its way to a handler; it may come more than once and in any order.</summary>
/// <param name="MessageId">Unique for the message, the same at every delivery.</param>
/// <param name="Topic">One of <see cref="Topics"/>.</param>
/// <param name="Context">The context of the change that the message tells about.</param>
/// <param name="Payload">The struct's bytes, as the sender wrote them.</param>
/// <param name="Attempt">From 1.</param>
public sealed record Delivery(string MessageId, string Topic, CallContext Context, byte[] Payload, int Attempt)
{
    // What this system wrote itself: bounded by the sizes of its batches, not by the limits for strangers.
    private static readonly JceLimits Own = new() { LengthMax = 64 << 20, CountMax = 1 << 22, TotalMax = 64 << 20 };

    // Several handlers of a process read the same message.
    private object? _content;

    /// <summary>The payload as a struct of the contract, the same object for every handler: nobody changes it.</summary>
    /// <exception cref="JceFormatException">The bytes are not that struct.</exception>
    public T Read<T>()
        where T : class, IJceStruct<T>
    {
        if (_content is T known)
        {
            return known;
        }

        var read = JceSerializer.Read<T>(Payload, Own);
        _content = read;
        return read;
    }
}

/// <summary>
/// Handles some messages in one transaction; returns when their effects are committed. Throwing leaves all of them to be
/// delivered again, in smaller portions.
/// </summary>
public delegate Task MessageHandler(IReadOnlyList<Delivery> deliveries, CancellationToken cancellationToken);

/// <summary>Who listens to what inside this process. Filled at start, read-only afterwards.</summary>
public sealed class MessageBus
{
    private readonly Dictionary<string, List<(string Handler, MessageHandler Handle)>> _subscriptions = new(StringComparer.Ordinal);

    /// <summary>How messages of this process misbehave; null when they do not.</summary>
    public MessageFaults? Faults { get; set; }

    /// <summary>Adds a handler of the contract.</summary>
    public void Subscribe(Listener listener, MessageHandler handle) => Subscribe(listener.Topic, listener.Handler, handle);

    /// <summary>Adds a handler; its name is unique for the topic, without commas, and goes into the inbox.</summary>
    public void Subscribe(string topic, string handler, MessageHandler handle)
    {
        if (handler.Contains(',', StringComparison.Ordinal))
        {
            throw new ArgumentException($"the name '{handler}' has a comma, which stands between names", nameof(handler));
        }

        if (!_subscriptions.TryGetValue(topic, out var list))
        {
            _subscriptions.Add(topic, list = []);
        }

        if (list.Any(s => s.Handler == handler))
        {
            throw new InvalidOperationException($"handler {handler} listens to {topic} already");
        }

        list.Add((handler, handle));
    }

    /// <summary>What is subscribed to, and by whom.</summary>
    public IEnumerable<(string Topic, string Handler)> Subscriptions => _subscriptions.SelectMany(static s => s.Value, static (s, h) => (s.Key, h.Handler));

    /// <summary>A handler by its name; null when this process has none of that name for the topic.</summary>
    internal MessageHandler? Find(string topic, string handler) => For(topic).FirstOrDefault(h => h.Handler == handler).Handle;

    internal IReadOnlyList<(string Handler, MessageHandler Handle)> For(string topic) =>
        _subscriptions.TryGetValue(topic, out var list) ? list : [];
}
