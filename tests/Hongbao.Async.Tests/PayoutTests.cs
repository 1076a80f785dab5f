using Hongbao.Contracts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Async.Tests;

/// <summary>Payouts of withdrawals: one for each, under its number, until finance's final word, which Core hears of.</summary>
public sealed class PayoutTests
{
    private static readonly SqlDialect[] Dialects = [SqlDialect.Sqlite, SqlDialect.Postgres];

    public static MatrixTheoryData<SqlDialect, FinanceStatus> Endless { get; } =
        new(Dialects, [FinanceStatus.Unknown, FinanceStatus.Pending, FinanceStatus.Mismatch, FinanceStatus.Closed]);

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task Withdrawals_become_one_payout_each_however_they_come_and_Core_hears_how_they_ended(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var (good, bad) = (harness.NewPayout(700), harness.NewPayout(80));
        harness.Finance.Decide = (_, number) => number == bad.WithdrawalNo ? FinanceStatus.Refused : FinanceStatus.Succeeded;

        await harness.SendAsync(good, bad, good);
        await harness.SendAsync(bad);
        await harness.RunAsync();
        await harness.SendAsync(good);
        await harness.AdvanceAsync(TimeSpan.FromSeconds(5));

        var call = Assert.Single(harness.Finance.Calls);
        Assert.Equal(("payout", AsyncHarness.Shop), (call.Operation, call.Context.App));
        Assert.Contains(new PayoutOrder { WithdrawalNo = good.WithdrawalNo, Uid = good.Uid, Amount = 700, Currency = "CNY" }, call.Payouts);
        Assert.Equal(700, harness.Finance.SumMoved("payout"));
        Assert.Equal((OrderStatus.Succeeded, OrderStatus.Failed), ((await harness.PayoutOfAsync(good)).State, (await harness.PayoutOfAsync(bad)).State));
        Assert.Equal(
            new[] { (good.WithdrawalNo, OrderStatus.Succeeded), (bad.WithdrawalNo, OrderStatus.Failed) }.Order(),
            harness.Core.PayoutOutcomes.Select(o => (o.Number, o.Status)).Order());
        Assert.Empty(await harness.RefundsAsync());
        Assert.Empty(await harness.DueAsync());
        Assert.Empty(await harness.AlertsAsync());
        harness.AssertNothingFailed();
    }

