using Hongbao.Contracts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Async.Tests;

/// <summary>With every message lost: what Core asked for is fetched by number and age, and what became of it is told when asked.</summary>
public sealed class PullTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task Claims_and_refunds_whose_messages_are_lost_reach_their_end(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var claims = harness.NewClaims(1234);
        var refunds = new[] { harness.NewRefund(), harness.NewRefund(cause: RefundCause.LatePayment) };
        harness.Core.Hold(claims);
        harness.Core.Hold(refunds, harness.NowMs);

        await harness.AdvanceAsync(TimeSpan.FromSeconds(29), 10 * Second);
        Assert.Empty(await harness.TransfersAsync());
        Assert.Empty(await harness.RefundsAsync());
        // A refund waits for the next pass at most.
        await harness.AdvanceAsync(TimeSpan.FromSeconds(33), 3 * Second);

        Assert.Equal(claims.Select(c => c.ClaimNo).Order(), (await harness.TransfersAsync()).Select(t => t.ClaimNo));
        Assert.Equal(123_400, harness.Finance.SumMoved("transfer"));
        Assert.Equal(600, harness.Finance.SumMoved("refund"));
        Assert.Equal(1234, harness.Core.Outcomes.Count);
        Assert.All(refunds, r => Assert.Equal([OrderStatus.Pending, OrderStatus.Succeeded], harness.Core.ProgressOf(r.Cause, r.CauseNo)));
        Assert.Empty(await harness.AlertsAsync());
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task A_message_and_the_pull_together_make_one_order(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        harness.Finance.Decide = (_, _) => FinanceStatus.Pending;
        var claims = harness.NewClaims(5);
        var refund = harness.NewRefund();
        harness.Core.Hold(claims);
        harness.Core.Hold([refund], harness.NowMs);
        await harness.SendAsync([.. claims.Take(3)]);
        await harness.SendAsync(refund);

        await harness.AdvanceAsync(TimeSpan.FromSeconds(70), 5 * Second);
        await harness.SendAsync([.. claims]);
        await harness.AdvanceAsync(TimeSpan.FromSeconds(40), 5 * Second);

        Assert.Equal(5, (await harness.TransfersAsync()).Count);
        Assert.Single(await harness.RefundsAsync());
        Assert.Equal([OrderStatus.Pending], harness.Core.ProgressOf(refund.Cause, refund.CauseNo));
        Assert.True(harness.Core.RefundPulls >= 3);
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task A_claim_that_commits_late_below_the_watermark_is_found_by_the_slow_one(SqlDialect dialect)
    {
        // With the shortest age the slow watermark still keeps ten minutes behind.
        await using var harness = await AsyncHarness.StartAsync(dialect, o => o.PullAfterMs = 1000);
        var late = harness.NewClaim(claimNo: harness.NewNumber(slot: 3));
        var others = Enumerable.Range(0, 10).Select(i => harness.NewClaim(claimNo: harness.NewNumber(slot: 10 + (i * 50)))).ToList();
        harness.Core.Hold(others);
        await harness.AdvanceAsync(TimeSpan.FromSeconds(5), Second);
        Assert.Equal(10, (await harness.TransfersAsync()).Count);

        // Minted before all of them, committed minutes after.
        await harness.AdvanceAsync(TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(30));
        harness.Core.Hold([late]);
        await harness.AdvanceAsync(TimeSpan.FromMinutes(4), TimeSpan.FromSeconds(30));
        Assert.Equal(10, (await harness.TransfersAsync()).Count);
        await harness.AdvanceAsync(TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(30));

        Assert.Equal(OrderStatus.Succeeded, (await harness.TransferOfAsync(late)).State);
        Assert.Equal(1100, harness.Finance.SumMoved("transfer"));
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task A_machine_whose_clock_is_ahead_pushes_no_watermark_past_what_commits_later(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect, o => o.PullAfterMs = 5000);
        await harness.RestartAsync(ahead: TimeSpan.FromHours(1));
        var early = harness.NewClaim(claimNo: harness.NewNumber(slot: 900));
        var late = harness.NewClaim(claimNo: harness.NewNumber(slot: 3));
        var refund = harness.NewRefund();
        harness.Core.Hold([early]);
        harness.Core.Hold([refund], harness.NowMs);
        await harness.AdvanceAsync(TimeSpan.FromSeconds(4), Second);
        Assert.Equal((0, 0), (harness.Core.ClaimsRead, harness.Core.RefundsRead));

        // Minted with the other, committed seconds after.
        harness.Core.Hold([late]);
        await harness.AdvanceAsync(TimeSpan.FromSeconds(12), Second);

        Assert.Equal([late.ClaimNo, early.ClaimNo], (await harness.TransfersAsync()).ConvertAll(t => t.ClaimNo));
        Assert.Equal(200, harness.Finance.SumMoved("transfer"));
        Assert.Equal(300, harness.Finance.SumMoved("refund"));
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task Holes_pages_and_late_commits_within_the_age_lose_no_claim(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect, o => o.PullAfterMs = 5000);
        var dice = new Random(11);
        var withheld = new List<(long UntilMs, TransferWanted Claim)>();
        var all = new List<TransferWanted>();

        // Many claims of each second, in any order of slots; some commit up to 3 s after they were minted; whole seconds are empty.
        for (var second = 0; second < 12; second++)
        {
            var count = second % 3 == 2 ? 0 : dice.Next(1, 220);
            foreach (var claim in Enumerable.Range(0, count).Select(_ => harness.NewClaim(claimNo: harness.NewNumber(slot: dice.Next(1024)))))
            {
                all.Add(claim);
                withheld.Add((harness.NowMs + (dice.Next(4) == 0 ? dice.Next(3000) : 0), claim));
            }

            var now = harness.NowMs;
            harness.Core.Hold(withheld.Where(w => w.UntilMs <= now).Select(w => w.Claim));
            withheld.RemoveAll(w => w.UntilMs <= now);
            await harness.AdvanceAsync(Second, Second);
        }

        harness.Core.Hold(withheld.Select(w => w.Claim));
        await harness.AdvanceAsync(TimeSpan.FromSeconds(8), Second);

        Assert.Equal(all.Select(c => c.ClaimNo).Order(), (await harness.TransfersAsync()).Select(t => t.ClaimNo));
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task The_pull_of_claims_reads_each_claim_once_per_watermark_and_writes_nothing_when_there_is_none(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect, o => o.PullAfterMs = 1000);
        harness.Core.Hold(harness.NewClaims(700));
        await harness.AdvanceAsync(TimeSpan.FromSeconds(10), Second);
        Assert.Equal(700, harness.Core.ClaimsRead);
        await harness.RestartAsync();
        await harness.AdvanceAsync(TimeSpan.FromMinutes(11), TimeSpan.FromSeconds(30));
        Assert.Equal(1400, harness.Core.ClaimsRead);

        var pulls = harness.Core.TransferPulls;
        var cursors = await harness.QueryAsync<long>("select after_no from pull_cursors order by name");
        await harness.AdvanceAsync(TimeSpan.FromSeconds(30), 3 * Second);
        Assert.Equal(1400, harness.Core.ClaimsRead);
        Assert.True(harness.Core.TransferPulls > pulls);
        Assert.Equal(2, cursors.Count);
        Assert.Single(cursors.Distinct());
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task The_pull_of_refunds_reads_the_open_ones_once_in_a_while_and_writes_only_new_ones(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        // Finance is down for long: 600 stay open.
        harness.Finance.Instead = _ => throw new IOException("finance is down");
        var refunds = Enumerable.Range(0, 600).Select(_ => harness.NewRefund()).ToArray();
        harness.Core.Hold(refunds, harness.NowMs);
        await harness.AdvanceAsync(TimeSpan.FromSeconds(61), TimeSpan.FromSeconds(10));
        Assert.Equal(600, (await harness.RefundsAsync()).Count);
        var numbers = (await harness.RefundsAsync()).Select(r => r.RefundNo).ToHashSet();

        var (read, pulls) = (harness.Core.RefundsRead, harness.Core.RefundPulls);
        await harness.AdvanceAsync(TimeSpan.FromSeconds(120), TimeSpan.FromSeconds(10));

        // Four passes of two pages, with the last one of a page read twice.
        Assert.Equal(8, harness.Core.RefundPulls - pulls);
        Assert.InRange(harness.Core.RefundsRead - read, 2400, 2404);
        // No number was burnt for those that are known.
        harness.Finance.Instead = null;
        await harness.SendAsync(harness.NewRefund());
        await harness.RunAsync();
        var added = (await harness.RefundsAsync()).Single(r => !numbers.Contains(r.RefundNo)).RefundNo;
        Assert.InRange((added & 0x1FFFF) - (numbers.Max(n => n & 0x1FFFF)), -600, 1);
        Assert.Equal(600, numbers.Count);
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task A_packet_and_a_payment_with_the_same_number_at_the_end_of_a_page_are_both_refunded(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var refunds = Enumerable.Range(0, 500).Select(_ => harness.NewRefund()).ToList();
        var twin = harness.NewRefund(amount: 7, cause: RefundCause.LatePayment, causeNo: refunds.Max(r => r.CauseNo));
        harness.Core.Hold([.. refunds, twin], harness.NowMs);

        await harness.AdvanceAsync(TimeSpan.FromSeconds(61), 5 * Second);

        Assert.Equal(501, (await harness.RefundsAsync()).Count);
        Assert.Equal(OrderStatus.Succeeded, (await harness.RefundOfAsync(RefundCause.LatePayment, twin.CauseNo)).State);
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task A_Core_that_gives_no_answer_moves_no_watermark(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect, o => o.PullAfterMs = 1000);
        harness.Core.Hold(harness.NewClaims(3));
        harness.Core.Hold([harness.NewRefund()], harness.NowMs);
        harness.Core.PullResult = ResultCode.Internal;
        await harness.AdvanceAsync(TimeSpan.FromSeconds(10), Second);
        Assert.Empty(await harness.QueryAsync<long>("select after_no from pull_cursors"));
        Assert.Empty(await harness.RefundsAsync());

        harness.Core.PullResult = ResultCode.Ok;
        await harness.AdvanceAsync(TimeSpan.FromSeconds(10), Second);
        Assert.Equal(3, (await harness.TransfersAsync()).Count);
        Assert.Single(await harness.RefundsAsync());
        harness.AssertNothingFailed();
    }

    [Fact]
    public async Task A_pull_waits_as_long_as_a_statement_of_a_busy_store_may_take()
    {
        await using var harness = await AsyncHarness.StartAsync(SqlDialect.Sqlite, o => o.PullAfterMs = 1000);
        var before = harness.NowMs;
        await harness.AdvanceAsync(TimeSpan.FromSeconds(3), Second);
        Assert.NotEmpty(harness.Core.PullContexts);
        Assert.All(harness.Core.PullContexts, c => Assert.InRange(c.DeadlineMs, before + 30_000, harness.NowMs + 30_000));
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task The_watermark_moves_only_with_the_orders_that_it_passed(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect, o => o.PullAfterMs = 1000);
        harness.Core.Hold(harness.NewClaims(3));
        await harness.PassAsync(TimeSpan.FromSeconds(3));
        harness.Store.Fate = _ => CommitFault.Fails;
        await harness.RunAsync();
        Assert.Empty(await harness.TransfersAsync());
        Assert.Empty(await harness.QueryAsync<long>("select after_no from pull_cursors"));

        harness.Store.Fate = _ => CommitFault.None;
        await harness.AdvanceAsync(TimeSpan.FromSeconds(3), Second);
        Assert.Equal(3, (await harness.TransfersAsync()).Count);
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task A_transfer_lost_after_finance_paid_it_is_written_again_as_the_same_order(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var claims = harness.NewClaims(3);
        harness.Core.Hold(claims);
        // Finance pays, and nobody hears of it.
        harness.Finance.Afterwards = (_, _) => throw new IOException("the answer is lost");
        await harness.SendAsync([.. claims]);
        await harness.RunAsync();
        Assert.Equal(300, harness.Finance.SumMoved("transfer"));
        var numbers = (await harness.TransfersAsync()).ConvertAll(t => t.TransferNo);
        var calls = harness.Finance.Calls.Count;

        // The server comes back as it was before all that.
        foreach (var table in new[] { "transfers", "due", "outbox", "pull_cursors" })
        {
            await harness.ExecuteAsync($"delete from {table}");
        }

        harness.Finance.Afterwards = null;
        await harness.RestartAsync();
        await harness.AdvanceAsync(TimeSpan.FromSeconds(40), 2 * Second);

        Assert.Equal(numbers.Order(), harness.Finance.Calls.Skip(calls).SelectMany(c => c.Numbers).Distinct().Order());
        Assert.Equal(numbers.Order(), harness.Finance.Moved().Keys.Select(k => k.Number).Order());
        await harness.AssertEndedAsync(claims, []);
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task Core_learns_every_outcome_by_asking_when_the_messages_to_it_are_lost(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var good = await harness.PendingTransferAsync();
        var bad = await harness.PendingTransferAsync();
        var open = await harness.PendingTransferAsync();
        var paid = await harness.PendingRefundAsync();
        var refused = await harness.PendingRefundAsync();
        var aside = await harness.PendingRefundAsync(harness.NewRefund(cause: RefundCause.LatePayment));
        var openRefund = await harness.PendingRefundAsync();
        await harness.CallBackAsync(
            AsyncHarness.Notice(good), AsyncHarness.Notice(bad, "REFUSED"), AsyncHarness.Notice(paid), AsyncHarness.Notice(refused, "REFUSED"),
            AsyncHarness.Notice(aside, "REFUSED"), AsyncHarness.Notice(aside, kind: "setAside"));
        await harness.ExecuteAsync("delete from outbox");

        var transfers = await harness.Contract.GetTransferResultsAsync(
            new CallContext(), new TransferResultsRequest { ClaimNos = [999, bad.ClaimNo, good.ClaimNo, open.ClaimNo, good.ClaimNo] }, default);
        Assert.True(transfers.Result.IsOk());
        Assert.Equal(
            [
                new TransferOutcome { ClaimNo = 999 },
                new TransferOutcome { ClaimNo = bad.ClaimNo, PacketNo = bad.PacketNo, Status = OrderStatus.Failed },
                new TransferOutcome { ClaimNo = good.ClaimNo, PacketNo = good.PacketNo, Status = OrderStatus.Succeeded },
                new TransferOutcome { ClaimNo = open.ClaimNo, PacketNo = open.PacketNo, Status = OrderStatus.Pending },
                new TransferOutcome { ClaimNo = good.ClaimNo, PacketNo = good.PacketNo, Status = OrderStatus.Succeeded },
            ],
            transfers.Items);

        RefundKey[] keys =
        [
            Key(RefundCause.Expiry, paid.CauseNo), Key(RefundCause.LatePayment, paid.CauseNo), Key(RefundCause.Expiry, refused.CauseNo),
            Key(RefundCause.LatePayment, aside.CauseNo), Key(RefundCause.Expiry, openRefund.CauseNo), Key(RefundCause.FailedClaim, bad.ClaimNo),
        ];
        var refunds = await harness.Contract.GetRefundResultsAsync(new CallContext(), new RefundResultsRequest { Keys = [.. keys] }, default);
        Assert.Equal(
            [OrderStatus.Succeeded, OrderStatus.None, OrderStatus.Refused, OrderStatus.SetAside, OrderStatus.Pending, OrderStatus.Pending],
            refunds.Items.ConvertAll(i => i.Status));
        Assert.Equal(keys, refunds.Items.ConvertAll(i => Key(i.Cause, i.CauseNo)));
        Assert.Equal([paid.PacketNo, 0, refused.PacketNo, aside.PacketNo, openRefund.PacketNo, bad.PacketNo], refunds.Items.ConvertAll(i => i.PacketNo));
    }

    [Fact]
    public async Task Questions_beyond_a_thousand_are_refused()
    {
        await using var harness = await AsyncHarness.StartAsync(SqlDialect.Sqlite);
        var nos = Enumerable.Range(1, 1001).Select(n => (long)n).ToList();

        Assert.Equal(ResultCode.ValidationFailed,
            (await harness.Contract.GetTransferResultsAsync(new CallContext(), new TransferResultsRequest { ClaimNos = nos }, default)).Result.Code);
        Assert.Equal(ResultCode.ValidationFailed, (await harness.Contract.GetRefundResultsAsync(
            new CallContext(), new RefundResultsRequest { Keys = nos.ConvertAll(n => Key(RefundCause.Expiry, n)) }, default)).Result.Code);
        Assert.Equal(1000, (await harness.Contract.GetTransferResultsAsync(
            new CallContext(), new TransferResultsRequest { ClaimNos = nos[1..] }, default)).Items.Count);
    }

    private static RefundKey Key(RefundCause cause, long causeNo) => new() { Cause = cause, CauseNo = causeNo };
}
