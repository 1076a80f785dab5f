using Hongbao.Contracts;
using Hongbao.Foundation.Stores;
using static Hongbao.Campaign.Tests.CampaignHarness;

namespace Hongbao.Campaign.Tests;

/// <summary>Drawing: one outcome a user and round, the same for ever and everywhere.</summary>
public sealed class DrawTests(ITestOutputHelper output)
{
    [Theory, BothStores]
    public async Task A_win_is_recorded_with_its_message_and_the_same_at_every_repetition_and_process(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var other = await harness.StartProcessAsync();
        var campaignId = await harness.ScheduledAsync(harness.Plan());
        var uid = (await harness.UsersAsync(campaignId, 1))[0];

        var first = Ok(await harness.DrawAsync(campaignId, uid));
        Assert.True(first.Won);
        Assert.Equal((10, "CNY", harness.Now + 3_600_000), (first.Amount, first.Currency, first.ExpiresAtMs));
        Assert.True(Tokens.TryRead(first.Token, out var subsidy));
        Assert.Equal(subsidy, Assert.Single(await harness.ToldAsync(campaignId)));
        Assert.Equal(($"{campaignId}.1.{uid}", uid, harness.Now), (subsidy.ExternalNo, subsidy.Uid, subsidy.IssuedAtMs));

        await harness.MoveAsync(TimeSpan.FromSeconds(100));
        Assert.Equal(first, await harness.DrawAsync(campaignId, uid));
        Assert.Equal(first, await harness.DrawAsync(campaignId, uid, at: other));
        await harness.AssertSoundAsync(campaignId);
    }

    [Theory, BothStores]
    public async Task The_same_user_at_once_on_one_and_on_two_processes_has_one_row_and_one_answer(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var other = await harness.StartProcessAsync();
        var campaignId = await harness.ScheduledAsync(harness.Plan(50, Quantity(10, 5)));
        var users = await harness.UsersAsync(campaignId, 12);

        var answers = await Task.WhenAll(users.SelectMany(uid => Enumerable.Range(0, 6).Select(async i => (uid, Answer: Ok(await harness.DrawAsync(campaignId, uid, at: i % 2 == 0 ? harness.Main : other))))));

        foreach (var user in answers.GroupBy(static a => a.uid))
        {
            Assert.Single(user.Select(static a => a.Answer).Distinct());
        }

        Assert.Equal(12, (await harness.DrawsAsync(campaignId)).Count);
        await harness.AssertSoundAsync(campaignId);
    }

    [Theory, BothStores]
    public async Task Outside_of_its_time_a_round_gives_only_what_was_decided_in_it(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var other = await harness.StartProcessAsync();
        var plan = harness.Plan(1000, Quantity(10, 2)) with { StartsAtMs = harness.Now + 1000, PassPpb = 500_000_000 };
        plan = plan with { Rounds = [plan.Rounds[0] with { StartsAtMs = harness.Now + 1000 }] };
        var campaignId = await harness.ScheduledAsync(plan);
        var users = await harness.UsersAsync(campaignId, 4);
        var losers = await harness.UsersAsync(campaignId, 2, prize: 0);

        Assert.Equal(ResultCode.CampaignNotOpen, (await harness.DrawAsync(campaignId, users[0])).Result.Code);
        Assert.Equal(ResultCode.CampaignNotOpen, (await harness.DrawAsync(campaignId, losers[0])).Result.Code);
        await harness.MoveAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(ResultCode.CampaignNotOpen, (await harness.DrawAsync(campaignId, users[0], round: 2)).Result.Code);
        Assert.Equal(ResultCode.CampaignNotOpen, (await harness.DrawAsync(campaignId, users[0], round: 0)).Result.Code);
        Assert.Equal(ResultCode.NotFound, (await harness.DrawAsync(campaignId + 1, users[0])).Result.Code);
        Assert.Equal(ResultCode.NotFound, (await harness.DrawAsync(campaignId, users[0], app: "other")).Result.Code);

        // Two win, the third finds nothing left: a loss that stands.
        var won = Ok(await harness.DrawAsync(campaignId, users[0]));
        Assert.True(Ok(await harness.DrawAsync(campaignId, users[1])).Won);
        Assert.False(Ok(await harness.DrawAsync(campaignId, users[2])).Won);
        Assert.False(Ok(await harness.DrawAsync(campaignId, losers[0])).Won);
        Assert.Equal(3, (await harness.DrawsAsync(campaignId)).Count);

        await harness.MoveAsync(TimeSpan.FromMinutes(10));
        await AssertOverAsync();
        Ok(await harness.EndAsync(campaignId));
        await harness.RefreshAsync();
        await AssertOverAsync();
        Assert.Equal(3, (await harness.DrawsAsync(campaignId)).Count);

        async Task AssertOverAsync()
        {
            foreach (var process in harness.Processes)
            {
                Assert.Equal(won, await harness.DrawAsync(campaignId, users[0], at: process));
                Assert.False(Ok(await harness.DrawAsync(campaignId, users[2], at: process)).Won);
                Assert.Equal(ResultCode.CampaignNotOpen, (await harness.DrawAsync(campaignId, users[3], at: process)).Result.Code);
                Assert.Equal(ResultCode.CampaignNotOpen, (await harness.DrawAsync(campaignId, losers[0], at: process)).Result.Code);
                Assert.Equal(ResultCode.CampaignNotOpen, (await harness.DrawAsync(campaignId, losers[1], at: process)).Result.Code);
            }
        }

        Assert.NotNull(other);
    }

