using System.Diagnostics;
using System.Globalization;
using System.Text;
using Hongbao.Bench.Contenders;
using Hongbao.Bench.Measuring;
using Hongbao.Bench.Reporting;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;

namespace Hongbao.Bench.Memory;

/// <summary>
/// <c>bench/run memory</c>: a million packets are claimed from once each within an hour, and the lanes forget them again. The hour is driven: a second
/// is over as soon as its claims are answered.
/// </summary>
internal static class MemoryCommand
{
    private const int Hour = 3600;
    private const int Shares = 2;

    private sealed record Sample(int Second, int Touched, int Held, double HeapMiB, double ProcessMiB);

    public static async Task<int> RunAsync(string[] arguments)
    {
        int packets;
        string folder;
        switch (arguments)
        {
            case []:
                (packets, folder) = (1_000_000, Path.Combine("bench", "results"));
                break;
            case ["--packets", var number, "--out", var named] when int.TryParse(number, CultureInfo.InvariantCulture, out packets) && packets is >= Hour and <= 5_000_000:
                folder = named;
                break;
            default:
                Console.Error.WriteLine($"bench/run memory takes nothing, or --packets N (from {Hour} to 5000000) --out DIR");
                return 2;
        }

        var servers = new BenchServers();
        var facts = await MachineFacts.GatherAsync(servers, new BenchOptions());
        var clock = new ManualClock(DateTimeOffset.UtcNow);
        await using var contender = new HongbaoContender(servers, SqlDialect.Postgres, clock);
        Console.WriteLine($"Writing {packets:N0} packets ...");
        var shares = new int[packets];
        Array.Fill(shares, Shares);
        await contender.PrepareAsync(shares);

        var samples = new List<Sample>();
        var uids = new Uids();
        var (touched, started, refused) = (0, Stopwatch.GetTimestamp(), 0);
        for (var second = 0; second < Hour; second++)
        {
            var until = (int)((second + 1L) * packets / Hour);
            var outcomes = await Task.WhenAll(Enumerable.Range(touched, until - touched).Select(p => contender.ClaimAsync(p, uids.Next()).AsTask()));
            refused += outcomes.Count(o => o != Outcome.Taken);
            touched = until;
            clock.Advance(TimeSpan.FromSeconds(1));
            if ((second + 1) % 300 == 0 || second is 9 or 29 or 59)
            {
                samples.Add(new Sample(second + 1, touched, contender.HeldInMemory, Heap(), Process()));
                var last = samples[^1];
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"  {second + 1,5} s  {last.Touched,9:N0} touched  {last.Held,7:N0} held  heap {last.HeapMiB,6:0.0} MiB  process {last.ProcessMiB,6:0} MiB"));
            }
        }

        // Nobody asks any more: what is left goes after the time that idle packets are held.
        for (var second = 0; second < 180; second++)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(5);
        }

        samples.Add(new Sample(Hour + 180, touched, contender.HeldInMemory, Heap(), Process()));
        var faults = await contender.AuditAsync(packets - refused);
        if (refused > 0)
        {
            faults.Add($"{refused} claims were refused");
        }

        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "memory.md"), Page(packets, samples, Stopwatch.GetElapsedTime(started), faults, facts));
        Console.WriteLine($"Written to {Path.Combine(folder, "memory.md")}");
        faults.ForEach(f => Console.Error.WriteLine($"AUDIT: {f}"));
        return faults.Count == 0 ? 0 : 1;
    }

    private static double Heap() => GC.GetTotalMemory(forceFullCollection: true) / 1048576.0;

    private static double Process() => Environment.WorkingSet / 1048576.0;

    private static string Page(int packets, List<Sample> samples, TimeSpan took, List<string> faults, MachineFacts facts)
    {
        var page = new StringBuilder();
        page.AppendLine("# Memory of the lanes").AppendLine();
        page.AppendLine(CultureInfo.InvariantCulture,
            $"Written by `bench/run memory`: {packets:N0} packets, each claimed from once, evenly over an hour that is driven ({took.TotalSeconds:0} s in truth). A packet that nobody asks for is held for a minute (`Core:HoldSeconds`).").AppendLine();
        page.AppendLine("| after | packets touched so far | packets and claims held | live heap MiB | process MiB |").AppendLine("|---|---|---|---|---|");
        foreach (var sample in samples)
        {
            page.AppendLine(CultureInfo.InvariantCulture, $"| {sample.Second / 60}:{sample.Second % 60:00} | {sample.Touched:N0} | {sample.Held:N0} | {sample.HeapMiB:0.0} | {sample.ProcessMiB:0} |");
        }

        page.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"""
            - The last row is three minutes after the last claim.
            - The heap holds the load's own list of packets too, 8 bytes each. It is measured after a full collection; the process holds what the collector keeps ready.
            - Audit: {(faults.Count == 0 ? "passed, every claim was taken" : string.Join("; ", faults))}.
            - {string.Join("; ", facts.Items.Where(i => i.Key is "Date" or "Commit" or "Processor" or ".NET").Select(i => $"{i.Key}: {i.Value}"))}.
            """);
        return page.ToString();
    }
}
