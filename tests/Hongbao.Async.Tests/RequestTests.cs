using Hongbao.Contracts;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Stores;

namespace Hongbao.Async.Tests;

/// <summary>Core's messages become orders: one per claim and per cause, however they come.</summary>
public sealed class RequestTests
{
    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task Claims_become_one_transfer_each_with_the_claims_content_and_Core_hears_of_it(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var c2c = harness.NewClaim(amount: 250);
        var funding = harness.NewFunding();
        var b2c = harness.NewClaim(funding, amount: 1);
        await harness.SendAsync(funding);
        await harness.RunAsync();

        await harness.SendAsync(c2c, b2c);
        await harness.RunAsync();

        var call = Assert.Single(harness.Finance.Calls, c => c.Operation == "transfer");
        Assert.Equal((AsyncHarness.Shop, harness.NowMs + harness.Options.FinanceTimeoutMs), (call.Context.App, call.Context.DeadlineMs));
        foreach (var claim in new[] { c2c, b2c })
        {
            var row = await harness.TransferOfAsync(claim);
            Assert.Equal(OrderStatus.Succeeded, row.State);
            Assert.Equal((claim.ClaimNo, Number.SlotFrom(claim.ClaimNo)), (row.TransferNo, row.Slot));
            Assert.Equal(
                new TransferOrder { TransferNo = row.TransferNo, PacketNo = claim.PacketNo, Uid = claim.Uid, Amount = claim.Amount, Currency = "CNY", Kind = claim.Kind },
                call.Transfers.Single(t => t.TransferNo == row.TransferNo));
            Assert.Equal(
                new TransferOutcome { ClaimNo = claim.ClaimNo, PacketNo = claim.PacketNo, Status = OrderStatus.Succeeded },
                harness.Core.Outcomes.Single(o => o.ClaimNo == claim.ClaimNo));
        }

        Assert.Empty(await harness.DueAsync());
        Assert.Empty(await harness.AlertsAsync());
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task Transfers_go_two_ways_and_those_of_a_packet_the_same(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var claims = harness.NewClaims(12).ConvertAll(c => c);
        for (var i = 0; i < claims.Count; i++)
        {
            claims[i] = claims[i] with { PacketNo = 7000 + (i % 4) };
        }

        await harness.SendAsync([.. claims]);
        await harness.RunAsync();

        Assert.Equal(2, harness.Finance.Calls.Count);
        Assert.All(harness.Finance.Calls, c => Assert.Equal(6, c.Numbers.Count));
        Assert.All(harness.Finance.Calls.SelectMany(c => c.Transfers.ConvertAll(t => (t.PacketNo, Call: c))).GroupBy(t => t.PacketNo), p => Assert.Single(p.Select(t => t.Call).Distinct()));
        Assert.Equal(12, harness.Core.Outcomes.Count);
        Assert.Empty(await harness.DueAsync());
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task What_waits_to_be_sent_is_not_asked_about_and_goes_out_once(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect, o => o.FinanceTimeoutMs = 5000);
        // While the first call stands open everything is due, and looked at.
        var calls = 0;
        harness.Finance.Instead = async _ =>
        {
            if (++calls == 1)
            {
                await harness.ExecuteAsync("update due set next_check_at = 0");
                await harness.PassAsync(TimeSpan.FromMilliseconds(600));
                await harness.RunAsync();
                Assert.All(await harness.DueAsync(), d => Assert.Equal(1, d.Attempts));
            }

            return null;
        };
        await harness.SendAsync([.. harness.NewClaims(450)]);
        await harness.SendAsync([.. harness.NewClaims(51)]);
        await harness.RunAsync();

        Assert.Equal(0, harness.Finance.CallsOf("queryTransfers"));
        Assert.Equal([500, 1], harness.Finance.Calls.Where(c => c.Operation == "transfer").Select(c => c.Numbers.Count));
        Assert.All(await harness.TransfersAsync(), t => Assert.Equal(OrderStatus.Succeeded, t.State));
        Assert.All(harness.Finance.Moved().Values, times => Assert.Equal(1, times));
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task Claims_that_come_again_reordered_and_split_differently_are_transferred_once(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var claims = harness.NewClaims(9);

        await harness.SendAsync([.. claims]);
        await harness.SendAsync([.. claims.AsEnumerable().Reverse(), .. claims.Take(3)]);
        await harness.RunAsync();
        foreach (var chunk in claims.Chunk(2))
        {
            await harness.SendAsync(chunk);
        }

        await harness.AdvanceAsync(TimeSpan.FromSeconds(5));

        Assert.Equal(claims.ConvertAll(c => c.ClaimNo), (await harness.TransfersAsync()).ConvertAll(t => t.ClaimNo));
        Assert.Equal(900, harness.Finance.SumMoved("transfer"));
        Assert.Equal(9, harness.Finance.Calls.Sum(c => c.Numbers.Count));
        Assert.Equal(9, harness.Core.Outcomes.Count);
        Assert.Empty(await harness.AlertsAsync());
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task A_claim_that_comes_again_with_other_content_keeps_the_first_and_alerts(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var claim = harness.NewClaim(amount: 100);
        await harness.SendAsync(claim);
        await harness.RunAsync();

        foreach (var other in new[]
                 {
                     claim with { Amount = 101 }, claim with { Uid = 3 }, claim with { App = "other" }, claim with { Currency = "USD" }, claim with { PacketNo = 5 },
                     claim with { PayOrderNo = 6 }, claim with { SenderUid = 7 }, claim with { Kind = PacketKind.B2C }, claim with { CampaignId = 8 },
                 })
        {
            await harness.SendAsync(other);
            await harness.RunAsync();
        }

        Assert.Equal(100, harness.Finance.SumMoved("transfer"));
        Assert.Single(await harness.TransfersAsync());
        var alert = Assert.Single(await harness.AlertsAsync());
        Assert.Equal(("order.mismatch", 9L), (alert.Kind, alert.Count));
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task Two_contents_of_one_claim_in_one_message_keep_the_first_and_alert(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var claim = harness.NewClaim(amount: 100);

        await harness.SendAsync(claim, claim with { Amount = 900 }, claim);
        await harness.RunAsync();

        Assert.Equal(100, harness.Finance.SumMoved("transfer"));
        Assert.Equal("order.mismatch", Assert.Single(await harness.AlertsAsync()).Kind);
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task Refunds_are_one_per_cause_and_number_and_Core_hears_that_they_are_under_way_and_done(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var expiry = harness.NewRefund(amount: 300);
        // The same number under another cause is another refund.
        var late = harness.NewRefund(amount: 40, cause: RefundCause.LatePayment, causeNo: expiry.CauseNo);

        await harness.SendAsync(expiry, late);
        await harness.SendAsync(late, expiry, expiry);
        await harness.RunAsync();
        await harness.SendAsync(expiry);
        await harness.SendAsync(harness.NewRefund(amount: 1), expiry);
        await harness.AdvanceAsync(TimeSpan.FromSeconds(3));

        Assert.Equal(3, (await harness.RefundsAsync()).Count);
        Assert.Equal(341, harness.Finance.SumMoved("refund"));
        foreach (var refund in new[] { expiry, late })
        {
            var row = await harness.RefundOfAsync(refund.Cause, refund.CauseNo);
            Assert.Equal(OrderStatus.Succeeded, row.State);
            Assert.Equal(Number.SlotFrom(refund.CauseNo), Number.SlotFrom(row.RefundNo));
            Assert.Equal(
                new RefundOrder { RefundNo = row.RefundNo, PayOrderNo = refund.PayOrderNo, PacketNo = refund.PacketNo, Uid = refund.Uid, Amount = refund.Amount, Currency = "CNY" },
                harness.Finance.Calls.SelectMany(c => c.Refunds).Single(r => r.RefundNo == row.RefundNo));
            // One that is done is never told to be under way again, also when it comes beside a new one.
            Assert.Equal([OrderStatus.Pending, OrderStatus.Succeeded], harness.Core.ProgressOf(refund.Cause, refund.CauseNo));
        }

        Assert.Empty(await harness.DueAsync());
        Assert.Empty(await harness.AlertsAsync());
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task A_refund_that_comes_again_with_other_content_keeps_the_first_and_alerts(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var refund = harness.NewRefund(amount: 300);
        await harness.SendAsync(refund);
        await harness.RunAsync();

        foreach (var other in new[]
                 {
                     refund with { Amount = 301 }, refund with { Uid = 3 }, refund with { App = "other" }, refund with { Currency = "USD" },
                     refund with { PacketNo = 5 }, refund with { PayOrderNo = 6 }, refund with { CampaignId = 7 },
                 })
        {
            await harness.SendAsync(other);
            await harness.RunAsync();
        }

        Assert.Equal(300, harness.Finance.SumMoved("refund"));
        var alert = Assert.Single(await harness.AlertsAsync());
        Assert.Equal(("order.mismatch", 7L), (alert.Kind, alert.Count));
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task An_order_is_written_down_before_finance_hears_of_it(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var seen = 0;
        harness.Finance.Instead = async call =>
        {
            var written = call.Operation == "transfer"
                ? (await harness.TransfersAsync()).ConvertAll(t => (t.TransferNo, t.State))
                : (await harness.RefundsAsync()).ConvertAll(r => (r.RefundNo, r.State));
            Assert.All(call.Numbers, n => Assert.Contains((n, OrderStatus.Pending), written));
            seen += call.Numbers.Count;
            return null;
        };

        await harness.SendAsync([.. harness.NewClaims(3)]);
        await harness.SendAsync(harness.NewRefund());
        await harness.RunAsync();

        Assert.Equal(4, seen);
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task More_orders_than_finance_takes_at_once_go_in_several_calls(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        harness.Finance.Decide = (_, _) => FinanceStatus.Pending;
        var claims = harness.NewClaims(1203);

        await harness.SendAsync([.. claims]);
        await harness.RunAsync();

        Assert.Equal([500, 500, 203], harness.Finance.Calls.Select(c => c.Numbers.Count));
        // The fake finance itself refuses calls of more; the delayed message, alone and then beside the scan, keeps to it as well.
        await harness.ExecuteAsync("update due set next_check_at = next_check_at + 2500");
        await harness.AdvanceAsync(TimeSpan.FromSeconds(3));
        Assert.Equal([500, 500, 203], harness.Finance.Calls.Where(c => c.Operation == "queryTransfers").Select(c => c.Numbers.Count));
        await harness.AdvanceAsync(TimeSpan.FromSeconds(3));
        Assert.Equal([500, 500, 203], harness.Finance.Calls.Where(c => c.Operation == "queryTransfers").Skip(3).Take(3).Select(c => c.Numbers.Count));
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task Apps_are_never_mixed_in_a_call_or_a_message(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        harness.Finance.Instead = call => Task.FromResult(call.Operation is "transfer" or "refund" ? FakeFinance.All(call, FinanceStatus.Unknown) : null);
        var apps = new[] { "east", "west" };
        var claims = Enumerable.Range(0, 8).Select(i => harness.NewClaim(app: apps[i % 2])).ToArray();
        var refunds = Enumerable.Range(0, 4).Select(i => harness.NewRefund(app: apps[i % 2])).ToArray();

        await harness.SendAsync(claims);
        await harness.SendAsync(refunds);
        await harness.AdvanceAsync(TimeSpan.FromSeconds(2));
        harness.Finance.Instead = null;
        await harness.AdvanceAsync(TimeSpan.FromSeconds(10));

        var appOf = (await harness.TransfersAsync()).ToDictionary(t => ("transfer", t.TransferNo), t => t.App);
        foreach (var refund in await harness.RefundsAsync())
        {
            appOf.Add(("refund", refund.RefundNo), refund.App);
        }

        Assert.All(harness.Finance.Calls, call => Assert.All(
            call.Numbers, n => Assert.Equal(call.Context.App, appOf[(call.Operation.Contains("efund", StringComparison.Ordinal) ? "refund" : "transfer", n)])));
        Assert.Equal(apps, harness.Finance.Calls.Select(c => c.Context.App).Distinct().Order());
        var refundApps = refunds.ToDictionary(r => r.CauseNo, r => r.App);
        Assert.All(harness.Core.Progress, p => Assert.Equal(refundApps[p.Progress.CauseNo], p.Context.App));
        Assert.Equal(8, harness.Core.Outcomes.Count);
        Assert.Equal(apps, harness.Core.SettledContexts.Select(c => c.App).Distinct().Order());
        harness.AssertNothingFailed();
    }
}
