using Hongbao.Contracts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Tests;

/// <summary>No lease, clock or router has to be right: the store refuses a whole batch when anything in it is not as the lane read it.</summary>
public sealed class FencingTests
{
    private const string Lane = "core.lane.0";

    [Theory, BothStores]
    public async Task A_version_that_moved_refuses_the_whole_batch_and_the_moved_packet_is_redone_alone(SqlDialect dialect)
    {
        await using var harness = await OneLaneAsync(dialect);
        var packets = await WarmPacketsAsync(harness, 5);
        var claims = packets.ConvertAll(p => harness.ClaimAsync(p, 1));
        var begun = harness.Main.Store.Writes;
        var committedBefore = harness.Main.Store.Commits;
        var seenAtRetry = new List<int>();
        harness.Main.Store.BeforeNextWrite(async () =>
        {
            // Another writer of the third packet, after the lane read it and before it writes.
            await harness.WriteAsync("update packets set version = version + 1, content_id = 'elsewhere' where packet_no = @no", new { no = packets[2] });
            for (var i = 0; i < 2; i++)
            {
                harness.Main.Store.BeforeNextWrite(async () => seenAtRetry.Add(await harness.ReadAsync<int>("select count(*) from claims where uid = 1")));
            }
        });

        await harness.Main.StepAsync(Lane);

        Assert.All(await Task.WhenAll(claims), c => Assert.Equal(ResultCode.Ok, c.Result.Code));
        // Nothing of the refused batch was there when the moved packet was redone, and nothing but it when the others were.
        Assert.Equal([0, 1], seenAtRetry);
        Assert.Equal(3, harness.Main.Store.Writes - begun);
        Assert.Equal(2, harness.Main.Store.Commits - committedBefore);
        Assert.Equal("elsewhere", (await harness.PacketAsync(packets[2])).ContentId);
        foreach (var packetNo in packets)
        {
            await harness.AssertSoundAsync(packetNo);
        }
    }

    [Theory, BothStores]
    public async Task A_packet_that_another_process_emptied_is_redone_with_the_right_outcome(SqlDialect dialect)
    {
        await using var harness = await OneLaneAsync(dialect);
        var other = await harness.StartProcessAsync();
        var packets = await WarmPacketsAsync(harness, 2, count: 3);
        // Two shares are left here by what this lane knows; the other process gives them away.
        var mine = packets.ConvertAll(p => harness.ClaimAsync(p, 1));
        var known = harness.ClaimAsync(packets[0], 2);
        var theirs = await CoreHarness.ClaimUntilToldAsync(other.Core, packets[0], 2);
        Assert.Equal(ResultCode.Ok, (await CoreHarness.ClaimUntilToldAsync(other.Core, packets[0], 3)).Result.Code);

        await harness.Main.StepAsync(Lane);

        Assert.Equal([ResultCode.PacketExhausted, ResultCode.Ok], (await Task.WhenAll(mine)).Select(c => c.Result.Code));
        Assert.Equal(theirs.Claim, (await known).Claim);
        await harness.AssertSoundAsync(packets[0]);
        await harness.AssertSoundAsync(packets[1]);
    }

    [Theory, BothStores]
    public async Task A_claimer_of_another_process_is_known_here_even_when_he_would_be_refused(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var other = await harness.StartProcessAsync();
        var packetNo = await harness.ActiveAsync(CoreHarness.Request(100, 10) with { Scope = ScopeKind.Followers, TtlSeconds = 60 });
        await harness.ClaimedAsync(packetNo, 9);
        var theirs = await CoreHarness.ClaimUntilToldAsync(other.Core, packetNo, 1);

        harness.Relations.Holds = _ => Task.FromResult(new RelationResponse { Result = Result.Of(ResultCode.Degraded) });
        Assert.Equal(theirs.Claim, (await harness.ClaimedAsync(packetNo, 1)).Claim);
        harness.Relations.Holds = _ => Task.FromResult(new RelationResponse { Holds = false });
        Assert.Equal(theirs.Claim, (await harness.ClaimedAsync(packetNo, 1)).Claim);
        await harness.MoveAsync(TimeSpan.FromSeconds(61));
        Assert.Equal(theirs.Claim, (await harness.ClaimedAsync(packetNo, 1)).Claim);
    }

    [Theory, BothStores]
    public async Task A_claimer_of_another_process_is_known_here_when_the_time_ends_while_he_waits(SqlDialect dialect)
    {
        await using var harness = await OneLaneAsync(dialect);
        var other = await harness.StartProcessAsync();
        var packetNo = (await WarmPacketsAsync(harness, 1, count: 3))[0];
        var waiting = harness.ClaimAsync(packetNo, 5);
        var theirs = await CoreHarness.ClaimUntilToldAsync(other.Core, packetNo, 5);
        var stranger = harness.ClaimAsync(packetNo, 6);

        await harness.MoveAsync(TimeSpan.FromDays(2));
        await harness.Main.StepAsync(Lane);

        Assert.Equal(theirs.Claim, (await waiting).Claim);
        Assert.Equal(ResultCode.PacketExpired, (await stranger).Result.Code);
    }

