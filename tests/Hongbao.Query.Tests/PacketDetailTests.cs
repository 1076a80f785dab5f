using Hongbao.Contracts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Query.Tests;

public sealed class SqlitePacketDetailTests() : PacketDetailTests(SqlDialect.Sqlite);

public sealed class PostgresPacketDetailTests() : PacketDetailTests(SqlDialect.Postgres);

public abstract class PacketDetailTests(SqlDialect dialect)
{
    private static readonly PacketStatus[] Statuses = Enum.GetValues<PacketStatus>();

    [Fact]
    public async Task A_detail_shows_what_core_and_async_have_committed()
    {
        await using var query = await QueryHarness.StartAsync(dialect);
        query.HostApp.Name(1001, "Lin");
        var packet = await query.Plants.PacketAsync(new PacketPlan
        {
            Greeting = "恭喜发财 🧧",
            ContentId = "video-881",
            Claims = [new(2001, 120), new(2002, 80) { State = ClaimStatus.Transferred }],
        });
        await query.Plants.PacketAsync(new PacketPlan { Claims = [new(2001, 1)] });

        var view = (await query.DetailAsync(2001, packet)).Packet;

        Assert.Equal(
            new PacketView
            {
                PacketNo = packet.PacketNo,
                Kind = PacketKind.C2C,
                Status = PacketStatus.Active,
                Sender = 1001,
                SenderName = "Lin",
                SenderAvatar = "/avatars/1001.svg",
                Greeting = "恭喜发财 🧧",
                ContentId = "video-881",
                Split = SplitKind.Random,
                Scope = ScopeKind.Public,
                Amount = 1000,
                Currency = "CNY",
                Count = 10,
                Cap = 20000,
                ClaimedAmount = 200,
                ClaimedCount = 2,
                RemainingCount = 8,
                CreatedAtMs = packet.AtMs,
                ExpiresAtMs = packet.ExpiresAt,
                SeedHash = $"hash{packet.PacketNo}",
                Seed = "",
                RefundedAmount = 0,
                PayOrderNo = 0,
                MyClaim = new ClaimView
                {
                    ClaimNo = packet.Claims[0].ClaimNo,
                    PacketNo = packet.PacketNo,
                    Uid = 2001,
                    Seq = 1,
                    Amount = 120,
                    Status = ClaimStatus.Claimed,
                    ClaimedAtMs = packet.AtMs,
                },
            },
            view);
        Assert.Equal(new ClaimView(), (await query.DetailAsync(3000, packet)).Packet.MyClaim);
    }

    [Theory]
    [InlineData("condition_kind = 1, password_hash = seed", ConditionKind.Password, 0, "")]
    [InlineData("condition_kind = 2, condition_uid = 1002", ConditionKind.Follow, 1002, "")]
    [InlineData("condition_kind = 3, condition_content = 'video-7'", ConditionKind.Share, 0, "video-7")]
    public async Task A_packet_shows_when_it_opens_and_to_whom(string columns, ConditionKind kind, long uid, string contentId)
    {
        await using var query = await QueryHarness.StartAsync(dialect);
        var packet = await query.Plants.PacketAsync(new PacketPlan());
        await Plants.ExecuteAsync(query.Core, $"update packets set opens_at = {packet.AtMs + 5000}, {columns}");

        var view = (await query.DetailAsync(3000, packet)).Packet;

        Assert.Equal(packet.AtMs + 5000, view.OpensAtMs);
        Assert.Equal(new OpeningCondition { Kind = kind, Uid = uid, ContentId = contentId }, view.Condition);
    }

    [Fact]
    public async Task While_a_packet_opens_later_its_detail_says_what_time_it_is_there()
    {
        await using var query = await QueryHarness.StartAsync(dialect);
        var packet = await query.Plants.PacketAsync(new PacketPlan());
        Assert.Equal(0, (await query.DetailAsync(3000, packet)).Packet.NowMs);
        await Plants.ExecuteAsync(query.Core, "update packets set opens_at = now_ms() + 60000");
        var view = (await query.DetailAsync(3000, packet)).Packet;
        Assert.InRange(view.OpensAtMs - view.NowMs, 1, 60_000);
        await Plants.ExecuteAsync(query.Core, "update packets set opens_at = now_ms() - 1");
        Assert.Equal(0, (await query.DetailAsync(3000, packet)).Packet.NowMs);
    }

