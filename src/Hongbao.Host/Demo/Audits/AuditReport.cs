using Hongbao.Host.Demo.Plans;

namespace Hongbao.Host.Demo.Audits;

/// <summary>Something that is not as it must be.</summary>
/// <param name="Check">Name of the check.</param>
/// <param name="Text">What was found and what it should be.</param>
internal sealed record Finding(string Check, string Text);

/// <summary>Where the money is, minor units: funded = transferred + refunded + left + in flight, or the difference is lost or made of nothing.</summary>
internal sealed record MoneyLine
{
    public int Packets { get; init; }

    /// <summary>Paid at the cashier.</summary>
    public long Funded { get; init; }

    /// <summary>On receivers' balances, by their statements.</summary>
    public long Transferred { get; init; }

    /// <summary>Back on senders' balances, by their statements.</summary>
    public long Refunded { get; init; }

    /// <summary>In packets that can still be opened.</summary>
    public long Left { get; init; }

    /// <summary>Taken or to be returned, not yet on a balance.</summary>
    public long InFlight { get; init; }

    public long Difference => Funded - Transferred - Refunded - Left - InFlight;

    public static MoneyLine operator +(MoneyLine a, MoneyLine b) => new()
    {
        Packets = a.Packets + b.Packets,
        Funded = a.Funded + b.Funded,
        Transferred = a.Transferred + b.Transferred,
        Refunded = a.Refunded + b.Refunded,
        Left = a.Left + b.Left,
        InFlight = a.InFlight + b.InFlight,
    };
}

/// <summary>What an audit came to.</summary>
internal abstract record Verdict
{
    public required IReadOnlyList<Finding> Findings { get; init; }

    /// <summary>How many comparisons were made.</summary>
    public required int Checks { get; init; }

    /// <summary>Things worth knowing that break nothing.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>Money that is lost or made of nothing, minor units.</summary>
    public abstract long Difference { get; }

    public bool IsExact => Findings.Count == 0 && Difference == 0;
}

/// <summary>What the audit of packets that people paid for came to.</summary>
internal sealed record AuditReport : Verdict
{
    public required IReadOnlyDictionary<Scenario, MoneyLine> Lines { get; init; }

    public MoneyLine Total => Lines.Values.Aggregate(new MoneyLine(), (a, b) => a + b);

    public override long Difference => Total.Difference;
}
