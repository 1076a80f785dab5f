using Hongbao.Async.Orders;
using Hongbao.Contracts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Async.Tests;

/// <summary>What every answer of finance does, in the call that sends an order and in the question about it.</summary>
public sealed class FinanceAnswerTests
{
    private static readonly SqlDialect[] Dialects = [SqlDialect.Sqlite, SqlDialect.Postgres];

    public static MatrixTheoryData<SqlDialect, FinanceStatus> Endless { get; } =
        new(Dialects, [FinanceStatus.Unknown, FinanceStatus.Pending, FinanceStatus.Mismatch, FinanceStatus.Closed]);

    [Theory, MemberData(nameof(Endless))]
    public async Task Orders_with_no_final_answer_stay_and_the_same_ones_are_asked_and_sent_again(SqlDialect dialect, FinanceStatus status)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect, o => o.DeadlineSeconds = 10);
        harness.Finance.Instead = call => Task.FromResult<OrderAnswers?>(FakeFinance.All(call, status));
        var claim = harness.NewClaim();
        var refund = harness.NewRefund();

        await harness.SendAsync(claim);
        await harness.SendAsync(refund);
        // Long past the deadline: age ends nothing.
        await harness.AdvanceAsync(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(5));

        var row = await harness.TransferOfAsync(claim);
        var refundRow = await harness.RefundOfAsync(refund.Cause, refund.CauseNo);
        Assert.Equal((OrderStatus.Pending, OrderStatus.Pending), (row.State, refundRow.State));
        Assert.Empty(harness.Core.Outcomes);
        Assert.Equal([OrderStatus.Pending], harness.Core.ProgressOf(refund.Cause, refund.CauseNo));
        Assert.All(new[] { "transfer", "queryTransfers", "refund", "queryRefunds" }, o => Assert.True(harness.Finance.CallsOf(o) > 5));
        Assert.Equal(0, harness.Finance.CallsOf("setAside"));
        Assert.Single(harness.Finance.Calls.SelectMany(c => c.Transfers).Distinct());
        Assert.Single(harness.Finance.Calls.SelectMany(c => c.Refunds).Distinct());
        Assert.Equal([row.TransferNo], harness.Finance.Calls.Where(c => c.Operation == "queryTransfers").SelectMany(c => c.Numbers).Distinct());
        Assert.Equal([refundRow.RefundNo], harness.Finance.Calls.Where(c => c.Operation == "queryRefunds").SelectMany(c => c.Numbers).Distinct());
        string[] overdue = ["refund.overdue", "transfer.overdue"];
        Assert.Equal(status == FinanceStatus.Mismatch ? ["order.mismatch", .. overdue] : overdue, await harness.AlertKindsAsync());

        harness.Finance.Instead = null;
        await harness.AdvanceAsync(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(5));
        Assert.Equal(OrderStatus.Succeeded, (await harness.TransferOfAsync(claim)).State);
        Assert.Equal([OrderStatus.Pending, OrderStatus.Succeeded], harness.Core.ProgressOf(refund.Cause, refund.CauseNo));
        Assert.Equal([1, 1], harness.Finance.Moved().Values);
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task A_final_answer_to_the_question_ends_an_order_without_sending_it_again(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var good = await harness.PendingTransferAsync();
        var bad = await harness.PendingTransferAsync();
        var refund = await harness.PendingRefundAsync();
        var sent = (harness.Finance.CallsOf("transfer"), harness.Finance.CallsOf("refund"));
        harness.Finance.End("transfer", good.App, good.TransferNo, FinanceStatus.Succeeded);
        harness.Finance.End("transfer", bad.App, bad.TransferNo, FinanceStatus.Refused);
        harness.Finance.End("refund", refund.App, refund.RefundNo, FinanceStatus.Succeeded);

        await harness.AdvanceAsync(TimeSpan.FromSeconds(2));

        Assert.Equal([OrderStatus.Succeeded, OrderStatus.Failed], (await harness.TransfersAsync()).ConvertAll(t => t.State));
        Assert.Equal(sent.Item1, harness.Finance.CallsOf("transfer"));
        // Only the refund of the refused transfer was sent beside.
        Assert.Equal(sent.Item2 + 1, harness.Finance.CallsOf("refund"));
        Assert.All(await harness.RefundsAsync(), r => Assert.Equal(OrderStatus.Succeeded, r.State));
        Assert.Empty(await harness.DueAsync());
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task Not_found_of_an_order_that_arrived_sends_the_same_order_again_and_moves_money_once(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var lost = true;
        harness.Finance.Afterwards = (call, answers) => lost && call.Operation is "transfer" or "refund" && lost ? throw new IOException("the answer is lost") : answers;
        harness.Finance.Instead = call => Task.FromResult(
            call.Operation.StartsWith("query", StringComparison.Ordinal) ? FakeFinance.All(call, FinanceStatus.Pending, "not found") : null);

        await harness.SendAsync(harness.NewClaim());
        await harness.SendAsync(harness.NewRefund());
        await harness.AdvanceAsync(TimeSpan.FromSeconds(4));
        lost = false;
        await harness.AdvanceAsync(TimeSpan.FromSeconds(10));

        Assert.Equal(OrderStatus.Succeeded, Assert.Single(await harness.TransfersAsync()).State);
        Assert.Equal(OrderStatus.Succeeded, Assert.Single(await harness.RefundsAsync()).State);
        Assert.Equal([1, 1], harness.Finance.Moved().Values);
        Assert.True(harness.Finance.CallsOf("transfer") >= 3);
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task A_finance_that_hangs_and_ignores_its_token_holds_nobody_up_beyond_its_time(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var hung = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var never = new TaskCompletionSource<OrderAnswers?>();
        harness.Finance.Instead = call =>
        {
            hung.TrySetResult();
            return never.Task;
        };
        var claim = harness.NewClaim();
        await harness.SendAsync(claim);

        var running = harness.RunAsync();
        await hung.Task.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.False(running.IsCompleted);
        harness.Finance.Instead = null;
        harness.Clock.Advance(TimeSpan.FromMilliseconds(harness.Options.FinanceTimeoutMs));
        await running.WaitAsync(TimeSpan.FromSeconds(10));

        Assert.Equal(OrderStatus.Pending, (await harness.TransferOfAsync(claim)).State);
        await harness.AdvanceAsync(TimeSpan.FromSeconds(3));
        Assert.Equal(OrderStatus.Succeeded, (await harness.TransferOfAsync(claim)).State);
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task A_missing_item_of_an_answer_is_unknown_and_only_it_is_asked_about_again(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var claims = harness.NewClaims(5);
        var refunds = new[] { harness.NewRefund(), harness.NewRefund() };
        var first = true;
        harness.Finance.Afterwards = (call, answers) => first && call.Numbers.Count > 1 ? answers with { Items = answers.Items[1..] } : answers;

        await harness.SendAsync([.. claims]);
        await harness.SendAsync(refunds);
        await harness.RunAsync();

        Assert.Equal(4, (await harness.TransfersAsync()).Count(t => t.State == OrderStatus.Succeeded));
        Assert.Equal(1, (await harness.RefundsAsync()).Count(t => t.State == OrderStatus.Succeeded));
        Assert.Equal(4, harness.Core.Outcomes.Count);
        var open = (await harness.TransfersAsync()).Single(t => t.State == OrderStatus.Pending).TransferNo;
        first = false;
        await harness.AdvanceAsync(TimeSpan.FromSeconds(2));
        Assert.Equal([open], harness.Finance.Calls.Where(c => c.Operation == "queryTransfers").SelectMany(c => c.Numbers).Distinct());
        Assert.Equal(5, harness.Core.Outcomes.Count);
        Assert.All(await harness.RefundsAsync(), r => Assert.Equal(OrderStatus.Succeeded, r.State));
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task An_answer_about_an_order_that_was_not_asked_about_ends_nothing(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var other = await harness.PendingTransferAsync(harness.NewClaim(app: "other"));
        var otherRefund = await harness.PendingRefundAsync(harness.NewRefund(app: "other"));
        harness.Finance.Instead = call => Task.FromResult<OrderAnswers?>(new OrderAnswers
        {
            Items =
            [
                .. FakeFinance.All(call, FinanceStatus.Pending).Items,
                new OrderAnswer { Number = call.Operation.Contains("efund", StringComparison.Ordinal) ? otherRefund.RefundNo : other.TransferNo, Status = FinanceStatus.Refused },
            ],
        });

        await harness.SendAsync(harness.NewClaim());
        await harness.SendAsync(harness.NewRefund());
        await harness.RunAsync();

        Assert.All(await harness.TransfersAsync(), t => Assert.Equal(OrderStatus.Pending, t.State));
        Assert.All(await harness.RefundsAsync(), r => Assert.Equal(OrderStatus.Pending, r.State));
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task Two_final_answers_that_differ_end_nothing_and_alert(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        harness.Finance.Instead = call => Task.FromResult<OrderAnswers?>(new OrderAnswers
        {
            Items = [.. FakeFinance.All(call, FinanceStatus.Succeeded).Items, .. FakeFinance.All(call, FinanceStatus.Refused).Items],
        });
        var claim = harness.NewClaim();

        await harness.SendAsync(claim);
        await harness.RunAsync();

        Assert.Equal(OrderStatus.Pending, (await harness.TransferOfAsync(claim)).State);
        Assert.Empty(await harness.RefundsAsync());
        Assert.Equal(["order.contradiction"], await harness.AlertKindsAsync());
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task One_order_that_finance_cannot_read_does_not_hold_up_its_batch(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var claims = harness.NewClaims(20);
        claims[13] = claims[13] with { Uid = 666 };
        harness.Finance.Instead = call => Task.FromResult(
            call.Transfers.Exists(t => t.Uid == 666) ? new OrderAnswers { Result = Result.Invalid("items", "unreadable"), Items = FakeFinance.All(call, FinanceStatus.Refused).Items } : null);

        await harness.SendAsync([.. claims]);
        await harness.RunAsync();

        Assert.Equal([claims[13].ClaimNo], (await harness.TransfersAsync()).Where(t => t.State == OrderStatus.Pending).Select(t => t.ClaimNo));
        Assert.Equal(19, harness.Core.Outcomes.Count);
        // 1 + 2 + 2 + 2 + 2 (+ 2): by halving, not one by one.
        Assert.InRange(harness.Finance.Calls.Count, 9, 11);
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task Answers_of_a_call_that_is_not_Ok_are_not_believed(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        harness.Finance.Instead = call => Task.FromResult<OrderAnswers?>(
            FakeFinance.All(call, FinanceStatus.Refused) with { Result = Result.Of(ResultCode.Internal) });

        await harness.SendAsync(harness.NewClaim());
        await harness.SendAsync(harness.NewRefund());
        await harness.AdvanceAsync(TimeSpan.FromSeconds(3));

        Assert.Equal(OrderStatus.Pending, Assert.Single(await harness.TransfersAsync()).State);
        Assert.Equal(OrderStatus.Pending, Assert.Single(await harness.RefundsAsync()).State);
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task A_refused_transfer_fails_and_its_money_goes_back_to_the_sender_once(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        harness.Finance.Decide = (kind, _) => kind == "transfer" ? FinanceStatus.Refused : FinanceStatus.Succeeded;
        var claim = harness.NewClaim(amount: 88);

        await harness.SendAsync(claim);
        await harness.RunAsync();
        await harness.SendAsync(claim);
        await harness.AdvanceAsync(TimeSpan.FromSeconds(5));

        Assert.Equal(OrderStatus.Failed, (await harness.TransferOfAsync(claim)).State);
        var refund = Assert.Single(await harness.RefundsAsync());
        Assert.Equal(
            (RefundCause.FailedClaim, claim.ClaimNo, claim.PacketNo, claim.PayOrderNo, claim.SenderUid, 88L, "CNY", AsyncHarness.Shop, OrderStatus.Succeeded),
            (refund.Cause, refund.CauseNo, refund.PacketNo, refund.PayOrderNo, refund.Uid, refund.Amount, refund.Currency, refund.App, refund.State));
        Assert.Equal((0, 88), (harness.Finance.SumMoved("transfer"), harness.Finance.SumMoved("refund")));
        Assert.Equal([new TransferOutcome { ClaimNo = claim.ClaimNo, PacketNo = claim.PacketNo, Status = OrderStatus.Failed }], harness.Core.Outcomes);
        Assert.Equal([OrderStatus.Pending, OrderStatus.Succeeded], harness.Core.ProgressOf(RefundCause.FailedClaim, claim.ClaimNo));
        Assert.Equal(["the account is closed"], await harness.QueryAsync<string>("select reason from transfers"));
        Assert.Empty(await harness.DueAsync());
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task A_refused_refund_is_set_aside_with_a_case_and_Core_hears_each_step_in_order(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        harness.Finance.Decide = (kind, _) => kind == "refund" ? FinanceStatus.Refused : FinanceStatus.Succeeded;
        var refund = harness.NewRefund(amount: 500);

        await harness.SendAsync(refund);
        await harness.AdvanceAsync(TimeSpan.FromSeconds(3));

        var row = await harness.RefundOfAsync(refund.Cause, refund.CauseNo);
        Assert.Equal(OrderStatus.SetAside, row.State);
        Assert.Equal([OrderStatus.Pending, OrderStatus.Refused, OrderStatus.SetAside], harness.Core.ProgressOf(refund.Cause, refund.CauseNo));
        Assert.Equal([$"refund.refused {row.RefundNo}"], await harness.CasesAsync());
        Assert.Equal(["refund.refused"], await harness.AlertKindsAsync());
        Assert.Equal((0, 500), (harness.Finance.SumMoved("refund"), harness.Finance.SumMoved("setAside")));
        Assert.Empty(await harness.DueAsync());
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task A_set_aside_without_a_final_answer_goes_on_being_asked_and_a_refused_one_alerts(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        harness.Finance.Decide = (kind, _) => kind == "refund" ? FinanceStatus.Refused : FinanceStatus.Succeeded;
        harness.Finance.Say("setAside", FinanceStatus.Unknown);
        var refund = harness.NewRefund();
        await harness.SendAsync(refund);
        await harness.AdvanceAsync(TimeSpan.FromSeconds(5));
        Assert.True(harness.Finance.CallsOf("setAside") >= 3);
        Assert.Single(harness.Finance.Calls.SelectMany(c => c.Refunds).Distinct());
        Assert.Equal(1, harness.Finance.CallsOf("refund"));
        Assert.DoesNotContain("refund.not_set_aside", await harness.AlertKindsAsync());

        harness.Finance.Say("setAside", FinanceStatus.Refused);
        await harness.AdvanceAsync(TimeSpan.FromSeconds(9));
        Assert.Equal(OrderStatus.Refused, (await harness.RefundOfAsync(refund.Cause, refund.CauseNo)).State);
        Assert.Contains("refund.not_set_aside", await harness.AlertKindsAsync());

        harness.Finance.Instead = null;
        await harness.AdvanceAsync(TimeSpan.FromSeconds(9));
        Assert.Equal(OrderStatus.SetAside, (await harness.RefundOfAsync(refund.Cause, refund.CauseNo)).State);
        Assert.Equal([OrderStatus.Pending, OrderStatus.Refused, OrderStatus.SetAside], harness.Core.ProgressOf(refund.Cause, refund.CauseNo));
        Assert.Single(await harness.CasesAsync());
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task A_reason_that_no_database_takes_does_not_keep_an_order_from_its_end(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        harness.Finance.Decide = (kind, _) => kind == "setAside" ? FinanceStatus.Succeeded : FinanceStatus.Refused;
        harness.Finance.Reason = "no\0 \ud83d account" + new string('x', 10_000);

        await harness.SendAsync(harness.NewClaim());
        await harness.AdvanceAsync(TimeSpan.FromSeconds(2));

        Assert.Equal(OrderStatus.Failed, Assert.Single(await harness.TransfersAsync()).State);
        Assert.Equal(OrderStatus.SetAside, Assert.Single(await harness.RefundsAsync()).State);
        var reason = Assert.Single(await harness.QueryAsync<string>("select reason from transfers"));
        Assert.StartsWith("no  account", reason, StringComparison.Ordinal);
        Assert.Equal(FinanceCalls.ReasonMax, reason.Length);
        harness.AssertNothingFailed();
    }
}
