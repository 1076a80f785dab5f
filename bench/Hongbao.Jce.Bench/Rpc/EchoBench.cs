using System.Globalization;
using System.Text.Json;
using Hongbao.Bench.Measuring;

namespace Hongbao.Jce.Bench.Rpc;

/// <summary>A client and a server of one kind, measured once.</summary>
/// <param name="Rate">Calls a second.</param>
/// <param name="P50">Microseconds.</param>
/// <param name="P99">Microseconds.</param>
/// <param name="ClientCpu">Microseconds of CPU for a call.</param>
/// <param name="ServerCpu">Microseconds of CPU for a call.</param>
/// <param name="Allocated">Bytes that the client allocated for a call; null where they cannot be counted.</param>
internal sealed record EchoFigures(double Rate, double P50, double P99, double ClientCpu, double ServerCpu, double? Allocated);

/// <summary>Ours and the peer, one after the other.</summary>
internal sealed record EchoPair(int Round, EchoFigures Ours, EchoFigures Theirs, Noise Noise);

/// <summary>Our calls beside those of @tars/rpc: each with a client and a server in a process of its own.</summary>
internal sealed class EchoBench : IAsyncDisposable
{
    private readonly (ChildProcess Server, ChildProcess Client) _ours;
    private readonly (ChildProcess Server, ChildProcess Client) _theirs;
    private readonly List<EchoPair> _pairs = [];

    private EchoBench((ChildProcess Server, ChildProcess Client) ours, (ChildProcess Server, ChildProcess Client) theirs) => (_ours, _theirs) = (ours, theirs);

    public IReadOnlyList<EchoPair> Pairs => _pairs;

    public static async Task<EchoBench> StartAsync()
    {
        var server = ChildProcess.Own(EchoServerRole.Name);
        var client = ChildProcess.Own(EchoClientRole.Name, await server.ReadAsync("listening"));
        var theirServer = ChildProcess.Node("echo-server.js");
        var theirClient = ChildProcess.Node("echo-client.js", await theirServer.ReadAsync("listening"),
            EchoClientRole.Outstanding.ToString(CultureInfo.InvariantCulture), EchoClientRole.DeadlineMs.ToString(CultureInfo.InvariantCulture), EchoClientRole.SampledEach.ToString(CultureInfo.InvariantCulture));
        return new EchoBench((server, client), (theirServer, theirClient));
    }

    /// <summary>Runs both until the compilers have optimized them.</summary>
    public async Task WarmUpAsync(TimeSpan each)
    {
        await MeasureAsync(_ours, each);
        await MeasureAsync(_theirs, each);
    }

    public async Task RunAsync(int round, TimeSpan each, OwnCpu own)
    {
        var before = CpuTime.Now(own);
        var ours = await MeasureAsync(_ours, each);
        var theirs = await MeasureAsync(_theirs, each);
        _pairs.Add(new EchoPair(round, ours, theirs, Noise.Since(before, own)));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in new[] { _ours.Client, _ours.Server, _theirs.Client, _theirs.Server })
        {
            await process.DisposeAsync();
        }
    }

    private static async Task<EchoFigures> MeasureAsync((ChildProcess Server, ChildProcess Client) pair, TimeSpan duration)
    {
        var before = (await pair.Server.AskAsync("count")).GetInt64();
        var (server, client) = (pair.Server.Cpu, pair.Client.Cpu);
        var seen = await pair.Client.AskAsync(duration.TotalSeconds.ToString(CultureInfo.InvariantCulture));
        double Of(string name) => seen.GetProperty(name).GetDouble();
        var calls = Of("calls");
        var (serverAfter, clientAfter) = (pair.Server.Cpu, pair.Client.Cpu);
        var counted = (await pair.Server.AskAsync("count")).GetInt64() - before;
        if (counted != (long)calls)
        {
            throw new InvalidOperationException($"the client had answers to {calls} calls, of which the server knows {counted}");
        }

        return new EchoFigures(Of("rate"), Of("p50"), Of("p99"),
            (clientAfter - client).TotalMicroseconds / calls,
            (serverAfter - server).TotalMicroseconds / calls,
            seen.TryGetProperty("allocated", out var allocated) && allocated.ValueKind == JsonValueKind.Number ? allocated.GetDouble() : null);
    }
}