    [Fact]
    public async Task Shares_and_seed_follow_the_committed_status()
    {
        await using var query = await QueryHarness.StartAsync(dialect);
        foreach (var status in Statuses)
        {
            List<ClaimPlan> claims = status switch
            {
                PacketStatus.PendingPayment or PacketStatus.Closed => [],
                PacketStatus.Exhausted => [new(2001, 60), new(2002, 40)],
                _ => [new(2001, 60)],
            };
            // Long past its end: only what is committed counts.
            var packet = await query.Plants.PacketAsync(new PacketPlan { State = status, Amount = 100, Count = 2, Claims = claims, AtMs = Plants.NowMs - 200_000_000 });

            var view = (await query.DetailAsync(1001, packet)).Packet;

            Assert.Equal(status, view.Status);
            Assert.Equal(
                status switch { PacketStatus.PendingPayment => 2, PacketStatus.Active => 1, _ => 0 },
                view.RemainingCount);
            Assert.Equal(status is PacketStatus.PendingPayment or PacketStatus.Active ? "" : Convert.ToHexStringLower(packet.Seed), view.Seed);
            Assert.Equal(status is PacketStatus.PendingPayment or PacketStatus.Closed ? packet.PayUntil : packet.ExpiresAt, view.ExpiresAtMs);
            Assert.Equal(packet.PayOrderNo, view.PayOrderNo);
        }
    }

    [Fact]
    public async Task Refunded_money_is_what_came_back_or_was_set_aside()
    {
        await using var query = await QueryHarness.StartAsync(dialect);
        var packet = await query.Plants.PacketAsync(new PacketPlan { State = PacketStatus.Refunded, Claims = [new(2001, 100)] });
        var other = await query.Plants.PacketAsync(new PacketPlan { State = PacketStatus.Refunding });
        await query.Plants.RefundAsync(packet, RefundCause.Expiry, packet.PacketNo, 900, OrderStatus.Succeeded);
        await query.Plants.RefundAsync(packet, RefundCause.FailedClaim, 1, 50, OrderStatus.SetAside);
        await query.Plants.RefundAsync(packet, RefundCause.FailedClaim, 2, 30, OrderStatus.Refused);
        await query.Plants.RefundAsync(packet, RefundCause.LatePayment, 3, 20, OrderStatus.Pending);
        await query.Plants.RefundAsync(other, RefundCause.Expiry, other.PacketNo, 1000, OrderStatus.Pending);

        Assert.Equal(950, (await query.DetailAsync(1001, packet)).Packet.RefundedAmount);
        Assert.Equal(0, (await query.DetailAsync(1001, other)).Packet.RefundedAmount);
    }

    [Fact]
    public async Task A_packet_without_money_has_a_detail_only_for_its_sender()
    {
        await using var query = await QueryHarness.StartAsync(dialect);
        foreach (var state in new[] { PacketStatus.PendingPayment, PacketStatus.Closed })
        {
            var packet = await query.Plants.PacketAsync(new PacketPlan { State = state, Scope = ScopeKind.Exclusive, ScopeUids = [2001] });

            Assert.True((await query.DetailAsync(1001, packet)).Result.IsOk());
            Assert.Equal(ResultCode.NotFound, (await query.DetailAsync(2001, packet)).Result.Code);
            Assert.Equal(ResultCode.NotFound, (await query.DetailAsync(3001, packet)).Result.Code);
            Assert.Equal(ResultCode.NotFound, (await query.ClaimsAsync(2001, packet)).Result.Code);
        }
    }

