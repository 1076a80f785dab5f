using System.Globalization;
using System.Runtime.InteropServices;

namespace Hongbao.Bench.Measuring;

/// <summary>What figures depend on, whatever is measured.</summary>
internal static class Machine
{
    /// <summary>Names and values for a report. Takes a second, in which it watches what else runs.</summary>
    /// <param name="sharedBy">Who has the processors.</param>
    public static async Task<List<KeyValuePair<string, string>>> FactsAsync(string sharedBy)
    {
        var idle = CpuTime.Now();
        await Task.Delay(1000);
        var (busyBefore, stealBefore) = (CpuTime.Now().OthersSince(idle), CpuTime.Now().StealSince(idle));
        var items = new List<KeyValuePair<string, string>>();
        void Add(string name, FormattableString value) => items.Add(new(name, value.ToString(CultureInfo.InvariantCulture)));
        Add("Date", $"{DateTimeOffset.UtcNow:yyyy-MM-dd HH:mm} UTC");
        Add("Commit", $"{Environment.GetEnvironmentVariable("HONGBAO_BENCH_COMMIT") ?? "unknown"}");
        Add("Processor", $"{Environment.ProcessorCount} x {FromFile("/proc/cpuinfo", "model name")}, shared by {sharedBy}");
        Add("Memory", $"{long.Parse(FromFile("/proc/meminfo", "MemTotal").Split(' ')[0], CultureInfo.InvariantCulture) / 1024} MiB");
        Add("Kernel", $"{File.ReadAllText("/proc/sys/kernel/osrelease").Trim()}");
        Add(".NET", $"{RuntimeInformation.FrameworkDescription}");
        Add("Machine before the run", $"{busyBefore:0} % of its CPU used by others, {stealBefore:0.0} % stolen");
        return items;
    }

    private static string FromFile(string path, string key) =>
        File.ReadLines(path).First(l => l.StartsWith(key, StringComparison.Ordinal)).Split(':')[1].Trim();
}
