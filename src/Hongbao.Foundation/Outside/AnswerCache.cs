using System.Diagnostics.CodeAnalysis;

namespace Hongbao.Foundation.Outside;

/// <summary>
/// Keeps answers for a while, the least recently used leave first, and asks for a key once however many wait for it.
/// Failures are never kept. Thread safe.
/// </summary>
/// <remarks>
/// Not MemoryCache: at its size limit that refuses the new entry and makes room on the thread pool later, which neither
/// bounds exactly nor runs repeatably on a simulated clock.
/// </remarks>
internal sealed class AnswerCache<TKey, TValue>(int entriesMax, TimeProvider clock)
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = [];
    private readonly Dictionary<TKey, Flight> _flights = [];

    /// <summary>The values at hand.</summary>
    /// <param name="Found">By key; a key is missing when there was no answer for it.</param>
    /// <param name="IsWhole">False when some question got no answer in time.</param>
    public readonly record struct Answers(IReadOnlyDictionary<TKey, TValue> Found, bool IsWhole);

    private readonly record struct Entry(TKey Key, TValue Value, long SinceTimestamp, TimeSpan Lifetime);

    private sealed class Flight
    {
        /// <summary>Null when there was no answer.</summary>
        public TaskCompletionSource<IReadOnlyDictionary<TKey, TValue>?> Landing { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>How many answers are kept now, expired ones included.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>Takes what is kept, waits for what others ask, and asks for the rest in one go.</summary>
    /// <param name="keys">What to know.</param>
    /// <param name="ask">
    /// Asks outside; null means no answer. It has its own timeout and does not end with this caller, because others wait for it too.
    /// </param>
    /// <param name="lifetime">How long a value is kept; zero keeps it not at all.</param>
    /// <param name="wait">How long this caller waits.</param>
    /// <param name="cancellationToken">Ends this caller's waiting.</param>
    public async Task<Answers> GetAsync(
        IEnumerable<TKey> keys,
        Func<IReadOnlyList<TKey>, Task<IReadOnlyDictionary<TKey, TValue>?>> ask,
        Func<TValue, TimeSpan> lifetime,
        TimeSpan wait,
        CancellationToken cancellationToken)
    {
        var found = new Dictionary<TKey, TValue>();
        var awaited = new Dictionary<TKey, Flight>();
        var missing = new List<TKey>();
        var mine = new Flight();
        lock (_gate)
        {
            foreach (var key in keys)
            {
                if (found.ContainsKey(key) || awaited.ContainsKey(key))
                {
                    continue;
                }

                if (TryRead(key, out var value))
                {
                    found.Add(key, value);
                }
                else if (_flights.TryGetValue(key, out var flight))
                {
                    awaited.Add(key, flight);
                }
                else
                {
                    _flights.Add(key, mine);
                    awaited.Add(key, mine);
                    missing.Add(key);
                }
            }
        }

        if (awaited.Count == 0)
        {
            return new Answers(found, true);
        }

        if (missing.Count > 0)
        {
            _ = FlyAsync(mine, missing, ask, lifetime);
        }

        try
        {
            await Task.WhenAll(awaited.Values.Distinct().Select(f => f.Landing.Task)).WaitAsync(wait, clock, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // What has landed by now still counts.
        }

        var isWhole = true;
        foreach (var (key, flight) in awaited)
        {
            if (flight.Landing.Task is { IsCompletedSuccessfully: true, Result: { } landed } && landed.TryGetValue(key, out var value))
            {
                found.Add(key, value);
            }
            else
            {
                isWhole = false;
            }
        }

        return new Answers(found, isWhole);
    }

    private async Task FlyAsync(
        Flight flight,
        List<TKey> keys,
        Func<IReadOnlyList<TKey>, Task<IReadOnlyDictionary<TKey, TValue>?>> ask,
        Func<TValue, TimeSpan> lifetime)
    {
        IReadOnlyDictionary<TKey, TValue>? answers = null;
        Exception? fault = null;
        try
        {
            answers = await ask(keys).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            fault = e;
        }

        lock (_gate)
        {
            foreach (var key in keys)
            {
                _flights.Remove(key);
                if (answers is not null && answers.TryGetValue(key, out var value))
                {
                    Keep(key, value, lifetime(value));
                }
            }
        }

        if (fault is null)
        {
            flight.Landing.SetResult(answers);
        }
        else
        {
            flight.Landing.SetException(fault);
        }
    }

    private bool TryRead(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        value = default;
        if (!_entries.TryGetValue(key, out var node))
        {
            return false;
        }

        _byUse.Remove(node);
        if (clock.GetElapsedTime(node.Value.SinceTimestamp) >= node.Value.Lifetime)
        {
            _entries.Remove(key);
            return false;
        }

        _byUse.AddLast(node);
        value = node.Value.Value;
        return true;
    }

    private void Keep(TKey key, TValue value, TimeSpan lifetime)
    {
        if (_entries.Remove(key, out var old))
        {
            _byUse.Remove(old);
        }

        if (entriesMax == 0 || lifetime <= TimeSpan.Zero)
        {
            return;
        }

        if (_entries.Count >= entriesMax)
        {
            _entries.Remove(_byUse.First!.Value.Key);
            _byUse.RemoveFirst();
        }

        _entries.Add(key, _byUse.AddLast(new Entry(key, value, clock.GetTimestamp(), lifetime)));
    }
}
