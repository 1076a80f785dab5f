namespace Hongbao.Jce.Rpc;

/// <summary>
/// Counts what is refused since there is too much, and tells it at most once a second: at its worst there is more than anybody could write down. For any number of threads.
/// </summary>
/// <param name="what">What is refused, in the plural.</param>
/// <param name="tell">Hears of it.</param>
internal sealed class Refusals(string what, Action<string> tell)
{
    private const long IntervalMs = 1000;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _counts = [];
    private long _toldAtMs = -IntervalMs;

    /// <summary>True when all was told.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_gate)
            {
                return _counts.Count == 0;
            }
        }
    }

    /// <param name="reason">One of a few.</param>
    public void Count(string reason)
    {
        lock (_gate)
        {
            _counts[reason] = _counts.GetValueOrDefault(reason) + 1;
        }
    }

    /// <summary>Tells what came together, when it is time.</summary>
    /// <param name="now">Of the clock's milliseconds; the largest there is for what must not wait.</param>
    public void Tell(long now)
    {
        string text;
        lock (_gate)
        {
            if (_counts.Count == 0 || now - IntervalMs < _toldAtMs)
            {
                return;
            }

            text = string.Join("; ", _counts.Select(c => $"{c.Value} {what} were refused: {c.Key}"));
            _counts.Clear();
            _toldAtMs = now;
        }

        tell(text);
    }
}
