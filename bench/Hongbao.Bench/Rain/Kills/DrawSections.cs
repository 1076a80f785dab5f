namespace Hongbao.Bench.Rain.Kills;

/// <summary>Users who draw together.</summary>
/// <param name="First">The first of them.</param>
/// <param name="Count">How many.</param>
internal readonly record struct Section(int First, int Count);

/// <summary>
/// Which users draw next, in whichever process. A section whose process died before all of it was answered is drawn again; some sections are given out twice, so that users draw in two processes at
/// the same time. Any thread.
/// </summary>
internal sealed class DrawSections
{
    // Every so many sections.
    private const int TwiceEvery = 8;
    private readonly Lock _gate = new();
    private readonly LinkedList<Section> _waiting = [];
    private int _out;

    /// <param name="users">All of them.</param>
    /// <param name="size">Of a section.</param>
    public DrawSections(int users, int size)
    {
        for (var first = 0; first < users; first += size)
        {
            var section = new Section(first, Math.Min(size, users - first));
            _waiting.AddLast(section);
            if (first / size % TwiceEvery == 0)
            {
                _waiting.AddLast(section);
            }
        }
    }

    /// <summary>True when everybody has been answered.</summary>
    public bool IsDone
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count == 0 && _out == 0;
            }
        }
    }

    /// <summary>The next section; false when nothing waits now.</summary>
    public bool TryTake(out Section section)
    {
        lock (_gate)
        {
            section = _waiting.First?.Value ?? default;
            if (_waiting.Count == 0)
            {
                return false;
            }

            _waiting.RemoveFirst();
            _out++;
            return true;
        }
    }

    /// <summary>A section was answered.</summary>
    public void Answered()
    {
        lock (_gate)
        {
            _out--;
        }
    }

    /// <summary>A section's process died.</summary>
    public void Again(Section section)
    {
        lock (_gate)
        {
            _out--;
            _waiting.AddFirst(section);
        }
    }
}
