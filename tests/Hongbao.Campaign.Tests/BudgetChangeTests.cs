using Hongbao.Contracts;
using Hongbao.Foundation.Stores;
using static Hongbao.Campaign.Tests.CampaignHarness;

namespace Hongbao.Campaign.Tests;

/// <summary>Another budget while a campaign runs: never more than finance holds, never less than is issued.</summary>
public sealed class BudgetChangeTests(ITestOutputHelper output)
{
    [Theory, BothStores]
    public async Task A_draft_s_budget_is_part_of_its_plan(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var campaignId = await harness.DraftAsync(harness.Plan());

        Ok(await harness.SetBudgetAsync(campaignId, 5000));
        foreach (var wrong in (long[])[0, -1, 50, harness.Options.BudgetMax + 1])
        {
            Assert.Equal(ResultCode.ValidationFailed, (await harness.SetBudgetAsync(campaignId, wrong)).Result.Code);
        }

        Assert.Equal(5000, (await harness.FindAsync(campaignId)).Budget);
        Assert.Empty(harness.Finance.Calls);
    }

    [Theory, BothStores]
    public async Task More_is_held_first_and_goes_to_the_chances_of_rounds_that_are_not_over(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var campaignId = await harness.ScheduledAsync(harness.Rounds(harness.Plan(1000, Chance(10, 1_000_000_000)), 3));
        await harness.MoveAsync(TimeSpan.FromMinutes(1));
        harness.Finance.Instead = (_, _) => FinanceStatus.Pending;

        Assert.Equal(ResultCode.Overloaded, (await harness.SetBudgetAsync(campaignId, 1501)).Result.Code);
        Assert.Equal(1000, (await harness.FindAsync(campaignId)).Budget);
        harness.Finance.Instead = null;
        Ok(await harness.SetBudgetAsync(campaignId, 1501));
        Ok(await harness.SetBudgetAsync(campaignId, 1501));

        Assert.Equal([334L, 333 + 251, 333 + 250], (await harness.PoolsAsync(campaignId)).ConvertAll(static p => p.Planned));
        Assert.Equal(1501, harness.Finance.Of(campaignId).Held);
        harness.Finance.Instead = (_, _) => FinanceStatus.Refused;
        Assert.Equal(ResultCode.InsufficientFunds, (await harness.SetBudgetAsync(campaignId, 9999)).Result.Code);
        Assert.Equal(1501, (await harness.FindAsync(campaignId)).Budget);
        await harness.AssertSoundAsync(campaignId);
    }

    [Theory, BothStores]
    public async Task Prizes_by_quantity_alone_take_no_more_and_give_nothing_back(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var campaignId = await harness.ScheduledAsync(harness.Plan(1000, Quantity(10, 90)));

        var more = await harness.SetBudgetAsync(campaignId, 2000);
        Assert.Equal(("budget", ResultCode.ValidationFailed), (Assert.Single(more.Result.Faults).Field, more.Result.Code));
        Assert.Equal(ResultCode.ValidationFailed, (await harness.SetBudgetAsync(campaignId, 899)).Result.Code);
        // A hundred were planned for nothing.
        Ok(await harness.SetBudgetAsync(campaignId, 900));

        Assert.Equal((900L, 100L), (harness.Finance.Of(campaignId).Balance, harness.Finance.Of(campaignId).Released));
        await harness.AssertSoundAsync(campaignId);
    }

    [Theory, BothStores]
    public async Task Less_than_is_issued_or_in_use_is_refused_and_changes_nothing(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect, o => o.ChunksPerPool = 10);
        var campaignId = await harness.ScheduledAsync(harness.Rounds(harness.Plan(1000, Chance(10, 1_000_000_000)), 2));
        Assert.True(Ok(await harness.DrawAsync(campaignId, 1)).Won);
        var before = await harness.PoolsAsync(campaignId);
        Assert.Equal(50, before[0].Allocated);

        foreach (var wrong in (long[])[49, 1, 0, -5, harness.Options.BudgetMax + 1])
        {
            var refused = await harness.SetBudgetAsync(campaignId, wrong);
            Assert.Equal(("budget", ResultCode.ValidationFailed), (Assert.Single(refused.Result.Faults).Field, refused.Result.Code));
        }

        Assert.Equivalent(before, await harness.PoolsAsync(campaignId), strict: true);
        Assert.Equal(1000, (await harness.FindAsync(campaignId)).Budget);

        // The last round gives first.
        Ok(await harness.SetBudgetAsync(campaignId, 700));
        Assert.Equal([500L, 200], (await harness.PoolsAsync(campaignId)).ConvertAll(static p => p.Planned));
        Ok(await harness.SetBudgetAsync(campaignId, 50));
        Assert.Equal([50L, 0], (await harness.PoolsAsync(campaignId)).ConvertAll(static p => p.Planned));
        Assert.Equal(50, harness.Finance.Of(campaignId).Balance);
        Assert.Equal(2, harness.Finance.Done(campaignId).Count(static d => d.Operation == "release"));
        await harness.AssertSoundAsync(campaignId);

