using System.Collections.Concurrent;

namespace Hongbao.Gateway.Auth;

/// <summary>
/// Verified tokens until their end: a signature check costs tens of microseconds, a look-up one. Two generations bound the memory: when
/// the young one is full it becomes the old one and the old one is dropped, so that what is in use stays.
/// </summary>
internal sealed class TokenCache(int capacity)
{
    private readonly int _generation = Math.Max(1, capacity / 2);
    private readonly Lock _turn = new();
    private volatile ConcurrentDictionary<SecretHash, Entry> _young = new();
    private volatile ConcurrentDictionary<SecretHash, Entry> _old = new();
    private int _youngCount;

    public sealed record Entry(Caller Caller, DateTimeOffset Until);

    public Entry? Find(SecretHash hash)
    {
        if (_young.TryGetValue(hash, out var entry))
        {
            return entry;
        }

        if (_old.TryGetValue(hash, out entry))
        {
            Add(hash, entry);
            return entry;
        }

        return null;
    }

    public void Add(SecretHash hash, Entry entry)
    {
        if (!_young.TryAdd(hash, entry) || Interlocked.Increment(ref _youngCount) < _generation)
        {
            return;
        }

        lock (_turn)
        {
            if (Volatile.Read(ref _youngCount) >= _generation)
            {
                _old = _young;
                _young = new ConcurrentDictionary<SecretHash, Entry>();
                Volatile.Write(ref _youngCount, 0);
            }
        }
    }

    public int Count => _young.Count + _old.Count;
}
