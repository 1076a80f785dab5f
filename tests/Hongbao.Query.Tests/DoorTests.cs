using Hongbao.Contracts;
using Hongbao.Foundation.Stores;
using Hongbao.Foundation.Time;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hongbao.Query.Tests;

/// <summary>What the module answers while a store is away; callers in other processes see no exceptions.</summary>
public sealed class DoorTests
{
    public static TheoryData<StoreFault> Passing => [StoreFault.Unavailable, StoreFault.Transient];

    [Theory]
    [MemberData(nameof(Passing))]
    public async Task Trouble_of_a_store_that_passes_is_told_as_such(StoreFault fault)
    {
        var query = Query(fault);
        var context = QueryHarness.As(2001);
        var page = new PageRequest { PacketNo = 9001, Limit = 10 };
        IAnswer[] answers =
        [
            await query.GetPacketAsync(context, new PacketRequest { PacketNo = 9001 }, default),
            await query.GetStatusAsync(context, new PacketRequest { PacketNo = 9001 }, default),
            await query.ListClaimsAsync(context, page, default),
            await query.ListPacketsAsync(context, page, default),
            await query.ListSentAsync(context, page, default),
            await query.ListReceivedAsync(context, page, default),
            await query.GetClaimAsync(context, new ClaimByNoRequest { ClaimNo = 77 }, default),
            await query.GetDrawAsync(context, new PacketRequest { PacketNo = 9001 }, default),
            await query.ListSubsidiesAsync(context, default),
        ];

        Assert.Equal(typeof(IRedPacketQuery).GetMethods().Length, answers.Length);
        Assert.All(answers, static a => Assert.Equal(ResultCode.Overloaded, a.Result.Code));
    }

    [Fact]
    public async Task A_fault_of_our_own_stays_one()
    {
        var thrown = await Assert.ThrowsAsync<StoreException>(() => Query(StoreFault.Other).GetStatusAsync(QueryHarness.As(2001), new PacketRequest { PacketNo = 9001 }, default));
        Assert.Equal(StoreFault.Other, thrown.Fault);
    }

    private static IRedPacketQuery Query(StoreFault fault)
    {
        var away = new StoreAway(fault);
        var hostApp = new HostApp();
        return new QueryModule(
            away, away, away, new QueryOptions(), hostApp, hostApp, new FakeCampaigns(), new BusinessCalendar(TimeZoneInfo.Utc), TimeProvider.System, NullLoggerFactory.Instance).Contract;
    }

    private sealed class StoreAway(StoreFault fault) : IStore
    {
        public string Module => "away";

        public SqlDialect Dialect => SqlDialect.Sqlite;

        public ValueTask<StoreSession> ReadAsync(CancellationToken cancellationToken) => throw Trouble();

        public ValueTask<StoreSession> WriteAsync(CancellationToken cancellationToken) => throw Trouble();

        public Task MigrateAsync(MigrationSet migrations, CancellationToken cancellationToken) => throw Trouble();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private StoreException Trouble() => new(fault, "a test took the database away");
    }
}