    [Theory, BothStores]
    public async Task A_refund_moves_a_packet_that_another_process_closed_while_this_one_remembers_it_as_active(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var packets = new List<long>();
        for (var i = 0; i < 3; i++)
        {
            packets.Add(await harness.ActiveAsync(CoreHarness.Request(100, 10) with { TtlSeconds = 60 }));
            await harness.ClaimedAsync(packets[i], 1);
        }

        var other = await harness.StartProcessAsync();
        await harness.MoveAsync(TimeSpan.FromSeconds(61));
        await other.StepAsync("core.packets.scan");
        await other.StopAsync();
        Assert.All(packets, p => Assert.Equal(PacketStatus.Expired, harness.PacketAsync(p).Result.State));

        // By message, at its start and at its end; and by the pull, when messages stay out.
        await harness.RefundMovesAsync(RefundCause.Expiry, packets[0], OrderStatus.Pending);
        Assert.Equal(PacketStatus.Refunding, (await harness.PacketAsync(packets[0])).State);
        await harness.RefundMovesAsync(RefundCause.Expiry, packets[1], OrderStatus.Succeeded);
        Assert.Equal(PacketStatus.Refunded, (await harness.PacketAsync(packets[1])).State);
        harness.Async.Refunds[(RefundCause.Expiry, packets[2])] = OrderStatus.Succeeded;
        await harness.MoveAsync(TimeSpan.FromSeconds(31));
        await harness.Main.StepAsync("core.refunds.scan");
        Assert.Equal(PacketStatus.Refunded, (await harness.PacketAsync(packets[2])).State);
    }

    [Theory, BothStores]
    public async Task Two_processes_at_the_same_packets_never_give_away_too_much(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var other = await harness.StartProcessAsync();
        var packets = new List<long>();
        for (var i = 0; i < 4; i++)
        {
            packets.Add(await harness.ActiveAsync(3000, 30));
        }

        // Everyone asks both processes, at once.
        var answers = await Task.WhenAll(packets.SelectMany(p => Enumerable.Range(1, 60).SelectMany(uid => new[] { harness.Core, other.Core }.Select(core =>
            Task.Run(async () => (Packet: p, Uid: uid, Answer: await CoreHarness.ClaimUntilToldAsync(core, p, uid)))))));

        foreach (var packetNo in packets)
        {
            await harness.AssertSoundAsync(packetNo);
            var claims = (await harness.ClaimsAsync(packetNo)).ToDictionary(c => c.Uid);
            Assert.Equal((30, PacketStatus.Exhausted), (claims.Count, (await harness.PacketAsync(packetNo)).State));
            foreach (var (_, uid, answer) in answers.Where(a => a.Packet == packetNo))
            {
                Assert.Equal(
                    claims.TryGetValue(uid, out var claim) ? (ResultCode.Ok, claim.ClaimNo, claim.Amount) : (ResultCode.PacketExhausted, 0, 0),
                    (answer.Result.Code, answer.Claim.ClaimNo, answer.Claim.Amount));
            }
        }
    }

    [Theory, BothStores]
    public async Task A_bad_item_is_found_by_halving_and_the_others_are_paid(SqlDialect dialect)
    {
        await using var harness = await OneLaneAsync(dialect);
        var packets = await WarmPacketsAsync(harness, 8);
        // A claim that the packet's row knows nothing of: its place is taken.
        await harness.WriteAsync(
            "insert into claims (claim_no, slot, app, packet_no, uid, seq, amount, state, claimed_at) values (1, 0, 'default', @no, 99, 2, 1, 1, 0)", new { no = packets[5] });
        var claims = packets.ConvertAll(p => harness.ClaimAsync(p, 1));

        await harness.Main.StepAsync(Lane);

        for (var i = 0; i < packets.Count; i++)
        {
            if (i == 5)
            {
                Assert.Equal(StoreFault.UniqueViolation, (await Assert.ThrowsAsync<StoreException>(() => claims[i])).Fault);
            }
            else
            {
                Assert.Equal(ResultCode.Ok, (await claims[i]).Result.Code);
                await harness.AssertSoundAsync(packets[i]);
            }
        }

        Assert.Equal(1, (await harness.PacketAsync(packets[5])).ClaimedCount);
        // The packet goes on being refused alone.
        var again = harness.ClaimAsync(packets[5], 2);
        await Assert.ThrowsAsync<StoreException>(() => harness.Main.WhileSteppingAsync(again));
    }