    [Theory, MemberData(nameof(Endless))]
    public async Task A_payout_with_no_final_answer_stays_and_is_asked_about_and_sent_again(SqlDialect dialect, FinanceStatus status)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect, o => o.DeadlineSeconds = 10);
        harness.Finance.Instead = call => Task.FromResult<OrderAnswers?>(FakeFinance.All(call, status));
        var payout = harness.NewPayout();
        await harness.SendAsync(payout);
        await harness.AdvanceAsync(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(5));

        Assert.Equal(OrderStatus.Pending, (await harness.PayoutOfAsync(payout)).State);
        Assert.Empty(harness.Core.PayoutOutcomes);
        Assert.All(new[] { "payout", "queryPayouts" }, o => Assert.True(harness.Finance.CallsOf(o) > 5));
        Assert.Single(harness.Finance.Calls.SelectMany(c => c.Payouts).Distinct());
        Assert.Equal(status == FinanceStatus.Mismatch ? ["order.mismatch", "payout.overdue"] : ["payout.overdue"], await harness.AlertKindsAsync());

        harness.Finance.Instead = null;
        await harness.AdvanceAsync(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(5));
        Assert.Equal([OrderStatus.Succeeded], harness.Core.PayoutOutcomes.ConvertAll(o => o.Status));
        Assert.Equal([1], harness.Finance.Moved().Values);
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task A_final_answer_to_the_question_ends_a_payout_without_sending_it_again(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        harness.Finance.Decide = (_, _) => FinanceStatus.Pending;
        var (good, bad) = (harness.NewPayout(), harness.NewPayout());
        await harness.SendAsync(good, bad);
        await harness.RunAsync();
        // Not the scan, only the delayed message.
        await harness.ExecuteAsync("update due set next_check_at = next_check_at + 1000000");
        harness.Finance.End("payout", AsyncHarness.Shop, good.WithdrawalNo, FinanceStatus.Succeeded);
        harness.Finance.End("payout", AsyncHarness.Shop, bad.WithdrawalNo, FinanceStatus.Refused);
        await harness.AdvanceAsync(TimeSpan.FromSeconds(3));

        Assert.Equal(1, harness.Finance.CallsOf("payout"));
        Assert.Equal((OrderStatus.Succeeded, OrderStatus.Failed), ((await harness.PayoutOfAsync(good)).State, (await harness.PayoutOfAsync(bad)).State));
        Assert.Empty(await harness.DueAsync());
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task A_lost_answer_pays_once(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        harness.Finance.Afterwards = (_, _) => throw new IOException("the answer is lost");
        harness.Finance.Instead = call => Task.FromResult(call.Operation == "queryPayouts" ? FakeFinance.All(call, FinanceStatus.Pending, "not found") : null);
        var payout = harness.NewPayout();
        await harness.SendAsync(payout);
        await harness.AdvanceAsync(TimeSpan.FromSeconds(4));
        Assert.Equal(OrderStatus.Pending, (await harness.PayoutOfAsync(payout)).State);
        harness.Finance.Afterwards = null;
        await harness.AdvanceAsync(TimeSpan.FromSeconds(10));

        Assert.Equal(OrderStatus.Succeeded, (await harness.PayoutOfAsync(payout)).State);
        Assert.Equal([1], harness.Finance.Moved().Values);
        Assert.True(harness.Finance.CallsOf("payout") >= 3);
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task A_withdrawal_that_comes_again_with_other_content_keeps_the_first_and_alerts(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var payout = harness.NewPayout();
        await harness.SendAsync(payout);
        await harness.RunAsync();
        foreach (var other in new[] { payout with { Amount = 1 }, payout with { Uid = 3 }, payout with { App = "other" }, payout with { Currency = "USD" } })
        {
            await harness.SendAsync(other);
            await harness.RunAsync();
        }

        Assert.Equal(1000, harness.Finance.SumMoved("payout"));
        var alert = Assert.Single(await harness.AlertsAsync());
        Assert.Equal(("order.mismatch", 4L), (alert.Kind, alert.Count));
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task Callbacks_end_payouts_once_and_a_word_against_their_end_alerts(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        harness.Finance.Decide = (_, _) => FinanceStatus.Pending;
        var (good, bad) = (harness.NewPayout(), harness.NewPayout());
        await harness.SendAsync(good, bad);
        await harness.RunAsync();

        Assert.Equal(ResultCode.NotFound, await harness.CallBackAsync(AsyncHarness.Notice(good), AsyncHarness.Notice(bad) with { App = "other" }));
        Assert.Equal(ResultCode.NotFound, await harness.CallBackAsync(AsyncHarness.Notice(good) with { Kind = "fund" }));
        Assert.Equal(ResultCode.ValidationFailed, await harness.CallBackAsync(AsyncHarness.Notice(good), AsyncHarness.Notice(bad) with { Currency = "USD" }));
        Assert.All(await harness.PayoutsAsync(), p => Assert.Equal(OrderStatus.Pending, p.State));

        var callback = harness.Signed(AsyncHarness.Notice(good), AsyncHarness.Notice(bad, "REFUSED"));
        Assert.Equal(ResultCode.Ok, await harness.CallBackAsync(callback));
        Assert.Equal(ResultCode.Ok, await harness.CallBackAsync(callback));
        var writes = harness.Store.Writes;
        Assert.Equal(ResultCode.Ok, await harness.CallBackAsync(AsyncHarness.Notice(good), AsyncHarness.Notice(bad, "REFUSED")));
        Assert.Equal(writes, harness.Store.Writes);
        await harness.RunAsync();
        Assert.Equal(2, harness.Core.PayoutOutcomes.Count);

        Assert.Equal(ResultCode.Ok, await harness.CallBackAsync(AsyncHarness.Notice(good, "REFUSED"), AsyncHarness.Notice(bad)));
        await harness.RunAsync();
        Assert.Equal((OrderStatus.Succeeded, OrderStatus.Failed), ((await harness.PayoutOfAsync(good)).State, (await harness.PayoutOfAsync(bad)).State));
        Assert.Equal(2, (await harness.AlertsAsync()).Count(a => a.Kind == "order.contradiction"));
        Assert.Equal(2, harness.Core.PayoutOutcomes.Count);
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task Payouts_whose_messages_are_lost_are_pulled_and_Core_learns_their_end_by_asking(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var payouts = Enumerable.Range(0, 1203).Select(_ => harness.NewPayout(10)).ToList();
        harness.Core.Hold(payouts, harness.NowMs);
        await harness.AdvanceAsync(TimeSpan.FromSeconds(62), TimeSpan.FromSeconds(3));

        Assert.Equal(12_030, harness.Finance.SumMoved("payout"));
        Assert.Equal(1203, harness.Core.PayoutOutcomes.Count);
        Assert.All(harness.Finance.Calls, c => Assert.InRange(c.Numbers.Count, 1, 500));
        var answer = await harness.Contract.GetPayoutResultsAsync(new CallContext(), new NumberedResultsRequest { Numbers = [5, payouts[0].WithdrawalNo] }, default);
        Assert.Equal([(5L, OrderStatus.None), (payouts[0].WithdrawalNo, OrderStatus.Succeeded)], answer.Items.ConvertAll(i => (i.Number, i.Status)));
        harness.AssertNothingFailed();
    }

    [Theory]
    [InlineData(SqlDialect.Sqlite, CommitFault.Fails), InlineData(SqlDialect.Sqlite, CommitFault.AnswerLost)]
    [InlineData(SqlDialect.Postgres, CommitFault.Fails), InlineData(SqlDialect.Postgres, CommitFault.AnswerLost)]
    public async Task An_end_whose_commit_is_in_trouble_is_told_once_and_never_lost(SqlDialect dialect, CommitFault fault)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        harness.Finance.Decide = (_, _) => FinanceStatus.Pending;
        var payout = harness.NewPayout();
        await harness.SendAsync(payout);
        await harness.RunAsync();
        harness.Finance.End("payout", AsyncHarness.Shop, payout.WithdrawalNo, FinanceStatus.Refused);
        var next = harness.Store.Writes + 1;
        harness.Store.Fate = n => n == next ? fault : CommitFault.None;
        try
        {
            await harness.CallBackAsync(AsyncHarness.Notice(payout, "REFUSED"));
        }
        catch (StoreException)
        {
            // Finance hears a fault and may come again.
        }

        await harness.AdvanceAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(OrderStatus.Failed, (await harness.PayoutOfAsync(payout)).State);
        Assert.Single(harness.Core.PayoutOutcomes);
        await harness.AssertWholeAsync();
    }
}
