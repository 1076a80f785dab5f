using Hongbao.Async;
using Hongbao.Contracts;
using Hongbao.Core;
using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;
using Hongbao.Foundation.Time;
using Hongbao.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hongbao.Query.Tests;

/// <summary>Every question finds its rows by an index: PostgreSQL counts what it read.</summary>
public sealed class IndexTests
{
    private const int Others = 5000;

    private sealed class Reads
    {
        public string Relname { get; init; } = "";
        public long SeqScan { get; init; }
        public long Fetched { get; init; }
    }

    [Fact]
    public async Task However_much_there_is_a_question_reads_only_rows_of_its_own()
    {
        await using var database = await TestDatabase.CreateAsync(SqlDialect.Postgres);
        var packet = await FillAsync(database);
        await AskServerAsync<string>(database, "select pg_stat_reset()::text");

        await using (var core = Open(database, "core"))
        await using (var async = Open(database, "async"))
        await using (var own = Open(database, "query"))
        {
            await AskAllAsync(Module(own, core, async, out _).Contract, packet);
        }

        var reads = await AskServerAsync<Reads>(database,
            "select relname, coalesce(seq_scan, 0) as seq_scan, coalesce(idx_tup_fetch, 0) as fetched from pg_stat_user_tables where schemaname in ('core', 'async', 'query')");
        foreach (var table in new[] { "packets", "claims", "transfers", "refunds", "received" })
        {
            var read = reads.Single(r => r.Relname == table);
            Assert.True(read.SeqScan == 0, $"{table} was read from one end to the other");
            // A walk of a single question through a whole index would be more.
            Assert.InRange(read.Fetched, 1, Others / 3);
        }
    }

    private static async Task<PacketPlan> FillAsync(TestDatabase database)
    {
        await using var core = Open(database, "core");
        await using var async = Open(database, "async");
        await using var own = Open(database, "query");
        await core.MigrateAsync(MigrationSet.FromAssembly(typeof(CoreModule).Assembly), default);
        await async.MigrateAsync(MigrationSet.FromAssembly(typeof(AsyncModule).Assembly), default);
        var module = Module(own, core, async, out var scheduler);
        await module.StartAsync(default);
        var plants = new Plants(core, async);
        var packet = await plants.PacketAsync(new PacketPlan
        {
            State = PacketStatus.Exhausted,
            Amount = 30,
            Count = 2,
            ContentId = "v",
            Claims = [new(2001, 10), new(2002, 20) { State = ClaimStatus.Transferred }],
        });
        await plants.TransferAsync(packet.Claims[0], OrderStatus.Pending);
        await plants.RefundAsync(packet, RefundCause.FailedClaim, 1, 10, OrderStatus.Succeeded);
        // Everybody else, in the same app and at the same time.
        await Plants.ExecuteAsync(core, $"""
            insert into packets (packet_no, slot, app, sender_uid, kind, state, version, currency, amount, count, split, cap, scope, greeting, content_id, ttl_seconds,
              claimed_amount, claimed_count, seed, seed_hash, pay_order_no, created_at, pay_until, expires_at)
            select {packet.PacketNo} - 10 - i, 1, 'default', 500000 + i, 1, 2, 1, 'CNY', 100, 2, 1, 100, 1 + i % 4, '', 'v' || i, 60,
              50, 1, '\x00', 'h', i, {Plants.NowMs}, {Plants.NowMs}, {Plants.NowMs} from generate_series(1, {Others}) i
            """);
        // Somebody's unpaid packets, newer than all and of the same video.
        await Plants.ExecuteAsync(core, $"""
            insert into packets (packet_no, slot, app, sender_uid, kind, state, version, currency, amount, count, split, cap, scope, greeting, content_id, ttl_seconds,
              claimed_amount, claimed_count, seed, seed_hash, pay_order_no, created_at, pay_until)
            select {packet.PacketNo} + 10 + i, 1, 'default', 6666, 1, case i % 2 when 0 then 1 else 7 end, 1, 'CNY', 100, 2, 1, 100, 1, '', 'v', 60,
              0, 0, '\x00', 'h', i, {Plants.NowMs}, {Plants.NowMs} from generate_series(1, {Others}) i
            """);
        await Plants.ExecuteAsync(core, $"""
            insert into claims (claim_no, slot, app, packet_no, uid, seq, amount, state, claimed_at)
            select {packet.Claims[0].ClaimNo} - 10 - i, 1, 'default', {packet.PacketNo} - 10 - i, 600000 + i, 1, 50, 1, {Plants.NowMs} from generate_series(1, {Others}) i
            """);
        await Plants.ExecuteAsync(async, $"""
            insert into transfers (transfer_no, slot, app, claim_no, packet_no, pay_order_no, sender_uid, uid, amount, currency, kind, state, created_at, updated_at)
            select i, 1, 'default', {packet.Claims[0].ClaimNo} - 10 - i, 1, 1, 1, 1, 50, 'CNY', 1, 1, 0, 0 from generate_series(1, {Others}) i
            """);
        await Plants.ExecuteAsync(async, $"""
            insert into refunds (refund_no, slot, app, cause, cause_no, packet_no, pay_order_no, uid, amount, currency, state, created_at, updated_at)
            select i, 1, 'default', 1, i, {packet.PacketNo} - 10 - i, 1, 1, 50, 'CNY', 2, 0, 0 from generate_series(1, {Others}) i
            """);
        await scheduler.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Empty(scheduler.Failures);
        foreach (var (store, table) in new[] { (core, "packets"), (core, "claims"), (async, "transfers"), (async, "refunds"), (own, "received") })
        {
            await Plants.ExecuteAsync(store, $"analyze {table}");
        }

        await using var session = await own.ReadAsync(default);
        Assert.Equal(Others + 2, await session.FirstAsync<long>("select count(*) from received"));
        return packet;
    }

