using Hongbao.Contracts;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Stores;
using Hongbao.Jce;
using Hongbao.Query.Received;
using Hongbao.Query.Sources;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hongbao.Query.Tests;

public sealed class SqliteReceivedTests() : ReceivedTests(SqlDialect.Sqlite);

public sealed class PostgresReceivedTests() : ReceivedTests(SqlDialect.Postgres);

public abstract class ReceivedTests(SqlDialect dialect)
{
    private const long Me = 2001;

    private static readonly long OldMs = Plants.NowMs - 60_000;

    [Fact]
    public async Task A_message_of_core_brings_its_claims_into_their_receivers_lists()
    {
        await using var query = await QueryHarness.StartAsync(dialect);
        query.HostApp.Name(1001, "Lin");
        var packet = await query.Plants.PacketAsync(new PacketPlan { Greeting = "Happy New Year", Claims = [new(Me, 10), new(2002, 20)] });
        query.Module.Attach(query.Bus, query.Scheduler);

        await DeliverAsync(query, query.Core, Topics.ClaimsAccepted, Accepted(packet));

        var mine = await MineAsync(query);
        Assert.Equal(
            new ReceivedItem
            {
                Claim = new ClaimView
                {
                    ClaimNo = packet.Claims[0].ClaimNo,
                    PacketNo = packet.PacketNo,
                    Uid = Me,
                    Seq = 1,
                    Amount = 10,
                    Status = ClaimStatus.Claimed,
                    ClaimedAtMs = Plants.NowMs,
                },
                Sender = 1001,
                SenderName = "Lin",
                SenderAvatar = "/avatars/1001.svg",
                Greeting = "Happy New Year",
            },
            Assert.Single(mine.Items));
        Assert.Equal((1L, 10L), (mine.TotalCount, mine.TotalAmount));
        Assert.Equal(20, Assert.Single((await MineAsync(query, 2002)).Items).Claim.Amount);
        Assert.Equal(Number.SlotOf(Me), await ScalarAsync(query, $"select slot from received where uid = {Me}"));
    }

    [Fact]
    public async Task A_message_of_async_takes_a_failed_share_out_of_the_totals()
    {
        await using var query = await QueryHarness.StartAsync(dialect);
        var packet = await query.Plants.PacketAsync(new PacketPlan { Claims = [new(Me, 10)] });
        query.Module.Attach(query.Bus, query.Scheduler);
        await DeliverAsync(query, query.Core, Topics.ClaimsAccepted, Accepted(packet));
        Assert.Equal((1L, 10L), Totals(await MineAsync(query)));

        await DeliverAsync(query, query.Async, Topics.TransfersSettled,
            new TransfersSettled { Items = [new() { ClaimNo = packet.Claims[0].ClaimNo, Status = OrderStatus.Failed }] });

        Assert.Equal((0L, 0L), Totals(await MineAsync(query)));
    }

    [Fact]
    public async Task A_repeated_message_and_the_same_claim_in_another_message_count_once()
    {
        await using var query = await QueryHarness.StartAsync(dialect);
        var packet = await query.Plants.PacketAsync(new PacketPlan { Claims = [new(Me, 10), new(2002, 20)] });
        var feed = Feed(query);
        var message = Message("core:1", Accepted(packet));

        await feed.HandleClaimsAsync([message], default);
        await feed.HandleClaimsAsync([message, Message("core:2", Accepted(packet)), Message("core:3", Accepted(packet))], default);
        await query.RepairAsync();

        Assert.Equal(2, await ScalarAsync(query, "select count(*) from received"));
        Assert.Equal((1L, 10L), Totals(await MineAsync(query)));
        // The inbox alone already keeps a repetition from having an effect.
        await Plants.ExecuteAsync(query.Own, "delete from received");
        await feed.HandleClaimsAsync([message], default);
        Assert.Equal(0, await ScalarAsync(query, "select count(*) from received"));
    }

    [Fact]
    public async Task With_every_message_lost_the_list_is_complete()
    {
        await using var query = await QueryHarness.StartAsync(dialect);
        var plans = Enumerable.Range(0, 12).Select(p => new PacketPlan
        {
            Amount = 100_000,
            Count = 200,
            AtMs = OldMs,
            Sender = 1001 + p,
            Claims = [.. Enumerable.Range(0, 100).Select(i => new ClaimPlan(Me + i, 10) { AtMs = OldMs })],
        }).ToArray();
        await query.Plants.PacketsAsync(plans);

        await query.RepairAsync();

        Assert.Equal(1200, await ScalarAsync(query, "select count(*) from received"));
        var mine = await MineAsync(query);
        Assert.Equal((12L, 120L), Totals(mine));
        Assert.Equal(plans.Select(p => p.Sender).Order(), mine.Items.Select(i => i.Sender).Order());
    }

