using System.Globalization;
using System.Text.Json;
using Hongbao.Foundation.Signing;
using Hongbao.Foundation.Stores;
using Hongbao.Testing;

namespace Hongbao.Contract.Tests;

/// <summary>A running platform for the tests of a class; users of its own for each test.</summary>
public abstract class RunningServer : IAsyncLifetime
{
    private static long _nextUid = 5000;
    private Api? _api;

    protected static readonly IReadOnlyDictionary<string, string> Settings = new Dictionary<string, string>
    {
        ["HONGBAO_Core__TtlSecondsMin"] = "1",
        ["HONGBAO_Core__AmountPerDayMax"] = "5000000",
        // Nobody answers at port 9: the relations are silent.
        ["HONGBAO_Outside__Relations__Kind"] = "http",
        ["HONGBAO_Outside__Relations__Url"] = "http://127.0.0.1:9/relations",
        ["HONGBAO_Outside__Relations__Key"] = Convert.ToBase64String(new byte[32]),
    };

    public Api Api => _api ?? throw new InvalidOperationException("not started");

    /// <summary>What finance signs its callbacks with.</summary>
    public abstract CallbackSignature FinanceSignature { get; }

    /// <summary>A user that no other test knows.</summary>
    public static long NewUser() => Interlocked.Increment(ref _nextUid);

    public abstract ValueTask InitializeAsync();

    /// <summary>As after a crash: nothing in memory is left.</summary>
    public abstract Task RestartAsync();

    public virtual ValueTask DisposeAsync()
    {
        _api?.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>The body of a creation that is acceptable; fields can be replaced by name.</summary>
    public static Dictionary<string, object?> Body(params (string Name, object? Value)[] other)
    {
        var body = new Dictionary<string, object?>
        {
            ["requestId"] = "r-" + Guid.NewGuid().ToString("N"),
            ["amount"] = 1000,
            ["count"] = 2,
            ["currency"] = "CNY",
            ["split"] = "random",
            ["scope"] = new { kind = "public" },
            ["funding"] = new { kind = "cashier" },
        };
        foreach (var (name, value) in other)
        {
            body[name] = value;
        }

        return body;
    }

    /// <summary>A created packet: its number and its payment order's.</summary>
    public async Task<(string PacketNo, string PayOrderNo)> CreateAsync(long sender, params (string Name, object? Value)[] other)
    {
        var created = await Api.PostAsync("/api/v1/packets", sender, Body(other));
        Assert.True(created.IsOk, created.ToString());
        return (created.Text("packetNo"), created["payment"].GetProperty("payOrderNo").GetString()!);
    }

    /// <summary>A packet that can be claimed.</summary>
    public async Task<string> CreatePaidAsync(long sender, params (string Name, object? Value)[] other)
    {
        var (packetNo, payOrderNo) = await CreateAsync(sender, other);
        await PayAsync(sender, payOrderNo);
        return packetNo;
    }

    public Task PayAsync(long sender, string payOrderNo) => UntilAsync(async () =>
    {
        var paid = await Api.PostAsync($"/cashier/{payOrderNo}/pay", sender);
        Assert.True(paid.IsOk, paid.ToString());
        return paid.Text("status") == "SUCCEEDED";
    }, "paid");

    /// <summary>A scheduled campaign that users know of: in its one round, which has begun, everybody wins 888.</summary>
    /// <param name="password">What it wants to hear; null for nothing.</param>
    public async Task<string> CampaignAsync(string? password = null)
    {
        var (planner, now) = (NewUser(), TimeProvider.System.GetUtcNow());
        string At(int seconds) => now.AddSeconds(seconds).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        var created = await ToldAsync(() => Api.SendAsync(HttpMethod.Post, "/ops/v1/campaigns", planner, new
        {
            name = "新春红包雨",
            currency = "CNY",
            budget = 1_000_000,
            startsAt = At(-60),
            endsAt = At(3600),
            rounds = new[] { new { round = 1, startsAt = At(-1), endsAt = At(600) } },
            prizes = new[] { new { amount = 888, probability = 1 } },
            perUserLimit = 1,
            tokenTtlSeconds = 86_400,
            condition = password is null ? null : new { kind = "password", password },
            reason = "test",
        }, "admin"));
        Assert.True(created.IsOk, created.ToString());
        var campaignId = created.Text("campaignId");
        var scheduled = await ToldAsync(() => Api.SendAsync(HttpMethod.Post, $"/ops/v1/campaigns/{campaignId}/schedule", planner, new { reason = "test" }, "admin"));
        Assert.True(scheduled.IsOk, scheduled.ToString());
        await UntilAsync(async () => (await Api.GetAsync("/api/v1/campaigns", planner))["items"].EnumerateArray().Any(c => c.GetProperty("campaignId").GetString() == campaignId), "shown");
        return campaignId;
    }

    public async Task<string> StatusAsync(string packetNo, long uid) => (await Api.GetAsync($"/api/v1/packets/{packetNo}/status", uid)).Text("status");

    /// <summary>Asks again while the service is busy, as its clients do.</summary>
    private static async Task<Answer> ToldAsync(Func<Task<Answer>> ask)
    {
        var answer = await ask();
        await UntilAsync(async () => answer.Code != "OVERLOADED" || (answer = await ask()).Code != "OVERLOADED", "told");
        return answer;
    }

    /// <summary>Polls until it is true.</summary>
    public static async Task UntilAsync(Func<Task<bool>> isTrue, string what)
    {
        var deadline = TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(60);
        while (!await isTrue())
        {
            Assert.True(TimeProvider.System.GetUtcNow() < deadline, $"not {what} within a minute");
            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }
    }

    /// <summary>From now on calls go there.</summary>
    protected void Reach(string url) => Reach(before => new Api(url, before));

    /// <summary>From now on calls go by it.</summary>
    /// <param name="connect">Gets whose tokens are known already.</param>
    protected void Reach(Func<Api?, Api> connect)
    {
        var before = _api;
        _api = connect(before);
        before?.Dispose();
    }
}

/// <summary>All in one process, on SQLite.</summary>
public sealed class OneProcess : RunningServer
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "hongbao-tests", "contract-" + Guid.NewGuid().ToString("N"));
    private ServerProcess? _process;

    public override CallbackSignature FinanceSignature
    {
        get
        {
            using var keys = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_folder, "keys.json")));
            return new CallbackSignature(Convert.FromBase64String(keys.RootElement.GetProperty("CallbackKey").GetString()!));
        }
    }

    public override async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(_folder);
        await StartAsync();
    }

    public override async Task RestartAsync()
    {
        await _process!.KillAsync();
        await _process.DisposeAsync();
        await StartAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_process is not null)
        {
            Assert.Equal(0, await _process.InterruptAsync());
            await _process.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartAsync()
    {
        _process = await ServerProcess.StartAsync(_folder, Settings);
        Reach(_process.Url);
    }
}

/// <summary>Each role in a process of its own, on PostgreSQL.</summary>
public sealed class SixProcesses : RunningServer
{
    private TestDatabase? _database;
    private ServerCluster? _cluster;

    public override CallbackSignature FinanceSignature => new(Convert.FromBase64String(_cluster!.CallbackKey));

    public override async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync(SqlDialect.Postgres);
        _cluster = await ServerCluster.StartAsync(_database, Settings);
        Reach(_ => _cluster.Connect());
    }

    public override Task RestartAsync() => _cluster!.RestartAsync();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_cluster is not null)
        {
            Assert.All(await _cluster.InterruptAsync(), static e => Assert.Equal((e.Role, 0), e));
            await _cluster.DisposeAsync();
        }

        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }
}
