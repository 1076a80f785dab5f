using Hongbao.Campaign.Plans;
using Hongbao.Contracts;
using Hongbao.Foundation.Stores;
using Hongbao.Foundation.Subsidies;
using Hongbao.Jce;
using Hongbao.Testing;

namespace Hongbao.Campaign.Tests;

/// <summary>Real CampaignModules on one database, between fakes of finance and Core, at a time that the test says.</summary>
internal sealed class CampaignHarness : IAsyncDisposable
{
    public const long Operator = 9001;
    public const string Reason = "a test";

    private readonly TestDatabase _database;
    private readonly List<CampaignProcess> _processes = [];
    private readonly SemaphoreSlim _clockTurn = new(1, 1);

    private CampaignHarness(TestDatabase database) => _database = database;

    internal sealed class DrawRow
    {
        public long Uid { get; init; }
        public int Round { get; init; }
        public long Amount { get; init; }
        public int Prize { get; init; }
        public long? WinNo { get; init; }
        public int Nth { get; init; }
        public string? KeyId { get; init; }
        public long DrawnAt { get; init; }
        public long? ExpiresAt { get; init; }
    }

    internal sealed class PoolRow
    {
        public int Round { get; init; }
        public int Prize { get; init; }
        public long Planned { get; init; }
        public long Allocated { get; init; }
        public long Sized { get; init; }
        public long Issued { get; init; }
        public long Won { get; init; }
    }

    public static SubsidyTokens Tokens { get; } = new(new SubsidyOptions
    {
        TokenKeys = [new SubsidyKeyOptions { Id = "k1", Key = Convert.ToBase64String(new byte[SubsidyTokens.KeyBytes]) }],
    });

    public CampaignOptions Options { get; private init; } = new();
    public StandingClock Clock => (StandingClock)_database.Clock;
    public long Now => Clock.NowMs;
    public FakeFinance Finance { get; } = new();
    public FakeCore Core { get; } = new();
    public FakeConditions Conditions { get; } = new();
    public CampaignProcess Main { get; private set; } = null!;
    public IReadOnlyList<CampaignProcess> Processes => _processes;
    public IStore Store => _database.Open("campaign");

    public static async Task<CampaignHarness> StartAsync(SqlDialect dialect, Action<CampaignOptions>? configure = null, bool laneByHand = false)
    {
        var options = new CampaignOptions { CallTimeoutMs = 300 };
        configure?.Invoke(options);
        var harness = new CampaignHarness(await Databases.Pool.TakeAsync(dialect)) { Options = options };
        harness.Clock.NowMs = StandingClock.StartMs;
        harness.Main = await harness.StartProcessAsync(laneByHand: laneByHand);
        return harness;
    }

    /// <summary>Another process on the same data.</summary>
    public async Task<CampaignProcess> StartProcessAsync(CampaignOptions? options = null, bool laneByHand = false)
    {
        var store = new FaultyStore(_processes.Count == 0 ? Store : _database.OpenAnother("campaign"), SetStoreClockAsync);
        var process = new CampaignProcess(this, store, options ?? Options, laneByHand);
        await process.StartAsync();
        _processes.Add(process);
        return process;
    }

    /// <summary>Moves the clock of all processes and of their database.</summary>
    public async Task MoveAsync(TimeSpan distance)
    {
        Clock.NowMs += (long)distance.TotalMilliseconds;
        await SetStoreClockAsync();
        foreach (var process in _processes.Where(static p => p.IsRunning))
        {
            await process.KeepNumbersAsync();
        }
    }

    /// <summary>All processes see campaigns as they are now.</summary>
    public async Task RefreshAsync()
    {
        foreach (var process in _processes.Where(static p => p.IsRunning))
        {
            await process.RefreshAsync();
        }
    }

    public static CallContext As(long uid, string app = CallContext.DefaultApp) => new() { App = app, Uid = uid };

    public static CallContext AsOperator => As(Operator);

    /// <summary>A campaign of one round of ten minutes from now, with all its money there from the beginning.</summary>
    public CampaignPlan Plan(long budget = 1000, params PrizePlan[] prizes) => new()
    {
        Name = "New year",
        Currency = "CNY",
        Budget = budget,
        StartsAtMs = Now,
        EndsAtMs = Now + 600_000,
        Rounds = [new RoundPlan { Round = 1, StartsAtMs = Now, EndsAtMs = Now + 600_000 }],
        Prizes = prizes.Length == 0 ? [Quantity(10, 100)] : [.. prizes],
        PerUserLimit = 1,
        TokenTtlSeconds = 3600,
        PacingFirstPercent = 100,
        PacingFullPercent = 100,
    };

