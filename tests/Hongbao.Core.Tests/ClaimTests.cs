using Hongbao.Contracts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Tests;

public sealed class ClaimTests
{
    [Theory, BothStores]
    public async Task A_claim_is_stored_with_its_transfer_request_and_is_the_same_at_every_repetition(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var packetNo = await harness.ActiveAsync(1000, 3);

        var first = await harness.ClaimedAsync(packetNo, 1);
        var again = await harness.ClaimedAsync(packetNo, 1);
        var others = await harness.ClaimedAsync(packetNo, CoreHarness.Sender);

        Assert.Equal(first.Claim, again.Claim);
        Assert.Equal((1, 2, 2), (first.Claim.Seq, first.RemainingCount, again.RemainingCount));
        Assert.Equal((2, CoreHarness.Sender), (others.Claim.Seq, others.Claim.Uid));
        await harness.AssertSoundAsync(packetNo);
        var wanted = (await harness.TransfersWantedAsync())[0];
        var packet = await harness.PacketAsync(packetNo);
        Assert.Equal(
            new TransferWanted
            {
                App = "default",
                ClaimNo = first.Claim.ClaimNo,
                PacketNo = packetNo,
                PayOrderNo = packet.PayOrderNo,
                SenderUid = CoreHarness.Sender,
                Uid = 1,
                Seq = 1,
                Amount = first.Claim.Amount,
                Currency = "CNY",
                Kind = PacketKind.C2C,
                ClaimedAtMs = first.Claim.ClaimedAtMs,
            },
            wanted);
    }

    [Theory, BothStores]
    public async Task The_shares_are_those_that_the_committed_seed_gives(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        foreach (var split in Enum.GetValues<SplitKind>())
        {
            var packetNo = await harness.ActiveAsync(CoreHarness.Request(8000, 8) with { Split = split });
            for (var uid = 1; uid <= 8; uid++)
            {
                await harness.ClaimedAsync(packetNo, uid);
                if (uid == 4)
                {
                    await harness.RestartAsync();
                }
            }

            var seed = await harness.ReadAsync<byte[]>("select seed from packets where packet_no = @packetNo", new { packetNo });
            Assert.Equal(Splits.Split.All(split, seed!, packetNo, 8000, 8, 20_000), (await harness.ClaimsAsync(packetNo)).Select(c => c.Amount));
            await harness.AssertSoundAsync(packetNo);
            Assert.Equal(PacketStatus.Exhausted, (await harness.PacketAsync(packetNo)).State);
        }
    }

    /// <summary>Each state of affairs is one answer's cause and, at once, the causes of all later answers that it can be joined with.</summary>
    [Theory, BothStores]
    public async Task Of_several_answers_the_first_in_order_is_given(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var named = CoreHarness.Request(20, 2) with { Scope = ScopeKind.Exclusive, ScopeUids = [1, 2, 3], TtlSeconds = 60 };
        async Task Expect(ResultCode code, long packetNo, long uid, string app = CallContext.DefaultApp) =>
            Assert.Equal(code, (await harness.ClaimAsync(packetNo, uid, app)).Result.Code);

        // Not found, before everything that holds in the packet's own app, known claimers too.
        var packetNo = await harness.ActiveAsync(named);
        await harness.ClaimedAsync(packetNo, 1);
        await Expect(ResultCode.NotFound, packetNo, 1, "other");
        await Expect(ResultCode.NotFound, packetNo + 1, 1);

        // Not in scope, before not active, exhausted and expired.
        var unpaid = await harness.UnpaidAsync(named with { RequestId = "unpaid" });
        await Expect(ResultCode.NotInScope, unpaid.PacketNo, 4);
        await Expect(ResultCode.PacketNotActive, unpaid.PacketNo, 3);
        await Expect(ResultCode.NotInScope, packetNo, 4);
        await harness.ClaimedAsync(packetNo, 2);
        await Expect(ResultCode.NotInScope, packetNo, 4);

        // Exhausted, before expired. The known claimer gets his claim from both.
        await Expect(ResultCode.PacketExhausted, packetNo, 3);
        await harness.MoveAsync(TimeSpan.FromSeconds(61));
        await Expect(ResultCode.PacketExhausted, packetNo, 3);
        await Expect(ResultCode.Ok, packetNo, 1);

        // Expired by time, then by closing; the known claimer gets his claim from both.
        var expired = await harness.ActiveAsync(named with { RequestId = "expired" });
        await harness.ClaimedAsync(expired, 1);
        await harness.MoveAsync(TimeSpan.FromSeconds(61));
        await Expect(ResultCode.NotInScope, expired, 4);
        await Expect(ResultCode.PacketExpired, expired, 3);
        await Expect(ResultCode.Ok, expired, 1);
        await harness.Main.StepAsync("core.packets.scan");
        Assert.Equal(PacketStatus.Expired, (await harness.PacketAsync(expired)).State);
        await Expect(ResultCode.NotInScope, expired, 4);
        await Expect(ResultCode.PacketExpired, expired, 3);
        await Expect(ResultCode.Ok, expired, 1);

        // Closed without payment is not active.
        await harness.MoveAsync(TimeSpan.FromSeconds(harness.Options.PaySeconds));
        await harness.Main.StepAsync("core.payments.scan");
        await Expect(ResultCode.PacketNotActive, unpaid.PacketNo, 3);
    }

