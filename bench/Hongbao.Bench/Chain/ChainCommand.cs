using System.Text.Json;
using Hongbao.Bench.Contenders;
using Hongbao.Bench.Reporting;

namespace Hongbao.Bench.Chain;

/// <summary><c>bench/run chain</c>: claim, transfer order, ledger and final state, until the money has moved.</summary>
internal static class ChainCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static async Task<int> RunAsync(string[] arguments)
    {
        ChainOptions options;
        try
        {
            options = ChainOptions.Parse(arguments);
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            Console.Error.WriteLine(e.Message);
            return 2;
        }

        var servers = new BenchServers();
        var facts = await MachineFacts.GatherAsync(servers, new BenchOptions());
        facts = facts with { Items = [.. facts.Items.Where(i => i.Key != "Run" && !i.Key.StartsWith("Redis", StringComparison.Ordinal) && i.Key != "SQLite")] };
        var run = await new ChainBench(servers, options).RunAsync();

        Directory.CreateDirectory(options.Out);
        await File.WriteAllTextAsync(Path.Combine(options.Out, "chain.json"), JsonSerializer.Serialize(new { facts, options, run }, Json) + "\n");
        await File.WriteAllTextAsync(Path.Combine(options.Out, "chain.svg"), ChainPlot.Draw(run));
        await File.WriteAllTextAsync(Path.Combine(options.Out, "chain.md"), ChainReport.Write(run, options, facts));
        Console.WriteLine();
        Console.WriteLine(ChainReport.Summary(run));
        Console.WriteLine($"Written to {Path.Combine(options.Out, "chain.md")}");
        foreach (var fault in run.Faults)
        {
            Console.Error.WriteLine($"AUDIT: {fault}");
        }

        return run.Faults.Count == 0 ? 0 : 1;
    }
}
