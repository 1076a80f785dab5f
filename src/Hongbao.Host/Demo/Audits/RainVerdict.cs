namespace Hongbao.Host.Demo.Audits;

/// <summary>Where a campaign's money is, minor units: issued = expired + open + claimed + returned + in flight, or the difference is lost or made of nothing.</summary>
internal sealed record RainLine
{
    public int Wins { get; init; }

    /// <summary>What winners were told.</summary>
    public long Issued { get; init; }

    /// <summary>Of wins that nobody used.</summary>
    public long Expired { get; init; }

    /// <summary>Of wins that can still be used.</summary>
    public long Open { get; init; }

    /// <summary>On receivers' reward balances, by their statements.</summary>
    public long Claimed { get; init; }

    /// <summary>Back from packets, as they show it.</summary>
    public long Returned { get; init; }

    /// <summary>In packets that can still be opened, or on its way.</summary>
    public long InFlight { get; init; }

    public long Difference => Issued - Expired - Open - Claimed - Returned - InFlight;

    public static RainLine operator +(RainLine a, RainLine b) => new()
    {
        Wins = a.Wins + b.Wins,
        Issued = a.Issued + b.Issued,
        Expired = a.Expired + b.Expired,
        Open = a.Open + b.Open,
        Claimed = a.Claimed + b.Claimed,
        Returned = a.Returned + b.Returned,
        InFlight = a.InFlight + b.InFlight,
    };
}

/// <summary>What the audit of a rain came to.</summary>
internal sealed record RainVerdict : Verdict
{
    /// <summary>By round.</summary>
    public required IReadOnlyDictionary<int, RainLine> Lines { get; init; }

    public RainLine Total => Lines.Values.Aggregate(new RainLine(), (a, b) => a + b);

    public override long Difference => Total.Difference;
}