    private static async Task AskAllAsync(IRedPacketQuery query, PacketPlan packet)
    {
        var request = new PacketRequest { PacketNo = packet.PacketNo };
        var page = new PageRequest { PacketNo = packet.PacketNo, Limit = 20 };
        foreach (var uid in new long[] { 1001, 2001 })
        {
            var context = QueryHarness.As(uid);
            Assert.True((await query.GetPacketAsync(context, request, default)).Result.IsOk());
            Assert.True((await query.GetStatusAsync(context, request, default)).Result.IsOk());
            Assert.Equal(2, (await query.GetDrawAsync(context, request, default)).Draws.Count);
            Assert.Equal(2, (await query.ListClaimsAsync(context, page, default)).Items.Count);
            Assert.True((await query.GetClaimAsync(context, new ClaimByNoRequest { ClaimNo = packet.Claims[0].ClaimNo }, default)).Result.IsOk());
            Assert.Single((await query.ListPacketsAsync(context, page with { ContentId = "v" }, default)).Items);
            var feed = await query.ListPacketsAsync(context, page, default);
            Assert.Equal(20, feed.Items.Count);
            Assert.Equal(20, (await query.ListPacketsAsync(context, page with { Cursor = feed.Next }, default)).Items.Count);
            Assert.Equal(uid == 1001 ? 1 : 0, (await query.ListSentAsync(context, page, default)).TotalCount);
            Assert.Equal(uid == 2001 ? 1 : 0, (await query.ListReceivedAsync(context, page, default)).TotalCount);
        }
    }

    private static QueryModule Module(IStore own, IStore core, IStore async, out SimulatedScheduler scheduler)
    {
        var app = new HostApp();
        var clock = new ManualClock(DateTimeOffset.FromUnixTimeMilliseconds(Plants.NowMs));
        var module = new QueryModule(own, core, async, new QueryOptions(), app, app, new FakeCampaigns(), new BusinessCalendar(TimeZoneInfo.Utc), clock, NullLoggerFactory.Instance);
        module.Attach(new MessageBus(), scheduler = new SimulatedScheduler(clock, new SeededRandomSource(3)));
        return module;
    }

    // Small tables are read whole unless that is made dear.
    private static PostgresStore Open(TestDatabase database, string module) =>
        new(module, database.ConnectionString + ";Options=-c enable_seqscan=off", 5);

    /// <summary>Asks the server once every other connection is gone: they report what they read when they end.</summary>
    private static async Task<List<T>> AskServerAsync<T>(TestDatabase database, string sql)
    {
        await using var store = new PostgresStore("core", database.ConnectionString, 2);
        await using var session = await store.ReadAsync(default);
        var start = TimeProvider.System.GetTimestamp();
        while (await session.FirstAsync<long>(
            "select count(*) from pg_stat_activity where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()") > 0)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(20), "connections stay open");
            await Task.Delay(20);
        }

        return await session.QueryAsync<T>(sql);
    }
}