    [Fact]
    public async Task Young_claims_wait_for_their_message_and_claims_committed_behind_the_watermark_are_found_by_the_second_pass()
    {
        await using var query = await QueryHarness.StartAsync(dialect);
        var first = await query.Plants.PacketAsync(new PacketPlan { Claims = [new(Me, 1) { AtMs = Plants.NowMs - 31_000 }, new(2002, 2) { AtMs = Plants.NowMs - 20_000 }] });

        query.Module.Attach(query.Bus, query.Scheduler);
        await query.Scheduler.RunUntilIdleAsync();
        Assert.Equal([first.Claims[0].ClaimNo], await NumbersAsync(query));

        // Its number is far older than the watermark: a commit that came later than any should.
        var late = await query.Plants.PacketAsync(new PacketPlan { Claims = [new(Me, 4) { AtMs = Plants.NowMs - 40_000 }] });
        await query.Scheduler.AdvanceAsync(TimeSpan.FromSeconds(20));
        Assert.Equal([first.Claims[0].ClaimNo, first.Claims[1].ClaimNo], await NumbersAsync(query));
        await query.Scheduler.AdvanceAsync(TimeSpan.FromMinutes(31));

        Assert.Contains(late.Claims[0].ClaimNo, await NumbersAsync(query));
        Assert.Equal((2L, 5L), Totals(await MineAsync(query)));
        Assert.Empty(query.Scheduler.Failures);
    }

    [Fact]
    public async Task Claims_committed_out_of_order_of_their_numbers_within_the_window_are_all_found()
    {
        await using var query = await QueryHarness.StartAsync(dialect);
        query.Module.Attach(query.Bus, query.Scheduler);
        // Every second a claim whose number is up to 25 s old: the order of numbers is not the order of commits.
        var delays = new[] { 3, 25, 0, 17, 24, 8, 21, 1, 12, 25, 6, 19 };
        var nos = new List<long>();
        foreach (var delay in delays)
        {
            var packet = await query.Plants.PacketAsync(new PacketPlan
            {
                Claims = [new(Me, 10) { AtMs = query.Clock.GetUtcNow().ToUnixTimeMilliseconds() - (delay * 1000) }],
            });
            nos.Add(packet.Claims[0].ClaimNo);
            await query.Scheduler.AdvanceAsync(TimeSpan.FromSeconds(1));
        }

        await query.Scheduler.AdvanceAsync(TimeSpan.FromSeconds(40));

        Assert.Equal(nos.Order(), await NumbersAsync(query));
    }

    [Fact]
    public async Task A_machine_whose_clock_is_ahead_pushes_no_watermark_past_what_commits_later()
    {
        await using var query = await QueryHarness.StartAsync(dialect, ahead: TimeSpan.FromHours(1));
        var early = await query.Plants.PacketAsync(new PacketPlan { Claims = [new(Me, 10) { AtMs = Plants.NowMs }] });
        query.Module.Attach(query.Bus, query.Scheduler);
        await query.Scheduler.AdvanceAsync(TimeSpan.FromSeconds(10));
        Assert.Empty(await NumbersAsync(query));

        // Minted before it, committed ten seconds after.
        var late = await query.Plants.PacketAsync(new PacketPlan { Claims = [new(Me, 20) { AtMs = Plants.NowMs - 1000 }] });
        await query.Scheduler.AdvanceAsync(TimeSpan.FromSeconds(40));

        Assert.Equal([late.Claims[0].ClaimNo, early.Claims[0].ClaimNo], await NumbersAsync(query));
        Assert.Empty(query.Scheduler.Failures);
    }

