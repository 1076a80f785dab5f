namespace Hongbao.Bench.Measuring;

/// <summary>What disturbed a run.</summary>
/// <param name="Steal">Part of the CPU time that the hypervisor gave to others, percent.</param>
/// <param name="Others">Part in which programs that are not the benchmark's worked, percent.</param>
internal readonly record struct Noise(double Steal, double Others)
{
    /// <summary>Steal above which a run is left out of medians, percent.</summary>
    public const double StealMax = 2;

    /// <summary>CPU of other programs above which a run is left out as well, percent.</summary>
    public const double OthersMax = 5;

    public bool IsLoud => Steal > StealMax || Others > OthersMax;

    public static Noise Since(CpuTime before, OwnCpu own)
    {
        var now = CpuTime.Now(own);
        return new Noise(now.StealSince(before), now.OthersSince(before));
    }
}
