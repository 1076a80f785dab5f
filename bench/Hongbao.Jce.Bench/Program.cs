using System.Globalization;
using Hongbao.Bench.Measuring;
using Hongbao.Jce.Bench;
using Hongbao.Jce.Bench.Calls;
using Hongbao.Jce.Bench.Codec;
using Hongbao.Jce.Bench.Rpc;

// Processes that the benchmark starts of itself.
switch (args)
{
    case [EchoServerRole.Name]:
        return await EchoServerRole.RunAsync();
    case [EchoClientRole.Name, var port]:
        return await EchoClientRole.RunAsync(port);
}

var options = JceBenchOptions.Parse(args);
var own = new OwnCpu();
await using var codecs = await CodecBench.StartAsync();
await using var echo = await EchoBench.StartAsync();
using var calls = new CallBench();
await calls.CheckAsync();
if (options.Parts.Contains("codec")) await codecs.WarmUpAsync(options.WarmUp);
if (options.Parts.Contains("rpc")) await echo.WarmUpAsync(options.RpcWarmUp);
calls.WarmUp(options.WarmUp);
foreach (var c in codecs.Codecs) Console.WriteLine($"{c.Id} {c.Size}");
for (var round = 1; round <= options.Rounds; round++)
{
    if (options.Parts.Contains("codec")) await codecs.RunAsync(round, options.Codec, own);
    if (options.Parts.Contains("rpc")) await echo.RunAsync(round, options.Rpc, own);
    calls.Run(round, options.Codec, own);
    foreach (var p in codecs.Pairs.Where(p => p.Round == round)) Console.WriteLine($"{p.Step} {p.Peer} {p.Ours.Nanoseconds:0} {p.Theirs.Nanoseconds:0} {p.Theirs.Nanoseconds / p.Ours.Nanoseconds:0.00} alloc {p.Ours.Allocated} {p.Theirs.Allocated} {p.Noise}");
    foreach (var p in echo.Pairs.Where(p => p.Round == round)) Console.WriteLine($"{p}");
    foreach (var p in calls.Pairs.Where(p => p.Round == round)) Console.WriteLine($"{p}");
}
return 0;
