using Hongbao.Contracts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Async.Tests;

/// <summary>What campaigns issued is stored by Core: by message, by pull, and whoever of them is away for a while.</summary>
public sealed class SubsidyTests
{
    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task Wins_of_many_messages_are_booked_together_in_full_batches_of_one_app(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var wins = Enumerable.Range(0, 2300).Select(_ => harness.NewWin()).ToList();
        var others = Enumerable.Range(0, 10).Select(_ => harness.NewWin(app: "other")).ToList();
        foreach (var some in wins.Chunk(100))
        {
            await harness.SendAsync(some);
        }

        await harness.SendAsync([.. others]);
        await harness.RunAsync();

        Assert.Equal(wins.Concat(others).OrderBy(w => w.ExternalNo), harness.Core.Subsidies.OrderBy(w => w.ExternalNo));
        Assert.Equal(2310, harness.Core.Bookings.Sum());
        // Portions of the dispatcher are bounded by bytes: three batches and the other app, and some rests.
        Assert.InRange(harness.Core.Bookings.Count, 4, 7);
        Assert.Equal(harness.Core.Bookings.Count, harness.Campaigns.Questions.Count);
        Assert.Empty(await harness.AlertsAsync());
        Assert.Empty(await harness.QueryAsync<string>("select message_id from inbox"));
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task What_its_campaign_does_not_know_is_left_out_with_an_alert_that_names_no_user(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var win = harness.NewWin();
        SubsidyIssued[] forged = [harness.NewForgedWin(uid: 987_654_321), harness.NewWin() with { Amount = 1_000_000 }, harness.NewForgedWin(campaignId: 78)];
        await harness.SendAsync([forged[0], win, forged[1], forged[2]]);
        await harness.SendAsync(forged[0]);
        await harness.RunAsync();

        Assert.Equal([win], harness.Core.Subsidies);
        Assert.Equal([("subsidy.forged", "77"), ("subsidy.forged", "78")], (await harness.AlertsAsync()).ConvertAll(a => (a.Kind, a.Key)));
        Assert.All(await harness.QueryAsync<string>("select text from alerts"), t => Assert.DoesNotContain("987654321", t, StringComparison.Ordinal));
        // The messages are done.
        await harness.AdvanceAsync(TimeSpan.FromSeconds(5));
        Assert.Equal([1], harness.Core.Bookings);
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task While_campaigns_give_no_answer_wins_are_booked_all_the_same(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        harness.Campaigns.IsDown = true;
        SubsidyIssued[] wins = [harness.NewWin(), harness.NewForgedWin()];
        await harness.SendAsync(wins);
        await harness.RunAsync();

        Assert.Equal(2, harness.Core.Subsidies.Count);
        Assert.Empty(await harness.AlertsAsync());

        // What is made of the forged one gets no money.
        harness.Campaigns.IsDown = false;
        var funding = harness.NewFunding(wins[1]);
        await harness.SendAsync(funding);
        await harness.RunAsync();
        Assert.Equal(OrderStatus.Failed, (await harness.FundingOfAsync(funding)).State);
        Assert.Empty(harness.Finance.Calls);
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task A_message_waits_for_a_Core_that_is_away_however_long_that_takes(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect, o => o.PullAfterMs = 3_600_000);
        harness.Core.BookingResult = _ => Result.Of(ResultCode.Overloaded, "Please ask again.");
        var win = harness.NewWin();
        await harness.SendAsync(win);
        await harness.AdvanceAsync(TimeSpan.FromHours(6), TimeSpan.FromMinutes(5));
        Assert.True(harness.Core.Bookings.Count > 20);
        Assert.Empty(harness.Core.Subsidies);

        harness.Core.BookingResult = null;
        harness.Core.PullResult = ResultCode.Overloaded;
        await harness.AdvanceAsync(TimeSpan.FromMinutes(11), TimeSpan.FromMinutes(1));
        Assert.Equal([win], harness.Core.Subsidies);
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task A_win_that_Core_cannot_read_calls_a_person_and_holds_up_no_other(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var wins = Enumerable.Range(0, 40).Select(_ => harness.NewWin()).ToList();
        harness.Core.BookingResult = request => request.Items.Contains(wins[13]) ? Result.Invalid("currency", "must be CNY") : null;
        await harness.SendAsync([.. wins]);
        await harness.RunAsync();

        Assert.Equal(39, harness.Core.Subsidies.Count);
        Assert.Equal([("subsidy.unreadable", "77")], (await harness.AlertsAsync()).ConvertAll(a => (a.Kind, a.Key)));
        // The pull passes it as well.
        await harness.AdvanceAsync(TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(5));
        Assert.Equal(40, Assert.Single(await harness.QueryAsync<long>("select after_no from pull_cursors where name = 'wins'")));
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task Wins_whose_messages_are_lost_are_pulled_and_only_what_Core_has_not_is_booked(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var wins = Enumerable.Range(0, 9300).Select(i => harness.NewWin(app: i % 100 == 0 ? "other" : AsyncHarness.Shop)).ToList();
        await harness.SendAsync([.. wins.Take(2000)]);
        await harness.AdvanceAsync(TimeSpan.FromSeconds(29), TimeSpan.FromSeconds(10));
        Assert.Equal(2000, harness.Core.Subsidies.Count);
        var (booked, questions) = (harness.Core.Bookings.Sum(), harness.Campaigns.Questions.Count);

        await harness.AdvanceAsync(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1));

        Assert.Equal(9300, harness.Core.Subsidies.Count);
        Assert.Equal(7300, harness.Core.Bookings.Sum() - booked);
        // What comes from the campaigns needs no verdict of theirs.
        Assert.Equal(questions, harness.Campaigns.Questions.Count);
        Assert.Equal(9300, harness.Campaigns.WinsRead);
        await harness.AdvanceAsync(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(2));
        Assert.Equal(9300, harness.Campaigns.WinsRead);
        // The slow watermark passes once more, half an hour later, and finds all of them booked.
        await harness.AdvanceAsync(TimeSpan.FromMinutes(31), TimeSpan.FromMinutes(1));
        Assert.Equal(18_600, harness.Campaigns.WinsRead);
        Assert.Equal(7300, harness.Core.Bookings.Sum() - booked);
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task No_watermark_moves_while_Core_or_campaigns_give_no_answer(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect, o => o.PullAfterMs = 1000);
        harness.NewWin();
        harness.Core.PullResult = ResultCode.Internal;
        await harness.AdvanceAsync(TimeSpan.FromSeconds(3));
        Assert.Empty(await harness.QueryAsync<long>("select after_no from pull_cursors where name = 'wins'"));
        (harness.Core.PullResult, harness.Core.BookingResult) = (ResultCode.Ok, _ => Result.Of(ResultCode.Overloaded));
        await harness.AdvanceAsync(TimeSpan.FromSeconds(3));
        Assert.Empty(await harness.QueryAsync<long>("select after_no from pull_cursors where name = 'wins'"));
        (harness.Campaigns.PullResult, harness.Core.BookingResult) = (ResultCode.Overloaded, null);
        await harness.AdvanceAsync(TimeSpan.FromSeconds(3));
        Assert.Empty(harness.Core.Subsidies);

        harness.Campaigns.PullResult = ResultCode.Ok;
        await harness.AdvanceAsync(TimeSpan.FromSeconds(3));
        Assert.Single(harness.Core.Subsidies);
        harness.AssertNothingFailed();
    }
}
