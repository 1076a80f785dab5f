using Hongbao.Contracts;
using Hongbao.Foundation.Stores;
using static Hongbao.Campaign.Tests.CampaignHarness;

namespace Hongbao.Campaign.Tests;

/// <summary>The lane in trouble: lost answers, stores that refuse, other processes, and its own death.</summary>
public sealed class LaneTests
{
    [Theory, BothStores]
    public async Task A_lost_answer_is_looked_up_whether_the_commit_happened_or_not(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var campaignId = await harness.ScheduledAsync(harness.Plan());
        var uid = 1L;
        foreach (var happened in (bool[])[true, false])
        {
            // First that of the chunks, then that of the wins.
            for (var before = 0; before < 2; before++)
            {
                harness.Main.Store.BeforeNextWrites([.. Enumerable.Repeat<Func<Task>?>(null, before), () =>
                {
                    if (happened)
                    {
                        harness.Main.Store.LoseAnswers(1);
                    }
                    else
                    {
                        harness.Main.Store.Refuse(StoreFault.UnknownOutcome);
                    }

                    return Task.CompletedTask;
                }]);
                for (var i = 0; i < 3; i++)
                {
                    Assert.True(Ok(await harness.DrawAsync(campaignId, uid++)).Won);
                }

                await harness.AssertSoundAsync(campaignId);
            }
        }
    }

    [Theory, BothStores]
    public async Task Trouble_of_the_store_is_tried_again_and_then_told_as_such(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var campaignId = await harness.ScheduledAsync(harness.Plan());
        harness.Main.Store.Refuse(StoreFault.Transient, StoreFault.Unavailable);
        Assert.True(Ok(await harness.DrawAsync(campaignId, 1)).Won);
        harness.Main.Store.Refuse(StoreFault.Fenced, StoreFault.UniqueViolation, StoreFault.UnknownOutcome);
        Assert.True(Ok(await harness.DrawAsync(campaignId, 2)).Won);

        foreach (var fault in (StoreFault[])[StoreFault.Transient, StoreFault.Unavailable, StoreFault.Fenced, StoreFault.UniqueViolation, StoreFault.UnknownOutcome])
        {
            harness.Main.Store.Refuse([.. Enumerable.Repeat(fault, 30)]);
            Assert.Equal(ResultCode.Overloaded, (await harness.DrawAsync(campaignId, 3)).Result.Code);
            harness.Main.Store.Forgive();
        }

        Assert.True(Ok(await harness.DrawAsync(campaignId, 3)).Won);
        await harness.AssertSoundAsync(campaignId);
    }

    [Theory, BothStores]
    public async Task Leases_that_cannot_be_renewed_do_not_hold_draws_up(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect, laneByHand: true);
        var campaignId = await harness.ScheduledAsync(harness.Plan());
        Assert.True((await harness.Main.WhileSteppingAsync(harness.DrawAsync(campaignId, 1))).Won);

