using System.Text.Json;
using Hongbao.Contracts;
using Hongbao.Foundation.Stores;
using Hongbao.Jce;

namespace Hongbao.Async.Tests;

/// <summary>When finance is asked again: at once, by the delayed message, by the scan with back-off, and past the deadline.</summary>
public sealed class ScheduleTests
{
    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task The_scan_rests_longer_each_time_up_to_the_longest_rest_and_never_stops(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect, o => o.DeadlineSeconds = 3600);
        harness.Finance.Instead = call => Task.FromResult<OrderAnswers?>(FakeFinance.All(call, FinanceStatus.Pending));
        var refund = harness.NewRefund();
        await harness.SendAsync(harness.NewClaim());
        await harness.SendAsync(refund);
        var start = harness.NowMs;
        await harness.RunAsync();
        // Not the delayed message, only the scan.
        await harness.ExecuteAsync("delete from outbox where topic = 'orders.due'");
        var asked = new Dictionary<string, List<long>> { ["queryTransfers"] = [], ["queryRefunds"] = [] };
        var said = harness.Finance.Instead;
        harness.Finance.Instead = call =>
        {
            if (asked.TryGetValue(call.Operation, out var times))
            {
                times.Add(harness.NowMs - start);
            }

            return said(call);
        };

        await harness.AdvanceAsync(TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(1));

        // First rest 1 s after writing, then 1, 2, 4, 8, 8 s.
        Assert.Equal([1000, 2000, 4000, 8000, 16_000, 24_000, 32_000, 40_000], asked["queryTransfers"]);
        Assert.Equal(asked["queryTransfers"], asked["queryRefunds"]);
        Assert.Equal([8, 8], (await harness.DueAsync()).ConvertAll(d => d.Attempts));
        Assert.Empty(await harness.AlertsAsync());
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task Past_its_deadline_an_order_is_one_alert_and_is_asked_at_the_longest_rest(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect, o => o.DeadlineSeconds = 3);
        harness.Finance.Instead = call => Task.FromResult<OrderAnswers?>(FakeFinance.All(call, FinanceStatus.Pending));
        var claim = harness.NewClaim();
        await harness.SendAsync(claim);
        await harness.AdvanceAsync(TimeSpan.FromSeconds(3));
        Assert.Empty(await harness.AlertsAsync());

        await harness.AdvanceAsync(TimeSpan.FromSeconds(1));
        var due = Assert.Single(await harness.DueAsync());
        Assert.Equal(harness.NowMs + harness.Options.CheckMsMax, due.NextCheckAt);
        await harness.AdvanceAsync(TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(4));

        var alert = Assert.Single(await harness.AlertsAsync());
        Assert.Equal(("transfer.overdue", "scan"), (alert.Kind, alert.Key));
        Assert.Single(await harness.QueryAsync<long>("select id from alerts"));
        Assert.Equal(8, Assert.Single(await harness.DueAsync()).Attempts);
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task However_many_orders_are_overdue_they_are_one_alert_a_kind_with_the_oldest(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect, o => o.DeadlineSeconds = 3);
        harness.Finance.Instead = _ => throw new IOException("finance is down");
        var claims = harness.NewClaims(40);
        await harness.SendAsync([.. claims]);
        await harness.SendAsync(harness.NewRefund());
        await harness.AdvanceAsync(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(1));

