using System.Globalization;
using System.Text.Json;
using Hongbao.Async.Orders.Fundings;
using Hongbao.Async.Orders.Payouts;
using Hongbao.Async.Orders.Refunds;
using Hongbao.Async.Orders.Transfers;
using Hongbao.Contracts;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Signing;
using Hongbao.Foundation.Stores;
using Hongbao.Jce;
using Hongbao.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hongbao.Async.Tests;

/// <summary>What the timed scan knows of an order.</summary>
internal sealed class DueState
{
    public int Kind { get; init; }
    public long No { get; init; }
    public long NextCheckAt { get; init; }
    public int Attempts { get; init; }
    public long DeadlineAt { get; init; }
}

/// <summary>A stored alert.</summary>
internal sealed class AlertRow
{
    public string Kind { get; init; } = "";
    public string Key { get; init; } = "";
    public long Count { get; init; }
}

/// <summary>
/// Async between a scripted finance and a Core that remembers what it is told, on simulated time: nothing runs but in
/// <see cref="RunAsync"/> and <see cref="AdvanceAsync"/>. Core's messages come from an outbox of Core's own.
/// </summary>
internal sealed class AsyncHarness : IAsyncDisposable
{
    public const string Shop = "shop";
    public const long Sender = 1001;

    private readonly TestDatabase _database;
    private readonly Outbox _coreOutbox = new();
    private readonly Random _dice;
    private readonly List<AsyncProcess> _processes = [];
    private long _sequence;

    private AsyncHarness(TestDatabase database, AsyncOptions options, int seed)
    {
        _database = database;
        _dice = new Random(seed);
        Options = options;
        Store = new FaultyStore(database.Open("async"), Clock);
        CoreStore = new FaultyStore(database.Open("core"), Clock);
        Scheduler = new SimulatedScheduler(Clock, new SeededRandomSource(seed));
    }

    public static CallbackSignature Signature { get; } = new([.. Enumerable.Range(1, 32).Select(i => (byte)i)]);

    public AsyncOptions Options { get; }
    public FaultyStore Store { get; }
    public FaultyStore CoreStore { get; }
    public ManualClock Clock => (ManualClock)_database.Clock;
    public SimulatedScheduler Scheduler { get; }
    public FakeFinance Finance { get; } = new();
    public FakeCore Core { get; } = new();
    public FakeCampaigns Campaigns { get; } = new();
    public SqlDialect Dialect => Store.Dialect;
    public AsyncProcess Process => _processes[^1];
    public IRedPacketAsync Contract => Process.Module.Contract;
    public long NowMs => Clock.GetUtcNow().ToUnixTimeMilliseconds();

    public static AsyncOptions NewOptions() => new() { CheckMs = 1000, CheckMsMax = 8000, FinanceTimeoutMs = 500, CampaignTimeoutMs = 300, PullAfterMs = 30_000, DeadlineSeconds = 60 };

    public static async Task<AsyncHarness> StartAsync(SqlDialect dialect, Action<AsyncOptions>? change = null, int seed = 7)
    {
        var options = NewOptions();
        change?.Invoke(options);
        var harness = new AsyncHarness(await Databases.Pool.TakeAsync(dialect), options, seed);
        await harness.CoreStore.MigrateAsync(MigrationSet.FromAssembly(typeof(IStore).Assembly), default);
        await harness.StartProcessAsync();
        return harness;
    }

    /// <summary>A further process on the same data; contract calls go to it. Its machine's clock may be ahead of everybody's.</summary>
    public async Task<AsyncProcess> StartProcessAsync(TimeSpan ahead = default)
    {
        var clock = ahead == default ? Clock : (TimeProvider)new ClockAhead(Clock, ahead);
        var process = new AsyncProcess(Store, CoreStore, _coreOutbox, Options, Finance, Core, Campaigns, clock, new SeededRandomSource(_dice.Next()));
        await process.Module.StartAsync(default);
        _processes.Add(process);
        process.Attach(Scheduler);
        return process;
    }

    /// <summary>The process is gone, as by <c>kill -9</c>, and another one starts.</summary>
    public async Task RestartAsync(TimeSpan ahead = default)
    {
        _processes.ForEach(p => p.Kill());
        await StartProcessAsync(ahead);
    }

    public Task RunAsync() => Scheduler.RunUntilIdleAsync();

    /// <summary>Lets time pass in steps in which everything due is done.</summary>
    public async Task AdvanceAsync(TimeSpan distance, TimeSpan? step = null)
    {
        await RunAsync();
        for (var left = distance; left > TimeSpan.Zero; left -= step ?? TimeSpan.FromMilliseconds(500))
        {
            await PassAsync(TimeSpan.FromTicks(Math.Min(left.Ticks, (step ?? TimeSpan.FromMilliseconds(500)).Ticks)));
            await RunAsync();
        }
    }

