using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Hongbao.Bench.Contenders;
using Hongbao.Bench.Measuring;

namespace Hongbao.Bench.Reporting;

/// <summary>What the figures depend on.</summary>
internal sealed record MachineFacts(IReadOnlyList<KeyValuePair<string, string>> Items)
{
    private static readonly string[] PostgresSettings =
        ["server_version", "synchronous_commit", "fsync", "full_page_writes", "wal_sync_method", "shared_buffers", "max_wal_size", "commit_delay"];

    public static async Task<MachineFacts> GatherAsync(BenchServers servers, BenchOptions options)
    {
        var idle = CpuTime.Now();
        await Task.Delay(1000);
        var (busyBefore, stealBefore) = (CpuTime.Now().OthersSince(idle), CpuTime.Now().StealSince(idle));
        var items = new List<KeyValuePair<string, string>>();
        void Add(string name, FormattableString value) => items.Add(new(name, value.ToString(CultureInfo.InvariantCulture)));
        Add("Date", $"{DateTimeOffset.UtcNow:yyyy-MM-dd HH:mm} UTC");
        Add("Commit", $"{Environment.GetEnvironmentVariable("HONGBAO_BENCH_COMMIT") ?? "unknown"}");
        Add("Run", $"{(options.Quick ? "quick" : "full")}: {options.Seconds} s a run after {options.WarmUpSeconds} s of warm-up, at most {options.Rounds} rounds");
        Add("Processor", $"{Environment.ProcessorCount} x {FromFile("/proc/cpuinfo", "model name")}, shared by clients, contender and servers");
        Add("Memory", $"{long.Parse(FromFile("/proc/meminfo", "MemTotal").Split(' ')[0], CultureInfo.InvariantCulture) / 1024} MiB");
        Add("Kernel", $"{File.ReadAllText("/proc/sys/kernel/osrelease").Trim()}");
        Add(".NET", $"{RuntimeInformation.FrameworkDescription}");
        Add("Machine before the run", $"{busyBefore:0} % of its CPU used by others, {stealBefore:0.0} % stolen");
        Add("A flushed write of 8 KiB", $"{FlushMs(servers.WorkFolder):0.00} ms (median of 100)");
        var settings = new List<string>();
        foreach (var name in PostgresSettings)
        {
            settings.Add($"{name}={await servers.SettingAsync(name)}");
        }

        Add("PostgreSQL", $"{string.Join(", ", settings)}");
        Add("Redis, no durability", $"save \"\", appendonly no");
        Add("Redis, durable", $"save \"\", appendonly yes, appendfsync always");
        Add("SQLite", $"journal_mode=wal, synchronous=full");
        return new MachineFacts(items);
    }

    private static double FlushMs(string folder)
    {
        var path = Path.Combine(folder, "flush-probe");
        var took = new double[100];
        using (var file = new FileStream(path, FileMode.Create))
        {
            var block = new byte[8192];
            for (var i = 0; i < took.Length; i++)
            {
                var started = Stopwatch.GetTimestamp();
                file.Write(block);
                file.Flush(flushToDisk: true);
                took[i] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            }
        }

        File.Delete(path);
        return took.Order().ElementAt(took.Length / 2);
    }

    private static string FromFile(string path, string key) =>
        File.ReadLines(path).First(l => l.StartsWith(key, StringComparison.Ordinal)).Split(':')[1].Trim();
}
