using Hongbao.Contracts;
using Hongbao.Foundation.Stores;
using static Hongbao.Campaign.Tests.CampaignHarness;

namespace Hongbao.Campaign.Tests;

/// <summary>What a campaign does not need goes back to its sponsor: all of it, once, and not a unit that a winner may still use.</summary>
public sealed class SettlementTests
{
    [Theory, BothStores]
    public async Task What_was_not_won_goes_back_at_once_what_expires_and_returns_later_and_then_the_books_are_closed(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var (campaignId, account) = await EndedAsync(harness, wins: 10);
        var hour = await BookAsync(harness, campaignId);

        await SettleAsync(harness);
        Assert.Equal((900, 100), (account.Released, account.Balance));
        Assert.False((await ReportAsync(harness, campaignId)).Closed);

        // Six are used, with two of them claimed whole and four in part; one of ten is open.
        (hour.UsedCount, hour.UsedAmount, hour.OpenPackets) = (6, 60, 1);
        account.Funded = 60;
        await SettleAsync(harness);
        Assert.Equal((900, 40), (account.Released, account.Balance));
        (hour.OpenPackets, hour.ClaimedAmount, hour.ReturnedAmount) = (0, 45, 15);
        account.Returned = 15;
        await SettleAsync(harness);
        Assert.Equal((915, 40), (account.Released, account.Balance));

        (hour.ExpiredCount, hour.ExpiredAmount) = (4, 40);
        await SettleAsync(harness);
        Assert.Equal((955, 0), (account.Released, account.Balance));
        await SettleAsync(harness);
        var report = await ReportAsync(harness, campaignId);
        Assert.True(report.Closed);
        Assert.Empty(report.Faults);
        Assert.Equal(0, await harness.ReadAsync<int>("select count(*) from due"));
        Assert.Empty(harness.Main.AlertKinds());
    }

    [Theory, BothStores]
    public async Task Without_an_answer_of_Core_or_finance_only_what_was_never_won_goes_back(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var (campaignId, account) = await EndedAsync(harness, wins: 10);
        var hour = await BookAsync(harness, campaignId);
        (hour.ExpiredCount, hour.ExpiredAmount) = (10, 100);
        var books = harness.Core.Books;
        harness.Core.Books = static _ => throw new TimeoutException();
        await SettleAsync(harness);
        Assert.Equal((900, 100), (account.Released, account.Balance));
        Assert.Equal(ResultCode.Degraded, (await harness.Main.Operations.ReportAsync(AsOperator, Request(campaignId), default)).Result.Code);

        harness.Core.Books = books;
        harness.Finance.BeforeAccount = static () => throw new TimeoutException();
        await SettleAsync(harness);
        Assert.Equal(100, account.Balance);
        harness.Finance.BeforeAccount = null;

        // The release's answer is lost, then finance is silent: under one number until it is told.
        harness.Finance.After = static (_, _) => throw new TimeoutException();
        await SettleAsync(harness);
        harness.Finance.After = null;
        harness.Finance.Instead = static (_, _) => FinanceStatus.Unknown;
        await SettleAsync(harness);
        harness.Finance.Instead = null;
        await SettleAsync(harness);
        await harness.Main.ScanOrdersAsync();
        await SettleAsync(harness);
        Assert.Equal((1000, 0), (account.Released, account.Balance));
        Assert.Equal([900L, 100], harness.Finance.Done(campaignId).Where(static d => d.Operation == "release").Select(static d => d.Amount));
        Assert.Equal(0, await harness.ReadAsync<int>("select count(*) from due"));
    }

    [Theory, BothStores]
    public async Task Two_who_settle_at_once_give_the_same_money_back_once(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var other = await harness.StartProcessAsync();
        var (campaignId, account) = await EndedAsync(harness, wins: 10);
        await BookAsync(harness, campaignId);

        // The other one has done it all between this one's look and its order.
        harness.Finance.AfterAccount = async () =>
        {
            harness.Finance.AfterAccount = null;
            await harness.WriteAsync("update due set next_check_at = 0");
            await other.SettleAsync();
        };
        await harness.Main.SettleAsync();
        Assert.Null(harness.Finance.AfterAccount);
        await harness.WriteAsync("update due set next_check_at = 0");
        await Task.WhenAll(harness.Main.SettleAsync(), other.SettleAsync());

        Assert.Equal((900, 100), (account.Released, account.Balance));
        Assert.Single(harness.Finance.Done(campaignId), static d => d.Operation == "release");
    }

    [Theory, BothStores]
    public async Task Two_changes_of_a_budget_settled_at_once_release_what_is_too_much_once(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var other = await harness.StartProcessAsync();
        var campaignId = await harness.ScheduledAsync(harness.Plan(1000, Chance(10, 1_000_000_000)));
        await Task.WhenAll(harness.SetBudgetAsync(campaignId, 600), harness.SetBudgetAsync(campaignId, 400, other), harness.SetBudgetAsync(campaignId, 400), harness.SetBudgetAsync(campaignId, 600, other));

        Assert.Equal((await harness.FindAsync(campaignId)).Budget, harness.Finance.Of(campaignId).Balance);
    }