    [Theory, BothStores]
    public async Task Busy_is_said_only_when_nothing_else_is(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect, lanesByHand: true);
        var packetNo = await harness.Main.WhileSteppingAsync(harness.ActiveAsync(
            CoreHarness.Request(20, 2) with { Scope = ScopeKind.Exclusive, ScopeUids = [1, 2, 3, 4, 5], TtlSeconds = 60 }));
        await harness.Main.WhileSteppingAsync(harness.ClaimedAsync(packetNo, 1));
        // One share is left: two places, taken by two whom the lane does not answer yet.
        var waiting = new[] { harness.ClaimAsync(packetNo, 2), harness.ClaimAsync(packetNo, 3) };

        var busy = await harness.ClaimAsync(packetNo, 4);
        Assert.Equal((ResultCode.ClaimBusy, 10), (busy.Result.Code, busy.Result.MaxPolls));
        Assert.InRange(busy.Result.RetryAfterMs, 200, 501);
        Assert.Equal(ResultCode.Ok, (await harness.ClaimAsync(packetNo, 1)).Result.Code);
        Assert.Equal(ResultCode.NotInScope, (await harness.ClaimAsync(packetNo, 9)).Result.Code);
        Assert.Equal(ResultCode.NotFound, (await harness.ClaimAsync(packetNo, 4, "other")).Result.Code);
        await harness.MoveAsync(TimeSpan.FromSeconds(61));
        Assert.Equal(ResultCode.PacketExpired, (await harness.ClaimAsync(packetNo, 4)).Result.Code);