    /// <summary>Time passes and nothing is done.</summary>
    public async Task PassAsync(TimeSpan distance)
    {
        Clock.Advance(distance);
        await Store.FollowClockAsync();
        await CoreStore.FollowClockAsync();
    }

    /// <summary>A number as Core would mint it.</summary>
    public long NewNumber(int? slot = null, long? atMs = null) =>
        Number.LowestAt(atMs ?? NowMs) + ((long)(slot ?? (int)(_sequence % Number.Slots)) << 23) + (Interlocked.Increment(ref _sequence) & 0x1FFFF);

    public TransferWanted NewClaim(long amount = 100, string app = Shop, PacketKind kind = PacketKind.C2C, long? claimNo = null) => new()
    {
        App = app,
        ClaimNo = claimNo ?? NewNumber(),
        // Even, so that all go to finance the same way.
        PacketNo = NewNumber() & ~1L,
        PayOrderNo = NewNumber(),
        SenderUid = Sender,
        Uid = 2002,
        Seq = 1,
        Amount = amount,
        Currency = "CNY",
        Kind = kind,
        ClaimedAtMs = NowMs,
    };

    public List<TransferWanted> NewClaims(int count, string app = Shop) => [.. Enumerable.Range(0, count).Select(_ => NewClaim(app: app))];

    public RefundWanted NewRefund(long amount = 300, string app = Shop, RefundCause cause = RefundCause.Expiry, long? causeNo = null)
    {
        var no = causeNo ?? NewNumber();
        return new RefundWanted
        {
            App = app,
            Cause = cause,
            CauseNo = no,
            PacketNo = cause == RefundCause.Expiry ? no : NewNumber(),
            PayOrderNo = NewNumber(),
            Uid = Sender,
            Amount = amount,
            Currency = "CNY",
        };
    }

    /// <summary>A win that its campaign has.</summary>
    public SubsidyIssued NewWin(long amount = 500, string app = Shop, long uid = Sender, long campaignId = 77)
    {
        var win = NewForgedWin(amount, app, uid, campaignId);
        Campaigns.Issue(win);
        return win;
    }

    /// <summary>A win that no campaign has.</summary>
    public SubsidyIssued NewForgedWin(long amount = 500, string app = Shop, long uid = Sender, long campaignId = 77) => new()
    {
        App = app,
        ExternalNo = $"{campaignId}-1-{uid}-{Interlocked.Increment(ref _sequence)}",
        Uid = uid,
        CampaignId = campaignId,
        Amount = amount,
        Currency = "CNY",
        ExpiresAtMs = NowMs + 86_400_000,
        IssuedAtMs = NowMs,
    };

    /// <summary>A packet that a win pays for.</summary>
    public FundingWanted NewFunding(SubsidyIssued? win = null, long? packetNo = null) => new() { PacketNo = packetNo ?? (NewNumber() & ~1L), Subsidy = win ?? NewWin() };

    /// <summary>A claim of a packet that a win pays for.</summary>
    public TransferWanted NewClaim(FundingWanted funding, long amount = 100, long uid = 2002) => NewClaim(amount, funding.Subsidy.App, PacketKind.B2C) with
    {
        PacketNo = funding.PacketNo,
        PayOrderNo = 0,
        CampaignId = funding.Subsidy.CampaignId,
        SenderUid = funding.Subsidy.Uid,
        Uid = uid,
    };

    /// <summary>What is left of such a packet goes back to its campaign.</summary>
    public RefundWanted NewRefund(FundingWanted funding, long amount = 300) => NewRefund(amount, funding.Subsidy.App, causeNo: funding.PacketNo) with
    {
        PayOrderNo = 0,
        CampaignId = funding.Subsidy.CampaignId,
        Uid = funding.Subsidy.Uid,
    };

    public PayoutWanted NewPayout(long amount = 1000, string app = Shop) => new() { App = app, WithdrawalNo = NewNumber(), Uid = 2002, Amount = amount, Currency = "CNY" };

    public Task SendAsync(params FundingWanted[] fundings) => SendAsync(Topics.FundingsRequested, new FundingsRequested { Items = [.. fundings] });

    public Task SendAsync(params PayoutWanted[] payouts) => SendAsync(Topics.PayoutsRequested, new PayoutsRequested { Items = [.. payouts] });

    public Task SendAsync(params SubsidyIssued[] wins) => SendAsync(Topics.SubsidiesIssued, new SubsidiesIssued { Items = [.. wins] });