        await harness.MoveAsync(TimeSpan.FromSeconds(11));
        harness.Main.Store.Refuse(StoreFault.Unavailable);
        // A step that throws makes the scheduler rest for a second and more, with everybody waiting.
        await harness.Main.StepLaneAsync();
        Assert.True((await harness.Main.WhileSteppingAsync(harness.DrawAsync(campaignId, 2))).Won);
    }

    [Theory, BothStores]
    public async Task A_living_process_keeps_its_chunks_and_lets_go_of_what_it_does_not_need(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect, o => (o.LeaseSeconds, o.ChunksPerPool) = (30, 1), laneByHand: true);
        var other = await harness.StartProcessAsync(laneByHand: true);
        var campaignId = await harness.ScheduledAsync(harness.Plan());
        Assert.True((await harness.Main.WhileSteppingAsync(harness.DrawAsync(campaignId, 1))).Won);

        for (var i = 0; i < 4; i++)
        {
            await harness.MoveAsync(TimeSpan.FromSeconds(10));
            Assert.True((await harness.Main.WhileSteppingAsync(harness.DrawAsync(campaignId, 2 + i))).Won);
            await other.CloseChunksAsync();
            Assert.Equal(1000, Assert.Single(await harness.PoolsAsync(campaignId)).Allocated);
        }

        // Nobody draws from it any more: renewed for one lease's time, and then left to itself.
        for (var i = 0; i < 8; i++)
        {
            await harness.MoveAsync(TimeSpan.FromSeconds(11));
            await harness.Main.StepLaneAsync();
            await other.CloseChunksAsync();
        }

        Assert.Equal(50, Assert.Single(await harness.PoolsAsync(campaignId)).Allocated);
        Assert.True((await other.WhileSteppingAsync(harness.DrawAsync(campaignId, 50, at: other))).Won);
        await harness.AssertSoundAsync(campaignId);
    }

    [Theory, BothStores]
    public async Task A_dead_process_s_chunk_is_free_after_its_lease_and_not_before(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect, o => (o.LeaseSeconds, o.ChunksPerPool) = (30, 1));
        var dead = await harness.StartProcessAsync();
        var campaignId = await harness.ScheduledAsync(harness.Plan());
        Assert.True(Ok(await harness.DrawAsync(campaignId, 1, at: dead)).Won);
        await dead.KillAsync();

        await harness.MoveAsync(TimeSpan.FromSeconds(29));
        await harness.Main.CloseChunksAsync();
        Assert.False(Ok(await harness.DrawAsync(campaignId, 2)).Won);

        await harness.MoveAsync(TimeSpan.FromSeconds(2));
        await harness.Main.CloseChunksAsync();
        Assert.Equal(10, Assert.Single(await harness.PoolsAsync(campaignId)).Allocated);
        Assert.All(await harness.DrawAllAsync(campaignId, Enumerable.Range(3, 99).Select(static i => (long)i)), static a => Assert.True(Ok(a).Won));
        await harness.MoveAsync(TimeSpan.FromSeconds(1));
        Assert.False(Ok(await harness.DrawAsync(campaignId, 200)).Won);
        await harness.AssertSoundAsync(campaignId);
    }

    [Theory, BothStores]
    public async Task Who_was_taken_for_dead_and_wakes_up_commits_nothing_of_what_he_had(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect, o => (o.LeaseSeconds, o.ChunksPerPool) = (30, 1));
        var sleeper = await harness.StartProcessAsync(laneByHand: true);
        var campaignId = await harness.ScheduledAsync(harness.Plan(100, Quantity(10, 10)));
        Assert.True((await sleeper.WhileSteppingAsync(harness.DrawAsync(campaignId, 1, at: sleeper))).Won);

        // It has decided on wins, and sleeps before they are committed; meanwhile everything is given to others.
        sleeper.Store.BeforeNextWrites(async () =>
        {
            await harness.MoveAsync(TimeSpan.FromSeconds(31));
            await harness.Main.CloseChunksAsync();
            Assert.All(await harness.DrawAllAsync(campaignId, [10, 11, 12, 13, 14, 15, 16, 17]), static a => Assert.True(Ok(a).Won));
        });
        var late = await sleeper.WhileSteppingAsync(harness.DrawAllAsync(campaignId, [2, 3, 4], at: sleeper));

        await harness.AssertSoundAsync(campaignId);
        Assert.True(late.Count(static a => a.Won) <= 1);
        Assert.InRange((await harness.PoolsAsync(campaignId))[0].Won, 90, 100);
    }

    [Theory, BothStores]
    public async Task Chunks_of_a_round_that_is_over_are_closed_and_nothing_is_issued_of_them(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect, laneByHand: true);
        var campaignId = await harness.ScheduledAsync(harness.Plan());
        Assert.True((await harness.Main.WhileSteppingAsync(harness.DrawAsync(campaignId, 1))).Won);

        // Decided in time, over by the database's clock when it is to be committed.
        harness.Main.Store.BeforeNextWrites(() => harness.MoveAsync(TimeSpan.FromMinutes(10)));
        var late = await harness.Main.WhileSteppingAsync(harness.DrawAsync(campaignId, 2));
        Assert.Equal(ResultCode.CampaignNotOpen, late.Result.Code);

        await harness.Main.CloseChunksAsync();
        var pool = Assert.Single(await harness.PoolsAsync(campaignId));
        Assert.Equal((10, 10, 10), (pool.Allocated, pool.Sized, pool.Issued));
        Assert.Single(await harness.DrawsAsync(campaignId));
    }

    [Theory, BothStores]
    public async Task Doors_tell_trouble_of_their_store_as_such(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect, o => o.RememberedMax = 16);
        var other = await harness.StartProcessAsync();
        var campaignId = await harness.ScheduledAsync(harness.Plan());
        Assert.True(Ok(await harness.DrawAsync(campaignId, 1)).Won);
        harness.Main.Store.IsGone = true;
        var (campaigns, operations, request) = (harness.Main.Campaigns, harness.Main.Operations, Request(campaignId));

        Ok(await campaigns.ListCampaignsAsync(As(1), default));
        List<Result> results =
        [
            (await campaigns.DrawAsync(As(2), new RainDrawRequest { CampaignId = campaignId, Round = 1 }, default)).Result,
            (await campaigns.ListWinsAsync(As(1), default)).Result,
            (await campaigns.VerifyWinsAsync(CallContext.ForSystem("default"), new VerifyWinsRequest { Items = [.. await harness.ToldAsync(campaignId)] }, default)).Result,
            (await campaigns.PullWinsAsync(CallContext.ForSystem("default"), new PullWinsRequest { OlderThanMs = harness.Now, Limit = 10 }, default)).Result,
            (await harness.CreateAsync(harness.Plan())).Result,
            (await operations.GetAsync(AsOperator, request, default)).Result,
            (await operations.ScheduleAsync(AsOperator, request, default)).Result,
            (await operations.PauseAsync(AsOperator, request, default)).Result,
            (await operations.ResumeAsync(AsOperator, request, default)).Result,
            (await operations.EndAsync(AsOperator, request, default)).Result,
            (await harness.SetBudgetAsync(campaignId, 2000)).Result,
            (await operations.PreviewAsync(AsOperator, new PreviewRequest { CampaignId = campaignId, Users = 10 }, default)).Result,
            (await operations.ReportAsync(AsOperator, request, default)).Result,
        ];
        Assert.All(results, static r => Assert.Equal(ResultCode.Overloaded, r.Code));
        // Who is known is told all the same; and the other process goes on.
        Assert.True(Ok(await harness.DrawAsync(campaignId, 1)).Won);
        Assert.True(Ok(await harness.DrawAsync(campaignId, 2, at: other)).Won);
        harness.Main.Store.IsGone = false;
    }
}
