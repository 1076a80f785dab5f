using Hongbao.Bench.Measuring;

namespace Hongbao.Bench.Rain;

/// <summary>One run over HTTP. Rates are per second, durations milliseconds.</summary>
internal sealed record DrawRun
{
    /// <summary>Answers.</summary>
    public required double PerSecond { get; init; }

    /// <summary>Answers that told of a win.</summary>
    public required double WonPerSecond { get; init; }
    public required double P50 { get; init; }
    public required double P99 { get; init; }

    /// <summary>Answers in all, warm-up and end included; and those of them that told of a win.</summary>
    public required long Answered { get; init; }
    public required long Won { get; init; }

    /// <summary>Told to ask again, warm-up and end included.</summary>
    public required long Busy { get; init; }

    /// <summary>What PostgreSQL was sent by the platform meanwhile, beginnings and ends of transactions included.</summary>
    public required long Statements { get; init; }

    /// <summary>Of those, the ones that record outcomes, and the rows that they wrote.</summary>
    public required long Inserts { get; init; }
    public required long Rows { get; init; }

    /// <summary>How long statements were counted, seconds.</summary>
    public required double CountedSeconds { get; init; }

    /// <summary>Allocated by the platform for an answer.</summary>
    public required double Bytes { get; init; }

    /// <summary>CPU of the machine that the load itself took, percent.</summary>
    public required double LoadCpu { get; init; }
    public required double Steal { get; init; }
    public required double Others { get; init; }
}

/// <summary>The runs of one round, in turns on the same process.</summary>
internal sealed record DrawRound
{
    public required int Number { get; init; }

    /// <summary>The endpoint that does nothing.</summary>
    public required DrawRun Nothing { get; init; }

    /// <summary>Everybody's first draw, one in ten passing.</summary>
    public required DrawRun Draws { get; init; }

    /// <summary>The same draws by the same users once more.</summary>
    public required DrawRun Repeats { get; init; }

    /// <summary>First draws where nobody is aimed at anything.</summary>
    public required DrawRun Losers { get; init; }

    public required IReadOnlyList<string> Faults { get; init; }

    public double Ratio => Draws.PerSecond / Math.Max(1, Nothing.PerSecond);

    /// <summary>Whether others disturbed one of the two that are compared.</summary>
    public bool IsNoisy => new Noise(Nothing.Steal, Nothing.Others).IsLoud || new Noise(Draws.Steal, Draws.Others).IsLoud;

    /// <summary>Statements of the platform's own clockwork, per second: what the endpoint that does nothing does not cause.</summary>
    public double IdleStatements => Nothing.Statements / Nothing.CountedSeconds;

    /// <summary>Statements of everybody's first draws for each who passed.</summary>
    public double PerPasser => CausedBy(Draws) / Math.Max(1, Draws.Won);

    public double PerLoser => CausedBy(Losers) / Math.Max(1, Losers.Answered);

    public double PerRepeat => CausedBy(Repeats) / Math.Max(1, Repeats.Answered);

    public double PassersPerInsert => Draws.Rows / Math.Max(1.0, Draws.Inserts);

    private double CausedBy(DrawRun run) => run.Statements - (IdleStatements * run.CountedSeconds);
}

/// <summary>One run of the booking.</summary>
internal sealed record BookingRound
{
    public required int Number { get; init; }
    public required long Wins { get; init; }

    /// <summary>Messages that they came in.</summary>
    public required long Messages { get; init; }
    public required double Seconds { get; init; }

    /// <summary>CPU of a subsidy in microseconds: this process, and PostgreSQL.</summary>
    public required double OwnMicros { get; init; }
    public required double PostgresMicros { get; init; }
    public required double WalBytes { get; init; }
    public required double Steal { get; init; }
    public required double Others { get; init; }

    /// <summary>How many were stored by which second.</summary>
    public required IReadOnlyList<BookedBy> Samples { get; init; }
    public required IReadOnlyList<string> Faults { get; init; }

    public double PerSecond => Wins / Seconds;

    public bool IsNoisy => new Noise(Steal, Others).IsLoud;
}

/// <param name="Second">Since the clock started.</param>
/// <param name="Booked">Subsidies stored by then, from the messages that are gone.</param>
internal sealed record BookedBy(double Second, long Booked);

/// <summary>The draws with kills.</summary>
internal sealed record KillsRun
{
    public required int Seed { get; init; }
    public required int Users { get; init; }

    /// <summary>Draws that were answered, repetitions after kills and at the end included.</summary>
    public required long Draws { get; init; }
    public required int Kills { get; init; }
    public required double Seconds { get; init; }
    public required long Wins { get; init; }

    /// <summary>Minor units, all of them.</summary>
    public required long Budget { get; init; }
    public required long Won { get; init; }
    public required long IssuedOfChunks { get; init; }
    public required long AllocatedOfPools { get; init; }
    public required long Released { get; init; }
    public required IReadOnlyList<string> Faults { get; init; }

    /// <summary>By how much the books differ, all differences added up, minor units.</summary>
    public long Error => Math.Abs(IssuedOfChunks - Won) + Math.Abs(AllocatedOfPools - Won) + Math.Abs(Budget - Won - Released) + Math.Max(0, Won - Budget);
}

/// <param name="Users">Who drew so far.</param>
/// <param name="Remembered">Outcomes in memory.</param>
/// <param name="Bytes">Live heap after a full collection, beyond that before the first of them.</param>
internal sealed record MemorySample(int Users, int Remembered, long Bytes);

/// <summary>Memory beside the crowd.</summary>
internal sealed record MemoryRun
{
    public required int RememberedMax { get; init; }
    public required IReadOnlyList<MemorySample> Samples { get; init; }

    /// <summary>What one more running campaign takes, bytes.</summary>
    public required double BytesOfCampaign { get; init; }
    public required IReadOnlyList<string> Faults { get; init; }

    /// <summary>The most that was seen while the memory of outcomes filled up and was renewed once, bytes.</summary>
    public long MostWhileFilling => Samples.Where(s => s.Users <= Users * 2 / 5).Max(s => s.Bytes);

    /// <summary>The most that was seen from then on, bytes.</summary>
    public long MostAfter => Samples.Where(s => s.Users > Users * 2 / 5).Max(s => s.Bytes);

    private int Users => Samples[^1].Users;
}

/// <summary>Everything that was run.</summary>
internal sealed record RainRun
{
    public IReadOnlyList<DrawRound>? Http { get; init; }
    public IReadOnlyList<BookingRound>? Booking { get; init; }
    public KillsRun? Kills { get; init; }
    public MemoryRun? Memory { get; init; }

    public IEnumerable<string> Faults =>
    [
        .. Http?.SelectMany(r => r.Faults) ?? [], .. Booking?.SelectMany(r => r.Faults) ?? [], .. Kills?.Faults ?? [], .. Memory?.Faults ?? [],
    ];
}