    [Fact]
    public async Task A_status_is_for_every_user_of_the_app()
    {
        await using var query = await QueryHarness.StartAsync(dialect);
        foreach (var status in Statuses)
        {
            var packet = await query.Plants.PacketAsync(new PacketPlan
            {
                State = status,
                Count = 1,
                Scope = ScopeKind.Exclusive,
                ScopeUids = [2001],
                Claims = status == PacketStatus.Exhausted ? [new(2001, 1000)] : [],
            });

            var response = await query.Query.GetStatusAsync(QueryHarness.As(3001), new PacketRequest { PacketNo = packet.PacketNo }, default);

            Assert.True(response.Result.IsOk());
            Assert.Equal(status, response.Status);
        }

        Assert.Equal(ResultCode.NotFound, (await query.Query.GetStatusAsync(QueryHarness.As(1001), new PacketRequest { PacketNo = 99 }, default)).Result.Code);
    }

    [Fact]
    public async Task Another_app_has_none_of_it()
    {
        await using var query = await QueryHarness.StartAsync(dialect);
        var packet = await query.Plants.PacketAsync(new PacketPlan { ContentId = "video-1", Claims = [new(2001, 10)] });
        await query.RepairAsync();
        var page = new PageRequest { PacketNo = packet.PacketNo, Limit = 10 };
        var request = new PacketRequest { PacketNo = packet.PacketNo };

        // The same uids exist in every app.
        foreach (var uid in new long[] { 1001, 2001, 0 })
        {
            var context = QueryHarness.As(uid, QueryHarness.OtherApp);
            Assert.Equal(ResultCode.NotFound, (await query.Query.GetPacketAsync(context, request, default)).Result.Code);
            Assert.Equal(ResultCode.NotFound, (await query.Query.GetStatusAsync(context, request, default)).Result.Code);
            Assert.Equal(ResultCode.NotFound, (await query.Query.GetDrawAsync(context, request, default)).Result.Code);
            Assert.Equal(ResultCode.NotFound, (await query.Query.ListClaimsAsync(context, page, default)).Result.Code);
            Assert.Equal(ResultCode.NotFound,
                (await query.Query.GetClaimAsync(context, new ClaimByNoRequest { ClaimNo = packet.Claims[0].ClaimNo }, default)).Result.Code);
            Assert.Empty((await query.Query.ListPacketsAsync(context, page, default)).Items);
            Assert.Empty((await query.Query.ListPacketsAsync(context, new PageRequest { ContentId = "video-1", Limit = 10 }, default)).Items);
            var sent = await query.Query.ListSentAsync(context, page, default);
            Assert.Equal((0, 0L, 0L), (sent.Items.Count, sent.TotalCount, sent.TotalAmount));
            var received = await query.Query.ListReceivedAsync(context, page, default);
            Assert.Equal((0, 0L, 0L), (received.Items.Count, received.TotalCount, received.TotalAmount));
        }

        Assert.Single((await query.Query.ListReceivedAsync(QueryHarness.As(2001), page, default)).Items);
    }

    [Fact]
    public async Task A_scoped_packet_is_for_its_sender_its_scope_and_its_claimers()
    {
        await using var query = await QueryHarness.StartAsync(dialect);
        query.HostApp.Relations.Add((1001, 2001, RelationKind.Follower));
        query.HostApp.Relations.Add((1001, 2002, RelationKind.Follower));
        query.HostApp.Relations.Add((1001, 2002, RelationKind.Friend));
        List<ClaimPlan> Claims() => [new(2009, 10)];
        var followers = await query.Plants.PacketAsync(new PacketPlan { Scope = ScopeKind.Followers, Claims = Claims() });
        var friends = await query.Plants.PacketAsync(new PacketPlan { Scope = ScopeKind.Friends, Claims = Claims() });
        var exclusive = await query.Plants.PacketAsync(new PacketPlan { Scope = ScopeKind.Exclusive, ScopeUids = [2002, 2003], Claims = Claims() });

        async Task<string> SeenByAsync(long uid)
        {
            var codes = new List<ResultCode>();
            foreach (var packet in new[] { followers, friends, exclusive })
            {
                codes.Add((await query.DetailAsync(uid, packet)).Result.Code);
                Assert.Equal(codes[^1], (await query.ClaimsAsync(uid, packet)).Result.Code);
            }

            return string.Join(' ', codes);
        }

        Assert.Equal("Ok Ok Ok", await SeenByAsync(1001));
        Assert.Equal("Ok Ok Ok", await SeenByAsync(2009));
        Assert.Equal("Ok NotInScope NotInScope", await SeenByAsync(2001));
        Assert.Equal("Ok Ok Ok", await SeenByAsync(2002));
        Assert.Equal("NotInScope NotInScope Ok", await SeenByAsync(2003));
        Assert.Equal("NotInScope NotInScope NotInScope", await SeenByAsync(3001));
    }