    /// <summary>Core commits a message of claims; it is delivered with the next run.</summary>
    public Task SendAsync(params TransferWanted[] claims) => SendAsync(Topics.ClaimsAccepted, ClaimsAccepted.Of(claims));

    public Task SendAsync(params RefundWanted[] refunds) => SendAsync(Topics.RefundsRequested, new RefundsRequested { Items = [.. refunds] });

    public async Task SendAsync<T>(string topic, T payload)
        where T : class, IJceStruct
    {
        await using var session = await CoreStore.WriteAsync(default);
        await _coreOutbox.AddAsync(session, 0, topic, CallContext.ForSystem(Shop), payload, TimeSpan.Zero, default);
        await session.CommitAsync();
    }

    /// <summary>A pending transfer that finance accepted and has not decided.</summary>
    public async Task<TransferRow> PendingTransferAsync(TransferWanted? claim = null)
    {
        claim ??= NewClaim();
        var before = Finance.Decide;
        Finance.Decide = (_, _) => FinanceStatus.Pending;
        await SendAsync(claim);
        await RunAsync();
        Finance.Decide = before;
        return await TransferOfAsync(claim);
    }

    /// <summary>A pending refund that finance accepted and has not decided.</summary>
    public async Task<RefundRow> PendingRefundAsync(RefundWanted? refund = null)
    {
        refund ??= NewRefund();
        var before = Finance.Decide;
        Finance.Decide = (_, _) => FinanceStatus.Pending;
        await SendAsync(refund);
        await RunAsync();
        Finance.Decide = before;
        return await RefundOfAsync(refund.Cause, refund.CauseNo);
    }

    public static FinanceNotice Notice(TransferRow row, string status = "SUCCEEDED") => Notice("transfer", row.TransferNo, row.App, status, row.Amount, row.Currency);

    public static FinanceNotice Notice(RefundRow row, string status = "SUCCEEDED", string kind = "refund") =>
        Notice(kind, row.RefundNo, row.App, status, row.Amount, row.Currency);

    public static FinanceNotice Notice(FundingWanted funding, string status = "SUCCEEDED") =>
        Notice("fund", funding.PacketNo, funding.Subsidy.App, status, funding.Subsidy.Amount, funding.Subsidy.Currency);

    public static FinanceNotice Notice(PayoutWanted payout, string status = "SUCCEEDED") =>
        Notice("payout", payout.WithdrawalNo, payout.App, status, payout.Amount, payout.Currency);

    public static FinanceNotice Notice(string kind, long number, string app, string status, long amount, string currency = "CNY") => new()
    {
        Kind = kind,
        Number = number.ToString(CultureInfo.InvariantCulture),
        App = app,
        Status = status,
        Amount = amount,
        Currency = currency,
        OccurredAt = "2026-11-21T00:00:00.000Z",
    };

    public FinanceCallbackRequest Signed(params FinanceNotice[] notices) =>
        SignedBody(JsonSerializer.Serialize(new FinanceNotices { Items = [.. notices] }, JsonSerializerOptions.Web));

    public FinanceCallbackRequest SignedBody(string body)
    {
        var timestamp = Clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var nonce = Guid.NewGuid().ToString("N");
        return new FinanceCallbackRequest { Body = body, Timestamp = timestamp, Nonce = nonce, Signature = Signature.Sign(timestamp, nonce, body) };
    }

    public async Task<ResultCode> CallBackAsync(FinanceCallbackRequest request) =>
        (await Contract.FinanceCallbackAsync(new CallContext(), request, default)).Result.Code;

    public Task<ResultCode> CallBackAsync(params FinanceNotice[] notices) => CallBackAsync(Signed(notices));

    public async Task<List<T>> QueryAsync<T>(string sql, object? arguments = null)
    {
        await using var session = await Store.ReadAsync(default);
        return await session.QueryAsync<T>(sql, arguments);
    }

    public Task<List<TransferRow>> TransfersAsync() => QueryAsync<TransferRow>($"select {TransferRow.Columns} from transfers order by claim_no");

    public Task<List<RefundRow>> RefundsAsync() => QueryAsync<RefundRow>($"select {RefundRow.Columns} from refunds order by cause, cause_no");

    public async Task<TransferRow> TransferOfAsync(TransferWanted claim) =>
        Assert.Single(await QueryAsync<TransferRow>($"select {TransferRow.Columns} from transfers where claim_no = @ClaimNo", new { claim.ClaimNo }));

    public async Task<RefundRow> RefundOfAsync(RefundCause cause, long causeNo) => Assert.Single(await QueryAsync<RefundRow>(
        $"select {RefundRow.Columns} from refunds where cause = @cause and cause_no = @causeNo", new { cause = (int)cause, causeNo }));