        Assert.Equal([("refund.overdue", "scan"), ("transfer.overdue", "scan")], (await harness.AlertsAsync()).ConvertAll(a => (a.Kind, a.Key)));
        var text = Assert.Single(await harness.QueryAsync<string>("select text from alerts where kind = 'transfer.overdue'"));
        Assert.Contains($": 40 in this look, the oldest {claims.Min(c => c.ClaimNo)} after ", text, StringComparison.Ordinal);
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task A_refused_refund_begins_a_new_round_and_deadline_for_its_set_aside(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        harness.Finance.Say("setAside", FinanceStatus.Pending);
        var refund = await harness.PendingRefundAsync();
        await harness.AdvanceAsync(TimeSpan.FromSeconds(20));
        Assert.True(Assert.Single(await harness.DueAsync()).Attempts > 3);

        await harness.CallBackAsync(AsyncHarness.Notice(refund, "REFUSED"));

        var due = Assert.Single(await harness.DueAsync());
        Assert.Equal((0, harness.NowMs, harness.NowMs + 60_000), (due.Attempts, due.NextCheckAt, due.DeadlineAt));
        await harness.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.NotEqual(0, harness.Finance.CallsOf("setAside"));
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task What_the_first_call_left_open_is_one_delayed_message_for_the_batch(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect, o => { o.CheckMs = 2000; });
        var claims = harness.NewClaims(6);
        harness.Finance.Decide = (_, number) => (number & 1) == 0 ? FinanceStatus.Pending : FinanceStatus.Succeeded;
        await harness.SendAsync([.. claims]);
        await harness.SendAsync(harness.NewRefund(), harness.NewRefund());
        await harness.RunAsync();
        var open = (await harness.TransfersAsync()).Where(t => t.State == OrderStatus.Pending).Select(t => t.TransferNo).ToList();
        var openRefunds = (await harness.RefundsAsync()).Where(t => t.State == OrderStatus.Pending).Select(t => t.RefundNo).ToList();

        var messages = (await harness.OutboxAsync(Topics.OrdersDue)).ConvertAll(static p => JceSerializer.Read<OrdersDue>(p));
        Assert.Equal(open.Order(), messages.SelectMany(m => m.TransferNos).Order());
        Assert.Equal(openRefunds.Order(), messages.SelectMany(m => m.RefundNos).Order());
        Assert.InRange(messages.Count, 1, 2);

        // Without the scan the message alone asks, not before its time, and ends what finance has ended meanwhile.
        await harness.ExecuteAsync("update due set next_check_at = next_check_at + 1000000");
        await harness.AdvanceAsync(TimeSpan.FromMilliseconds(1900), TimeSpan.FromMilliseconds(100));
        Assert.Equal(0, harness.Finance.CallsOf("queryTransfers"));
        harness.Finance.Open().ForEach(o => harness.Finance.End(o.Kind, o.App, o.Number, FinanceStatus.Succeeded));
        // The dispatcher looks once a second.
        await harness.AdvanceAsync(TimeSpan.FromMilliseconds(1500));
        Assert.All(await harness.TransfersAsync(), t => Assert.Equal(OrderStatus.Succeeded, t.State));
        Assert.All(await harness.RefundsAsync(), t => Assert.Equal(OrderStatus.Succeeded, t.State));
        Assert.Equal(open.Count, harness.Finance.Calls.Where(c => c.Operation == "queryTransfers").Sum(c => c.Numbers.Count));
        Assert.Empty(await harness.OutboxAsync(Topics.OrdersDue));
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task A_delayed_message_about_orders_that_ended_asks_nobody(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var row = await harness.PendingTransferAsync();
        var refund = await harness.PendingRefundAsync();
        await harness.CallBackAsync(AsyncHarness.Notice(row), AsyncHarness.Notice(refund));
        var calls = harness.Finance.Calls.Count;

        await harness.SendAsync(Topics.OrdersDue, new OrdersDue { TransferNos = [row.TransferNo, 12345], RefundNos = [refund.RefundNo, 12345] });
        await harness.AdvanceAsync(TimeSpan.FromSeconds(5));

        Assert.Equal(calls, harness.Finance.Calls.Count);
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task A_process_that_dies_before_it_sent_anything_is_followed_by_one_that_does(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var claims = harness.NewClaims(3);
        var refund = harness.NewRefund();
        harness.Finance.Instead = _ => throw new IOException("no finance");
        await harness.SendAsync([.. claims]);
        await harness.SendAsync(refund);
        await harness.RunAsync();
        harness.Finance.Instead = null;
        var numbers = (await harness.TransfersAsync()).ConvertAll(t => t.TransferNo);

        await harness.RestartAsync();
        await harness.AdvanceAsync(TimeSpan.FromSeconds(3));

        Assert.Equal(numbers, (await harness.TransfersAsync()).ConvertAll(t => t.TransferNo));
        Assert.All(await harness.TransfersAsync(), t => Assert.Equal(OrderStatus.Succeeded, t.State));
        Assert.Equal(numbers.Order(), harness.Finance.Moved().Keys.Where(k => k.Kind == "transfer").Select(k => k.Number).Order());
        Assert.Equal([OrderStatus.Pending, OrderStatus.Succeeded], harness.Core.ProgressOf(refund.Cause, refund.CauseNo));
        // The new process mints above the old one.
        var old = (await harness.RefundsAsync()).Max(r => r.RefundNo);
        await harness.SendAsync(harness.NewRefund());
        await harness.RunAsync();
        Assert.True((await harness.RefundsAsync()).Max(r => r.RefundNo) > old);
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task A_module_that_stops_gives_its_numbers_back_and_mints_no_more(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        await harness.SendAsync(harness.NewRefund());
        await harness.RunAsync();

        await harness.Process.Module.StopAsync(default);
        Assert.All(await harness.QueryAsync<string>("select holder from number_lease"), holder => Assert.Equal("", holder));
        await harness.SendAsync(harness.NewRefund());
        await harness.RunAsync();
        Assert.Single(await harness.RefundsAsync());

        await harness.RestartAsync();
        await harness.AdvanceAsync(TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(4));
        Assert.Equal(2, (await harness.RefundsAsync()).Count);
        Assert.Equal(600, harness.Finance.SumMoved("refund"));
    }
}