    [Fact]
    public async Task Without_an_answer_about_relations_a_scoped_detail_is_refused_as_degraded_and_only_where_it_matters()
    {
        await using var query = await QueryHarness.StartAsync(dialect);
        query.HostApp.IsSilent = true;
        query.HostApp.Relations.Add((1001, 2001, RelationKind.Follower));
        var followers = await query.Plants.PacketAsync(new PacketPlan { Scope = ScopeKind.Followers, Claims = [new(2009, 10)] });
        var exclusive = await query.Plants.PacketAsync(new PacketPlan { Scope = ScopeKind.Exclusive, ScopeUids = [2001] });
        var everyone = await query.Plants.PacketAsync(new PacketPlan());

        var refused = (await query.DetailAsync(2001, followers)).Result;

        Assert.Equal(ResultCode.Degraded, refused.Code);
        Assert.NotEmpty(refused.Detail);
        Assert.Equal(ResultCode.Degraded, (await query.ClaimsAsync(2001, followers)).Result.Code);
        Assert.True((await query.DetailAsync(1001, followers)).Result.IsOk());
        Assert.True((await query.DetailAsync(2009, followers)).Result.IsOk());
        Assert.True((await query.DetailAsync(2001, exclusive)).Result.IsOk());
        Assert.True((await query.DetailAsync(2001, everyone)).Result.IsOk());
    }

    [Fact]
    public async Task Without_an_answer_about_profiles_names_are_empty_and_all_else_is_there()
    {
        await using var query = await QueryHarness.StartAsync(dialect);
        query.HostApp.Name(1001, "Lin");
        query.HostApp.Name(2001, "Mei");
        var packet = await query.Plants.PacketAsync(new PacketPlan { Claims = [new(2001, 10)] });
        await query.RepairAsync();
        query.HostApp.IsSilent = true;

        var detail = await query.DetailAsync(2001, packet);
        var claims = await query.ClaimsAsync(2001, packet);
        var received = await query.Query.ListReceivedAsync(QueryHarness.As(2001), new PageRequest { Limit = 10 }, default);

        Assert.Equal((ResultCode.Ok, "", "", 1001L), (detail.Result.Code, detail.Packet.SenderName, detail.Packet.SenderAvatar, detail.Packet.Sender));
        Assert.Equal(("", "", 10L), (claims.Items[0].Name, claims.Items[0].Avatar, claims.Items[0].Claim.Amount));
        Assert.Equal(("", "", 10L), (received.Items[0].SenderName, received.Items[0].SenderAvatar, received.Items[0].Claim.Amount));
    }