    [Theory, BothStores]
    public async Task Who_has_won_elsewhere_hears_so_also_when_the_round_ends_or_pauses_while_he_waits(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var slow = await harness.StartProcessAsync(laneByHand: true);
        var campaignId = await harness.ScheduledAsync(harness.Plan());
        var users = await harness.UsersAsync(campaignId, 3);
        var won = Ok(await harness.DrawAsync(campaignId, users[0]));

        // Paused by the database; the slow one has not heard of it.
        Ok(await harness.Main.Operations.PauseAsync(AsOperator, Request(campaignId), default));
        var unaware = harness.DrawAllAsync(campaignId, [users[0], users[1]], at: slow);
        var answers = await slow.WhileSteppingAsync(unaware);
        Assert.Equal(won, answers[0]);
        Assert.Equal(ResultCode.CampaignNotOpen, answers[1].Result.Code);
        Ok(await harness.Main.Operations.ResumeAsync(AsOperator, Request(campaignId), default));

        // In time when he asked, over when he is looked at.
        var third = await harness.StartProcessAsync(laneByHand: true);
        await harness.RefreshAsync();
        unaware = harness.DrawAllAsync(campaignId, [users[0], users[1]], at: third);
        await harness.MoveAsync(TimeSpan.FromMinutes(10));
        answers = await third.WhileSteppingAsync(unaware);
        Assert.Equal(won, answers[0]);
        Assert.Equal(ResultCode.CampaignNotOpen, answers[1].Result.Code);
        Assert.Single(await harness.DrawsAsync(campaignId));
    }

    [Theory, BothStores]
    public async Task Losers_cost_the_database_nothing_and_winners_a_few_transactions_for_all(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect, laneByHand: true);
        var plan = harness.Plan(100_000, Quantity(10, 5000), Chance(7, 100_000_000)) with { PassPpb = 200_000_000 };
        var campaignId = await harness.ScheduledAsync(plan);
        var losers = await harness.UsersAsync(campaignId, 2000, prize: 0);
        var users = await harness.UsersAsync(campaignId, 500);
        var (reads, writes) = (harness.Main.Store.Reads, harness.Main.Store.Writes);

        Assert.All(await harness.DrawAllAsync(campaignId, losers), static a => Assert.False(Ok(a).Won));
        Assert.Equal((reads, writes), (harness.Main.Store.Reads, harness.Main.Store.Writes));