    [Theory, BothStores]
    public async Task A_hold_that_comes_true_while_the_books_are_closed_is_given_back_too(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var other = await harness.StartProcessAsync();
        var campaignId = await harness.DraftAsync(harness.Plan());
        harness.Finance.Instead = static (_, _) => FinanceStatus.Pending;
        Assert.Equal(ResultCode.Overloaded, (await harness.Main.Operations.ScheduleAsync(AsOperator, Request(campaignId), default)).Result.Code);
        Ok(await harness.EndAsync(campaignId));
        await harness.MoveAsync(TimeSpan.FromMinutes(1));

        // Finance's account is empty when it is looked at; before the books are closed the hold is there.
        harness.Finance.AfterAccount = () =>
        {
            harness.Finance.AfterAccount = null;
            harness.Main.Store.BeforeNextWrites(null, async () =>
            {
                harness.Finance.Instead = null;
                await other.ScanOrdersAsync();
            });
            return Task.CompletedTask;
        };
        await harness.Main.SettleAsync();
        harness.Main.Store.Forgive();
        harness.Finance.Instead = null;
        for (var i = 0; i < 3; i++)
        {
            await harness.MoveAsync(TimeSpan.FromMinutes(10));
            await other.ScanOrdersAsync();
            await other.SettleAsync();
        }

        Assert.Equal((1000L, 0L), (harness.Finance.Of(campaignId).Held, harness.Finance.Of(campaignId).Balance));
    }

    [Theory, BothStores]
    public async Task Expired_subsidies_that_were_never_won_give_nothing_back(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var (campaignId, account) = await EndedAsync(harness, wins: 10);
        var hour = await BookAsync(harness, campaignId);
        // Somebody with a token key has made two, and they expired; the ten that were won can still be used.
        (hour.StoredCount, hour.StoredAmount, hour.ExpiredCount, hour.ExpiredAmount) = (12, 500, 2, 400);

        await SettleAsync(harness);
        Assert.Equal((900, 100), (account.Released, account.Balance));
        var report = await ReportAsync(harness, campaignId);
        Assert.False(report.Closed);
        Assert.NotEmpty(report.Faults);
    }

    [Theory, BothStores]
    public async Task A_refused_release_calls_a_person_and_is_tried_with_another_number(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var (campaignId, account) = await EndedAsync(harness, wins: 10);
        await BookAsync(harness, campaignId);
        harness.Finance.Instead = static (_, _) => FinanceStatus.Refused;
        await SettleAsync(harness);
        Assert.Equal(["budget.release_refused"], harness.Main.AlertKinds());
        harness.Finance.Instead = null;
        await SettleAsync(harness);
        Assert.Equal((900, 100), (account.Released, account.Balance));
    }

    [Theory, BothStores]
    public async Task A_release_that_is_refused_late_is_tried_again_also_while_the_campaign_runs(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var campaignId = await harness.ScheduledAsync(harness.Rounds(harness.Plan(1000, Chance(10, 1_000_000_000)), 1, 7_200_000));
        harness.Finance.Instead = static (_, _) => FinanceStatus.Pending;
        Ok(await harness.SetBudgetAsync(campaignId, 400));
        harness.Finance.Instead = static (_, _) => FinanceStatus.Refused;
        await SettleAsync(harness);
        Assert.Equal(["budget.release_refused"], harness.Main.AlertKinds());
        Assert.Equal(1000, harness.Finance.Of(campaignId).Balance);

        harness.Finance.Instead = null;
        await SettleAsync(harness);
        await SettleAsync(harness);
        Assert.Equal(400, harness.Finance.Of(campaignId).Balance);
        Assert.Equal(0, await harness.ReadAsync<int>("select count(*) from due"));
    }

    [Theory, BothStores]
    public async Task Books_that_stay_open_call_a_person(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect, o => o.SettleHours = 1);
        var (campaignId, _) = await EndedAsync(harness, wins: 10);
        await BookAsync(harness, campaignId);
        await SettleAsync(harness);
        Assert.Empty(harness.Main.AlertKinds());

        // Ten minutes of rounds, an hour of tokens, an hour of patience.
        await harness.MoveAsync(TimeSpan.FromHours(3));
        await SettleAsync(harness);
        Assert.Equal(["campaign.not_closed"], harness.Main.AlertKinds());
    }

    internal static async Task<(long CampaignId, FakeFinance.Account Account)> EndedAsync(CampaignHarness harness, int wins)
    {
        var campaignId = await harness.ScheduledAsync(harness.Plan());
        Assert.All(await harness.DrawAllAsync(campaignId, Enumerable.Range(1, wins).Select(static i => (long)i)), static a => Assert.True(a.Won));
        Ok(await harness.EndAsync(campaignId));
        return (campaignId, harness.Finance.Of(campaignId));
    }

    /// <summary>Core knows of all wins; what became of them is the test's to say.</summary>
    internal static async Task<SubsidyBooksHour> BookAsync(CampaignHarness harness, long campaignId)
    {
        var told = await harness.ToldAsync(campaignId);
        var hour = new SubsidyBooksHour { HourMs = StandingClock.StartMs, StoredCount = told.Count, StoredAmount = told.Sum(static t => t.Amount) };
        harness.Core.Books = id => Task.FromResult<List<SubsidyBooksHour>>(id == campaignId ? [hour] : []);
        return hour;
    }

    internal static async Task<CampaignReportResponse> ReportAsync(CampaignHarness harness, long campaignId) =>
        Ok(await harness.Main.Operations.ReportAsync(AsOperator, Request(campaignId), default));

    private static async Task SettleAsync(CampaignHarness harness)
    {
        await harness.MoveAsync(TimeSpan.FromMinutes(6));
        await harness.Main.ScanOrdersAsync();
        await harness.Main.SettleAsync();
    }
}