    [Fact]
    public async Task A_failed_share_stays_in_the_list_and_leaves_the_totals_by_message_or_by_repair()
    {
        await using var query = await QueryHarness.StartAsync(dialect);
        var packet = await query.Plants.PacketAsync(new PacketPlan { AtMs = OldMs, Claims = [new(Me, 10) { AtMs = OldMs }, new(2002, 20) { AtMs = OldMs }] });
        var second = await query.Plants.PacketAsync(new PacketPlan { AtMs = OldMs, Claims = [new(Me, 40) { AtMs = OldMs }] });
        var feed = Feed(query);
        await feed.HandleClaimsAsync([Message("core:1", Accepted(packet))], default);
        await query.Plants.FailAsync(packet, packet.Claims[0]);

        await feed.HandleOutcomesAsync([Message("async:1", new TransfersSettled
        {
            Items = [new() { ClaimNo = packet.Claims[0].ClaimNo, Status = OrderStatus.Failed }, new() { ClaimNo = packet.Claims[1].ClaimNo, Status = OrderStatus.Succeeded }],
        })], default);

        var mine = await MineAsync(query);
        Assert.Equal((ClaimStatus.Failed, 0L, 0L), (Assert.Single(mine.Items).Claim.Status, mine.TotalCount, mine.TotalAmount));
        Assert.Equal((1L, 20L), Totals(await MineAsync(query, 2002)));

        // Of the second one's failure no message comes.
        await feed.HandleClaimsAsync([Message("core:2", Accepted(second))], default);
        Assert.Equal((1L, 40L), Totals(await MineAsync(query)));
        await query.Plants.FailAsync(second, second.Claims[0]);
        await query.RepairAsync();

        mine = await MineAsync(query);
        Assert.Equal((2, 0L, 0L), (mine.Items.Count, mine.TotalCount, mine.TotalAmount));
        Assert.Equal(2, await ScalarAsync(query, "select count(*) from received where failed = 1"));
    }

    [Fact]
    public async Task A_refund_for_another_cause_fails_no_claim_though_its_number_is_the_same()
    {
        await using var query = await QueryHarness.StartAsync(dialect);
        // Every kind has numbers of its own: a packet and a claim can have the same one.
        var packet = await query.Plants.PacketAsync(new PacketPlan { Claims = [new(Me, 10)] });
        await query.Plants.RefundAsync(packet, RefundCause.Expiry, packet.Claims[0].ClaimNo, 10, OrderStatus.Succeeded);
        await query.Plants.RefundAsync(packet, RefundCause.LatePayment, packet.Claims[0].ClaimNo, 10, OrderStatus.Succeeded);

        await query.RepairAsync();

        Assert.Equal((1L, 10L), Totals(await MineAsync(query)));
    }