    public Task<List<FundingRow>> FundingsAsync() => QueryAsync<FundingRow>($"select {FundingRow.Columns} from fundings order by packet_no");

    public Task<List<PayoutRow>> PayoutsAsync() => QueryAsync<PayoutRow>($"select {PayoutRow.Columns} from payouts order by withdrawal_no");

    public async Task<FundingRow> FundingOfAsync(FundingWanted funding) => Assert.Single(
        await QueryAsync<FundingRow>($"select {FundingRow.Columns} from fundings where packet_no = @PacketNo", new { funding.PacketNo }));

    public async Task<PayoutRow> PayoutOfAsync(PayoutWanted payout) => Assert.Single(
        await QueryAsync<PayoutRow>($"select {PayoutRow.Columns} from payouts where withdrawal_no = @WithdrawalNo", new { payout.WithdrawalNo }));

    /// <summary>Transfers that wait for their packet's funding.</summary>
    public Task<List<long>> AwaitingAsync() => QueryAsync<long>("select transfer_no from awaiting_funding order by transfer_no");

    public Task<List<DueState>> DueAsync() => QueryAsync<DueState>("select kind, no, next_check_at, attempts, deadline_at from due order by kind, no");

    public Task<List<string>> CasesAsync() => QueryAsync<string>("select kind || ' ' || cast(no as text) from cases order by no");

    public Task<List<AlertRow>> AlertsAsync() => QueryAsync<AlertRow>("select kind, key, sum(count) as count from alerts group by kind, key order by kind, key");

    public async Task<List<string>> AlertKindsAsync() => (await AlertsAsync()).ConvertAll(a => a.Kind).Distinct().ToList();

    public Task<List<byte[]>> OutboxAsync(string topic) => QueryAsync<byte[]>("select payload from outbox where topic = @topic order by id", new { topic });

    public async Task ExecuteAsync(Sql sql)
    {
        await using var session = await _database.Open("async").WriteAsync(default);
        await session.ExecuteAsync(sql);
        await session.CommitAsync();
    }

    /// <summary>No step of a worker failed.</summary>
    public void AssertNothingFailed() => Assert.Empty(Scheduler.Failures);

    public ValueTask DisposeAsync()
    {
        Store.Fate = CoreStore.Fate = _ => CommitFault.None;
        _processes.ForEach(p => p.Kill());
        Databases.Pool.Return(_database);
        return ValueTask.CompletedTask;
    }
}

/// <summary>The clock of a machine that is wrong: its date is ahead, its seconds are as long.</summary>
internal sealed class ClockAhead(TimeProvider right, TimeSpan ahead) : TimeProvider
{
    public override long TimestampFrequency => right.TimestampFrequency;
    public override DateTimeOffset GetUtcNow() => right.GetUtcNow() + ahead;
    public override long GetTimestamp() => right.GetTimestamp();
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => right.CreateTimer(callback, state, dueTime, period);
}

/// <summary>One process: a bus, Core's dispatcher on it, and the module.</summary>
internal sealed class AsyncProcess
{
    private readonly MessageBus _bus = new();
    private readonly OutboxDispatcher _coreDispatcher;
    private volatile bool _killed;

    public AsyncProcess(
        IStore store, IStore coreStore, Outbox coreOutbox, AsyncOptions options, IFinance finance, FakeCore core, ICampaigns campaigns,
        TimeProvider clock, IRandomSource chance)
    {
        Alerts = new AlertSink(NullLogger<AlertSink>.Instance);
        Module = new AsyncModule(
            store, options, finance, new Lazy<IRedPacketCore>(core), new Lazy<ICampaigns>(campaigns), new FinanceCallbackKey(AsyncHarness.Signature), clock, chance, Alerts,
            new AlertCourier(store, Alerts, new AlertOptions(), clock, chance, NullLogger<AlertCourier>.Instance), NullLoggerFactory.Instance);
        _coreDispatcher = new OutboxDispatcher(coreStore, coreOutbox, _bus, Alerts, NullLogger.Instance);
        core.Listen(_bus);
    }

    public AlertSink Alerts { get; }
    public AsyncModule Module { get; }

    public void Attach(IScheduler scheduler)
    {
        var mine = new Mortal(this, scheduler);
        Module.Attach(_bus, mine);
        _coreDispatcher.Attach(mine);
    }

    /// <summary>Nothing of it runs any more.</summary>
    public void Kill() => _killed = true;

    private sealed class Mortal(AsyncProcess process, IScheduler scheduler) : IScheduler
    {
        public IWorker Add(string name, Func<CancellationToken, Task<NextRun>> step) => scheduler.Add(name, cancellationToken =>
            process._killed ? Task.FromResult(NextRun.WhenWoken) : step(cancellationToken));
    }
}
