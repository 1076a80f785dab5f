namespace Hongbao.Bench.Chain;

/// <summary>How things stood at one moment of a run.</summary>
/// <param name="Second">Since the clock started.</param>
/// <param name="Claimed">Claims answered since the sample before, a second.</param>
/// <param name="Settled">Claims that reached their final state since the sample before, a second.</param>
/// <param name="Backlog">Claims given and not settled.</param>
/// <param name="OldestMs">Age of the oldest of them.</param>
/// <param name="P99">Of the answers since the sample before, milliseconds.</param>
internal sealed record ChainSample(double Second, double Claimed, double Settled, long Backlog, double OldestMs, double P99);

/// <summary>A whole run. Rates are per second, durations milliseconds.</summary>
internal sealed record ChainRun
{
    public required double Seconds { get; init; }
    public required double Rate { get; init; }
    public required double Claimed { get; init; }
    public required double Settled { get; init; }
    public required double P50 { get; init; }
    public required double P99 { get; init; }

    /// <summary>Claims by which the backlog of the last third was above that of the first; more than one window means that it grew.</summary>
    public required double Growth { get; init; }

    /// <summary>How long the rest took when no more claims came.</summary>
    public required double DrainMs { get; init; }
    public required double WalBytes { get; init; }

    /// <summary>CPU of a settled claim in microseconds: this process with the generator, and PostgreSQL.</summary>
    public required double OwnMicros { get; init; }
    public required double PostgresMicros { get; init; }
    public required double AllocatedBytes { get; init; }
    public required double Steal { get; init; }
    public required double Others { get; init; }
    public required long AskedAgain { get; init; }
    public required long HeldBack { get; init; }
    public required long Taken { get; init; }
    public required IReadOnlyList<ChainSample> Samples { get; init; }
    public required IReadOnlyList<string> Faults { get; init; }
}
