using System.Collections.Concurrent;

namespace Hongbao.Campaign.Rain;

/// <summary>
/// Committed outcomes for those who draw again, bounded whatever the crowd: when a generation is full it becomes the old one, and the old one is forgotten. What is forgotten is found in the database.
/// </summary>
internal sealed class Remembered(int most)
{
    private readonly int _generationMax = Math.Max(1, most / 2);
    private volatile ConcurrentDictionary<DrawKey, Outcome> _new = new();
    private volatile ConcurrentDictionary<DrawKey, Outcome> _old = new();
    private int _count;

    /// <summary>How many there are.</summary>
    public int Count => _new.Count + _old.Count;

    /// <summary>Any thread.</summary>
    public bool TryGet(DrawKey key, out Outcome outcome) => _new.TryGetValue(key, out outcome) || _old.TryGetValue(key, out outcome);

    /// <summary>Only committed outcomes, which never change. One thread.</summary>
    public void Add(DrawKey key, Outcome outcome)
    {
        if (_new.TryAdd(key, outcome) && ++_count >= _generationMax)
        {
            _old = _new;
            _new = new();
            _count = 0;
        }
    }
}
