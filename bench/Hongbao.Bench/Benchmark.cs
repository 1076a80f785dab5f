using System.Diagnostics;
using System.Globalization;
using Hongbao.Bench.Contenders;
using Hongbao.Bench.Http;
using Hongbao.Bench.Measuring;

namespace Hongbao.Bench;

/// <summary>Runs the cells of the table one after the other, round by round, so that a slow minute of the machine meets all contenders alike.</summary>
internal sealed class Benchmark : IAsyncDisposable
{
    private const int ManyPackets = 1000;
    private static readonly int[] CeilingBatches = [1024, 4096];
    private readonly List<Round> _rounds = [];
    private readonly Uids _uids = new();
    private readonly BenchServers _servers;
    private readonly BenchOptions _options;
    private readonly OwnCpu _own;
    private readonly HttpBench _http;
    private readonly long _started = Stopwatch.GetTimestamp();

    private sealed record Cell(Load Load, Contender? Contender, int Clients, int Batch);

    public Benchmark(BenchServers servers, BenchOptions options)
    {
        _servers = servers;
        _options = options;
        _own = new OwnCpu(servers.WorkFolder);
        _http = new HttpBench(servers, _own);
    }

    public IReadOnlyCollection<Round> Rounds => _rounds;

    public ValueTask DisposeAsync() => _http.DisposeAsync();

    public async Task RunAsync()
    {
        await WarmUpAsync();
        var warm = Stopwatch.GetElapsedTime(_started);
        var cells = Cells().ToList();
        for (var number = 1; number <= _options.Rounds; number++)
        {
            // The first round runs everything; a quick run repeats only what the goals compare.
            var now = number == 1 || !_options.Quick ? cells : cells.Where(IsCompared).ToList();
            // Only whole rounds: a part of one would give some contenders one more chance than others.
            var used = Stopwatch.GetElapsedTime(_started);
            if (number > 1 && used + ((used - warm) / _rounds.Count * now.Count) > _options.Budget)
            {
                Console.WriteLine("There is no time for another round.");
                return;
            }

            Console.WriteLine($"Round {number}: {now.Count} runs");
            for (var i = 0; i < now.Count; i++)
            {
                await RunAsync(now[i], number, $"{i + 1}/{now.Count}");
            }
        }
    }

    private IEnumerable<Cell> Cells()
    {
        var contenders = Contender.All(_options.Pools).Where(c => _options.Only.Length == 0 || _options.Only.Contains(c.Form) || _options.Only.Contains(c.Id)).ToList();
        foreach (var load in _options.Loads.Select(Load.Named))
        {
            foreach (var clients in _options.Clients)
            {
                foreach (var contender in contenders.Where(c => c.Http is null or { IsOpenLoop: false } && IsWorthIt(load, c, clients)))
                {
                    yield return new Cell(load, contender, clients, 0);
                }
            }

            // After the closed loops, for it takes its rate from them.
            foreach (var open in contenders.Where(c => load.Name == "H1" && c.Http is { IsOpenLoop: true }))
            {
                yield return new Cell(load, open, HttpForm.OpenConnections, 0);
            }

            if (load.Name == "H1" && (_options.Only.Length == 0 || _options.Only.Contains("bulk")))
            {
                foreach (var batch in CeilingBatches)
                {
                    yield return new Cell(load, null, 0, batch);
                }
            }
        }
    }

    private double HalfOfTheMaximum() => new Rounds(_rounds).Best("H1", m => m.Taken, Contender.OursHttp) is { } best ? best.Value / 2
        : throw new InvalidOperationException("the open loop takes its rate from the closed one: run http as well");

    private bool IsWorthIt(Load load, Contender contender, int clients)
    {
        // Ceilings know no packets, and what a library costs shows at one.
        if (load.Name != "H1" && (contender.Http is { IsClaim: false } or { IsRefused: true } || contender.Id == Contender.RedisByLibrary))
        {
            return false;
        }

        // More connections than clients change nothing.
        if (contender.IsSql && int.Parse(contender.Id.Split('/')[1], CultureInfo.InvariantCulture) is var connections && connections > clients && connections != _options.Pools[0])
        {
            return false;
        }

        // Nor do pools between the smallest and the largest do better where many wait.
        if (contender.IsSql && clients > _options.Pools[^1] && !contender.Id.EndsWith($"/{_options.Pools[0]}", StringComparison.Ordinal)
            && !contender.Id.EndsWith($"/{_options.Pools[^1]}", StringComparison.Ordinal))
        {
            return false;
        }

        if (!_options.Quick)
        {
            return true;
        }

        if (contender.Http is { } http)
        {
            return load.Name switch
            {
                "H1" => clients == 1024 || (clients == 64 && http is { IsRefused: false } and not { Endpoint: "refusal" }) || (clients == 8 && contender.Id == Contender.OursHttp),
                _ => clients == 1024,
            };
        }

        return load.Name switch
        {
            // More clients than connections make the peers slower, if anything.
            "H1" when contender.IsSql => clients <= 64,
            "H1" => clients > 8 || contender.Form is not ("r1-durable" or "r2" or "r2-durable"),
            "H2" => clients == 64 || (clients == 1024 && contender.Id is Contender.Ours or Contender.OursSqlite),
            _ => contender.Id is Contender.Ours && clients > 8 || (clients == 64 && contender.Id is "p1/64" or "p2/8" or "p4/8" or "r1"),
        };
    }

