using Hongbao.Contracts;
using Hongbao.Foundation.Stores;
using static Hongbao.Campaign.Tests.CampaignHarness;

namespace Hongbao.Campaign.Tests;

/// <summary>A campaign is scheduled when finance holds its whole budget, once, whatever finance's answers do.</summary>
public sealed class ScheduleTests
{
    [Theory, BothStores]
    public async Task Finance_holds_the_budget_once_and_then_draws_are_taken(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var campaignId = await harness.DraftAsync(harness.Plan());

        var first = Ok(await ScheduleAsync(harness, campaignId));
        Assert.Equal(CampaignStatus.Running, first.Status);
        Assert.Equal(CampaignStatus.Running, Ok(await ScheduleAsync(harness, campaignId)).Status);

        Assert.Equal(("hold", 1000), Assert.Single(harness.Finance.Done(campaignId)));
        Assert.Equal(1000, Assert.Single(await harness.PoolsAsync(campaignId)).Planned);
        Assert.Equal(0, await harness.ReadAsync<int>("select count(*) from due"));
    }

    [Theory, BothStores]
    public async Task Pending_silent_and_lost_answers_are_asked_again_under_the_same_number(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var campaignId = await harness.DraftAsync(harness.Plan());

        harness.Finance.Instead = (_, _) => FinanceStatus.Pending;
        await AssertNotYetAsync();
        harness.Finance.Instead = (_, _) => FinanceStatus.Unknown;
        await AssertNotYetAsync();
        harness.Finance.Instead = (_, _) => throw new TimeoutException();
        await AssertNotYetAsync();
        harness.Finance.Instead = null;
        var hanging = new TaskCompletionSource();
        harness.Finance.Hangs = _ => hanging.Task;
        await AssertNotYetAsync();
        harness.Finance.Hangs = null;
        hanging.SetResult();
        // It happens, and nobody hears of it.
        harness.Finance.After = (_, _) => throw new TimeoutException();
        await AssertNotYetAsync();
        harness.Finance.After = null;

        // The scan asks on by itself.
        await harness.MoveAsync(TimeSpan.FromMinutes(2));
        await harness.Main.ScanOrdersAsync();

        Assert.Equal(CampaignStatus.Scheduled, (await harness.FindAsync(campaignId)).State);
        Assert.Single(harness.Finance.Calls.Select(static c => c.Order.HoldNo).Distinct());
        Assert.Equal(1000, harness.Finance.Of(campaignId).Held);
        Ok(await ScheduleAsync(harness, campaignId));
        Assert.Empty(harness.Main.AlertKinds());

        async Task AssertNotYetAsync()
        {
            var answer = await ScheduleAsync(harness, campaignId);
            Assert.Equal((ResultCode.Overloaded, CampaignStatus.Draft), (answer.Result.Code, answer.Status));
            Assert.Empty(await harness.PoolsAsync(campaignId));
        }
    }

    [Theory, BothStores]
    public async Task A_refusal_is_told_and_kept_and_a_new_try_has_a_new_number(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var campaignId = await harness.DraftAsync(harness.Plan());
        harness.Finance.Instead = (_, _) => FinanceStatus.Refused;

        var refused = await ScheduleAsync(harness, campaignId);
        Assert.Equal((ResultCode.InsufficientFunds, CampaignStatus.Draft), (refused.Result.Code, refused.Status));
        var detail = Assert.Single((await harness.Main.Operations.GetAsync(AsOperator, new CampaignRequest { CampaignId = campaignId }, default)).Items);
        Assert.Contains("no such money", detail.Trouble, StringComparison.Ordinal);

        harness.Finance.Instead = null;
        Ok(await ScheduleAsync(harness, campaignId));
        Assert.Equal(2, harness.Finance.Calls.Select(static c => c.Order.HoldNo).Distinct().Count());
        Assert.Equal(1000, harness.Finance.Of(campaignId).Held);
        Assert.Equal("", Assert.Single((await harness.Main.Operations.GetAsync(AsOperator, new CampaignRequest { CampaignId = campaignId }, default)).Items).Trouble);
    }

    [Theory, BothStores]
    public async Task A_mismatch_calls_a_person_and_changes_nothing(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var campaignId = await harness.DraftAsync(harness.Plan());
        harness.Finance.Instead = (_, _) => FinanceStatus.Mismatch;

        Assert.Equal(ResultCode.Overloaded, (await ScheduleAsync(harness, campaignId)).Result.Code);
        Assert.Equal(["budget.mismatch"], harness.Main.AlertKinds());
        Assert.Equal(CampaignStatus.Draft, (await harness.FindAsync(campaignId)).State);
    }

