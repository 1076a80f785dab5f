namespace Hongbao.Host.Demo.Audits;

/// <summary>Counts comparisons and keeps those that do not hold.</summary>
internal sealed class Comparisons
{
    private readonly List<Finding> _findings = [];

    /// <summary>How many were made.</summary>
    public int Count { get; private set; }

    /// <summary>Those that do not hold.</summary>
    public IReadOnlyList<Finding> Findings => _findings;

    /// <summary>Takes one.</summary>
    /// <param name="check">Its name.</param>
    /// <param name="holds">Whether it holds.</param>
    /// <param name="text">What was found and what it should be.</param>
    public void Add(string check, bool holds, Func<string> text)
    {
        Count++;
        if (!holds)
        {
            _findings.Add(new Finding(check, text()));
        }
    }

    /// <summary>Takes what others found.</summary>
    public void AddAll(IEnumerable<Finding> findings) => _findings.AddRange(findings);
}
