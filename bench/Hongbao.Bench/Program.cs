using System.Text.Json;
using Hongbao.Bench;
using Hongbao.Bench.Chain;
using Hongbao.Bench.Contenders;
using Hongbao.Bench.Http.Loading;
using Hongbao.Bench.Http.Serving;
using Hongbao.Bench.Memory;
using Hongbao.Bench.Rain;
using Hongbao.Bench.Rain.Kills;
using Hongbao.Bench.Reporting;

// Processes that the benchmark starts of itself.
switch (args)
{
    case [ServeRole.Name, var settings, var module]:
        return await ServeRole.RunAsync(settings, module);
    case [BareRole.Name]:
        return await BareRole.RunAsync();
    case [LoadRole.Name]:
        return LoadRole.Run();
    case [DrawRole.Name]:
        return await DrawRole.RunAsync();
    case ["chain", .. var forChain]:
        return await ChainCommand.RunAsync(forChain);
    case ["memory", .. var forMemory]:
        return await MemoryCommand.RunAsync(forMemory);
    case ["rain", .. var forRain]:
        return await RainCommand.RunAsync(forRain);
}

BenchOptions options;
try
{
    options = BenchOptions.Parse(args);
}
catch (Exception e) when (e is ArgumentException or FormatException)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}

var servers = new BenchServers();
var facts = await MachineFacts.GatherAsync(servers, options);
await using var benchmark = new Benchmark(servers, options);
await benchmark.RunAsync();

var rounds = new Rounds(benchmark.Rounds);
Directory.CreateDirectory(options.Out);
var json = new JsonSerializerOptions(JsonSerializerDefaults.Web) { WriteIndented = true };
await File.WriteAllTextAsync(Path.Combine(options.Out, "claims.json"), JsonSerializer.Serialize(new { facts, rounds = rounds.All }, json) + "\n");
await File.WriteAllTextAsync(Path.Combine(options.Out, "claims.svg"), Plot.Draw(rounds, options));
var report = Report.Write(rounds, options, facts);
await File.WriteAllTextAsync(Path.Combine(options.Out, "claims.md"), report);
Console.WriteLine();
Console.WriteLine(Report.Goals(rounds));
Console.WriteLine($"Written to {Path.Combine(options.Out, "claims.md")}");
var failed = rounds.All.Count(r => r.Faults.Count > 0);
if (failed > 0)
{
    Console.Error.WriteLine($"{failed} rounds failed their audit.");
}

return failed == 0 ? 0 : 1;
