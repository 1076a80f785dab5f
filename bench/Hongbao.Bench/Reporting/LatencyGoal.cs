using Hongbao.Bench.Http;

namespace Hongbao.Bench.Reporting;

/// <summary>What must be reached in time instead of speed: the 99th percentile from the planned moment, at half of the greatest rate.</summary>
/// <param name="P99">Milliseconds; null when it was not run.</param>
/// <param name="Rate">Claims a second meanwhile.</param>
internal sealed record LatencyGoal(double? P99, double? Rate)
{
    public const double BelowMs = 20;

    public bool? IsReached => P99 is { } p99 ? p99 < BelowMs : null;

    public static LatencyGoal Of(Rounds rounds) => new(
        rounds.Median("H1", Contender.OursHttpOpen, HttpForm.OpenConnections, m => m.P99),
        rounds.Median("H1", Contender.OursHttpOpen, HttpForm.OpenConnections, m => m.Taken));
}
