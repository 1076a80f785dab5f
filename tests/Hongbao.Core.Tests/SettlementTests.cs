using Hongbao.Contracts;
using Hongbao.Core.Claims;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Tests;

/// <summary>What becomes of claims when their transfers end, told by message or found by pull.</summary>
public sealed class SettlementTests
{
    private const string Sweep = "core.claims.pull";
    private const string Scan = "core.claims.scan";

    [Theory, BothStores]
    public async Task A_transfers_end_is_the_claims_end_and_changes_nothing_at_the_packet(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var (packetNo, claims) = await ClaimedAsync(harness, 3);
        var before = await harness.PacketAsync(packetNo);

        await harness.DeliverAsync(Topics.TransfersSettled, Settled((claims[0], OrderStatus.Succeeded), (claims[1], OrderStatus.Failed)));
        // Once more, the other way round, and with what is no end.
        await harness.DeliverAsync(Topics.TransfersSettled, Settled((claims[1], OrderStatus.Failed), (claims[0], OrderStatus.Succeeded), (claims[2], OrderStatus.Pending)));

        Assert.Equal([ClaimStatus.Transferred, ClaimStatus.Failed, ClaimStatus.Claimed], (await harness.ClaimsAsync(packetNo)).Select(c => c.State));
        Assert.Equivalent(before, await harness.PacketAsync(packetNo), strict: true);
        Assert.Empty(harness.AlertKinds());
        // Its share is gone for good: he gets the same claim again, never another.
        await harness.RestartAsync();
        var again = await harness.ClaimedAsync(packetNo, 2);
        Assert.Equal((claims[1], ClaimStatus.Failed), (again.Claim.ClaimNo, again.Claim.Status));
        await harness.AssertSoundAsync(packetNo);
    }

