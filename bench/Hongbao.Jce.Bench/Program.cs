using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Hongbao.Bench.Measuring;
using Hongbao.Jce.Bench;
using Hongbao.Jce.Bench.Calls;
using Hongbao.Jce.Bench.Codec;
using Hongbao.Jce.Bench.Reporting;
using Hongbao.Jce.Bench.Rpc;

// Processes that the benchmark starts of itself.
switch (args)
{
    case [EchoServerRole.Name]:
        return await EchoServerRole.RunAsync();
    case [EchoClientRole.Name, var port]:
        return await EchoClientRole.RunAsync(port);
}

JceBenchOptions options;
try
{
    options = JceBenchOptions.Parse(args);
}
catch (Exception e) when (e is ArgumentException or FormatException or OverflowException)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}

var facts = await Machine.FactsAsync("all processes of the run");
var (hasCodec, hasRpc, hasCalls) = (options.Has(JceBenchOptions.CodecPart), options.Has(JceBenchOptions.RpcPart), options.Has(JceBenchOptions.CallsPart));
await using var codecs = await CodecBench.StartAsync();
await using var echo = await EchoBench.StartAsync();
using var calls = new CallBench();
await calls.CheckAsync();
facts.Insert(facts.FindIndex(static i => i.Key == "Commit") + 1, new("Run", options.ToString()));
facts.Add(new("Peers", $"Google.Protobuf {CodecBench.ProtobufVersion}, System.Text.Json of .NET, {await codecs.NodeVersionAsync()}"));

Console.WriteLine("Warming up ...");
if (hasCodec)
{
    await codecs.WarmUpAsync(options.WarmUp);
}

if (hasRpc)
{
    await echo.WarmUpAsync(options.RpcWarmUp);
}

if (hasCalls)
{
    calls.WarmUp(options.WarmUp);
}

var own = new OwnCpu();
var started = Stopwatch.GetTimestamp();
for (var round = 1; round <= options.Rounds; round++)
{
    Console.Write(string.Create(CultureInfo.InvariantCulture, $"  {round,2}/{options.Rounds}"));
    if (hasCodec)
    {
        await codecs.RunAsync(round, options.Codec, own);
        Say(string.Join(' ', codecs.Pairs.Where(p => p.Round == round).Select(static p => string.Create(CultureInfo.InvariantCulture, $"{(p.Step == CodecStep.Encode ? "enc" : "dec")} {p.Peer} {p.Theirs.Nanoseconds / p.Ours.Nanoseconds:0.0} x"))));
    }

    if (hasRpc)
    {
        await echo.RunAsync(round, options.Rpc, own);
        Say(string.Create(CultureInfo.InvariantCulture, $"echo {echo.Pairs[^1].Ours.Rate:N0}/s, theirs {echo.Pairs[^1].Theirs.Rate:N0}/s"));
    }

    if (hasCalls)
    {
        calls.Run(round, options.Codec, own);
        Say(string.Create(CultureInfo.InvariantCulture, $"call {calls.Pairs[^1].Contract.Nanoseconds:0.0} ns, directly {calls.Pairs[^1].Direct.Nanoseconds:0.0} ns"));
    }

    var noise = (hasRpc ? echo.Pairs[^1].Noise : hasCodec ? codecs.Pairs[^1].Noise : calls.Pairs[^1].Noise);
    Say(string.Create(CultureInfo.InvariantCulture, $"steal {noise.Steal:0.0} %  others {noise.Others:0} %{(noise.IsLoud ? " (noisy)" : "")}  {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s"));
    Console.WriteLine();
}

var run = new JceRun(facts, codecs.Codecs, codecs.Pairs, echo.Pairs, calls.Pairs);
Directory.CreateDirectory(options.Out);
var json = new JsonSerializerOptions(JsonSerializerDefaults.Web) { WriteIndented = true, Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };
await File.WriteAllTextAsync(Path.Combine(options.Out, "jce.json"), JsonSerializer.Serialize(run, json) + "\n");
await File.WriteAllTextAsync(Path.Combine(options.Out, "jce.svg"), JcePlot.Draw(run));
await File.WriteAllTextAsync(Path.Combine(options.Out, "jce.md"), JceReport.Write(run));
Console.WriteLine();
Console.WriteLine(JceReport.Goals(run));
Console.WriteLine(JceReport.Disturbance(run));
Console.WriteLine($"Written to {Path.Combine(options.Out, "jce.md")}");
return 0;

static void Say(string text) => Console.Write("  " + text);
