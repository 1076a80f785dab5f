using System.Net.Http.Json;
using System.Security.Cryptography;
using Hongbao.Bench.Contenders;
using Hongbao.Bench.Http.Loading;
using Hongbao.Bench.Http.Serving;
using Hongbao.Bench.Measuring;

namespace Hongbao.Bench.Http;

/// <summary>Runs over HTTP: the platform in one process, the load in another, both alive between the runs so that they are warm.</summary>
internal sealed class HttpBench(BenchServers servers, OwnCpu own) : IAsyncDisposable
{
    // As many as have room among verified tokens by default, young generation: everybody has called before, as in life.
    private const int Users = 24_000;

    // Who takes a packet's shares first, where those are not measured.
    private const int EarlyUsers = 200;

    // So that the gate of the last shares is not what is measured.
    private const int SharesToSpare = 2048;
    private const int FirstConnections = 256;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(8);
    private readonly string _tokenKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    private readonly Dictionary<HttpServer, (RoleProcess Process, string Url)> _servers = [];
    private readonly HttpClient _meters = new();
    private readonly LoadProcess _load = new(own);
    private HttpDatabase? _database;

    /// <summary>One round.</summary>
    /// <param name="form">What is asked.</param>
    /// <param name="load">For which packets.</param>
    /// <param name="mostPerSecond">So many claims a second at most are prepared for.</param>
    /// <param name="connections">From the load to the server.</param>
    /// <param name="rate">Requests a second in an open loop; 0 for a closed one.</param>
    /// <param name="warmUp">Not measured.</param>
    /// <param name="duration">Measured.</param>
    public async Task<(Measured Measured, List<string> Faults)> RunAsync(
        HttpForm form, Load load, long mostPerSecond, int connections, double rate, TimeSpan warmUp, TimeSpan duration)
    {
        var plan = await PrepareAsync(form, load, (long)(mostPerSecond * (warmUp + duration).TotalSeconds));
        var before = form.IsClaim ? await BeforeAsync(form, plan) : null;
        Func<Task<Meter>> meter = form.Server == HttpServer.Platform ? () => ReadMeterAsync(plan.Url) : LoadProcess.NoMeter;
        var (result, cpu, cpuAfter, allocated) = await _load.RunAsync(meter, plan with
        {
            Endpoint = form.Endpoint,
            FirstUser = EarlyUsers,
            Users = Users - EarlyUsers,
            Connections = connections,
            Rate = rate,
            WarmUpSeconds = warmUp.TotalSeconds,
            Seconds = duration.TotalSeconds,
            IsOnceEach = form is { IsClaim: true, IsRefused: false },
        });
        var faults = form.IsClaim
            ? await _database!.AuditAsync(result.TakenInAll + before!.TakenInAll, result.WonInAll.Amount + before.WonInAll.Amount)
            : [];
        if ((before?.Error ?? result.Error) is { } error)
        {
            faults.Add("a client met an error: " + error);
        }

        return (new Measured
        {
            Taken = result.Taken / result.Seconds,
            Credited = form.IsClaim ? result.Taken / result.Seconds : 0,
            Refused = result.Refused / result.Seconds,
            Busy = result.Busy / result.Seconds,
            P50 = result.P50,
            P99 = result.P99,
            P999 = result.P999,
            BytesPerClaim = form.Server == HttpServer.Platform ? allocated.Bytes / Math.Max(1.0, result.Taken + result.Refused) : 0,
            Steal = cpuAfter.StealSince(cpu),
            Others = cpuAfter.OthersSince(cpu),
            Collections = allocated.Collections / result.Seconds,
            Paused = 100 * allocated.PauseSeconds / result.Seconds,
            LoadCpu = 100 * result.LoadCpuSeconds / result.Seconds / Environment.ProcessorCount,
            TakenInAll = result.TakenInAll,
        }, faults);
    }

    public async ValueTask DisposeAsync()
    {
        _meters.Dispose();
        foreach (var (process, _) in _servers.Values)
        {
            await process.DisposeAsync();
        }

        await _load.DisposeAsync();
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }

    // Packets in the database, and a plan that names them.
    private async Task<LoadPlan> PrepareAsync(HttpForm form, Load load, long claims)
    {
        var url = await ServerAsync(form.Server);
        int[] shares = form is { IsClaim: true, IsRefused: false } ? [.. load.Shares(claims, Users).Select(s => s < Users ? s : Users + SharesToSpare)] : [EarlyUsers / 2];
        return new LoadPlan
        {
            Url = url,
            Endpoint = form.Endpoint,
            Load = load.Name,
            PacketNos = form.IsClaim ? await _database!.FillAsync(shares) : [1L << 60],
            Users = Users,
            TokenKey = _tokenKey,
            Connections = FirstConnections,
        };
    }

    // Packets have their first claims, so that they are in memory; the one whose refusals are measured has its last.
    private async Task<LoadResult> BeforeAsync(HttpForm form, LoadPlan plan)
    {
        var first = plan with { Load = "H1", Users = 1, Requests = plan.PacketNos.Length };
        var (result, _, _, _) = await _load.RunAsync(LoadProcess.NoMeter, form.IsRefused ? first with { Users = EarlyUsers, Requests = EarlyUsers, Connections = 8 } : first);
        return result;
    }

    private async Task<Meter> ReadMeterAsync(string url) => (await _meters.GetFromJsonAsync<Meter>(url + MeterEndpoint.Path))!;

    private async Task<string> ServerAsync(HttpServer server)
    {
        if (!_servers.TryGetValue(server, out var running))
        {
            var process = server == HttpServer.Bare ? new RoleProcess(BareRole.Name) : new RoleProcess(ServeRole.Name, WriteSettings(), "core");
            running = _servers[server] = (process, await process.ReadAddressAsync());
            await WarmAsync(server);
        }

        return running.Url;
    }

    // The compiler optimizes what is called often, and everybody's token is verified once.
    private async Task WarmAsync(HttpServer server)
    {
        var nothing = new HttpForm(server, "nothing");
        var plan = await PrepareAsync(nothing, Load.Named("H1"), 0);
        await _load.RunAsync(LoadProcess.NoMeter, plan with { Requests = Users });
        foreach (var form in server == HttpServer.Bare ? [nothing] : new[] { nothing, new HttpForm(server, "claims") })
        {
            await RunAsync(form, Load.Named("H1"), 80_000, 64, 0, TimeSpan.Zero, WarmUp);
        }
    }

    private string WriteSettings()
    {
        var (file, database) = ServeSettings.Write(servers, "http", _tokenKey);
        _database = new HttpDatabase(database);
        return file;
    }
}