        foreach (var task in waiting)
        {
            Assert.Equal(ResultCode.PacketExpired, (await harness.Main.WhileSteppingAsync(task)).Result.Code);
        }
    }

    [Theory]
    [InlineData(ScopeKind.Followers, RelationKind.Follower)]
    [InlineData(ScopeKind.Friends, RelationKind.Friend)]
    public async Task Who_follows_is_decided_by_the_host_app_and_its_silence_refuses(ScopeKind scope, RelationKind kind)
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite);
        var packetNo = await harness.ActiveAsync(CoreHarness.Request() with { Scope = scope });
        harness.Relations.Holds = r => Task.FromResult(new RelationResponse { Holds = r == new RelationRequest { Uid = CoreHarness.Sender, Other = 1, Kind = kind } });
        Assert.Equal(ResultCode.Ok, (await harness.ClaimAsync(packetNo, 1)).Result.Code);
        Assert.Equal(ResultCode.NotInScope, (await harness.ClaimAsync(packetNo, 2)).Result.Code);

        // "Holds" counts only when the result is Ok.
        harness.Relations.Holds = _ => Task.FromResult(new RelationResponse { Result = Result.Of(ResultCode.Degraded), Holds = true });
        Assert.Equal(ResultCode.Degraded, (await harness.ClaimAsync(packetNo, 3)).Result.Code);
        // His own claim and the sender need nobody.
        Assert.Equal(ResultCode.Ok, (await harness.ClaimAsync(packetNo, 1)).Result.Code);
        Assert.Equal(ResultCode.Ok, (await harness.ClaimAsync(packetNo, CoreHarness.Sender)).Result.Code);
        Assert.Equal(2, (await harness.ClaimsAsync(packetNo)).Count);
    }

    [Fact]
    public async Task A_claim_committed_while_the_relation_is_asked_about_is_known_when_the_answer_comes()
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite);
        var packetNo = await harness.ActiveAsync(CoreHarness.Request(5, 1) with { Scope = ScopeKind.Followers });
        var asked = new TaskCompletionSource();
        var answer = new TaskCompletionSource<RelationResponse>();
        harness.Relations.Holds = _ =>
        {
            asked.SetResult();
            return answer.Task;
        };
        var slow = harness.ClaimAsync(packetNo, 1);
        await asked.Task;
        harness.Relations.Holds = _ => Task.FromResult(new RelationResponse { Holds = true });
        var fast = await harness.ClaimedAsync(packetNo, 1);
        Assert.Equal(PacketStatus.Exhausted, (await harness.PacketAsync(packetNo)).State);

        answer.SetResult(new RelationResponse { Holds = true });

        Assert.Equal((ResultCode.Ok, fast.Claim), ((await slow).Result.Code, (await slow).Claim));
    }

    [Theory, BothStores]
    public async Task A_claimer_gets_his_claim_from_memory_from_the_store_after_expiry_and_after_a_restart(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect, o => o.Lanes = 1);
        var packetNo = await harness.ActiveAsync(CoreHarness.Request(30, 3) with { TtlSeconds = 60 });
        var claim = (await harness.ClaimedAsync(packetNo, 1)).Claim;
        await harness.ClaimedAsync(packetNo, 2);

        // Everything else forgotten: closed, in a process that never saw it.
        await harness.MoveAsync(TimeSpan.FromSeconds(61));
        await harness.Main.StepAsync("core.packets.scan");
        Assert.Equal(claim, (await harness.ClaimedAsync(packetNo, 1)).Claim);
        await harness.RestartAsync();
        Assert.Equal(claim, (await harness.ClaimedAsync(packetNo, 1)).Claim);
        Assert.Equal(ResultCode.PacketExpired, (await harness.ClaimAsync(packetNo, 3)).Result.Code);
    }

    [Theory, BothStores]
    public async Task A_winner_whose_answer_was_lost_gets_his_claim_after_the_packet_is_exhausted_and_forgotten(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect, o => (o.Lanes, o.HoldSeconds) = (1, 30), lanesByHand: true);
        var packetNo = await harness.Main.WhileSteppingAsync(harness.ActiveAsync(30, 3));
        await harness.Main.WhileSteppingAsync(harness.ClaimedAsync(packetNo, 9));
        using var gone = new CancellationTokenSource();
        var lost = harness.Core.ClaimAsync(CoreHarness.As(1), new ClaimRequest { PacketNo = packetNo }, gone.Token);
        // The share is asked for, and then nobody listens any more.
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => lost);
        await harness.Main.WhileSteppingAsync(harness.ClaimedAsync(packetNo, 2));
        Assert.Equal(PacketStatus.Exhausted, (await harness.PacketAsync(packetNo)).State);

        harness.Clock.RunAhead(TimeSpan.FromSeconds(31));
        await harness.Main.StepAsync("core.lane.0");
        var again = harness.ClaimAsync(packetNo, 1);
        // Forgotten: it has to be read again.
        Assert.False(again.IsCompleted);

        var answer = await harness.Main.WhileSteppingAsync(again);
        Assert.Equal((ResultCode.Ok, 2), (answer.Result.Code, answer.Claim.Seq));
        await harness.AssertSoundAsync(packetNo);
    }

    [Fact]
    public async Task Memory_is_released_also_by_a_lane_that_is_never_idle()
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite, o => (o.Lanes, o.HeldMax, o.LaneBatchMax) = (1, 20, 1), lanesByHand: true);
        var packets = new List<long>();
        for (var i = 0; i < 30; i++)
        {
            packets.Add(await harness.Main.WhileSteppingAsync(harness.ActiveAsync(10, 1)));
        }

        // A process that holds none of them, and whose lane has work at every step.
        var other = await harness.StartProcessAsync(lanesByHand: true);
        Task<ClaimResponse> AskAsync(long packetNo, string app) => other.Core.ClaimAsync(CoreHarness.As(1, app), new ClaimRequest { PacketNo = packetNo }, default);
        var claims = packets.ConvertAll(p => AskAsync(p, CallContext.DefaultApp));
        for (var i = 0; i < packets.Count - 1; i++)
        {
            await other.StepAsync("core.lane.0");
        }

        // Who asks from another app is refused at once when the packet is in memory.
        Assert.InRange(packets.Count(p => AskAsync(p, "other").IsCompleted), 1, 20);
        Assert.All(await other.WhileSteppingAsync(Task.WhenAll(claims)), c => Assert.Equal(ResultCode.Ok, c.Result.Code));
    }

    [Theory, BothStores]
    public async Task Five_hundred_at_one_packet_of_a_hundred_shares_are_all_told_and_a_hundred_are_paid(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var packetNo = await harness.ActiveAsync(100_000, 100);

        var answers = await Task.WhenAll(Enumerable.Range(1, 500).Select(uid => Task.Run(() => CoreHarness.ClaimUntilToldAsync(harness.Core, packetNo, uid))));

        Assert.Equal(100, answers.Count(a => a.Result.IsOk()));
        Assert.Equal(400, answers.Count(a => a.Result.Code == ResultCode.PacketExhausted));
        Assert.Equal(100_000, answers.Sum(a => a.Claim.Amount));
        Assert.Equal(PacketStatus.Exhausted, (await harness.PacketAsync(packetNo)).State);
        await harness.AssertSoundAsync(packetNo);
    }

    [Theory, BothStores]
    public async Task One_user_who_asks_fifty_times_at_once_has_one_claim_and_is_never_refused_it(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        foreach (var count in new[] { 1, 2, 10 })
        {
            var packetNo = await harness.ActiveAsync(1000, count);

            var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => CoreHarness.ClaimUntilToldAsync(harness.Core, packetNo, 1))));

            Assert.All(answers, a => Assert.Equal(ResultCode.Ok, a.Result.Code));
            Assert.Single(answers.Select(a => a.Claim).Distinct());
            Assert.Single(await harness.ClaimsAsync(packetNo));
            await harness.AssertSoundAsync(packetNo);
        }
    }

    [Theory, BothStores]
    public async Task Claims_of_many_packets_share_a_transaction(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect, o => o.Lanes = 1, lanesByHand: true);
        var packets = new List<long>();
        for (var i = 0; i < 40; i++)
        {
            packets.Add(await harness.Main.WhileSteppingAsync(harness.ActiveAsync(100, 10)));
        }

        var before = harness.Main.Store.Commits;
        var claims = packets.SelectMany(p => Enumerable.Range(1, 5).Select(uid => harness.ClaimAsync(p, uid))).ToArray();
        await harness.Main.WhileSteppingAsync(Task.WhenAll(claims));

        Assert.All(claims, c => Assert.Equal(ResultCode.Ok, c.Result.Result.Code));
        Assert.Equal(200, await harness.ReadAsync<int>("select count(*) from claims"));
        Assert.InRange(harness.Main.Store.Commits - before, 1, 3);
        Assert.InRange(await harness.ReadAsync<int>("select count(*) from outbox where topic = 'claims.accepted'"), 1, 3);
        foreach (var packetNo in packets)
        {
            await harness.AssertSoundAsync(packetNo);
        }
    }

    [Fact]
    public async Task A_full_lane_sheds_what_it_cannot_take()
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite, o => (o.Lanes, o.LaneQueueMax) = (1, 16), lanesByHand: true);
        var packetNo = await harness.Main.WhileSteppingAsync(harness.ActiveAsync(1000, 100));
        await harness.Main.WhileSteppingAsync(harness.ClaimedAsync(packetNo, 1000));

        var claims = Enumerable.Range(1, 20).Select(uid => harness.ClaimAsync(packetNo, uid)).ToArray();

        Assert.All(claims[16..], c => Assert.Equal(ResultCode.Overloaded, c.Result.Result.Code));
        Assert.All(await harness.Main.WhileSteppingAsync(Task.WhenAll(claims[..16])), c => Assert.Equal(ResultCode.Ok, c.Result.Code));
    }

    [Theory, BothStores]
    public async Task A_packet_that_another_process_activated_can_be_claimed_here_at_once(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var other = await harness.StartProcessAsync();
        var created = await harness.UnpaidAsync();
        Assert.Equal(ResultCode.PacketNotActive, (await harness.ClaimAsync(created.PacketNo, 1)).Result.Code);
        Assert.Equal(ResultCode.PacketNotActive, (await SetContentAsync(harness, created.PacketNo, "v1")).Code);
        await other.Core.FinanceCallbackAsync(
            CoreHarness.System, CoreHarness.Signed(CoreHarness.Signature, harness.Clock.GetUtcNow(), "nonce-0001", CoreHarness.Notice(created.PayOrderNo, 1000)), default);

        Assert.Equal(ResultCode.Ok, (await SetContentAsync(harness, created.PacketNo, "v1")).Code);
        Assert.Equal(ResultCode.Ok, (await harness.ClaimAsync(created.PacketNo, 1)).Result.Code);
        await harness.AssertSoundAsync(created.PacketNo);
    }

    [Theory, BothStores]
    public async Task A_packet_is_bound_to_its_video_once_by_its_sender(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var unpaid = await harness.UnpaidAsync();
        var packetNo = await harness.ActiveAsync();
        Assert.Equal(ResultCode.PacketNotActive, (await SetContentAsync(harness, unpaid.PacketNo, "v1")).Code);
        Assert.Equal(ResultCode.NotFound, (await SetContentAsync(harness, unpaid.PacketNo, "v1", uid: 1)).Code);
        Assert.Equal(ResultCode.Forbidden, (await SetContentAsync(harness, packetNo, "v1", uid: 1)).Code);
        Assert.Equal(ResultCode.NotFound, (await SetContentAsync(harness, packetNo, "v1", app: "other")).Code);
        Assert.Equal(ResultCode.NotFound, (await SetContentAsync(harness, packetNo + 1, "v1")).Code);
        Assert.Equal(ResultCode.ValidationFailed, (await SetContentAsync(harness, packetNo, "")).Code);
        Assert.Equal(ResultCode.ValidationFailed, (await SetContentAsync(harness, packetNo, new string('v', 65))).Code);

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Task.Run(() => SetContentAsync(harness, packetNo, i % 2 == 0 ? "v1" : "v2"))));

        Assert.Equal(5, answers.Count(a => a.IsOk()));
        Assert.Equal(5, answers.Count(a => a.Code == ResultCode.IdempotencyMismatch));
        Assert.Equal(3, (await harness.PacketAsync(packetNo)).Version);
    }

    private static async Task<Result> SetContentAsync(CoreHarness harness, long packetNo, string contentId, long uid = CoreHarness.Sender, string app = CallContext.DefaultApp) =>
        (await harness.Core.SetContentAsync(CoreHarness.As(uid, app), new SetContentRequest { PacketNo = packetNo, ContentId = contentId }, default)).Result;
}
