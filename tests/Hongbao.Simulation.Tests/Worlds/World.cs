using Hongbao.Contracts;
using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Signing;
using Hongbao.Foundation.Stores;
using Hongbao.Testing;
using Microsoft.Extensions.Configuration;

namespace Hongbao.Simulation.Tests.Worlds;

/// <summary>
/// The platform as one deterministic machine: one or two processes on the same files, one clock, one source of chance. What
/// is awaited here runs on one thread (see the project file), so a seed gives the same run every time on SQLite.
/// </summary>
internal sealed class World : IAsyncDisposable
{
    public const int PaySeconds = 20;
    public const int FinanceTimeoutMs = 1000;
    public const long ShareMax = 200;
    public static readonly string[] Apps = ["default", "other"];
    public static readonly CallbackSignature Signature = new(new byte[32]);

    // From here on a node that was not stepped may have lost its instance ids.
    public static readonly TimeSpan LeaseRisk = TimeSpan.FromSeconds(45);

    // Another node sees a change of finance's fault switches within this time.
    private static readonly TimeSpan SwitchDelay = TimeSpan.FromSeconds(2);
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly string? _folder;
    private readonly SimulatedPostgres? _postgres;
    private readonly SeededRandomSource _order;
    private readonly Dictionary<string, DateTimeOffset?> _quietSince = Apps.ToDictionary(a => a, a => (DateTimeOffset?)null);
    private readonly HashSet<string> _faulty = [];
    private int _nodesStarted;

