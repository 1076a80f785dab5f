using Hongbao.Contracts;
using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;
using Hongbao.Foundation.Time;
using Hongbao.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hongbao.Query.Tests;

/// <summary>Query over the real tables of Core and Async, a host app and a clock that tests steer.</summary>
internal sealed class QueryHarness : IAsyncDisposable
{
    public const string OtherApp = "other";

    private readonly TestDatabase _database;

    private QueryHarness(TestDatabase database, TimeSpan ahead)
    {
        _database = database;
        ((StoreTime)database.Clock).Follows = Clock;
        Own = new TimedStore(database.Open("query"), Clock);
        Plants = new Plants(Core, Async);
        Scheduler = new SimulatedScheduler(Clock, new SeededRandomSource(11));
        Module = new QueryModule(
            Own, Core, Async, new QueryOptions(), HostApp, HostApp, Campaigns, new BusinessCalendar(TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai")),
            ahead == default ? Clock : new ManualClock(Clock.GetUtcNow() + ahead), NullLoggerFactory.Instance);
    }

    public QueryModule Module { get; }
    public IRedPacketQuery Query => Module.Contract;
    public IStore Core => _database.Open("core");
    public IStore Async => _database.Open("async");
    public IStore Own { get; }
    public TestDatabase Database => _database;
    public Plants Plants { get; }
    public HostApp HostApp { get; } = new();
    public FakeCampaigns Campaigns { get; } = new();
    public ManualClock Clock { get; } = new(DateTimeOffset.FromUnixTimeMilliseconds(Plants.NowMs));
    public SimulatedScheduler Scheduler { get; }
    public MessageBus Bus { get; } = new();

    /// <summary>Starts Query on a machine whose clock may be ahead of the databases'.</summary>
    public static async Task<QueryHarness> StartAsync(SqlDialect dialect, TimeSpan ahead = default)
    {
        var harness = new QueryHarness(await Databases.Pool.TakeAsync(dialect), ahead);
        await harness.Module.StartAsync(default);
        return harness;
    }

    public static CallContext As(long uid, string app = CallContext.DefaultApp) => new() { Uid = uid, App = app };

    public Task<PacketResponse> DetailAsync(long uid, PacketPlan packet, string app = CallContext.DefaultApp) =>
        Query.GetPacketAsync(As(uid, app), new PacketRequest { PacketNo = packet.PacketNo }, default);

    public Task<ClaimListResponse> ClaimsAsync(long uid, PacketPlan packet, string cursor = "", int limit = 100) =>
        Query.ListClaimsAsync(As(uid), new PageRequest { PacketNo = packet.PacketNo, Cursor = cursor, Limit = limit }, default);

    /// <summary>All pages of a list of packets, one after the other; fails when the list does not end.</summary>
    public static async Task<(List<PacketView> Items, int Pages)> AllAsync(Func<string, Task<PacketListResponse>> page)
    {
        var items = new List<PacketView>();
        var cursor = "";
        for (var pages = 1; pages < 1000; pages++)
        {
            var response = await page(cursor);
            Assert.True(response.Result.IsOk(), response.Result.ToString());
            items.AddRange(response.Items);
            if (response.Next.Length == 0)
            {
                return (items, pages);
            }

            Assert.NotEqual(cursor, response.Next);
            cursor = response.Next;
        }

        throw new InvalidOperationException("the list has no end");
    }

    /// <summary>Lets the repair come by, with every message lost; long enough that it takes what was planted just now.</summary>
    public async Task RepairAsync()
    {
        Module.Attach(Bus, Scheduler);
        await Scheduler.AdvanceAsync(TimeSpan.FromSeconds(40));
        Assert.Empty(Scheduler.Failures);
    }

    public async ValueTask DisposeAsync()
    {
        await Module.StopAsync(default);
        Databases.Pool.Return(_database);
    }
}