        Assert.All(await harness.DrawAllAsync(campaignId, [2, 3, 4, 5]), static a => Assert.True(Ok(a).Won));
        Assert.False(Ok(await harness.DrawAsync(campaignId, 6)).Won);
        await harness.AssertSoundAsync(campaignId);
    }

    [Theory, BothStores]
    public async Task Two_who_change_it_at_once_leave_what_one_of_them_asked_for_and_finance_holds_exactly_that(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var other = await harness.StartProcessAsync();
        // From, this one's wish, the other's wish, which is done between this one's look and its change.
        foreach (var (mine, others) in ((long, long)[])[(1500, 1500), (1500, 1800), (1800, 1500), (800, 800), (800, 600), (600, 800), (1500, 700), (700, 1500)])
        {
            var campaignId = await harness.ScheduledAsync(harness.Plan(1000, Chance(10, 1_000_000_000)));
            harness.Main.Store.BeforeNextWrites(async () => Ok(await harness.SetBudgetAsync(campaignId, others, other)));
            Ok(await harness.SetBudgetAsync(campaignId, mine));

            var plan = await harness.FindAsync(campaignId);
            Assert.Equal(mine, plan.Budget);
            Assert.Equal(mine, harness.Finance.Of(campaignId).Balance);
            Assert.Equal(mine, (await harness.PoolsAsync(campaignId)).Sum(static p => p.Planned));
        }
    }

    [Theory, BothStores]
    public async Task An_ended_campaign_keeps_its_budget_also_when_it_ends_at_that_moment(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var other = await harness.StartProcessAsync();
        foreach (var budget in (long[])[500, 1500])
        {
            var campaignId = await harness.ScheduledAsync(harness.Plan(1000, Chance(10, 1_000_000_000)));
            harness.Main.Store.BeforeNextWrites(async () => Ok(await harness.EndAsync(campaignId, other)));
            Assert.Equal(ResultCode.CampaignNotOpen, (await harness.SetBudgetAsync(campaignId, budget)).Result.Code);
            Assert.Equal(ResultCode.CampaignNotOpen, (await harness.SetBudgetAsync(campaignId, budget)).Result.Code);
            Assert.Equal(1000, (await harness.FindAsync(campaignId)).Budget);
            Assert.Equal(1000, harness.Finance.Of(campaignId).Held);
        }
    }

    [Theory, BothStores]
    public async Task A_campaign_that_ends_while_a_lowered_budget_is_settled_gives_everything_back(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var other = await harness.StartProcessAsync();
        // At every write of the change one by one.
        for (var at = 1; at <= 4; at++)
        {
            var campaignId = await harness.ScheduledAsync(harness.Plan(1000, Chance(10, 1_000_000_000)));
            harness.Main.Store.BeforeNextWrites([.. Enumerable.Repeat<Func<Task>?>(null, at), async () => Ok(await harness.EndAsync(campaignId, other))]);
            Ok(await harness.SetBudgetAsync(campaignId, 400));
            harness.Main.Store.Forgive();
            Ok(await harness.EndAsync(campaignId, other));
            for (var i = 0; i < 3; i++)
            {
                await harness.MoveAsync(TimeSpan.FromMinutes(1));
                await other.SettleAsync();
                await other.ScanOrdersAsync();
            }

            Assert.Equal((1000L, 0L), (harness.Finance.Of(campaignId).Held, harness.Finance.Of(campaignId).Balance));
        }
    }

    [Theory, BothStores]
    public async Task Changes_while_a_crowd_draws_keep_every_sum(SqlDialect dialect)
    {
        var seed = int.Parse(Environment.GetEnvironmentVariable("HONGBAO_RAIN_SEED") ?? Random.Shared.Next(1_000_000).ToString(), null);
        output.WriteLine($"{dialect}, seed {seed} (again with HONGBAO_RAIN_SEED={seed})");
        var random = new Random(seed);
        await using var harness = await StartAsync(dialect, o => o.BatchMax = 16);
        var other = await harness.StartProcessAsync();
        var campaignId = await harness.ScheduledAsync(harness.Plan(5000, Chance(10, 700_000_000), Quantity(25, 40)));

        var drawing = Task.Run(async () =>
        {
            for (var uid = 1; uid <= 600; uid += 20)
            {
                await Task.WhenAll(Enumerable.Range(uid, 20).Select(u => harness.DrawAsync(campaignId, u, at: u % 2 == 0 ? harness.Main : other)));
            }
        });
        while (!drawing.IsCompleted)
        {
            var answer = await harness.SetBudgetAsync(campaignId, random.Next(1, 12) * 1000, random.Next(2) == 0 ? harness.Main : other);
            Assert.True(answer.Result.Code is ResultCode.Ok or ResultCode.ValidationFailed or ResultCode.Overloaded, $"{answer.Result.Code}");
        }

        await drawing;
        await harness.AssertSoundAsync(campaignId);
        Assert.Equal((await harness.FindAsync(campaignId)).Budget, harness.Finance.Of(campaignId).Balance);
    }
}
