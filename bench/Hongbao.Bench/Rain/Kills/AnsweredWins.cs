namespace Hongbao.Bench.Rain.Kills;

/// <summary>What users were told, by uid. Any thread.</summary>
internal sealed class AnsweredWins
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, long> _amounts = [];
    private readonly List<string> _faults = [];

    /// <summary>What was wrong so far; the first few.</summary>
    public IReadOnlyList<string> Faults => _faults;

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _amounts.Count;
            }
        }
    }

    /// <summary>A user was told of his win; once more is the same amount.</summary>
    public void Add(long uid, long amount)
    {
        lock (_gate)
        {
            if (!_amounts.TryAdd(uid, amount) && _amounts[uid] != amount)
            {
                Fault($"a user was told of {_amounts[uid]} and of {amount}");
            }
        }
    }

    /// <summary>Compares with what is recorded: each answered win must be there with its amount.</summary>
    /// <param name="recorded">Amounts by uid.</param>
    public void Compare(IReadOnlyDictionary<long, long> recorded)
    {
        lock (_gate)
        {
            foreach (var (uid, amount) in _amounts)
            {
                if (!recorded.TryGetValue(uid, out var known) || known != amount)
                {
                    Fault($"a user was told of {amount}, {known} is recorded");
                }
            }
        }
    }

    private void Fault(string fault)
    {
        if (_faults.Count < 10)
        {
            _faults.Add(fault);
        }
    }
}