    [Fact]
    public async Task Questions_to_Async_wait_as_long_as_a_busy_store_may_take()
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite);
        await ClaimedAsync(harness, 2);
        var expired = await harness.ActiveAsync(CoreHarness.Request() with { TtlSeconds = 5 });
        await harness.MoveAsync(TimeSpan.FromSeconds(40));
        await harness.Main.StepAsync("core.packets.scan");
        Assert.Equal(PacketStatus.Expired, (await harness.PacketAsync(expired)).State);
        await harness.MoveAsync(TimeSpan.FromSeconds(40));
        var before = harness.Clock.GetUtcNow().ToUnixTimeMilliseconds();

        await harness.Main.StepAsync(Sweep);
        await harness.Main.StepAsync("core.refunds.scan");

        Assert.NotEmpty(harness.Async.AskedClaims);
        Assert.NotEmpty(harness.Async.AskedRefunds);
        Assert.All(harness.Async.Contexts, c => Assert.InRange(c.DeadlineMs, before + 30_000, harness.Clock.GetUtcNow().ToUnixTimeMilliseconds() + 30_000));
    }

    [Theory, BothStores]
    public async Task Another_end_than_the_one_that_is_known_alerts_and_changes_nothing(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var (packetNo, claims) = await ClaimedAsync(harness, 2);
        await harness.DeliverAsync(Topics.TransfersSettled, Settled((claims[0], OrderStatus.Succeeded)));

        await harness.DeliverAsync(Topics.TransfersSettled, Settled((claims[0], OrderStatus.Failed)));
        Assert.Equal(["claim.contradiction"], harness.AlertKinds());
        await harness.DeliverAsync(Topics.TransfersSettled, Settled((12345, OrderStatus.Succeeded)));
        Assert.Equal(["claim.contradiction"], harness.AlertKinds());
        // Also when both come together.
        await harness.DeliverAsync(Topics.TransfersSettled, Settled((claims[1], OrderStatus.Failed), (claims[1], OrderStatus.Succeeded)));
        Assert.Equal(["claim.contradiction"], harness.AlertKinds());

        Assert.Equal([ClaimStatus.Transferred, ClaimStatus.Failed], (await harness.ClaimsAsync(packetNo)).Select(c => c.State));
    }

    [Theory, BothStores]
    public async Task The_backlog_is_the_claims_without_an_end_and_the_age_of_the_oldest_also_long_after_and_after_a_restart(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        Assert.Equal(new UnsettledClaims(0, TimeSpan.Zero), await harness.Main.Backlog.ReadAsync(default));
        var (_, claims) = await ClaimedAsync(harness, 4);
        Assert.Equal(4, (await harness.Main.Backlog.ReadAsync(default)).Count);
        await harness.DeliverAsync(Topics.TransfersSettled, Settled((claims[3], OrderStatus.Succeeded)));
        Assert.Equal(3, (await harness.Main.Backlog.ReadAsync(default)).Count);

        // The pull passes them and knows no end: they are stragglers now, also for another process.
        await harness.MoveAsync(TimeSpan.FromSeconds(40));
        await harness.Main.StepAsync(Sweep);
        var late = await harness.Main.Backlog.ReadAsync(default);
        await harness.RestartAsync();
        var restarted = await harness.Main.Backlog.ReadAsync(default);
        Assert.All([late, restarted], r =>
        {
            Assert.Equal(3, r.Count);
            Assert.InRange(r.Oldest, TimeSpan.FromSeconds(39), TimeSpan.FromSeconds(60));
        });

        await harness.DeliverAsync(Topics.TransfersSettled, Settled((claims[0], OrderStatus.Succeeded), (claims[1], OrderStatus.Failed)));
        Assert.Equal(1, (await harness.Main.Backlog.ReadAsync(default)).Count);
        await harness.DeliverAsync(Topics.TransfersSettled, Settled((claims[2], OrderStatus.Succeeded)));
        Assert.Equal(new UnsettledClaims(0, TimeSpan.Zero), await harness.Main.Backlog.ReadAsync(default));
    }

    [Theory, BothStores]
    public async Task A_message_that_comes_again_after_its_effect_has_none(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var (packetNo, claims) = await ClaimedAsync(harness, 1);
        var fails = 1;
        harness.Main.Bus.Subscribe(Topics.TransfersSettled, "test.fails_once", (_, _) =>
            fails-- > 0 ? throw new InvalidOperationException("the other handler's fault") : Task.CompletedTask);
        await using (var session = await harness.Store.WriteAsync(default))
        {
            await new Outbox().AddAsync(session, 0, Topics.TransfersSettled, CoreHarness.System, Settled((claims[0], OrderStatus.Succeeded)), TimeSpan.Zero, default);
            await session.CommitAsync();
        }

        await harness.Main.StepAsync("core.outbox");
        await harness.Main.StepAsync("core.outbox.transfers.settled");
        await harness.WriteAsync("update claims set state = 1");
        await harness.MoveAsync(TimeSpan.FromSeconds(2));
        await harness.Main.StepAsync("core.outbox.transfers.settled");

        Assert.Equal(0, await harness.ReadAsync<int>("select count(*) from outbox where topic = 'transfers.settled'"));
        Assert.Equal(ClaimStatus.Claimed, (await harness.ClaimsAsync(packetNo))[0].State);
        Assert.Equal(1, await harness.ReadAsync<int>("select count(*) from inbox where handler = 'core.claims.settle'"));
    }

    [Theory, BothStores]
    public async Task With_every_message_lost_both_sides_pull_and_claims_reach_their_end(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var (packetNo, claims) = await ClaimedAsync(harness, 4);
        var wanted = await harness.TransfersWantedAsync();
        await harness.WriteAsync("delete from outbox");
        await harness.Main.StepAsync(Sweep);
        Assert.Empty(harness.Async.AskedClaims);
        Assert.Empty((await PullAsync(harness)).Items);

        await harness.MoveAsync(TimeSpan.FromMilliseconds(harness.Options.PullAfterMs + 2000));
        Assert.Equal(wanted, (await PullAsync(harness)).Items);
        harness.Async.Transfers[claims[0]] = OrderStatus.Succeeded;
        harness.Async.Transfers[claims[1]] = OrderStatus.Failed;
        harness.Async.Transfers[claims[2]] = OrderStatus.Pending;
        await harness.Main.StepAsync(Sweep);
        Assert.Equal([ClaimStatus.Transferred, ClaimStatus.Failed, ClaimStatus.Claimed, ClaimStatus.Claimed], (await harness.ClaimsAsync(packetNo)).Select(c => c.State));
        Assert.Equal(claims, harness.Async.AskedClaims);

        // The watermark has passed; what had no end is asked about again by itself.
        await harness.Main.StepAsync(Sweep);
        Assert.Equal(4, harness.Async.AskedClaims.Count);
        harness.Async.Transfers[claims[2]] = harness.Async.Transfers[claims[3]] = OrderStatus.Succeeded;
        await harness.MoveAsync(TimeSpan.FromMilliseconds(harness.Options.PullAfterMs + 1000));
        await harness.Main.StepAsync(Scan);

        Assert.Equal([.. claims, claims[2], claims[3]], harness.Async.AskedClaims);
        Assert.All((await harness.ClaimsAsync(packetNo))[2..], c => Assert.Equal(ClaimStatus.Transferred, c.State));
        Assert.Equal(0, await harness.ReadAsync<int>("select count(*) from due where kind = 4"));
        Assert.Empty((await PullAsync(harness)).Items);
        Assert.Empty(harness.AlertKinds());
    }

    [Theory, BothStores]
    public async Task A_claim_that_was_committed_behind_the_watermark_is_found_by_the_slower_one(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var (packetNo, claims) = await ClaimedAsync(harness, 1);
        await harness.WriteAsync("insert into pull_cursors (name, after_no) values ('claims', @no)", new { no = claims[0] });
        harness.Async.Transfers[claims[0]] = OrderStatus.Succeeded;
        await harness.MoveAsync(TimeSpan.FromMilliseconds(harness.Options.PullAfterMs + 2000));
        await harness.Main.StepAsync(Sweep);
        Assert.Equal(ClaimStatus.Claimed, (await harness.ClaimsAsync(packetNo))[0].State);

        await harness.MoveAsync(TimeSpan.FromMilliseconds(harness.Options.PullAfterMs * 60L));
        await harness.Main.StepAsync(Sweep);

        Assert.Equal(ClaimStatus.Transferred, (await harness.ClaimsAsync(packetNo))[0].State);
    }

    [Fact]
    public async Task A_claim_without_an_end_is_asked_about_at_growing_rests()
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite);
        await ClaimedAsync(harness, 1);
        await harness.MoveAsync(TimeSpan.FromMilliseconds(harness.Options.PullAfterMs + 2000));
        await harness.Main.StepAsync(Sweep);
        var rests = new List<int>();
        for (var seconds = 0; rests.Count < 6;)
        {
            var asked = harness.Async.AskedClaims.Count;
            await harness.MoveAsync(TimeSpan.FromSeconds(10));
            seconds += 10;
            await harness.Main.StepAsync(Scan);
            if (harness.Async.AskedClaims.Count > asked)
            {
                rests.Add(seconds);
                seconds = 0;
            }
        }

        Assert.Equal([30, 30, 60, 120, 240, 300], rests);
    }

    [Theory, BothStores]
    public async Task A_claim_asked_for_again_shows_its_end_as_soon_as_it_has_one(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var (packetNo, claims) = await ClaimedAsync(harness, 3);
        Assert.Equal(ClaimStatus.Claimed, (await harness.ClaimedAsync(packetNo, 1)).Claim.Status);

        await harness.DeliverAsync(Topics.TransfersSettled, Settled((claims[0], OrderStatus.Succeeded), (claims[1], OrderStatus.Failed)));

        Assert.Equal(ClaimStatus.Transferred, (await harness.ClaimedAsync(packetNo, 1)).Claim.Status);
        Assert.Equal(ClaimStatus.Failed, (await harness.ClaimedAsync(packetNo, 2)).Claim.Status);
        Assert.Equal(ClaimStatus.Claimed, (await harness.ClaimedAsync(packetNo, 3)).Claim.Status);
        Assert.Equal(claims[0], (await harness.ClaimedAsync(packetNo, 1)).Claim.ClaimNo);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_claim_past_its_deadline_alerts_whether_or_not_Async_answers(bool asyncThrows)
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite);
        await ClaimedAsync(harness, 2);
        harness.Async.Fault = asyncThrows ? new TimeoutException() : null;
        await harness.MoveAsync(TimeSpan.FromMilliseconds(harness.Options.PullAfterMs + 2000));
        await harness.Main.StepAsync(Sweep);
        await harness.Main.StepAsync(Scan);
        Assert.Empty(harness.AlertKinds());

        await harness.MoveAsync(TimeSpan.FromSeconds(harness.Options.DeadlineSeconds + 1));
        await harness.Main.StepAsync(Scan);

        // Once for all that the scan meets: an outage is no flood.
        var alert = Assert.Single(harness.Main.Alerts.Drain());
        Assert.Equal("claim.overdue", alert.Kind);
        Assert.StartsWith("Claims without a final transfer: 2 in", alert.Text, StringComparison.Ordinal);
        Assert.Equal(2, await harness.ReadAsync<int>("select count(*) from due where kind = 4"));
    }

    [Theory, BothStores]
    public async Task The_pull_of_transfers_goes_page_by_page_and_says_when_it_is_done(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var (_, claims) = await ClaimedAsync(harness, 5);
        await harness.DeliverAsync(Topics.TransfersSettled, Settled((claims[1], OrderStatus.Succeeded)));
        await harness.MoveAsync(TimeSpan.FromMinutes(2));

        var first = await PullAsync(harness, limit: 2);
        var second = await PullAsync(harness, after: first.NextAfterNo, limit: 2);
        var third = await PullAsync(harness, after: second.NextAfterNo, limit: 2);

        // Pages are of claims, open or not: an end in between costs a place, not the rest.
        AssertPage(first, isLast: false, next: claims[1], claims[0]);
        AssertPage(second, isLast: false, next: claims[3], claims[2], claims[3]);
        AssertPage(third, isLast: true, next: claims[4], claims[4]);
        AssertPage(await PullAsync(harness, after: claims[4]), isLast: true, next: claims[4]);

        static void AssertPage(PullTransfersResponse page, bool isLast, long next, params long[] nos)
        {
            Assert.Equal(nos, page.Items.Select(i => i.ClaimNo));
            Assert.Equal((next, isLast), (page.NextAfterNo, page.Finished));
        }
    }

    private static Task<PullTransfersResponse> PullAsync(CoreHarness harness, long after = 0, int limit = 100) => harness.Core.PullTransfersAsync(
        CoreHarness.System,
        new PullRequest
        {
            SlotFrom = 0,
            SlotTo = 1023,
            AfterNo = after,
            Limit = limit,
            OlderThanMs = harness.Clock.GetUtcNow().ToUnixTimeMilliseconds() - harness.Options.PullAfterMs,
        },
        default);

    private static TransfersSettled Settled(params (long ClaimNo, OrderStatus Status)[] outcomes) => new()
    {
        Items = [.. outcomes.Select(o => new TransferOutcome { ClaimNo = o.ClaimNo, Status = o.Status })],
    };

    private static async Task<(long PacketNo, List<long> Claims)> ClaimedAsync(CoreHarness harness, int claims)
    {
        var packetNo = await harness.ActiveAsync(1000, 10);
        var made = new List<long>();
        for (var uid = 1; uid <= claims; uid++)
        {
            made.Add((await harness.ClaimedAsync(packetNo, uid)).Claim.ClaimNo);
        }

        return (packetNo, made);
    }
}
