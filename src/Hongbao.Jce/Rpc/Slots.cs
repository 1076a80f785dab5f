using System.Numerics;

namespace Hongbao.Jce.Rpc;

/// <summary>
/// Things under way, found by an id that is never 0 and never one of another thing under way: the low bits are the place, the others count how often it was used.
/// Their deadlines need no timers: a sweep costs nothing until the earliest of them may have passed. Not for several threads.
/// </summary>
/// <param name="max">How many there may be at once.</param>
internal sealed class Slots<T>(int max)
    where T : class
{
    private const int FirstSize = 64;
    private readonly int _bits = BitOperations.Log2((uint)Math.Max(max, 2) - 1) + 1;
    private Slot[] _slots = new Slot[Math.Min(max, FirstSize)];
    private int _used; // places that were ever taken
    private int _free = -1; // the first of a chain of places given back, the longest free one first
    private int _lastFree = -1;
    private long _earliest = long.MaxValue; // no deadline is before it

    public int Count { get; private set; }

    /// <summary>Ids below this are never given: free for things that nobody looks for.</summary>
    public int FirstId => 1 << _bits;

    /// <returns>Its id; 0 when there is no place.</returns>
    public int Add(T item, long deadline)
    {
        // A place is used again as late as can be, and so is its id: a late answer must not find another call.
        int at;
        if (_used < max)
        {
            at = _used++;
            if (at == _slots.Length)
            {
                Array.Resize(ref _slots, Math.Min(max, at * 2));
            }
        }
        else if (_free >= 0)
        {
            at = _free;
            _free = _slots[at].NextFree;
        }
        else
        {
            return 0;
        }

        ref var slot = ref _slots[at];
        slot.Uses = slot.Uses >= int.MaxValue >> _bits ? 1 : slot.Uses + 1;
        slot.Item = item;
        slot.Deadline = deadline;
        _earliest = Math.Min(_earliest, deadline);
        Count++;
        return (slot.Uses << _bits) | at;
    }

    /// <summary>Takes out what has this id; null when it is no more there.</summary>
    public T? Take(int id)
    {
        var at = id & (FirstId - 1);
        return at < _used && _slots[at].Uses == id >> _bits ? TakeAt(at) : null;
    }

    /// <summary>Takes out all whose deadline is not after a time.</summary>
    public void TakeExpired(long now, List<T> taken)
    {
        if (now < _earliest)
        {
            return;
        }

        _earliest = long.MaxValue;
        for (var i = 0; i < _used; i++)
        {
            if (_slots[i].Item is null)
            {
                continue;
            }

            if (_slots[i].Deadline <= now)
            {
                taken.Add(TakeAt(i)!);
            }
            else
            {
                _earliest = Math.Min(_earliest, _slots[i].Deadline);
            }
        }
    }

    /// <summary>Takes out all.</summary>
    public void TakeAll(List<T> taken)
    {
        for (var i = 0; i < _used; i++)
        {
            if (TakeAt(i) is { } item)
            {
                taken.Add(item);
            }
        }
    }

    private T? TakeAt(int at)
    {
        ref var slot = ref _slots[at];
        var item = slot.Item;
        if (item is not null)
        {
            slot.Item = null;
            slot.NextFree = -1;
            if (_free < 0)
            {
                _free = at;
            }
            else
            {
                _slots[_lastFree].NextFree = at;
            }

            _lastFree = at;
            Count--;
        }

        return item;
    }

    private struct Slot
    {
        public T? Item;
        public long Deadline;
        public int Uses;
        public int NextFree;
    }
}
