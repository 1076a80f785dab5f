using System.Globalization;
using System.Text;
using System.Text.Json;
using Hongbao.Contracts;
using Hongbao.Core.Claims;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Signing;
using Hongbao.Foundation.Stores;
using Hongbao.Foundation.Subsidies;
using Hongbao.Jce;
using Hongbao.Testing;

namespace Hongbao.Core.Tests;

/// <summary>A real CoreModule on its own database, between fakes of everything that it talks to.</summary>
internal sealed class CoreHarness : IAsyncDisposable
{
    public const long Sender = 7001;

    /// <summary>How long a test waits for what has to happen.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static readonly CallbackSignature Signature = new(Encoding.ASCII.GetBytes("a key that only finance and Core have"));

    public static readonly SubsidyTokens Tokens = new(new SubsidyOptions { TokenKeys = [new SubsidyKeyOptions { Id = "k1", Key = Convert.ToBase64String(new byte[32]) }] });

    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);
    private static long _requests;
    private readonly TestDatabase _database;
    private readonly List<CoreProcess> _processes = [];

    private CoreHarness(TestDatabase database) => _database = database;

    internal sealed class Packet
    {
        public PacketStatus State { get; init; }
        public long Version { get; init; }
        public long Amount { get; init; }
        public int Count { get; init; }
        public long ClaimedAmount { get; init; }
        public int ClaimedCount { get; init; }
        public long ClosedAmount { get; init; }
        public int ClosedCount { get; init; }
        public string? ContentId { get; init; }
        public long? ActivatedAt { get; init; }
        public long? ExpiresAt { get; init; }
        public long? ClosedAt { get; init; }
        public long PayUntil { get; init; }
        public long PayOrderNo { get; init; }
    }

    internal sealed class Claim
    {
        public long ClaimNo { get; init; }
        public long Uid { get; init; }
        public int Seq { get; init; }
        public long Amount { get; init; }
        public ClaimStatus State { get; init; }
    }

    public CoreOptions Options { get; private init; } = new();
    public MovableClock Clock => (MovableClock)_database.Clock;

    /// <summary>In place of each process's own.</summary>
    public IAdmissionGate? Gate { get; private init; }

    public FakeFinance Finance { get; } = new();
    public FakeAsync Async { get; } = new();
    public FakeRelations Relations { get; } = new();
    public FakeModeration Moderation { get; } = new();
    public FakeRisk Risk { get; } = new();
    public FakeConditions Conditions { get; } = new();
    public CoreProcess Main { get; private set; } = null!;
    public IRedPacketCore Core => Main.Core;
    public IStore Store => _database.Open("core");

    public static async Task<CoreHarness> StartAsync(SqlDialect dialect, Action<CoreOptions>? configure = null, bool lanesByHand = false, IAdmissionGate? gate = null)
    {
        var options = new CoreOptions();
        configure?.Invoke(options);
        var harness = new CoreHarness(await Databases.Pool.TakeAsync(dialect)) { Options = options, Gate = gate };
        (harness.Clock.AheadMs, harness.Clock.TimerSpeed) = (0, 1);
        harness.Main = await harness.StartProcessAsync(lanesByHand);
        return harness;
    }

    /// <summary>Another process on the same data.</summary>
    public async Task<CoreProcess> StartProcessAsync(bool lanesByHand = false)
    {
        var process = new CoreProcess(this, _processes.Count == 0 ? Store : _database.OpenAnother("core"), lanesByHand);
        await process.StartAsync();
        _processes.Add(process);
        await MoveStoreClockAsync();
        return process;
    }

    /// <summary>Ends the process in good order and starts another on its data.</summary>
    public async Task RestartAsync()
    {
        await Main.StopAsync();
        Main = await StartProcessAsync();
    }

    /// <summary>Moves the clock of the process and of its database.</summary>
    public async Task MoveAsync(TimeSpan distance)
    {
        Clock.AheadMs += (long)distance.TotalMilliseconds;
        await MoveStoreClockAsync();
    }

    public static CallContext As(long uid, string app = CallContext.DefaultApp) => new() { App = app, Uid = uid };

    public static CallContext System => CallContext.ForSystem(CallContext.DefaultApp);

    public static CreatePacketRequest Request(long amount = 1000, int count = 10) => new()
    {
        RequestId = "r-" + Interlocked.Increment(ref _requests).ToString(CultureInfo.InvariantCulture),
        Amount = amount,
        Count = count,
        Currency = "CNY",
        Split = SplitKind.Random,
        Scope = ScopeKind.Public,
    };

    public Task<CreatePacketResponse> CreateAsync(CreatePacketRequest request, long uid = Sender, string app = CallContext.DefaultApp) =>
        Core.CreatePacketAsync(As(uid, app), request, default);

    /// <summary>A packet that waits for its payment.</summary>
    public async Task<CreatePacketResponse> UnpaidAsync(CreatePacketRequest? request = null, long uid = Sender, string app = CallContext.DefaultApp)
    {
        var created = await CreateAsync(request ?? Request(), uid, app);
        Assert.True(created.Result.IsOk(), $"{created.Result.Code} {string.Join("; ", created.Result.Faults)}");
        return created;
    }

    /// <summary>A paid packet's number.</summary>
    public async Task<long> ActiveAsync(CreatePacketRequest? request = null, long uid = Sender, string app = CallContext.DefaultApp)
    {
        var created = await UnpaidAsync(request ??= Request(), uid, app);
        var answer = await CallbackAsync(Notice(created.PayOrderNo, request.Amount, request.Currency, app));
        Assert.Equal(ResultCode.Ok, answer.Result.Code);
        return created.PacketNo;
    }

    public Task<long> ActiveAsync(long amount, int count) => ActiveAsync(Request(amount, count));

    public static FinanceNotice Notice(long payOrderNo, long amount, string currency = "CNY", string app = CallContext.DefaultApp) => new()
    {
        Kind = "payment",
        Number = payOrderNo.ToString(CultureInfo.InvariantCulture),
        App = app,
        Status = "SUCCEEDED",
        Amount = amount,
        Currency = currency,
        OccurredAt = "2026-01-01T00:00:00Z",
    };

    /// <summary>A genuine callback.</summary>
    public Task<FinanceCallbackResponse> CallbackAsync(params FinanceNotice[] notices) =>
        Core.FinanceCallbackAsync(System, Signed(Signature, Clock.GetUtcNow(), Guid.NewGuid().ToString("N"), notices), default);

    public static FinanceCallbackRequest Signed(CallbackSignature signature, DateTimeOffset at, string nonce, params FinanceNotice[] notices)
    {
        var body = JsonSerializer.Serialize(new FinanceNotices { Items = [.. notices] }, Web);
        var timestamp = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return new FinanceCallbackRequest { Body = body, Timestamp = timestamp, Nonce = nonce, Signature = signature.Sign(timestamp, nonce, body) };
    }

    public Task<ClaimResponse> ClaimAsync(long packetNo, long uid, string app = CallContext.DefaultApp) =>
        Core.ClaimAsync(As(uid, app), new ClaimRequest { PacketNo = packetNo }, default);

    public static Task<ClaimResponse> ClaimUntilToldAsync(IRedPacketCore core, long packetNo, long uid) =>
        UntilToldAsync(late => core.ClaimAsync(As(uid), new ClaimRequest { PacketNo = packetNo }, late));

    /// <summary>Asks until the answer is something else than "busy" or "overloaded": on SQLite, which has one writer, who waits too long is asked to come again.</summary>
    public static async Task<TAnswer> UntilToldAsync<TAnswer>(Func<CancellationToken, Task<TAnswer>> ask)
        where TAnswer : IAnswer
    {
        using var late = new CancellationTokenSource(Patience);
        while (true)
        {
            var answer = await ask(late.Token);
            if (answer.Result.Code is not (ResultCode.ClaimBusy or ResultCode.Overloaded))
            {
                return answer;
            }

            late.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    public async Task<ClaimResponse> ClaimedAsync(long packetNo, long uid)
    {
        var answer = await ClaimAsync(packetNo, uid);
        Assert.Equal(ResultCode.Ok, answer.Result.Code);
        return answer;
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

    public async Task<Packet> PacketAsync(long packetNo) => (await ReadAsync<Packet>("select * from packets where packet_no = @packetNo", new { packetNo }))!;

    public Task<List<Claim>> ClaimsAsync(long packetNo) => ReadAllAsync<Claim>("select * from claims where packet_no = @packetNo order by seq", new { packetNo });

    public Task<PaymentStatus> PaymentAsync(long payOrderNo) => ReadAsync<PaymentStatus>("select state from payments where pay_order_no = @payOrderNo", new { payOrderNo });

    /// <summary>What the outbox holds of a topic; nothing takes it away unless the test lets it.</summary>
    public async Task<List<T>> SentAsync<T>(string topic)
        where T : class, IJceStruct<T> =>
        (await ReadAllAsync<byte[]>("select payload from outbox where topic = @topic order by id", new { topic })).ConvertAll(static p => JceSerializer.Read<T>(p));

    public async Task<List<RefundWanted>> RefundsWantedAsync() => [.. (await SentAsync<RefundsRequested>(Topics.RefundsRequested)).SelectMany(r => r.Items)];

    public async Task<List<TransferWanted>> TransfersWantedAsync() => [.. (await SentAsync<ClaimsAccepted>(Topics.ClaimsAccepted)).SelectMany(r => r.Wanted())];

    /// <summary>A message reaches Core.</summary>
    public async Task DeliverAsync<T>(string topic, T payload)
        where T : class, IJceStruct
    {
        await using (var session = await Store.WriteAsync(default))
        {
            await new Outbox().AddAsync(session, 0, topic, System, payload, TimeSpan.Zero, default);
            await session.CommitAsync();
        }

        await Main.StepAsync("core.outbox");
        await Main.StepAsync("core.outbox." + topic);
        Assert.Equal(0, await ReadAsync<int>("select count(*) from outbox where topic = @topic", new { topic }));
    }

    public Task RefundMovesAsync(RefundCause cause, long causeNo, OrderStatus status) => DeliverAsync(Topics.RefundsAdvanced, new RefundsAdvanced
    {
        Items = [new RefundProgress { Cause = cause, CauseNo = causeNo, PacketNo = causeNo, Status = status }],
    });

    public List<string> AlertKinds() => Main.Alerts.Drain().ConvertAll(a => a.Kind);

    /// <summary>The money of a packet adds up, its claims are one a user, in order, and one transfer is asked for each.</summary>
    public async Task AssertSoundAsync(long packetNo)
    {
        var packet = await PacketAsync(packetNo);
        var claims = await ClaimsAsync(packetNo);
        Assert.Equal(packet.ClaimedCount, claims.Count);
        Assert.Equal(packet.ClaimedAmount, claims.Sum(c => c.Amount));
        Assert.Equal(Enumerable.Range(1, claims.Count), claims.Select(c => c.Seq));
        Assert.Equal(claims.Count, claims.Select(c => c.Uid).Distinct().Count());
        Assert.All(claims, c => Assert.InRange(c.Amount, 1, Options.ShareMax));
        var transfers = (await TransfersWantedAsync()).Where(t => t.PacketNo == packetNo).ToArray();
        Assert.Equal(claims.Select(c => (c.ClaimNo, c.Uid, c.Seq, c.Amount)), transfers.OrderBy(t => t.Seq).Select(t => (t.ClaimNo, t.Uid, t.Seq, t.Amount)));
        var refunds = (await RefundsWantedAsync()).Where(r => r.PacketNo == packetNo && r.Cause == RefundCause.Expiry).ToArray();
        Assert.Equal(packet.ClosedAmount, refunds.Sum(r => r.Amount));
        switch (packet.State)
        {
            case PacketStatus.Exhausted:
                Assert.Equal((packet.Amount, packet.Count), (packet.ClaimedAmount, packet.ClaimedCount));
                Assert.Empty(refunds);
                break;
            case PacketStatus.Expired or PacketStatus.Refunding or PacketStatus.Refunded:
                Assert.Equal((packet.Amount, packet.Count), (packet.ClaimedAmount + packet.ClosedAmount, packet.ClaimedCount + packet.ClosedCount));
                Assert.Single(refunds);
                break;
            default:
                Assert.Empty(refunds);
                break;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            process.Store.Held?.TrySetResult();
            await process.DisposeAsync();
        }

        Databases.Pool.Return(_database);
    }

    // SQLite asks the process's clock; PostgreSQL gets another function, which every start of a module sets right again.
    private async Task MoveStoreClockAsync()
    {
        if (Store.Dialect == SqlDialect.Postgres && Clock.AheadMs != 0)
        {
            await WriteAsync($"""
                create or replace function now_ms() returns bigint language sql volatile as
                $$ select (extract(epoch from clock_timestamp()) * 1000)::bigint + {Clock.AheadMs} $$
                """);
        }

        foreach (var process in _processes)
        {
            await process.Clock.RefreshAsync(default);
        }
    }
}