    [Theory, BothStores]
    public async Task After_a_commit_without_an_answer_the_lane_looks_before_it_answers(SqlDialect dialect)
    {
        await using var harness = await OneLaneAsync(dialect);
        var packets = await WarmPacketsAsync(harness, 3, count: 2);
        var claims = packets.SelectMany(p => new[] { harness.ClaimAsync(p, 1), harness.ClaimAsync(p, 2) }).ToArray();
        var (commits, writes) = (harness.Main.Store.Commits, harness.Main.Store.Writes);
        harness.Main.Store.LoseAnswers(1);

        await harness.Main.StepAsync(Lane);

        // Each has one share left: the first takes it. What had happened is not done again.
        Assert.Equal(
            Enumerable.Repeat(new[] { ResultCode.Ok, ResultCode.PacketExhausted }, 3).SelectMany(c => c), (await Task.WhenAll(claims)).Select(c => c.Result.Code));
        Assert.Equal((1, 1), (harness.Main.Store.Commits - commits, harness.Main.Store.Writes - writes));
        foreach (var packetNo in packets)
        {
            Assert.Equal(PacketStatus.Exhausted, (await harness.PacketAsync(packetNo)).State);
            await harness.AssertSoundAsync(packetNo);
        }
    }

    [Theory, BothStores]
    public async Task A_commit_that_did_not_happen_after_all_is_done_again(SqlDialect dialect)
    {
        await using var harness = await OneLaneAsync(dialect);
        var packets = await WarmPacketsAsync(harness, 2);
        harness.Main.Store.Refuse(StoreFault.UnknownOutcome, StoreFault.Transient, StoreFault.UnknownOutcome);
        var claims = packets.ConvertAll(p => harness.ClaimAsync(p, 1));

        await harness.Main.StepAsync(Lane);

        Assert.All(await Task.WhenAll(claims), c => Assert.Equal(ResultCode.Ok, c.Result.Code));
        Assert.All(packets, p => Assert.Equal(2, harness.ClaimsAsync(p).Result.Count));
    }

    [Theory, BothStores]
    public async Task A_payment_whose_commit_lost_its_answer_is_activated_once(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var created = await harness.UnpaidAsync();
        harness.Main.Store.LoseAnswers(1);

        Assert.Equal(ResultCode.Ok, (await harness.CallbackAsync(CoreHarness.Notice(created.PayOrderNo, 1000))).Result.Code);

        Assert.Equal((PacketStatus.Active, 2L), ((await harness.PacketAsync(created.PacketNo)).State, (await harness.PacketAsync(created.PacketNo)).Version));
        Assert.Equal(ResultCode.Ok, (await harness.ClaimAsync(created.PacketNo, 1)).Result.Code);
    }

    [Theory, BothStores]
    public async Task A_store_that_stays_away_is_answered_with_a_code_that_invites_to_repeat(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var packetNo = await harness.ActiveAsync(100, 10);
        await harness.ClaimedAsync(packetNo, 1);
        harness.Main.Store.Refuse(StoreFault.Unavailable, StoreFault.Unavailable, StoreFault.Unavailable);

        Assert.Equal(ResultCode.Overloaded, (await harness.ClaimAsync(packetNo, 2)).Result.Code);
        Assert.Single(await harness.ClaimsAsync(packetNo));
        Assert.Equal(ResultCode.Ok, (await harness.ClaimAsync(packetNo, 2)).Result.Code);
        await harness.AssertSoundAsync(packetNo);
    }

    [Theory, BothStores]
    public async Task Time_is_the_stores_and_a_claim_that_comes_too_late_by_it_is_refused_by_it(SqlDialect dialect)
    {
        await using var harness = await OneLaneAsync(dialect);
        var packets = await WarmPacketsAsync(harness, 3);
        // The lane believes that the packet is open; the store's row says otherwise.
        await harness.WriteAsync("update packets set expires_at = now_ms() - 1 where packet_no = @no", new { no = packets[1] });
        var claims = packets.ConvertAll(p => harness.ClaimAsync(p, 1));

        await harness.Main.StepAsync(Lane);

        Assert.Equal([ResultCode.Ok, ResultCode.Overloaded, ResultCode.Ok], (await Task.WhenAll(claims)).Select(c => c.Result.Code));
        Assert.Equal([2, 1, 2], packets.ConvertAll(p => harness.ClaimsAsync(p).Result.Count));
        // Its memory is forgotten with the refusal: now the answer is right.
        Assert.Equal(ResultCode.PacketExpired, (await harness.Main.WhileSteppingAsync(harness.ClaimAsync(packets[1], 1))).Result.Code);
    }

    private static Task<CoreHarness> OneLaneAsync(SqlDialect dialect) => CoreHarness.StartAsync(dialect, o => o.Lanes = 1, lanesByHand: true);

    /// <summary>Active packets in the lane's memory, with one claim each, in order of number.</summary>
    private static async Task<List<long>> WarmPacketsAsync(CoreHarness harness, int packets, int count = 10)
    {
        var made = new List<long>();
        for (var i = 0; i < packets; i++)
        {
            made.Add(await harness.Main.WhileSteppingAsync(harness.ActiveAsync(100, count)));
            await harness.Main.WhileSteppingAsync(harness.ClaimedAsync(made[^1], 1000));
        }

        return made;
    }
}
