using System.Text.Json;
using Hongbao.Bench.Contenders;
using Hongbao.Bench.Rain.Kills;
using Hongbao.Bench.Reporting;

namespace Hongbao.Bench.Rain;

/// <summary><c>bench/run rain</c>: draws over HTTP beside nothing, the booking of wins, the budget under kills, and memory beside the crowd.</summary>
internal static class RainCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static async Task<int> RunAsync(string[] arguments)
    {
        RainOptions options;
        try
        {
            options = RainOptions.Parse(arguments);
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            Console.Error.WriteLine(e.Message);
            return 2;
        }

        var servers = new BenchServers();
        var facts = await MachineFacts.GatherAsync(servers, new BenchOptions());
        facts = facts with { Items = [.. facts.Items.Where(i => i.Key != "Run" && !i.Key.StartsWith("Redis", StringComparison.Ordinal) && i.Key != "SQLite")] };
        var run = new RainRun();
        if (options.Has("http"))
        {
            await using var draws = new DrawBench(servers, options);
            run = run with { Http = await draws.RunAsync() };
        }

        run = options.Has("booking") ? run with { Booking = await new BookingBench(servers, options).RunAsync() } : run;
        run = options.Has("kills") ? run with { Kills = await new KillsBench(servers, options).RunAsync() } : run;
        run = options.Has("memory") ? run with { Memory = await new MemoryBench(servers, options).RunAsync() } : run;

        Directory.CreateDirectory(options.Out);
        await File.WriteAllTextAsync(Path.Combine(options.Out, "rain.json"), JsonSerializer.Serialize(new { facts, options, run }, Json) + "\n");
        var plot = RainPlot.Draw(run);
        if (plot is not null)
        {
            await File.WriteAllTextAsync(Path.Combine(options.Out, "rain.svg"), plot);
        }

        await File.WriteAllTextAsync(Path.Combine(options.Out, "rain.md"), RainReport.Write(run, options, facts, plot is not null));
        Console.WriteLine();
        Console.WriteLine(RainReport.Goals(run));
        Console.WriteLine($"Written to {Path.Combine(options.Out, "rain.md")}");
        foreach (var fault in run.Faults)
        {
            Console.Error.WriteLine($"AUDIT: {fault}");
        }

        return run.Faults.Any() ? 1 : 0;
    }
}