        var answers = await harness.Main.WhileSteppingAsync(harness.DrawAllAsync(campaignId, users));
        Assert.All(answers, static a => Assert.True(Ok(a).Won));
        // One batch: its chunks, its commit.
        Assert.Equal((0, 2), (harness.Main.Store.Reads - reads, harness.Main.Store.Writes - writes));
        Assert.Equal(1, harness.Main.Module.DrawBatches);

        // Known ones cost nothing, in and after the round.
        (reads, writes) = (harness.Main.Store.Reads, harness.Main.Store.Writes);
        Assert.Equal(answers, await harness.DrawAllAsync(campaignId, users));
        Assert.Equal((reads, writes), (harness.Main.Store.Reads, harness.Main.Store.Writes));

        // After it a crowd of others costs a question a batch.
        await harness.MoveAsync(TimeSpan.FromMinutes(10));
        var late = await harness.UsersAsync(campaignId, 500, from: users[^1] + 1);
        (reads, writes) = (harness.Main.Store.Reads, harness.Main.Store.Writes);
        Assert.All(await harness.Main.WhileSteppingAsync(harness.DrawAllAsync(campaignId, late)), static a => Assert.Equal(ResultCode.CampaignNotOpen, a.Result.Code));
        Assert.InRange(harness.Main.Store.Reads - reads, 0, 2);
        await harness.AssertSoundAsync(campaignId);
    }

    [Theory, BothStores]
    public async Task A_crowd_at_two_processes_takes_every_prize_once(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect, o => o.BatchMax = 64);
        var other = await harness.StartProcessAsync();
        var campaignId = await harness.ScheduledAsync(harness.Plan(2000, Quantity(7, 77), Quantity(11, 101)));
        var users = await harness.UsersAsync(campaignId, 500);

        // Each at both: who is second anywhere hears the same.
        var answers = await Task.WhenAll(users.Select(async (uid, i) =>
        {
            var both = await Task.WhenAll(UntilToldAsync(harness, campaignId, uid, harness.Main), UntilToldAsync(harness, campaignId, uid, other));
            Assert.Equal(both[0], both[1]);
            return both[0];
        }));

        await harness.AssertSoundAsync(campaignId);
        Assert.Equal(500, (await harness.DrawsAsync(campaignId)).Count);
        Assert.True(answers.Count(static a => a.Won) <= 178);

        // What one of them has taken and not given away goes to those who come to it.
        for (var uid = users[^1] + 1; uid <= users[^1] + 400; uid++)
        {
            Ok(await harness.DrawAsync(campaignId, uid, at: uid % 2 == 0 ? harness.Main : other));
        }

        await harness.AssertSoundAsync(campaignId);
        Assert.Equal([77L * 7, 101 * 11], (await harness.PoolsAsync(campaignId)).ConvertAll(static p => p.Won));
    }

    [Theory, BothStores]
    public async Task Chunks_are_whole_prizes_so_that_no_piece_of_one_is_left_with_anybody(SqlDialect dialect)
    {
        // A fiftieth of a pool is 10 here, a prize 7.
        await using var harness = await StartAsync(dialect);
        var other = await harness.StartProcessAsync();
        var campaignId = await harness.ScheduledAsync(harness.Plan(539, Quantity(7, 77)));
        var users = await harness.UsersAsync(campaignId, 77);

        var won = 0;
        for (var i = 0; i < users.Count; i++)
        {
            won += Ok(await harness.DrawAsync(campaignId, users[i], at: i % 2 == 0 ? harness.Main : other)).Won ? 1 : 0;
            Assert.All(await harness.ReadAllAsync<long>("select size from chunks"), static size => Assert.Equal(0, size % 7));
        }

        Assert.Equal(77, won);
        await harness.AssertSoundAsync(campaignId);
    }

    [Theory, BothStores]
    public async Task A_prize_that_is_used_up_is_replaced_and_chances_stop_at_their_money(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        // Two of the great one, whose aim half of the users have; 25 for chances of 10.
        var campaignId = await harness.ScheduledAsync(harness.Plan(45, Quantity(5, 2), Quantity(5, 2), Chance(10, 500_000_000)));
        var great = await harness.UsersAsync(campaignId, 6, prize: 1);
        var chance = await harness.UsersAsync(campaignId, 5, prize: 3);

        Assert.Equal([true, true, true, true, false, false], await WinsAsync(great));
        Assert.Equal([true, true, false, false, false], await WinsAsync(chance));
        Assert.Equal([0, 1, 2], (await harness.PoolsAsync(campaignId)).ConvertAll(static p => p.Prize));
        Assert.Equal([20L, 10, 10], (await harness.PoolsAsync(campaignId)).ConvertAll(static p => p.Won));
        await harness.AssertSoundAsync(campaignId);

        async Task<List<bool>> WinsAsync(List<long> users)
        {
            var wins = new List<bool>();
            foreach (var uid in users)
            {
                // A pool that had nothing is asked again after a moment.
                await harness.MoveAsync(TimeSpan.FromMilliseconds(200));
                wins.Add(Ok(await harness.DrawAsync(campaignId, uid)).Won);
            }

            return wins;
        }
    }

    [Theory, BothStores]
    public async Task A_user_wins_no_more_than_his_limit_in_all_rounds(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var other = await harness.StartProcessAsync();
        var campaignId = await harness.ScheduledAsync(harness.Rounds(harness.Plan(10_000, Quantity(10, 1000)), 4) with { PerUserLimit = 2 });
        var users = Enumerable.Range(1, 30).Select(static i => (long)i).ToArray();
        for (var round = 1; round <= 4; round++)
        {
            var answers = await Task.WhenAll(users.Select(uid => harness.DrawAsync(campaignId, uid, round, at: uid % 2 == 0 ? harness.Main : other)));
            Assert.All(answers, a => Assert.Equal(round <= 2, Ok(a).Won));
            await harness.MoveAsync(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(120, (await harness.DrawsAsync(campaignId)).Count);
        await harness.AssertSoundAsync(campaignId);
    }

    [Theory, BothStores]
    public async Task The_limit_holds_at_the_boundary_of_two_rounds(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect, laneByHand: true);
        var other = await harness.StartProcessAsync();
        var campaignId = await harness.ScheduledAsync(harness.Rounds(harness.Plan(10_000, Quantity(10, 1000)), 2));

        // At one process the first round's win is decided and on its way, at the other the same user wins in the second: his wins were counted before either.
        var first = harness.DrawAsync(campaignId, 5);
        harness.Main.Store.BeforeNextWrites(null, async () =>
        {
            harness.Clock.NowMs += 60_000;
            await harness.MoveAsync(TimeSpan.Zero);
            Assert.True(Ok(await harness.DrawAsync(campaignId, 5, round: 2, at: other)).Won);
        });
        var told = await harness.Main.WhileSteppingAsync(first);

        Assert.False(told.Won);
        Assert.Equal(ResultCode.CampaignNotOpen, told.Result.Code);
        await harness.AssertSoundAsync(campaignId);

        // The same where the second one is refused by the index alone: nth is his first win in both.
        var draws = await harness.DrawsAsync(campaignId);
        Assert.Equal((2, 1), (Assert.Single(draws).Round, draws[0].Nth));
        await Assert.ThrowsAsync<StoreException>(() => harness.WriteAsync(
            "insert into draws (uid, campaign_id, round, slot, app, amount, prize, win_no, nth, key_id, drawn_at, expires_at) values (5, @campaignId, 1, 0, 'default', 10, 1, 77, 1, 'k1', 0, 1)",
            new { campaignId }));
    }

    [Theory, BothStores]
    public async Task Memory_of_outcomes_is_bounded_and_what_is_forgotten_is_in_the_database(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect, o => o.RememberedMax = 16);
        var other = await harness.StartProcessAsync();
        var campaignId = await harness.ScheduledAsync(harness.Plan(1_000_000, Quantity(10, 100_000)));
        var users = Enumerable.Range(1, 10_000).Select(static i => (long)i).ToArray();

        var answers = await harness.DrawAllAsync(campaignId, users);
        Assert.All(answers, static a => Assert.True(Ok(a).Won));
        Assert.InRange(harness.Main.Module.RememberedOutcomes, 1, 16);

        // Again at once: at the process that forgot them, and at one that never knew them.
        foreach (var process in (CampaignProcess[])[harness.Main, other])
        {
            Assert.Equal(answers[..600], await harness.DrawAllAsync(campaignId, users[..600], at: process));
            Assert.InRange(process.Module.RememberedOutcomes, 0, 16);
        }

        Assert.Equal(10_000, await harness.ReadAsync<int>("select count(*) from draws"));
        await harness.AssertSoundAsync(campaignId);
        output.WriteLine($"{harness.Main.Module.DrawBatches} batches");
    }

    [Theory, BothStores]
    public async Task Forgotten_outcomes_do_not_cost_the_others_their_answers(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect, o => o.RememberedMax = 16, laneByHand: true);
        var campaignId = await harness.ScheduledAsync(harness.Plan(100_000, Quantity(10, 10_000)));
        var users = Enumerable.Range(1, 400).Select(static i => (long)i).ToArray();
        var known = await harness.Main.WhileSteppingAsync(harness.DrawAllAsync(campaignId, users[..200]));

        // Old and new ones in one batch.
        var writes = harness.Main.Store.Writes;
        var all = await harness.Main.WhileSteppingAsync(harness.DrawAllAsync(campaignId, users));
        Assert.Equal(known, all[..200]);
        Assert.All(all, static a => Assert.True(Ok(a).Won));
        Assert.InRange(harness.Main.Store.Writes - writes, 1, 5);
        await harness.AssertSoundAsync(campaignId);
    }

    [Theory, BothStores]
    public async Task A_full_lane_sheds_and_a_stopped_one_refuses_and_both_lose_nothing(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect, o => o.QueueMax = 16, laneByHand: true);
        var campaignId = await harness.ScheduledAsync(harness.Plan());
        var drawing = Enumerable.Range(1, 20).Select(uid => harness.DrawAsync(campaignId, uid)).ToArray();
        Assert.Equal(4, drawing.Count(static d => d.IsCompleted && d.Result.Result.Code == ResultCode.Overloaded));

        // Stopping finishes what waits, and gives the chunks back.
        await harness.Main.StopAsync();
        Assert.Equal(16, (await Task.WhenAll(drawing)).Count(static a => a.Won));
        Assert.Equal(ResultCode.Overloaded, (await harness.DrawAsync(campaignId, 100)).Result.Code);
        Assert.All(await harness.PoolsAsync(campaignId), static p => Assert.Equal(p.Issued, p.Allocated));
        await harness.AssertSoundAsync(campaignId);
    }

    [Fact]
    public async Task Chances_are_met()
    {
        await using var harness = await StartAsync(SqlDialect.Sqlite);
        var campaignId = await harness.DraftAsync(harness.Plan(1_000_000, Chance(10, 10_000_000), Quantity(10, 300), Chance(20, 50_000_000), Quantity(10, 100)) with { PassPpb = 100_000_000 });
        var plan = await harness.FindAsync(campaignId);
        const int Users = 200_000;
        var aims = new int[5];
        for (var uid = 1; uid <= Users; uid++)
        {
            aims[plan.Aim.At(plan.Rounds[0].Secret, campaignId, 1, uid)]++;
        }

        // One in 100, one in 20, and of the rest a tenth, three to one. Five standard deviations.
        double[] expected = [0.94 * 0.9, 0.01, 0.94 * 0.1 * 0.75, 0.05, 0.94 * 0.1 * 0.25];
        for (var prize = 0; prize < expected.Length; prize++)
        {
            var spread = 5 * Math.Sqrt(Users * expected[prize] * (1 - expected[prize]));
            Assert.InRange(aims[prize], (Users * expected[prize]) - spread, (Users * expected[prize]) + spread);
        }
    }

    private static async Task<RainDrawResponse> UntilToldAsync(CampaignHarness harness, long campaignId, long uid, CampaignProcess at)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var answer = await harness.DrawAsync(campaignId, uid, at: at);
            if (answer.Result.Code != ResultCode.Overloaded)
            {
                return Ok(answer);
            }

            late.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
