namespace Hongbao.Gateway.Auth;

/// <summary>Values under secrets that all live equally long. Bounded: when it is full the oldest go first. Thread safe.</summary>
internal sealed class ExpiringTable<T>(TimeSpan lifetime, int capacity, TimeProvider clock)
    where T : class
{
    private readonly Lock _gate = new();
    private readonly Dictionary<SecretHash, (T Value, DateTimeOffset Until)> _values = [];

    // Also holds secrets that were taken, until they would have ended: so the bound is on this.
    private readonly Queue<(SecretHash Secret, DateTimeOffset Until)> _byAge = new();

    /// <returns>When it ends.</returns>
    public DateTimeOffset Add(SecretHash secret, T value)
    {
        var now = clock.GetUtcNow();
        var until = now + lifetime;
        lock (_gate)
        {
            while (_byAge.TryPeek(out var oldest) && (oldest.Until <= now || _byAge.Count >= capacity))
            {
                _byAge.Dequeue();
                _values.Remove(oldest.Secret);
            }

            _values.Add(secret, (value, until));
            _byAge.Enqueue((secret, until));
        }

        return until;
    }

    /// <summary>The value, or null when there is none or its time is over.</summary>
    public T? Find(SecretHash secret)
    {
        lock (_gate)
        {
            return _values.TryGetValue(secret, out var found) && clock.GetUtcNow() < found.Until ? found.Value : null;
        }
    }

    /// <summary>Like <see cref="Find"/>, and nobody finds it again.</summary>
    public T? Take(SecretHash secret)
    {
        lock (_gate)
        {
            return _values.Remove(secret, out var taken) && clock.GetUtcNow() < taken.Until ? taken.Value : null;
        }
    }
}
