namespace Hongbao.Core.Claims;

/// <summary>
/// Bounds how many requests wait for one packet: while it has r shares left, at most 1.5 r (rounded up) admitted ones are
/// unanswered. A place that is held for too long counts no more, so that a slow store cannot shut the gate. It only ever
/// decides who waits, never who is paid.
/// </summary>
internal sealed class AdmissionGate
{
    private static readonly TimeSpan HoldMax = TimeSpan.FromSeconds(2);
    private readonly Lock _gate = new();
    private readonly Queue<Place> _inOrder = new();
    private int _taken;

    internal sealed class Place(long since)
    {
        public long Since { get; } = since;
        public bool IsFree { get; set; }
    }

    /// <summary>A place, or null when there is none.</summary>
    /// <param name="leftCount">Shares that the packet has left by the last committed figure.</param>
    /// <param name="clock">Measures how long places are held.</param>
    public Place? TryEnter(int leftCount, TimeProvider clock)
    {
        var now = clock.GetTimestamp();
        lock (_gate)
        {
            while (_inOrder.TryPeek(out var oldest) && (oldest.IsFree || clock.GetElapsedTime(oldest.Since, now) >= HoldMax))
            {
                Free(_inOrder.Dequeue());
            }

            if (_taken >= ((3L * leftCount) + 1) / 2)
            {
                return null;
            }

            var place = new Place(now);
            _inOrder.Enqueue(place);
            _taken++;
            return place;
        }
    }

    /// <summary>Gives a place back; repeating it, or doing it after the place expired, does nothing.</summary>
    public void Leave(Place place)
    {
        lock (_gate)
        {
            Free(place);
        }
    }

    private void Free(Place place)
    {
        if (!place.IsFree)
        {
            place.IsFree = true;
            _taken--;
        }
    }
}