    [Fact]
    public async Task A_failure_heard_of_before_its_claim_is_not_forgotten_when_the_claim_comes()
    {
        await using var query = await QueryHarness.StartAsync(dialect);
        var packet = await query.Plants.PacketAsync(new PacketPlan { Claims = [new(Me, 10)] });
        await query.Plants.FailAsync(packet, packet.Claims[0]);
        var feed = Feed(query);

        await feed.HandleOutcomesAsync(
            [Message("async:1", new TransfersSettled { Items = [new() { ClaimNo = packet.Claims[0].ClaimNo, Status = OrderStatus.Failed }] })], default);
        await feed.HandleClaimsAsync([Message("core:1", Accepted(packet))], default);

        var mine = await MineAsync(query);
        Assert.Equal((1, 0L), (mine.Items.Count, mine.TotalCount));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    public async Task Received_shares_page_newest_first_without_gap_or_repeat_through_claims_of_one_moment(int limit)
    {
        await using var query = await QueryHarness.StartAsync(dialect);
        // Two moments, and numbers whose order is not that of the moments.
        var plans = Enumerable.Range(0, 250).Select(i => new PacketPlan
        {
            Sender = 1001 + (i % 9),
            AtMs = OldMs,
            Claims = [new(Me, 1 + i) { AtMs = OldMs + (i % 2 == 0 ? 0 : 7), ClaimNo = query.Plants.NumberAt(OldMs, (i * 37) % 1024) }],
        }).ToArray();
        await query.Plants.PacketsAsync(plans);
        await query.RepairAsync();

        var items = new List<ReceivedItem>();
        var pages = 0;
        for (var cursor = ""; pages == 0 || cursor.Length > 0; pages++)
        {
            var page = await MineAsync(query, Me, limit, cursor);
            Assert.Equal((250L, 250L * 251 / 2), Totals(page));
            items.AddRange(page.Items);
            cursor = page.Next;
        }

        Assert.Equal(
            plans.Select(p => p.Claims[0]).OrderByDescending(c => c.AtMs).ThenByDescending(c => c.ClaimNo).Select(c => c.ClaimNo),
            items.Select(i => i.Claim.ClaimNo));
        Assert.Equal((250 + limit - 1) / limit, pages);
        Assert.Equal(pages, query.HostApp.ProfileAsks.Count);
    }

    [Fact]
    public async Task A_year_of_shares_begins_at_midnight_of_the_business_time_zone()
    {
        await using var query = await QueryHarness.StartAsync(dialect);
        var newYear = new DateTimeOffset(2025, 12, 31, 16, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        foreach (var (amount, at) in new[] { (1L, newYear - 1), (2L, newYear), (4L, OldMs) })
        {
            await query.Plants.PacketAsync(new PacketPlan { AtMs = at, Claims = [new(Me, amount) { AtMs = at }] });
        }

        await query.RepairAsync();

        async Task<string> YearAsync(int year)
        {
            var page = await query.Query.ListReceivedAsync(QueryHarness.As(Me), new PageRequest { Year = year, Limit = 10 }, default);
            return $"{string.Join(' ', page.Items.Select(i => i.Claim.Amount))}: {page.TotalCount} {page.TotalAmount}";
        }

        Assert.Equal("1: 1 1", await YearAsync(2025));
        Assert.Equal("4 2: 2 6", await YearAsync(2026));
        Assert.Equal("4 2: 2 6", await YearAsync(0));
        Assert.Equal(": 0 0", await YearAsync(2024));
    }

    [Fact]
    public async Task The_inbox_is_purged()
    {
        await using var query = await QueryHarness.StartAsync(dialect);
        var old = query.Clock.GetUtcNow().AddDays(-8).ToUnixTimeMilliseconds();
        await Plants.ExecuteAsync(query.Own, "insert into inbox (message_id, handler, received_at) values ('core:1', 'x', @old), ('core:2', 'x', @old + 172800000)", new { old });

        await query.RepairAsync();

        Assert.Equal(1, await ScalarAsync(query, "select count(*) from inbox"));
    }

    private static async Task DeliverAsync<T>(QueryHarness query, IStore sender, string topic, T payload)
        where T : class, IJceStruct
    {
        var outbox = new Outbox();
        new OutboxDispatcher(sender, outbox, query.Bus, new AlertSink(NullLogger<AlertSink>.Instance), NullLogger.Instance).Attach(query.Scheduler);
        await using (var session = await sender.WriteAsync(default))
        {
            await outbox.AddAsync(session, 1, topic, QueryHarness.As(Me), payload, TimeSpan.Zero, default);
            await session.CommitAsync();
        }

        await query.Scheduler.RunUntilIdleAsync();
        Assert.Empty(query.Scheduler.Failures);
    }

    private static ReceivedFeed Feed(QueryHarness query) => new(new ReceivedStore(query.Own), new CoreClaims(query.Core));

    private static Delivery Message<T>(string id, T payload)
        where T : class, IJceStruct => new(id, "a topic", QueryHarness.As(0), JceSerializer.ToBytes(payload), 1);

    private static ClaimsAccepted Accepted(PacketPlan packet) => ClaimsAccepted.Of(packet.Claims.Select(c => new TransferWanted
    {
        App = packet.App,
        ClaimNo = c.ClaimNo,
        PacketNo = packet.PacketNo,
        PayOrderNo = packet.PayOrderNo,
        SenderUid = packet.Sender,
        Uid = c.Uid,
        Seq = c.Seq,
        Amount = c.Amount,
        Currency = "CNY",
        Kind = PacketKind.C2C,
        ClaimedAtMs = c.AtMs,
    }));

    private static Task<ReceivedListResponse> MineAsync(QueryHarness query, long uid = Me, int limit = 100, string cursor = "") =>
        query.Query.ListReceivedAsync(QueryHarness.As(uid), new PageRequest { Limit = limit, Cursor = cursor }, default);

    private static (long Count, long Amount) Totals(ReceivedListResponse page) => (page.TotalCount, page.TotalAmount);

    private static async Task<long> ScalarAsync(QueryHarness query, string sql)
    {
        await using var session = await query.Own.ReadAsync(default);
        return await session.FirstAsync<long>(sql);
    }

    private static async Task<List<long>> NumbersAsync(QueryHarness query)
    {
        await using var session = await query.Own.ReadAsync(default);
        return await session.QueryAsync<long>("select claim_no from received order by claim_no");
    }
}