    private World(long seed, string? folder, SimulatedPostgres? postgres, IReadOnlyDictionary<string, string?> settings)
    {
        _folder = folder;
        _postgres = postgres;
        Chance = new SeededRandomSource(seed);
        _order = new SeededRandomSource(seed ^ 0x5DEECE66DL);
        Clock = new ManualClock(Start);
        LastIdleAt = Start;
        Callbacks = new CallbackRoute(this);
        StoreOptions = postgres is null
            ? new StoreOptions { DataFolder = folder! }
            : new StoreOptions { Kind = "postgres", Postgres = postgres.ConnectionString, PostgresFinance = postgres.ConnectionString, ConnectionsMax = 10 };
        Observer = new StoreCatalog(StoreOptions, Clock);
        var dice = new SeededRandomSource(seed + 1);
        Configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(settings)
        {
            ["Finance:CallbackKey"] = Convert.ToBase64String(new byte[32]),
            ["Subsidies:TokenKeys:0:Id"] = "simulated",
            ["Subsidies:TokenKeys:0:Key"] = Convert.ToBase64String(new byte[32]),
            ["Core:PaySeconds"] = $"{PaySeconds}",
            ["Core:ShareMax"] = $"{ShareMax}",
            ["Core:TtlSecondsMin"] = "1",
            ["Core:PullAfterMs"] = "500",
            ["Core:PaymentCheckMs"] = "200",
            ["Core:HoldSeconds"] = "5",
            ["Core:HeldMax"] = "16",
            ["Core:Lanes"] = $"{1 + dice.Below(2)}",
            ["Core:LaneBatchMax"] = dice.Below(2) == 0 ? "3" : "1024",
            ["Core:LaneAheadMin"] = dice.Below(2) == 0 ? "1" : "256",
            ["Async:CheckMs"] = "100",
            ["Async:CheckMsMax"] = "5000",
            ["Async:FinanceTimeoutMs"] = $"{FinanceTimeoutMs}",
            ["Async:PullAfterMs"] = "500",
            ["Query:RepairAfterMs"] = "500",
        }).Build();
    }

    public SeededRandomSource Chance { get; }

    public ManualClock Clock { get; }

    public long NowMs => Clock.GetUtcNow().ToUnixTimeMilliseconds();

    public StoreOptions StoreOptions { get; }

    public IConfiguration Configuration { get; }

    public Relations Relations { get; } = new();

    /// <summary>Keeps campaigns from answering other modules.</summary>
    public Muting CampaignMuting { get; } = new();

    public CallbackRoute Callbacks { get; }

    public AlertLog Alerts { get; } = new();

    /// <summary>Kinds and keys of alerts that sequences provoked; of the serious ones only these may be raised.</summary>
    public HashSet<(string Kind, string Key)> ExpectedAlerts { get; } = [];

    /// <summary>Reads the modules' tables from outside.</summary>
    public StoreCatalog Observer { get; }

    public List<Node> Nodes { get; } = [];

    /// <summary>When every worker last had its turn.</summary>
    public DateTimeOffset LastIdleAt { get; private set; }

    /// <summary>Failures of steps, of all nodes that ever lived.</summary>
    public List<Exception> Failures { get; } = [];

    public bool IsRepeatable => _postgres is null;

    /// <param name="dialect">Its database.</param>
    /// <param name="seed">Decides everything.</param>
    /// <param name="settings">What is set beside the usual; nothing by default.</param>
    public static async Task<World> CreateAsync(SqlDialect dialect, long seed, IReadOnlyDictionary<string, string?>? settings = null)
    {
        settings ??= new Dictionary<string, string?>();
        World world;
        if (dialect == SqlDialect.Postgres)
        {
            world = new World(seed, null, await SimulatedPostgres.CreateAsync(Start.ToUnixTimeMilliseconds()), settings);
        }
        else
        {
            // Memory, where there is some: fsync costs nothing there.
            var root = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
            var folder = Directory.CreateDirectory(Path.Combine(root, "hongbao-world-" + Guid.NewGuid().ToString("N")));
            world = new World(seed, folder.FullName, null, settings);
        }

        await world.StartNodeAsync();
        await world.RunUntilIdleAsync();
        return world;
    }

    public Node AnyNode() => Nodes[_order.Below(Nodes.Count)];

    public async Task StartNodeAsync()
    {
        Nodes.Add(await Node.StartAsync(++_nodesStarted, this, CancellationToken.None));
        foreach (var node in Nodes)
        {
            node.WasBesideAnother |= Nodes.Count > 1;
        }
    }

    /// <summary>A process dies between two steps. What it held in memory is gone, and so are the answers that it owed.</summary>
    public async Task KillAsync(Node node)
    {
        await SettleAsync();
        Nodes.Remove(node);
        Failures.AddRange(node.Scheduler.Failures);
        await node.KillAsync();
    }

    public Task<FinanceCallbackResponse> CallBackAsync(Node node, FinanceCallbackRequest callback) => CallbackRoute.IsForCore(callback.Body)
        ? node.Core.FinanceCallbackAsync(new CallContext(), callback, CancellationToken.None)
        : node.Async.FinanceCallbackAsync(new CallContext(), callback, CancellationToken.None);

    /// <summary>Replaces finance's fault switches of an app; none means that all is well.</summary>
    public async Task SetFaultsAsync(string app, FinanceFaults faults)
    {
        var set = await AnyNode().Operations.SetFaultsAsync(CallContext.ForSystem(app), faults, CancellationToken.None);
        if (!set.Result.IsOk())
        {
            throw new InvalidOperationException($"the fault switches were refused: {string.Join(", ", set.Result.Faults.Select(f => f.Field))}");
        }

        if (faults.Operations.Count > 0)
        {
            _faulty.Add(app);
            _quietSince[app] = null;
        }
        else
        {
            _quietSince[app] = Clock.GetUtcNow();
        }
    }

    /// <summary>True while some node's finance may misbehave for an app.</summary>
    public bool MayBeFaulty(string app) => _faulty.Contains(app);

    /// <summary>Steps of one node after another, in an order of the seed. False when nobody is ready.</summary>
    public async Task<bool> StepAsync()
    {
        var first = _order.Below(Nodes.Count);
        for (var i = 0; i < Nodes.Count; i++)
        {
            if (await Nodes[(first + i) % Nodes.Count].Scheduler.RunOneAsync())
            {
                return true;
            }
        }

        return false;
    }

    public async Task StepsAsync(int count)
    {
        while (count-- > 0 && await StepAsync())
        {
        }
    }

    /// <summary>Until nobody has anything to do at this time.</summary>
    public async Task RunUntilIdleAsync()
    {
        for (var steps = 0; await StepAsync() || await StillWorksAsync(); steps++)
        {
            if (steps > 200_000)
            {
                throw new InvalidOperationException("the world does not come to rest");
            }
        }

        LastIdleAt = Clock.GetUtcNow();
        foreach (var (app, since) in _quietSince)
        {
            if (since is { } quiet && LastIdleAt - quiet > SwitchDelay)
            {
                _faulty.Remove(app);
                _quietSince[app] = null;
            }
        }
    }

    /// <summary>Time passes while nobody runs, as on a machine that slept; timers that were passed fire.</summary>
    public async Task MoveAsync(TimeSpan distance)
    {
        await StillWorksAsync();
        if (_postgres is not null)
        {
            await _postgres.SetAsync((Clock.GetUtcNow() + distance).ToUnixTimeMilliseconds());
        }

        Clock.Advance(distance);
        await SettleAsync();
    }

    /// <summary>Steps until the requests are answered, moving the clock when everybody waits for it. False when they never are.</summary>
    public async Task<bool> AnswerAsync(IReadOnlyCollection<Task> requests)
    {
        await SettleAsync();
        var moves = 0;
        while (requests.Any(r => !r.IsCompleted))
        {
            if (await StepAsync() || await StillWorksAsync())
            {
                continue;
            }

            if (++moves > 400)
            {
                return false;
            }

            await MoveAsync(TimeSpan.FromMilliseconds(100));
        }

        return true;
    }

    /// <summary>Returns when all that was set free has run. On PostgreSQL that cannot be known; a little is waited for.</summary>
    public async Task SettleAsync()
    {
        if (_postgres is null)
        {
            do
            {
                await Task.Yield();
            }
            while (ThreadPool.PendingWorkItemCount > 0);
            return;
        }

        for (var i = 0; i < 5 && Nodes.Any(n => n.Scheduler.OpenSteps > 0); i++)
        {
            await Task.Delay(1);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes.ToArray())
        {
            await KillAsync(node);
        }

        await Observer.DisposeAsync();
        if (_postgres is not null)
        {
            await _postgres.DisposeAsync();
        }
        else
        {
            Directory.Delete(_folder!, recursive: true);
        }
    }

    // On PostgreSQL a step may wait for the server: true when somebody became ready meanwhile.
    private async Task<bool> StillWorksAsync()
    {
        for (var i = 0; _postgres is not null && i < 100 && Nodes.Any(n => n.Scheduler.OpenSteps > 0); i++)
        {
            await Task.Delay(1);
            if (Nodes.Any(n => n.Scheduler.NextAt() <= Clock.GetUtcNow()))
            {
                return true;
            }
        }

        return false;
    }
}