    /// <summary>The same with several rounds one after the other.</summary>
    public CampaignPlan Rounds(CampaignPlan plan, int rounds, long roundMs = 60_000) => plan with
    {
        EndsAtMs = Now + (rounds * roundMs),
        Rounds = [.. Enumerable.Range(1, rounds).Select(r => new RoundPlan { Round = r, StartsAtMs = Now + ((r - 1) * roundMs), EndsAtMs = Now + (r * roundMs) })],
    };

    public static PrizePlan Quantity(long amount, long quantity) => new() { Amount = amount, Quantity = quantity };

    public static PrizePlan Chance(long amount, long ppb) => new() { Amount = amount, ChancePpb = ppb };

    public static CampaignRequest Request(long campaignId) => new() { CampaignId = campaignId, Reason = Reason };

    public Task<CampaignResponse> CreateAsync(CampaignPlan plan, string app = CallContext.DefaultApp) =>
        Main.Operations.CreateAsync(As(Operator, app), new CreateCampaignRequest { Plan = plan, Reason = Reason }, default);

    /// <summary>A draft's number.</summary>
    public async Task<long> DraftAsync(CampaignPlan plan, string app = CallContext.DefaultApp)
    {
        var created = await CreateAsync(plan, app);
        Assert.True(created.Result.IsOk(), $"{created.Result.Code} {string.Join("; ", created.Result.Faults)}");
        return created.CampaignId;
    }

    /// <summary>A scheduled campaign's number; all processes know of it.</summary>
    public async Task<long> ScheduledAsync(CampaignPlan plan, string app = CallContext.DefaultApp)
    {
        var campaignId = await DraftAsync(plan, app);
        Ok(await Main.Operations.ScheduleAsync(As(Operator, app), Request(campaignId), default));
        await RefreshAsync();
        return campaignId;
    }

    public Task<CampaignResponse> SetBudgetAsync(long campaignId, long budget, CampaignProcess? at = null) =>
        (at ?? Main).Operations.ChangeBudgetAsync(AsOperator, new ChangeBudgetRequest { CampaignId = campaignId, Budget = budget, Reason = Reason }, default);

    public Task<CampaignResponse> EndAsync(long campaignId, CampaignProcess? at = null) => (at ?? Main).Operations.EndAsync(AsOperator, Request(campaignId), default);

    public Task<RainDrawResponse> DrawAsync(long campaignId, long uid, int round = 1, CampaignProcess? at = null, string app = CallContext.DefaultApp) =>
        (at ?? Main).Campaigns.DrawAsync(As(uid, app), new RainDrawRequest { CampaignId = campaignId, Round = round }, default);

    /// <summary>Everybody draws at once.</summary>
    public async Task<List<RainDrawResponse>> DrawAllAsync(long campaignId, IEnumerable<long> uids, int round = 1, CampaignProcess? at = null)
    {
        var drawing = uids.Select(uid => DrawAsync(campaignId, uid, round, at)).ToArray();
        return [.. await Task.WhenAll(drawing)];
    }

    public static T Ok<T>(T answer)
        where T : IAnswer
    {
        Assert.True(answer.Result.Code == ResultCode.Ok, $"{answer.Result.Code}: {answer.Result.Detail} {string.Join("; ", answer.Result.Faults.Select(static f => $"{f.Field} {f.Message}"))}");
        return answer;
    }

    public async Task<Plan> FindAsync(long campaignId) => (await new PlanStore(Store).LoadAsync([campaignId], default))[0];

    /// <summary>The first users who are aimed at some prize of a round; 0 for nothing, -1 for anything.</summary>
    public async Task<List<long>> UsersAsync(long campaignId, int count, int prize = -1, int round = 1, long from = 1)
    {
        var plan = await FindAsync(campaignId);
        var secret = plan.Rounds[round - 1].Secret;
        var users = new List<long>();
        for (var uid = from; users.Count < count; uid++)
        {
            var aim = plan.Aim.At(secret, campaignId, round, uid);
            if (aim == prize || (prize == -1 && aim > 0))
            {
                users.Add(uid);
            }
        }

        return users;
    }

    public async Task<T?> ReadAsync<T>(string sql, object? arguments = null)
    {
        await using var session = await Store.ReadAsync(default);
        return await session.FirstAsync<T>(sql, arguments);
    }