    [Theory, BothStores]
    public async Task Two_who_schedule_at_once_hold_the_budget_once(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var other = await harness.StartProcessAsync();
        var campaignId = await harness.DraftAsync(harness.Plan(1000, Chance(10, 500_000_000)));

        // The other one is done between this one's look and its order.
        harness.Main.Store.BeforeNextWrites(async () => Ok(await ScheduleAsync(harness, campaignId, other)));
        Ok(await ScheduleAsync(harness, campaignId));

        Assert.Equal(("hold", 1000), Assert.Single(harness.Finance.Done(campaignId)));
        Assert.Equal((1000L, CampaignStatus.Scheduled), ((await harness.FindAsync(campaignId)).Budget, (await harness.FindAsync(campaignId)).State));

        var another = await harness.DraftAsync(harness.Plan(1000, Chance(10, 500_000_000)));
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => ScheduleAsync(harness, another, i % 2 == 0 ? harness.Main : other)));
        Assert.All(answers, static a => Assert.True(a.Result.Code is ResultCode.Ok or ResultCode.Overloaded, $"{a.Result.Code}"));
        Assert.Equal(("hold", 1000), Assert.Single(harness.Finance.Done(another)));
        Assert.Equal(1000, (await harness.FindAsync(another)).Budget);
    }

    [Theory, BothStores]
    public async Task What_is_held_is_the_budget_also_when_it_is_changed_at_that_moment(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var other = await harness.StartProcessAsync();
        var campaignId = await harness.DraftAsync(harness.Plan());
        harness.Main.Store.BeforeNextWrites(async () => Ok(await harness.SetBudgetAsync(campaignId, 5000, other)));

        Ok(await ScheduleAsync(harness, campaignId));
        Assert.Equal(5000, (await harness.FindAsync(campaignId)).Budget);
        Assert.Equal(5000, harness.Finance.Of(campaignId).Held);

        // While finance is asked, a draft's budget stands.
        var slow = await harness.DraftAsync(harness.Plan());
        harness.Finance.Instead = (_, _) => FinanceStatus.Pending;
        await ScheduleAsync(harness, slow);
        Assert.Equal(ResultCode.CampaignNotOpen, (await harness.SetBudgetAsync(slow, 2000)).Result.Code);
        Assert.Equal(1000, (await harness.FindAsync(slow)).Budget);
    }

    [Theory, BothStores]
    public async Task A_campaign_that_was_ended_meanwhile_gives_back_what_finance_held_after_all(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var campaignId = await harness.DraftAsync(harness.Plan());
        harness.Finance.Instead = (_, _) => FinanceStatus.Pending;
        Assert.Equal(ResultCode.Overloaded, (await ScheduleAsync(harness, campaignId)).Result.Code);
        Ok(await harness.EndAsync(campaignId));
        await harness.Main.SettleAsync();
        Assert.Equal(ResultCode.CampaignNotOpen, (await ScheduleAsync(harness, campaignId)).Result.Code);

        harness.Finance.Instead = null;
        await harness.MoveAsync(TimeSpan.FromMinutes(2));
        await harness.Main.ScanOrdersAsync();
        Assert.Equal(1000, harness.Finance.Of(campaignId).Held);
        await harness.MoveAsync(TimeSpan.FromMinutes(10));
        await harness.Main.SettleAsync();

        Assert.Equal(0, harness.Finance.Of(campaignId).Balance);
        Assert.Equal(CampaignStatus.Ended, (await harness.FindAsync(campaignId)).State);
    }

    [Theory, BothStores]
    public async Task A_plan_whose_time_is_over_is_not_scheduled(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var campaignId = await harness.DraftAsync(harness.Plan());
        await harness.MoveAsync(TimeSpan.FromMinutes(10));

        Assert.Equal(ResultCode.CampaignNotOpen, (await ScheduleAsync(harness, campaignId)).Result.Code);
        Assert.Empty(harness.Finance.Calls);
    }

    [Theory, BothStores]
    public async Task Orders_past_their_deadline_call_a_person_but_not_those_that_just_ended(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect, o => o.DeadlineSeconds = 60);
        var campaignId = await harness.DraftAsync(harness.Plan());
        harness.Finance.Instead = (_, _) => FinanceStatus.Pending;
        await ScheduleAsync(harness, campaignId);

        await harness.MoveAsync(TimeSpan.FromMinutes(2));
        await harness.Main.ScanOrdersAsync();
        Assert.Equal(["budget.overdue"], harness.Main.AlertKinds());

        harness.Finance.Instead = null;
        await harness.MoveAsync(TimeSpan.FromMinutes(2));
        await harness.Main.ScanOrdersAsync();
        Assert.Empty(harness.Main.AlertKinds());
        Assert.Equal(CampaignStatus.Scheduled, (await harness.FindAsync(campaignId)).State);
    }

    private static Task<CampaignResponse> ScheduleAsync(CampaignHarness harness, long campaignId, CampaignProcess? at = null) =>
        (at ?? harness.Main).Operations.ScheduleAsync(AsOperator, Request(campaignId), default);
}