    private static bool IsCompared(Cell cell) => (cell.Load.Name, cell.Contender?.Id, cell.Clients) switch
    {
        ("H1", null, _) => true,
        ("H1", Contender.Ours, >= 64) => true,
        ("H1", "p1/64" or "p1/8", 64) => true,
        ("H1", "r1" or Contender.RedisByLibrary, >= 64) => true,
        ("H1", Contender.OursSqlite or "r1-durable", 1024) => true,
        ("H2", Contender.Ours, 1024) => true,
        ("H1", Contender.OursHttp, >= 64) => true,
        ("H1", Contender.HttpNothing or Contender.OursHttpRefusals or Contender.HttpNothingRefused, 1024) => true,
        ("H1", Contender.OursHttpOpen, _) => true,
        ("H2", Contender.OursHttp, 1024) => true,
        ("H2", "p1/8" or "p2/8" or "p4/8" or "p2/64" or "p4/64", 64) => true,
        _ => false,
    };

    // The first calls of everything are compiled outside of the rounds; ours, R1 and the load itself, which are quick, until the compiler has optimized them.
    private async Task WarmUpAsync()
    {
        Console.WriteLine("Warming up ...");
        var load = Load.Named("H1");
        foreach (var contender in Contender.All([8]).Where(c => c.Http is null).Where(c => _options.Only.Length == 0 || _options.Only.Contains(c.Form) || _options.Only.Contains(c.Id)))
        {
            await RunAsync(new Cell(load, contender, 64, 0), TimeSpan.Zero, TimeSpan.FromSeconds(contender.IsInProcess || contender.Form is "r1" or Contender.RedisByLibrary ? 8 : 0.8));
        }
    }

    private async Task RunAsync(Cell cell, int number, string progress)
    {
        var id = cell.Contender?.Id ?? $"bulk/{cell.Batch}";
        Console.Write($"  {progress,6} {cell.Load.Name} {id,-18}{(cell.Clients == 0 ? "" : $" {cell.Clients,5} clients")} ");
        var (warmUp, duration) = (TimeSpan.FromSeconds(_options.WarmUpSeconds), TimeSpan.FromSeconds(_options.Seconds));
        var (measured, faults) = cell.Contender is null
            ? (await BulkCeiling.RunAsync(_servers, _own, cell.Batch, warmUp, duration), [])
            : await RunAsync(cell, warmUp, duration);
        var round = new Round(cell.Load.Name, id, cell.Clients, number, measured, faults);
        _rounds.Add(round);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{measured.Taken,9:N0}/s  p99 {measured.P99,7:0.0} ms  {(measured.Refused > 0 ? $"refused {measured.Refused:N0}/s  " : "")}{(measured.LoadCpu > 0 ? $"load {measured.LoadCpu:0} %  {measured.BytesPerClaim:N0} B  {measured.Collections:0} GC/s {measured.Paused:0.0} %  " : "")}steal {measured.Steal:0.0} %  others {measured.Others:0} %{(round.IsNoisy ? " (noisy)" : "")}  {Stopwatch.GetElapsedTime(_started).TotalSeconds:0} s"));
        foreach (var fault in faults)
        {
            Console.Error.WriteLine($"  AUDIT: {id}: {fault}");
        }
    }

    private async Task<(Measured Measured, List<string> Faults)> RunAsync(Cell cell, TimeSpan warmUp, TimeSpan duration)
    {
        if (cell.Contender!.Http is { } form)
        {
            return await _http.RunAsync(form, cell.Load, cell.Contender.MostPerSecond, cell.Clients, form.IsOpenLoop ? HalfOfTheMaximum() : 0, warmUp, duration);
        }

        var shares = cell.Load.Shares((long)(cell.Contender.MostPerSecond * (warmUp + duration).TotalSeconds));
        await using var contender = cell.Contender.Create!(_servers);
        await contender.PrepareAsync(shares);
        var first = cell.Contender.IsInProcess && shares.Length > ManyPackets ? await FirstClaims.RunAsync(contender, shares.Length, _uids) : null;
        // What the rounds before left behind is not to be collected in this one.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var loop = new ClosedLoop(contender, cell.Load.Choose(shares.Length), _uids, _own);
        var log = await _servers.LogPositionAsync();
        var measured = await Task.Factory.StartNew(() => loop.Run(cell.Clients, warmUp, duration), default, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await contender.DrainAsync();
        measured = measured with { LogPerClaim = (double)(await _servers.LogPositionAsync() - log) / Math.Max(1, measured.TakenInAll) };
        if (first is not null)
        {
            measured = measured with { FirstClaims = first.PerSecond, TakenInAll = measured.TakenInAll + first.Taken };
        }

        var faults = await contender.AuditAsync(measured.TakenInAll);
        if (measured.Error is not null)
        {
            faults.Add("a client met an error: " + measured.Error);
        }

        return (measured, faults);
    }
}