    public async Task<List<T>> ReadAllAsync<T>(string sql, object? arguments = null)
    {
        await using var session = await Store.ReadAsync(default);
        return await session.QueryAsync<T>(sql, arguments);
    }

    public async Task WriteAsync(string sql, object? arguments = null)
    {
        await using var session = await Store.WriteAsync(default);
        await session.ExecuteAsync(sql, arguments);
        await session.CommitAsync();
    }

    public Task<List<DrawRow>> DrawsAsync(long campaignId) => ReadAllAsync<DrawRow>("select * from draws where campaign_id = @campaignId order by uid, round", new { campaignId });

    public Task<List<PoolRow>> PoolsAsync(long campaignId) => ReadAllAsync<PoolRow>("""
        select p.round, p.prize, p.planned, p.allocated,
          (select cast(coalesce(sum(c.size), 0) as bigint) from chunks c where c.campaign_id = p.campaign_id and c.round = p.round and c.prize = p.prize) as sized,
          (select cast(coalesce(sum(c.issued), 0) as bigint) from chunks c where c.campaign_id = p.campaign_id and c.round = p.round and c.prize = p.prize) as issued,
          (select cast(coalesce(sum(d.amount), 0) as bigint) from draws d
            where d.campaign_id = p.campaign_id and d.round = p.round and d.prize = p.prize and d.amount > 0) as won
        from pools p where p.campaign_id = @campaignId order by p.round, p.prize
        """, new { campaignId });

    /// <summary>What the outbox tells of a campaign's wins; nothing takes it away.</summary>
    public async Task<List<SubsidyIssued>> ToldAsync(long campaignId) =>
        [.. (await ReadAllAsync<byte[]>("select payload from outbox where topic = @topic order by id", new { topic = Topics.SubsidiesIssued }))
            .SelectMany(static p => JceSerializer.Read<SubsidiesIssued>(p).Items).Where(i => i.CampaignId == campaignId)];

    /// <summary>The money of a campaign adds up to the last minor unit, wins are one a user and round and within his limit, and the messages tell of exactly them.</summary>
    public async Task AssertSoundAsync(long campaignId)
    {
        var plan = await FindAsync(campaignId);
        var pools = await PoolsAsync(campaignId);
        var draws = await DrawsAsync(campaignId);
        var wins = draws.Where(static d => d.Amount > 0).ToList();
        Assert.True(pools.Sum(static p => p.Planned) <= plan.Budget, $"{pools.Sum(static p => p.Planned)} planned of {plan.Budget}");
        Assert.All(pools, static p =>
        {
            Assert.Equal(p.Allocated, p.Sized);
            Assert.InRange(p.Allocated, 0, p.Planned);
            Assert.Equal(p.Issued, p.Won);
            Assert.InRange(p.Issued, 0, p.Sized);
        });
        Assert.Equal(pools.Sum(static p => p.Won), wins.Sum(static w => w.Amount));
        Assert.Equal(draws.Count, draws.DistinctBy(static d => (d.Uid, d.Round)).Count());
        Assert.All(wins.GroupBy(static w => w.Uid), user => Assert.InRange(user.Count(), 1, plan.PerUserLimit));
        Assert.All(wins, w => Assert.Contains(plan.Prizes, p => p.Amount == w.Amount && (p.Quantity > 0 ? p.No : 0) == w.Prize));
        Assert.Equal(
            wins.Select(w => (No: $"{campaignId}.{w.Round}.{w.Uid}", w.Uid, w.Amount, Expires: w.ExpiresAt!.Value, w.DrawnAt)).Order(),
            (await ToldAsync(campaignId)).Select(static t => (No: t.ExternalNo, t.Uid, t.Amount, Expires: t.ExpiresAtMs, DrawnAt: t.IssuedAtMs)).Order());
        var account = Finance.Of(campaignId);
        if (plan.State != CampaignStatus.Draft)
        {
            Assert.True(account.Held - account.Released >= wins.Sum(static w => w.Amount), $"won {wins.Sum(static w => w.Amount)}, held {account.Held}, given back {account.Released}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }

        _clockTurn.Dispose();
        Databases.Pool.Return(_database);
    }

    // SQLite asks the clock; PostgreSQL gets another function, which every start of a module sets right again.
    private async Task SetStoreClockAsync()
    {
        if (Store.Dialect != SqlDialect.Postgres)
        {
            return;
        }

        await _clockTurn.WaitAsync();
        try
        {
            await WriteAsync($"create or replace function now_ms() returns bigint language sql volatile as $$ select {Now}::bigint $$");
        }
        finally
        {
            _clockTurn.Release();
        }
    }
}
