namespace Hongbao.Gateway.Auth;

/// <summary>
/// Values under secrets that all live equally long, each with an owner. Bounded: an owner who has his fill loses his own oldest, and when the
/// whole table is full the oldest of all goes. Thread safe.
/// </summary>
/// <param name="lifetime">How long a value lives.</param>
/// <param name="capacity">Most values in all.</param>
/// <param name="ownerCapacity">Most values of an owner; few, for they are searched in order.</param>
/// <param name="clock">Time.</param>
internal sealed class ExpiringTable<T>(TimeSpan lifetime, int capacity, int ownerCapacity, TimeProvider clock)
    where T : class
{
    private readonly Lock _gate = new();
    private readonly Dictionary<SecretHash, LinkedListNode<Entry>> _values = [];

    // These hold what is in _values and nothing else, oldest first: nobody can fill them but by values that count.
    private readonly LinkedList<Entry> _byAge = new();
    private readonly Dictionary<(string App, long Uid), List<SecretHash>> _byOwner = [];

    private sealed record Entry(SecretHash Secret, (string App, long Uid) Owner, T Value, DateTimeOffset Until);

    /// <summary>How many values and owners are held, those whose time is over included until the next one comes.</summary>
    public (int Values, int Owners) Held
    {
        get
        {
            lock (_gate)
            {
                return (_values.Count, _byOwner.Count);
            }
        }
    }

    /// <returns>When it ends.</returns>
    public DateTimeOffset Add((string App, long Uid) owner, SecretHash secret, T value)
    {
        var now = clock.GetUtcNow();
        var until = now + lifetime;
        lock (_gate)
        {
            while (_byAge.First is { } oldest && oldest.Value.Until <= now)
            {
                Remove(oldest);
            }

            if (_byOwner.TryGetValue(owner, out var own) && own.Count >= ownerCapacity)
            {
                Remove(_values[own[0]]);
            }
            else if (_values.Count >= capacity)
            {
                Remove(_byAge.First!);
            }

            _values.Add(secret, _byAge.AddLast(new Entry(secret, owner, value, until)));
            if (!_byOwner.TryGetValue(owner, out own))
            {
                _byOwner.Add(owner, own = []);
            }

            own.Add(secret);
        }

        return until;
    }

    /// <summary>The value, or null when there is none or its time is over.</summary>
    public T? Find(SecretHash secret)
    {
        lock (_gate)
        {
            return _values.TryGetValue(secret, out var found) && clock.GetUtcNow() < found.Value.Until ? found.Value.Value : null;
        }
    }

    /// <summary>Like <see cref="Find"/>, and nobody finds it again.</summary>
    public T? Take(SecretHash secret)
    {
        lock (_gate)
        {
            if (!_values.TryGetValue(secret, out var taken))
            {
                return null;
            }

            Remove(taken);
            return clock.GetUtcNow() < taken.Value.Until ? taken.Value.Value : null;
        }
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        var entry = node.Value;
        _values.Remove(entry.Secret);
        _byAge.Remove(node);
        var own = _byOwner[entry.Owner];
        own.Remove(entry.Secret);
        if (own.Count == 0)
        {
            _byOwner.Remove(entry.Owner);
        }
    }
}
