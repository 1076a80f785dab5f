using Hongbao.Contracts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Query.Tests;

public sealed class SqlitePacketListTests() : PacketListTests(SqlDialect.Sqlite);

public sealed class PostgresPacketListTests() : PacketListTests(SqlDialect.Postgres);

public abstract class PacketListTests(SqlDialect dialect)
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(50)]
    [InlineData(100)]
    public async Task Lists_page_newest_first_without_gap_or_repeat_through_packets_of_one_moment(int limit)
    {
        await using var query = await QueryHarness.StartAsync(dialect);
        var plans = Enumerable.Range(0, 250).Select(i => new PacketPlan
        {
            ContentId = "video-1",
            State = i % 5 == 0 ? PacketStatus.PendingPayment : PacketStatus.Active,
            Amount = 100 + i,
            Sender = 1001,
        }).ToArray();
        await query.Plants.PacketsAsync(plans);
        var newestFirst = plans.Select(p => p.PacketNo).OrderDescending().ToArray();
        var paid = plans.Where(p => p.State == PacketStatus.Active).ToArray();

        var (sent, pages) = await QueryHarness.AllAsync(cursor =>
            query.Query.ListSentAsync(QueryHarness.As(1001), new PageRequest { Limit = limit, Cursor = cursor }, default));
        var (feed, _) = await QueryHarness.AllAsync(cursor =>
            query.Query.ListPacketsAsync(QueryHarness.As(3001), new PageRequest { Limit = limit, Cursor = cursor }, default));
        var (content, _) = await QueryHarness.AllAsync(cursor =>
            query.Query.ListPacketsAsync(QueryHarness.As(3001), new PageRequest { ContentId = "video-1", Limit = limit, Cursor = cursor }, default));

        Assert.Equal(newestFirst, sent.Select(p => p.PacketNo));
        // The last page knows that it is the last, also when it is full.
        Assert.Equal((250 + limit - 1) / limit, pages);
        Assert.Equal(paid.Select(p => p.PacketNo).OrderDescending(), feed.Select(p => p.PacketNo));
        Assert.Equal(feed.Select(p => p.PacketNo), content.Select(p => p.PacketNo));
    }

    [Fact]
    public async Task The_feed_has_public_packets_that_were_paid_for()
    {
        await using var query = await QueryHarness.StartAsync(dialect);
        var shown = new List<long>();
        foreach (var state in Enum.GetValues<PacketStatus>())
        {
            var packet = await query.Plants.PacketAsync(new PacketPlan { State = state, Count = 1, Claims = state == PacketStatus.Exhausted ? [new(5, 1000)] : [] });
            if (state is not (PacketStatus.PendingPayment or PacketStatus.Closed))
            {
                shown.Insert(0, packet.PacketNo);
            }
        }

        await query.Plants.PacketAsync(new PacketPlan { Scope = ScopeKind.Exclusive, ScopeUids = [1001, 2001] });
        await query.Plants.PacketAsync(new PacketPlan { Scope = ScopeKind.Followers });

        foreach (var uid in new long[] { 1001, 2001, 3001 })
        {
            var feed = await query.Query.ListPacketsAsync(QueryHarness.As(uid), new PageRequest { Limit = 20 }, default);

            Assert.Equal(shown, feed.Items.Select(p => p.PacketNo));
            Assert.Equal("", feed.Next);
        }
    }

    [Fact]
    public async Task A_videos_packets_are_those_whose_detail_the_caller_may_see()
    {
        await using var query = await QueryHarness.StartAsync(dialect);
        query.HostApp.Relations.Add((1001, 2001, RelationKind.Follower));
        PacketPlan Plan(ScopeKind scope, long[]? uids = null, PacketStatus state = PacketStatus.Active, long claimer = 0) => new()
        {
            ContentId = "video-1",
            Scope = scope,
            ScopeUids = uids,
            State = state,
            Claims = claimer == 0 ? [] : [new(claimer, 10)],
        };
        PacketPlan[] plans =
        [
            Plan(ScopeKind.Public), Plan(ScopeKind.Followers), Plan(ScopeKind.Friends), Plan(ScopeKind.Exclusive, [2002]),
            Plan(ScopeKind.Friends, claimer: 2003), Plan(ScopeKind.Public, state: PacketStatus.PendingPayment), Plan(ScopeKind.Public, state: PacketStatus.Closed),
        ];
        await query.Plants.PacketsAsync(plans);
        await query.Plants.PacketAsync(new PacketPlan { ContentId = "video-2" });
        await query.Plants.PacketAsync(new PacketPlan());

        async Task<string> SeenByAsync(long uid)
        {
            var list = await query.Query.ListPacketsAsync(QueryHarness.As(uid), new PageRequest { ContentId = "video-1", Limit = 100 }, default);
            foreach (var plan in plans)
            {
                Assert.Equal((await query.DetailAsync(uid, plan)).Result.IsOk(), list.Items.Exists(i => i.PacketNo == plan.PacketNo));
            }

            return string.Join(' ', list.Items.Select(i => Array.FindIndex(plans, p => p.PacketNo == i.PacketNo)).Order());
        }

        Assert.Equal("0 1 2 3 4 5 6", await SeenByAsync(1001));
        Assert.Equal("0 1", await SeenByAsync(2001));
        Assert.Equal("0 3", await SeenByAsync(2002));
        Assert.Equal("0 4", await SeenByAsync(2003));
        Assert.Equal("0", await SeenByAsync(3001));
        query.HostApp.IsSilent = true;
        var silent = await query.Query.ListPacketsAsync(QueryHarness.As(2001), new PageRequest { ContentId = "video-1", Limit = 100 }, default);
        Assert.Equal((plans[0].PacketNo, ResultCode.Ok), (Assert.Single(silent.Items).PacketNo, silent.Result.Code));
    }

    [Fact]
    public async Task A_page_looks_at_a_bounded_number_of_packets_and_the_next_goes_on_behind_them()
    {
        await using var query = await QueryHarness.StartAsync(dialect);
        PacketPlan oldest = new() { ContentId = "video-1" };
        await query.Plants.PacketsAsync([oldest, .. Enumerable.Range(0, 620).Select(_ => new PacketPlan { ContentId = "video-1", Scope = ScopeKind.Exclusive, ScopeUids = [5] })]);

        var first = await query.Query.ListPacketsAsync(QueryHarness.As(3001), new PageRequest { ContentId = "video-1", Limit = 20 }, default);
        var second = await query.Query.ListPacketsAsync(QueryHarness.As(3001), new PageRequest { ContentId = "video-1", Limit = 20, Cursor = first.Next }, default);

        Assert.Empty(first.Items);
        Assert.NotEqual("", first.Next);
        Assert.Equal(oldest.PacketNo, Assert.Single(second.Items).PacketNo);
        Assert.Equal("", second.Next);
    }

    [Fact]
    public async Task Any_number_of_unpaid_packets_hides_nothing_from_anyone()
    {
        await using var query = await QueryHarness.StartAsync(dialect);
        PacketPlan oldest = new() { ContentId = "video-1", AtMs = Plants.NowMs - 60_000 };
        await query.Plants.PacketsAsync([oldest, .. Enumerable.Range(0, 620).Select(i => new PacketPlan
        {
            ContentId = "video-1",
            Sender = 6666,
            State = i % 2 == 0 ? PacketStatus.PendingPayment : PacketStatus.Closed,
        })]);
        var ownUnpaid = await query.Plants.PacketAsync(new PacketPlan
        {
            ContentId = "video-1",
            Sender = 3001,
            State = PacketStatus.PendingPayment,
            AtMs = Plants.NowMs + 60_000,
        });

        var feed = await query.Query.ListPacketsAsync(QueryHarness.As(3001), new PageRequest { Limit = 20 }, default);
        var content = await query.Query.ListPacketsAsync(QueryHarness.As(3001), new PageRequest { ContentId = "video-1", Limit = 20 }, default);
        var (sendersOwn, _) = await QueryHarness.AllAsync(cursor =>
            query.Query.ListPacketsAsync(QueryHarness.As(6666), new PageRequest { ContentId = "video-1", Limit = 100, Cursor = cursor }, default));

        Assert.Equal((oldest.PacketNo, ""), (Assert.Single(feed.Items).PacketNo, feed.Next));
        Assert.Equal([ownUnpaid.PacketNo, oldest.PacketNo], content.Items.Select(i => i.PacketNo));
        Assert.Equal("", content.Next);
        Assert.Equal(621, sendersOwn.Select(i => i.PacketNo).Distinct().Count());
    }

    [Fact]
    public async Task A_page_asks_the_host_app_a_bounded_number_of_times_and_never_again_after_silence()
    {
        await using var query = await QueryHarness.StartAsync(dialect);
        var plans = Enumerable.Range(1, 50).Select(i => new PacketPlan { ContentId = "video-1", Sender = 10_000 + i, Scope = ScopeKind.Followers }).ToArray();
        await query.Plants.PacketsAsync(plans);
        await query.Plants.PacketsAsync([.. plans.Select(p => p with { PacketNo = 0 })]);
        foreach (var plan in plans.Where((_, i) => i % 2 == 0))
        {
            query.HostApp.Relations.Add((plan.Sender, 2001, RelationKind.Follower));
        }

        var asks = 0;
        var (items, _) = await QueryHarness.AllAsync(async cursor =>
        {
            var response = await query.Query.ListPacketsAsync(QueryHarness.As(2001), new PageRequest { ContentId = "video-1", Limit = 100, Cursor = cursor }, default);
            Assert.InRange(query.HostApp.RelationAsks.Count - asks, 1, 20);
            asks = query.HostApp.RelationAsks.Count;
            return response;
        });

        Assert.Equal(50, items.Select(i => i.PacketNo).Distinct().Count());
        Assert.Equal(50, items.Count);
        query.HostApp.RelationAsks.Clear();
        query.HostApp.IsSilent = true;
        var silent = await query.Query.ListPacketsAsync(QueryHarness.As(2001), new PageRequest { ContentId = "video-1", Limit = 100 }, default);
        Assert.Empty(silent.Items);
        Assert.Equal("", silent.Next);
        Assert.Single(query.HostApp.RelationAsks);
    }

    [Fact]
    public async Task Items_of_a_list_are_as_in_the_detail_and_names_are_asked_for_once()
    {
        await using var query = await QueryHarness.StartAsync(dialect);
        query.HostApp.Name(1001, "Lin");
        query.HostApp.Name(1002, "Mei");
        var packet = await query.Plants.PacketAsync(new PacketPlan { ContentId = "v", Claims = [new(2001, 10)] });
        var other = await query.Plants.PacketAsync(new PacketPlan { ContentId = "v", Sender = 1002, State = PacketStatus.Refunded });
        await query.Plants.TransferAsync(packet.Claims[0], OrderStatus.Pending);
        await query.Plants.RefundAsync(other, RefundCause.Expiry, other.PacketNo, 1000, OrderStatus.Succeeded);

        var list = await query.Query.ListPacketsAsync(QueryHarness.As(2001), new PageRequest { ContentId = "v", Limit = 10 }, default);

        Assert.Equal([1001, 1002], Assert.Single(query.HostApp.ProfileAsks).Uids.Order());
        Assert.Equal((await query.DetailAsync(2001, packet)).Packet, list.Items.Single(i => i.PacketNo == packet.PacketNo));
        Assert.Equal((await query.DetailAsync(2001, other)).Packet, list.Items.Single(i => i.PacketNo == other.PacketNo));
        Assert.Equal(ClaimStatus.Transferring, list.Items.Single(i => i.PacketNo == packet.PacketNo).MyClaim.Status);
    }

    [Fact]
    public async Task Sent_packets_are_the_callers_and_totals_count_what_was_paid_for()
    {
        await using var query = await QueryHarness.StartAsync(dialect);
        var amount = 100;
        foreach (var state in Enum.GetValues<PacketStatus>())
        {
            await query.Plants.PacketAsync(new PacketPlan { State = state, Count = 1, Amount = ++amount, Claims = state == PacketStatus.Exhausted ? [new(5, amount)] : [] });
        }

        await query.Plants.PacketAsync(new PacketPlan { Sender = 1002, Amount = 5000 });

        var sent = await query.Query.ListSentAsync(QueryHarness.As(1001), new PageRequest { Limit = 3 }, default);
        var rest = await query.Query.ListSentAsync(QueryHarness.As(1001), new PageRequest { Limit = 100, Cursor = sent.Next }, default);

        Assert.Equal([PacketStatus.Closed, PacketStatus.Refunded, PacketStatus.Refunding], sent.Items.Select(i => i.Status));
        Assert.Equal(4, rest.Items.Count);
        // All but the first (unpaid) and the last (closed).
        Assert.Equal((5L, 102L + 103 + 104 + 105 + 106), (sent.TotalCount, sent.TotalAmount));
        Assert.Equal((sent.TotalCount, sent.TotalAmount), (rest.TotalCount, rest.TotalAmount));
        Assert.Equal(101, rest.Items[^1].Amount);
        Assert.NotEqual(0, rest.Items[^1].PayOrderNo);
        var nobody = await query.Query.ListSentAsync(QueryHarness.As(4001), new PageRequest { Limit = 3 }, default);
        Assert.Equal((0, 0L, 0L, ""), (nobody.Items.Count, nobody.TotalCount, nobody.TotalAmount, nobody.Next));
    }

    [Fact]
    public async Task A_year_begins_at_midnight_of_the_business_time_zone()
    {
        await using var query = await QueryHarness.StartAsync(dialect);
        // 2026 begins in Shanghai at 16:00 UTC of the last day of 2025.
        var newYear = new DateTimeOffset(2025, 12, 31, 16, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        await query.Plants.PacketAsync(new PacketPlan { Amount = 101, AtMs = newYear - 1 });
        await query.Plants.PacketAsync(new PacketPlan { Amount = 102, AtMs = newYear });
        await query.Plants.PacketAsync(new PacketPlan { Amount = 104, AtMs = Plants.NowMs });
        // Minted just before midnight, committed just after it: the row's time counts.
        var late = new PacketPlan { Amount = 108, AtMs = newYear + 500, PacketNo = query.Plants.NumberAt(newYear - 2000, 5) };
        await query.Plants.PacketAsync(late);

        async Task<(string Amounts, long Count, long Amount)> YearAsync(int year)
        {
            var page = await query.Query.ListSentAsync(QueryHarness.As(1001), new PageRequest { Year = year, Limit = 10 }, default);
            return (string.Join(' ', page.Items.Select(i => i.Amount)), page.TotalCount, page.TotalAmount);
        }

        Assert.Equal(("101", 1, 101), await YearAsync(2025));
        Assert.Equal(("104 102 108", 3, 314), await YearAsync(2026));
        Assert.Equal(await YearAsync(2026), await YearAsync(0));
        Assert.Equal(("", 0, 0), await YearAsync(2027));
        Assert.Equal(("", 0, 0), await YearAsync(2000));
    }
}
