using System.Globalization;

namespace Hongbao.Bench.Measuring;

/// <summary>The machine's CPU time so far, in ticks of /proc/stat.</summary>
internal readonly record struct CpuTime(long All, long Idle, long Stolen, long Own)
{
    /// <param name="own">Tells what of it is the benchmark's; without it everything counts as others' work.</param>
    public static CpuTime Now(OwnCpu? own = null)
    {
        // cpu user nice system idle iowait irq softirq steal; guests are counted in user already.
        var ticks = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8)
            .Select(t => long.Parse(t, CultureInfo.InvariantCulture)).ToArray();
        return new CpuTime(ticks.Sum(), ticks[3] + ticks[4], ticks[7], own?.Ticks() ?? 0);
    }

    /// <summary>Part of the time since then that the hypervisor gave to others, percent.</summary>
    public double StealSince(CpuTime before) => 100.0 * (Stolen - before.Stolen) / Math.Max(1, All - before.All);

    /// <summary>Part of the time since then that programs of others worked, percent; the ticks of many processes do not add up exactly.</summary>
    public double OthersSince(CpuTime before) =>
        100.0 * Math.Max(0, All - before.All - (Idle - before.Idle) - (Stolen - before.Stolen) - (Own - before.Own)) / Math.Max(1, All - before.All);
}
