using System.Diagnostics;
using System.Globalization;
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
        var items = await Machine.FactsAsync("clients, contender and servers");
        void Add(string name, FormattableString value) => items.Add(new(name, value.ToString(CultureInfo.InvariantCulture)));
        items.Insert(items.FindIndex(i => i.Key == "Commit") + 1, new("Run", string.Create(CultureInfo.InvariantCulture,
            $"{(options.Quick ? "quick" : "full")}: {options.Seconds} s a run after {options.WarmUpSeconds} s of warm-up, at most {options.Rounds} rounds")));
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
}
