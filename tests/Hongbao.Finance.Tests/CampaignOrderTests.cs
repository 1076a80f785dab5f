using Hongbao.Contracts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Finance.Tests;

public abstract class CampaignOrderTests(SqlDialect dialect)
{
    [Fact]
    public async Task A_hold_puts_money_aside_once_and_what_is_left_is_given_back_once()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var hold = FinanceHarness.NewHold(7, 100);
        var release = FinanceHarness.NewHold(7, 40);

        Assert.Equal(FinanceStatus.Succeeded, (await finance.HoldAsync(hold)).Status);
        Assert.Equal(FinanceStatus.Succeeded, (await finance.HoldAsync(hold)).Status);
        Assert.Equal(100, await finance.BalanceAsync("campaign-hold:7"));
        Assert.Equal(FinanceStatus.Succeeded, (await finance.ReleaseAsync(release)).Status);
        Assert.Equal(FinanceStatus.Succeeded, (await finance.ReleaseAsync(release)).Status);

        Assert.Equal((60, -60), (await finance.BalanceAsync("campaign-hold:7"), await finance.BalanceAsync("outside")));
        var numbers = new NumberBatch { Numbers = [hold.HoldNo, 99] };
        Assert.Equal(
            [FinanceStatus.Succeeded, FinanceStatus.Pending], (await finance.Finance.QueryHoldsAsync(FinanceHarness.System, numbers, default)).Items.Select(a => a.Status));
        numbers = new NumberBatch { Numbers = [release.HoldNo, hold.HoldNo] };
        Assert.Equal(
            [FinanceStatus.Succeeded, FinanceStatus.Pending], (await finance.Finance.QueryReleasesAsync(FinanceHarness.System, numbers, default)).Items.Select(a => a.Status));
        await finance.AssertCleanAsync();
    }

    [Fact]
    public async Task Known_numbers_with_other_content_are_a_mismatch_and_change_nothing()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var hold = FinanceHarness.NewHold(7, 100);
        var release = FinanceHarness.NewHold(7, 10);
        var funding = FinanceHarness.NewFunding(7, 20);
        await finance.HoldAsync(hold);
        await finance.ReleaseAsync(release);
        await finance.FundAsync(funding);

        Assert.All((await finance.HoldAllAsync(hold with { Amount = 1 }, hold with { CampaignId = 8 }, hold with { Currency = "USD" })).Items,
            a => Assert.Equal(FinanceStatus.Mismatch, a.Status));
        Assert.All((await finance.ReleaseAllAsync(release with { Amount = 1 }, release with { CampaignId = 8 }, release with { Currency = "USD" })).Items,
            a => Assert.Equal(FinanceStatus.Mismatch, a.Status));
        Assert.All(
            (await finance.FundAllAsync(funding with { Amount = 1 }, funding with { CampaignId = 8 }, funding with { Currency = "USD" }, funding with { Uid = 2 })).Items,
            a => Assert.Equal(FinanceStatus.Mismatch, a.Status));

        Assert.Equal(70, await finance.BalanceAsync("campaign-hold"));
        await finance.AssertCleanAsync();
    }

    [Fact]
    public async Task What_can_never_be_carried_out_is_refused_for_good_and_says_why()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var hold = FinanceHarness.NewHold(7, 100);
        var funding = FinanceHarness.NewFunding(7, 100);
        var refund = FinanceHarness.NewRefund(funding, 10);

        var holds = await finance.HoldAllAsync(hold with { CampaignId = 0 }, hold with { HoldNo = 1, Amount = 0 }, hold with { HoldNo = 2, Currency = "x" });
        var fundings = await finance.FundAllAsync(funding with { Uid = 0 }, funding with { PacketNo = 1, CampaignId = -1 }, funding with { PacketNo = 0 });
        var refunds = await finance.RefundAllAsync(
            refund with { PayOrderNo = 5 }, refund with { RefundNo = 1, CampaignId = 0 }, refund with { RefundNo = 2, CampaignId = -1 }, refund with { RefundNo = 3, PayOrderNo = -1 });

        var all = holds.Items.Concat(fundings.Items).Concat(refunds.Items).ToArray();
        Assert.All(all, a => Assert.Equal(FinanceStatus.Refused, a.Status));
        Assert.Equal(
            ["campaignId", "amount", "currency", "uid", "campaignId", "number", "payOrderNo", "payOrderNo", "payOrderNo", "payOrderNo"],
            all.Select(a => a.Reason[..a.Reason.IndexOf(':', StringComparison.Ordinal)]));
        // What was refused stays refused, whatever comes under its number later.
        Assert.Equal(FinanceStatus.Refused, (await finance.HoldAsync(hold with { CampaignId = 0 })).Status);
        Assert.Equal(FinanceStatus.Mismatch, (await finance.HoldAsync(hold)).Status);
        await finance.AssertCleanAsync();
    }

    [Fact]
    public async Task A_release_of_more_than_there_is_is_refused_for_good()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        await finance.HoldAsync(FinanceHarness.NewHold(7, 100));
        var beyond = FinanceHarness.NewHold(7, 101);

        Assert.Equal(FinanceStatus.Refused, (await finance.ReleaseAsync(beyond)).Status);
        await finance.HoldAsync(FinanceHarness.NewHold(7, 100));

        Assert.Equal(FinanceStatus.Refused, (await finance.ReleaseAsync(beyond)).Status);
        Assert.Equal(200, await finance.BalanceAsync("campaign-hold:7"));
        await finance.AssertCleanAsync();
    }

    [Fact]
    public async Task A_funding_moves_the_hold_to_the_packets_escrow_once_and_its_transfers_follow()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        await finance.HoldAsync(FinanceHarness.NewHold(7, 100));
        var funding = FinanceHarness.NewFunding(7, 30);
        var transfer = FinanceHarness.NewTransfer(funding, 2002, 30);

        Assert.Equal(FinanceStatus.Pending, (await finance.TransferAsync(transfer)).Status);
        Assert.Equal(FinanceStatus.Succeeded, (await finance.FundAsync(funding)).Status);
        Assert.Equal(FinanceStatus.Succeeded, (await finance.FundAsync(funding)).Status);
        Assert.Equal(FinanceStatus.Succeeded, (await finance.TransferAsync(transfer)).Status);

        Assert.Equal((0, 30), await finance.WalletAsync(2002));
        Assert.Equal(70, await finance.BalanceAsync("campaign-hold:7"));
        Assert.Equal(FinanceStatus.Succeeded, (await finance.QueryFundingAsync(funding.PacketNo)).Status);
        Assert.Equal(FinanceStatus.Pending, (await finance.QueryFundingAsync(99)).Status);
        await finance.AssertCleanAsync();
    }

    [Fact]
    public async Task A_funding_waits_while_the_hold_is_short_and_succeeds_once_it_is_filled()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        await finance.HoldAsync(FinanceHarness.NewHold(7, 50));
        var sentAgain = FinanceHarness.NewFunding(7, 60);
        var left = FinanceHarness.NewFunding(7, 70);
        var small = FinanceHarness.NewFunding(7, 50);

        Assert.Equal(
            [FinanceStatus.Pending, FinanceStatus.Pending, FinanceStatus.Succeeded], (await finance.FundAllAsync(sentAgain, left, small)).Items.Select(a => a.Status));
        Assert.Equal("the campaign's hold has too little", (await finance.FundAsync(sentAgain)).Reason);
        await finance.HoldAsync(FinanceHarness.NewHold(7, 130));

        Assert.Equal(FinanceStatus.Succeeded, (await finance.FundAsync(sentAgain)).Status);
        await finance.UntilAsync(async () => (await finance.QueryFundingAsync(left.PacketNo)).Status == FinanceStatus.Succeeded);
        Assert.Equal((0, 180), (await finance.BalanceAsync("campaign-hold:7"), await finance.BalanceAsync("escrow")));
        await finance.AssertCleanAsync();
    }

    [Fact]
    public async Task A_packet_gets_its_money_from_a_payer_or_from_a_campaign()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var paid = await finance.PaidAsync(100);
        var funded = await finance.FundedAsync(100, held: 1000);
        var payment = FinanceHarness.NewPayment(100, funded.PacketNo);
        await finance.Finance.CreatePaymentAsync(FinanceHarness.System, payment, default);

        Assert.Equal(FinanceStatus.Refused, (await finance.FundAsync(FinanceHarness.NewFunding(funded.CampaignId, 100, paid.PacketNo))).Status);
        Assert.Equal(FinanceStatus.Closed, (await finance.PayAsync(payment)).Status);

        Assert.Equal(200, await finance.BalanceAsync("escrow"));
        await finance.AssertCleanAsync();
    }

    [Fact]
    public async Task A_packet_gets_money_once_also_from_both_at_the_same_time()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        await finance.HoldAsync(FinanceHarness.NewHold(7, 1000));
        for (var round = 0; round < 10; round++)
        {
            var funding = FinanceHarness.NewFunding(7, 10);
            var payment = FinanceHarness.NewPayment(10, funding.PacketNo);
            await finance.Finance.CreatePaymentAsync(FinanceHarness.System, payment, default);

            var fund = Task.Run(() => finance.FundAsync(funding));
            var pay = Task.Run(() => finance.PayAsync(payment));

            var ends = ((await fund).Status, (await pay).Status);
            Assert.True(ends is (FinanceStatus.Succeeded, FinanceStatus.Closed) or (FinanceStatus.Refused, FinanceStatus.Succeeded), ends.ToString());
            Assert.Equal(10, await finance.BalanceAsync($"escrow:{funding.PacketNo}"));
        }

        await finance.AssertCleanAsync();
    }

    [Fact]
    public async Task Concurrent_fundings_never_take_more_than_the_hold_has()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        await finance.HoldAsync(FinanceHarness.NewHold(7, 100));

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => finance.FundAsync(FinanceHarness.NewFunding(7, 30)))));

        Assert.Equal(3, answers.Count(a => a.Status == FinanceStatus.Succeeded));
        Assert.Equal(5, answers.Count(a => a.Status == FinanceStatus.Pending));
        Assert.Equal(10, await finance.BalanceAsync("campaign-hold:7"));
        await finance.AssertCleanAsync();
    }

    [Fact]
    public async Task A_refund_returns_to_the_campaign_and_never_exceeds_what_it_gave()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var funding = await finance.FundedAsync(100);
        // More money in escrow by hand than the funding brought.
        await finance.WriteAsync("update accounts set balance = balance + 1000 where account = @a", new { a = $"escrow:{funding.PacketNo}" });
        var first = FinanceHarness.NewRefund(funding, 60);
        var beyond = FinanceHarness.NewRefund(funding, 41);

        Assert.Equal(FinanceStatus.Succeeded, (await finance.RefundAsync(first)).Status);
        Assert.Equal(FinanceStatus.Succeeded, (await finance.RefundAsync(first)).Status);
        Assert.Equal(FinanceStatus.Mismatch, (await finance.RefundAsync(first with { CampaignId = 8 })).Status);
        Assert.Equal(FinanceStatus.Mismatch, (await finance.RefundAsync(first with { CampaignId = 0, PayOrderNo = 8 })).Status);
        var refused = await finance.RefundAsync(beyond);
        Assert.Equal((FinanceStatus.Refused, "more than the campaign gave"), (refused.Status, refused.Reason));
        Assert.Equal(FinanceStatus.Succeeded, (await finance.RefundAsync(FinanceHarness.NewRefund(funding, 40))).Status);

        Assert.Equal(100, await finance.BalanceAsync($"campaign-hold:{funding.CampaignId}"));
        Assert.Equal((0, 0), await finance.WalletAsync(FinanceHarness.Payer));
    }

    [Fact]
    public async Task Concurrent_refunds_of_one_funding_stay_within_it()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var funding = await finance.FundedAsync(100);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => finance.RefundAsync(FinanceHarness.NewRefund(funding, 30)))));

        Assert.Equal(3, answers.Count(a => a.Status == FinanceStatus.Succeeded));
        Assert.Equal(5, answers.Count(a => a.Status == FinanceStatus.Refused));
        Assert.Equal(90, await finance.BalanceAsync($"campaign-hold:{funding.CampaignId}"));
        await finance.AssertCleanAsync();
    }

    [Fact]
    public async Task A_refund_without_a_funding_of_its_packet_campaign_and_user_is_refused()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var funding = await finance.FundedAsync(100);
        var paid = await finance.PaidAsync(100);
        var refund = FinanceHarness.NewRefund(funding, 10);
        var mixed = FinanceHarness.NewRefund(paid, 10);

        var answers = await finance.RefundAllAsync(
            refund with { RefundNo = FinanceHarness.NewNumber(), PacketNo = 3 }, refund with { RefundNo = FinanceHarness.NewNumber(), CampaignId = 8 },
            refund with { RefundNo = FinanceHarness.NewNumber(), Uid = 2 }, refund with { RefundNo = FinanceHarness.NewNumber(), Currency = "USD" },
            refund with { RefundNo = FinanceHarness.NewNumber(), PacketNo = paid.PacketNo }, refund, mixed);

        Assert.All(answers.Items[..5], a => Assert.Equal(FinanceStatus.Refused, a.Status));
        Assert.All(answers.Items[5..], a => Assert.Equal(FinanceStatus.Succeeded, a.Status));
        Assert.Equal((10, 0), await finance.WalletAsync(FinanceHarness.Payer));
        await finance.AssertCleanAsync();
    }

    [Fact]
    public async Task A_refund_waits_for_a_funding_that_is_accepted_and_not_decided()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var funding = FinanceHarness.NewFunding(7, 100);
        Assert.Equal(FinanceStatus.Pending, (await finance.FundAsync(funding)).Status);
        var sentAgain = FinanceHarness.NewRefund(funding, 30);
        var left = FinanceHarness.NewRefund(funding, 20);

        Assert.All((await finance.RefundAllAsync(sentAgain, left)).Items, a => Assert.Equal((FinanceStatus.Pending, "the funding is not decided"), (a.Status, a.Reason)));
        Assert.Equal(FinanceStatus.Refused, (await finance.RefundAsync(FinanceHarness.NewRefund(funding, 1) with { CampaignId = 8 })).Status);
        await finance.HoldAsync(FinanceHarness.NewHold(7, 100));
        await finance.FundAsync(funding);

        Assert.Equal(FinanceStatus.Succeeded, (await finance.RefundAsync(sentAgain)).Status);
        await finance.UntilAsync(async () => (await finance.QueryRefundAsync(left.RefundNo)).Status == FinanceStatus.Succeeded);
        Assert.Equal(50, await finance.BalanceAsync("campaign-hold:7"));
        await finance.AssertCleanAsync();
    }

    [Fact]
    public async Task The_money_of_a_refused_refund_is_set_aside_and_counts_as_returned()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var funding = await finance.FundedAsync(100);
        await finance.MisbehaveAsync(new FinanceFault { Operation = "refund", RefusePermille = 1000 });
        var refused = FinanceHarness.NewRefund(funding, 40);
        Assert.Equal(FinanceStatus.Refused, (await finance.RefundAsync(refused)).Status);

        Assert.Equal(FinanceStatus.Mismatch, (await finance.SetAsideAsync(refused with { CampaignId = 8 })).Status);
        Assert.Equal(FinanceStatus.Succeeded, (await finance.SetAsideAsync(refused)).Status);
        Assert.Equal(FinanceStatus.Succeeded, (await finance.SetAsideAsync(refused)).Status);
        await finance.MisbehaveAsync();

        Assert.Equal((40, 0), (await finance.BalanceAsync("unclaimed"), await finance.BalanceAsync($"campaign-hold:{funding.CampaignId}")));
        Assert.Equal(FinanceStatus.Refused, (await finance.RefundAsync(FinanceHarness.NewRefund(funding, 61))).Status);
        Assert.Equal(FinanceStatus.Succeeded, (await finance.RefundAsync(FinanceHarness.NewRefund(funding, 60))).Status);
        await finance.AssertCleanAsync();
    }

    [Fact]
    public async Task A_campaigns_account_shows_what_went_through_it()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        await finance.HoldAsync(FinanceHarness.NewHold(7, 1000));
        await finance.HoldAsync(FinanceHarness.NewHold(7, 200));
        await finance.HoldAsync(FinanceHarness.NewHold(8, 5));
        var funding = FinanceHarness.NewFunding(7, 300);
        await finance.FundAsync(funding);
        await finance.FundAsync(FinanceHarness.NewFunding(7, 100_000));
        await finance.TransferAsync(FinanceHarness.NewTransfer(funding, 2002, 120));
        await finance.RefundAsync(FinanceHarness.NewRefund(funding, 80));
        await finance.MisbehaveAsync(new FinanceFault { Operation = "refund", RefusePermille = 1000 });
        var refused = FinanceHarness.NewRefund(funding, 100);
        await finance.RefundAsync(refused);
        await finance.SetAsideAsync(refused);
        await finance.ReleaseAsync(FinanceHarness.NewHold(7, 450));
        await finance.PayoutAsync(FinanceHarness.NewPayout(2002, 90));
        await finance.PayoutAsync(FinanceHarness.NewPayout(2002, 90));

        var account = await finance.CampaignAsync(7);

        Assert.Equal(
            new CampaignAccountResponse { Result = account.Result, Held = 1200, Funded = 300, Returned = 80, Released = 450, Balance = 530, Withdrawn = 90 }, account);
        Assert.True(account.Result.IsOk());
        var empty = await finance.CampaignAsync(9);
        Assert.Equal(new CampaignAccountResponse { Result = empty.Result, Withdrawn = 90 }, empty);
        Assert.Equal("campaignId", Assert.Single((await finance.CampaignAsync(0)).Result.Faults).Field);
        var wrong = await finance.Finance.GetCampaignAccountAsync(FinanceHarness.System, new CampaignAccountRequest { CampaignId = 7, Currency = "yuan" }, default);
        Assert.Equal("currency", Assert.Single(wrong.Result.Faults).Field);
        await finance.AssertCleanAsync();
    }

    [Fact]
    public async Task A_campaigns_account_by_hour_follows_the_wins_not_the_clock()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        await finance.HoldAsync(FinanceHarness.NewHold(7, 10_000));
        const long hour = 3_600_000;
        var fundings = new[] { (1 * hour, 300L), ((2 * hour) - 1, 200L), (2 * hour, 50L), (5 * hour, 40L) }.Select(static w => FinanceHarness.NewFunding(7, w.Item2) with { WonAtMs = w.Item1 }).ToArray();
        foreach (var funding in fundings)
        {
            await finance.FundAsync(funding);
            await finance.FundAsync(funding);
        }

        await finance.RefundAsync(FinanceHarness.NewRefund(fundings[1], 80));
        await finance.RefundAsync(FinanceHarness.NewRefund(fundings[3], 40));
        // Of another campaign, and one that waits for money.
        await finance.HoldAsync(FinanceHarness.NewHold(8, 10));
        await finance.FundAsync(FinanceHarness.NewFunding(8, 10) with { WonAtMs = hour });
        await finance.FundAsync(FinanceHarness.NewFunding(7, 100_000) with { WonAtMs = hour });

        var account = await finance.Finance.GetCampaignAccountAsync(
            FinanceHarness.System, new CampaignAccountRequest { CampaignId = 7, Currency = FinanceHarness.Cny, ByHour = true }, default);

        Assert.Equal([(hour, 500, 80), (2 * hour, 50, 0), (5 * hour, 40, 40)], account.Hours.Select(static h => (h.HourMs, h.Funded, h.Returned)));
        Assert.Equal((account.Funded, account.Returned), (account.Hours.Sum(static h => h.Funded), account.Hours.Sum(static h => h.Returned)));
        Assert.Empty((await finance.CampaignAsync(7)).Hours);
    }

    [Fact]
    public async Task Later_fundings_holds_and_releases_are_pending_and_decided_by_themselves()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        await finance.MisbehaveAsync([.. new[] { "hold", "fund", "release" }.Select(o => new FinanceFault { Operation = o, LaterPermille = 1000, LaterMs = 100 })]);
        var hold = FinanceHarness.NewHold(7, 100);
        Assert.Equal(FinanceStatus.Pending, (await finance.HoldAsync(hold)).Status);
        await finance.UntilAsync(async () => await finance.BalanceAsync("campaign-hold:7") == 100);
        var funding = FinanceHarness.NewFunding(7, 60);
        var release = FinanceHarness.NewHold(7, 40);

        Assert.Equal(FinanceStatus.Pending, (await finance.FundAsync(funding)).Status);
        Assert.Equal(FinanceStatus.Pending, (await finance.FundAsync(funding)).Status);
        Assert.Equal(FinanceStatus.Pending, (await finance.ReleaseAsync(release)).Status);
        // Accepted is not moved: the refund has to wait.
        Assert.Equal(FinanceStatus.Pending, (await finance.RefundAsync(FinanceHarness.NewRefund(funding, 10))).Status);

        await finance.UntilAsync(async () => await finance.ReadAsync<long>("select count(*) from orders where status = 1") == 0);
        Assert.Equal((10, 50), (await finance.BalanceAsync("campaign-hold:7"), await finance.BalanceAsync("escrow")));
        await finance.AssertCleanAsync();
    }

    [Fact]
    public async Task A_lost_answer_is_found_under_the_same_number()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        await finance.MisbehaveAsync([.. new[] { "hold", "fund", "release" }.Select(o => new FinanceFault { Operation = o, LostAnswerPermille = 1000 })]);
        var hold = FinanceHarness.NewHold(7, 100);
        var funding = FinanceHarness.NewFunding(7, 60);
        var release = FinanceHarness.NewHold(7, 40);

        Assert.Equal(ResultCode.Internal, (await finance.HoldAllAsync(hold)).Result.Code);
        Assert.Equal(ResultCode.Internal, (await finance.FundAllAsync(funding)).Result.Code);
        Assert.Equal(ResultCode.Internal, (await finance.ReleaseAllAsync(release)).Result.Code);
        await finance.MisbehaveAsync();

        Assert.Equal(FinanceStatus.Succeeded, (await finance.HoldAsync(hold)).Status);
        Assert.Equal(FinanceStatus.Succeeded, (await finance.QueryFundingAsync(funding.PacketNo)).Status);
        Assert.Equal(FinanceStatus.Succeeded, (await finance.ReleaseAsync(release)).Status);
        Assert.Equal((0, 60), (await finance.BalanceAsync("campaign-hold:7"), await finance.BalanceAsync("escrow")));
        await finance.AssertCleanAsync();
    }

    [Fact]
    public async Task A_hold_may_be_refused_for_good_a_funding_and_a_release_by_no_switch()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        await finance.MisbehaveAsync(new FinanceFault { Operation = "hold", RefusePermille = 1000 });
        var hold = FinanceHarness.NewHold(7, 100);

        Assert.Equal(FinanceStatus.Refused, (await finance.HoldAsync(hold)).Status);
        var refused = await finance.Operations.SetFaultsAsync(FinanceHarness.System, new FinanceFaults
        {
            Operations =
            [
                new FinanceFault { Operation = "fund", RefusePermille = 1 },
                new FinanceFault { Operation = "release", RefusePermille = 1, CallbackLostPermille = 1 },
                new FinanceFault { Operation = "hold", NotFoundPermille = 1, CallbackLatePermille = 1 },
                new FinanceFault { Operation = "payout", NotFoundPermille = 1, CallbackLostPermille = 1000, RefusePermille = 1, LaterMs = 1 },
            ],
        }, default);
        await finance.MisbehaveAsync();

        Assert.Equal(FinanceStatus.Refused, (await finance.HoldAsync(hold)).Status);
        Assert.Equal(0, await finance.BalanceAsync("campaign-hold:7"));
        Assert.Equal(
            [
                "operations[0].refusePermille", "operations[1].refusePermille", "operations[1].callbackLostPermille", "operations[2].notFoundPermille",
                "operations[2].callbackLatePermille", "operations[3].notFoundPermille",
            ],
            refused.Result.Faults.Select(f => f.Field));
    }

    [Fact]
    public async Task Fundings_are_called_back_holds_and_releases_are_not()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var funding = await finance.FundedAsync(100, held: 200);
        await finance.ReleaseAsync(FinanceHarness.NewHold(funding.CampaignId, 100));
        await finance.FundAsync(FinanceHarness.NewFunding(funding.CampaignId, 0));
        await finance.SendDueAsync();

        Assert.All(finance.Receiver.All, r => Assert.True(r.Genuine));
        Assert.Equal(
            ["fund SUCCEEDED 100", "fund REFUSED 0"],
            finance.Receiver.All.SelectMany(r => r.Items)
                .Select(i => $"{i.GetProperty("kind").GetString()} {i.GetProperty("status").GetString()} {i.GetProperty("amount").GetInt64()}"));
        Assert.Equal(funding.PacketNo.ToString(), finance.Receiver.All[0].Items[0].GetProperty("number").GetString());
    }
}

public sealed class CampaignOrderTestsOnSqlite() : CampaignOrderTests(SqlDialect.Sqlite);

public sealed class CampaignOrderTestsOnPostgres() : CampaignOrderTests(SqlDialect.Postgres);