    [Fact]
    public async Task A_draw_is_for_everyone_of_the_app_in_order_and_without_people()
    {
        await using var query = await QueryHarness.StartAsync(dialect);
        var packet = await query.Plants.PacketAsync(new PacketPlan
        {
            State = PacketStatus.Exhausted,
            Amount = 60,
            Count = 3,
            Split = SplitKind.Fair,
            Scope = ScopeKind.Friends,
            Greeting = "for friends",
            Claims = [new(2001, 10), new(2002, 30) { State = ClaimStatus.Failed }, new(2003, 20)],
        });

        var draw = await query.Query.GetDrawAsync(QueryHarness.As(0), new PacketRequest { PacketNo = packet.PacketNo }, default);

        Assert.Equal(1, draw.Algorithm);
        Assert.Equal([(1, 10), (2, 30), (3, 20)], draw.Draws.Select(d => (d.Seq, d.Amount)));
        Assert.Equal(
            new PacketView
            {
                PacketNo = packet.PacketNo,
                Status = PacketStatus.Exhausted,
                Split = SplitKind.Fair,
                Amount = 60,
                Currency = "CNY",
                Count = 3,
                Cap = 20000,
                SeedHash = $"hash{packet.PacketNo}",
                Seed = Convert.ToHexStringLower(packet.Seed),
                MyClaim = draw.Packet.MyClaim,
            },
            draw.Packet);
    }

    [Fact]
    public async Task A_private_draw_is_for_those_who_may_see_the_packet_until_it_is_over()
    {
        await using var query = await QueryHarness.StartAsync(dialect);
        query.HostApp.Relations.Add((1001, 2002, RelationKind.Follower));
        Task<DrawResponse> DrawAsync(long uid, PacketPlan packet) => query.Query.GetDrawAsync(QueryHarness.As(uid), new PacketRequest { PacketNo = packet.PacketNo }, default);
        foreach (var status in Statuses.Except([PacketStatus.PendingPayment, PacketStatus.Closed]))
        {
            foreach (var scope in Enum.GetValues<ScopeKind>())
            {
                var packet = await query.Plants.PacketAsync(new PacketPlan
                {
                    State = status,
                    Scope = scope,
                    ScopeUids = scope == ScopeKind.Exclusive ? [2001, 2002] : null,
                    Count = 1,
                    Claims = [new(2001, 1000)],
                });
                var isOpen = scope == ScopeKind.Public || status != PacketStatus.Active;
                query.HostApp.RelationAsks.Clear();

                Assert.Equal(isOpen ? ResultCode.Ok : ResultCode.NotInScope, (await DrawAsync(0, packet)).Result.Code);
                Assert.Empty(query.HostApp.RelationAsks);
                Assert.Equal(isOpen ? ResultCode.Ok : ResultCode.NotInScope, (await DrawAsync(3001, packet)).Result.Code);
                Assert.Equal(1000, Assert.Single((await DrawAsync(1001, packet)).Draws).Amount);
                Assert.Equal(1000, Assert.Single((await DrawAsync(2001, packet)).Draws).Amount);
                Assert.Equal(isOpen || scope != ScopeKind.Friends ? ResultCode.Ok : ResultCode.NotInScope, (await DrawAsync(2002, packet)).Result.Code);
            }
        }

        var followers = await query.Plants.PacketAsync(new PacketPlan { Scope = ScopeKind.Followers });
        query.HostApp.IsSilent = true;
        Assert.Equal(ResultCode.Degraded, (await DrawAsync(2002, followers)).Result.Code);
    }

    [Fact]
    public async Task A_draw_keeps_its_seed_while_it_goes_on_and_does_not_exist_before_the_money()
    {
        await using var query = await QueryHarness.StartAsync(dialect);
        foreach (var status in Statuses)
        {
            var packet = await query.Plants.PacketAsync(new PacketPlan { State = status, Count = 1, Claims = status == PacketStatus.Exhausted ? [new(2001, 1000)] : [] });

            var draw = await query.Query.GetDrawAsync(QueryHarness.As(1001), new PacketRequest { PacketNo = packet.PacketNo }, default);

            if (status is PacketStatus.PendingPayment or PacketStatus.Closed)
            {
                Assert.Equal(ResultCode.NotFound, draw.Result.Code);
                continue;
            }

            Assert.True(draw.Result.IsOk());
            Assert.Equal(status == PacketStatus.Active ? 0 : 64, draw.Packet.Seed.Length);
        }
    }
}
