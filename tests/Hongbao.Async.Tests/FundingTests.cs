using Hongbao.Contracts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Async.Tests;

/// <summary>Packets that campaigns pay for: the campaign says that the win is its own, finance moves the money, and only then does anybody get any of it.</summary>
public sealed class FundingTests
{
    private static readonly SqlDialect[] Dialects = [SqlDialect.Sqlite, SqlDialect.Postgres];

    public static MatrixTheoryData<SqlDialect, FinanceStatus> Endless { get; } =
        new(Dialects, [FinanceStatus.Unknown, FinanceStatus.Pending, FinanceStatus.Mismatch, FinanceStatus.Closed]);

    public static MatrixTheoryData<SqlDialect, string, bool> Arrivals { get; } =
        new(Dialects, ["FCR", "FRC", "CFR", "CRF", "RFC", "RCF"], [true, false]);

    public static MatrixTheoryData<SqlDialect, string> NoAnswers { get; } = new(Dialects, ["throws", "refuses", "short", "other"]);

    [Theory, MemberData(nameof(Arrivals))]
    public async Task A_packets_orders_end_alike_in_whatever_order_they_come(SqlDialect dialect, string arrival, bool genuine)
    {
        foreach (var together in new[] { true, false })
        {
            await using var harness = await AsyncHarness.StartAsync(dialect);
            var funding = harness.NewFunding(genuine ? harness.NewWin(500) : harness.NewForgedWin(500));
            TransferWanted[] claims = [harness.NewClaim(funding, 120), harness.NewClaim(funding, 80, uid: 2003)];
            var refund = harness.NewRefund(funding, 300);
            foreach (var message in arrival)
            {
                await (message switch { 'F' => harness.SendAsync(funding), 'C' => harness.SendAsync(claims), _ => harness.SendAsync(refund) });
                if (!together)
                {
                    await harness.RunAsync();
                    await harness.AssertWholeAsync();
                }
            }

            await harness.AdvanceAsync(TimeSpan.FromSeconds(10));

            await harness.AssertEndedAsync(claims, [refund], [funding]);
            Assert.Equal(genuine ? (500L, 200L, 300L) : (0, 0, 0), (harness.Finance.SumMoved("fund"), harness.Finance.SumMoved("transfer"), harness.Finance.SumMoved("refund")));
            Assert.Equal(genuine ? OrderStatus.Succeeded : OrderStatus.Failed, (await harness.FundingOfAsync(funding)).State);
            Assert.All(await harness.TransfersAsync(), t => Assert.Equal(genuine ? OrderStatus.Succeeded : OrderStatus.Failed, t.State));
            Assert.Equal(genuine ? OrderStatus.Succeeded : OrderStatus.Void, (await harness.RefundOfAsync(refund.Cause, refund.CauseNo)).State);
            Assert.Equal(genuine ? [] : ["funding.forged"], await harness.AlertKindsAsync());
            // For a forged win money is never asked for.
            Assert.Equal(genuine, harness.Finance.Calls.Count > 0);
            harness.AssertNothingFailed();
        }
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task Finance_gets_the_funding_the_credit_and_the_campaigns_refund_as_they_were_asked_for(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var funding = harness.NewFunding(harness.NewWin(500, campaignId: 91));
        await harness.SendAsync(funding);
        await harness.SendAsync(harness.NewClaim(funding, 120));
        var refund = harness.NewRefund(funding, 380);
        await harness.SendAsync(refund);
        await harness.RunAsync();

        var call = Assert.Single(harness.Finance.Calls, c => c.Operation == "fund");
        Assert.Equal((AsyncHarness.Shop, harness.NowMs + harness.Options.FinanceTimeoutMs), (call.Context.App, call.Context.DeadlineMs));
        Assert.Equal(
            [new FundingOrder { PacketNo = funding.PacketNo, CampaignId = 91, Uid = AsyncHarness.Sender, Amount = 500, Currency = "CNY", WonAtMs = funding.Subsidy.IssuedAtMs }], call.Fundings);
        Assert.Equal(PacketKind.B2C, Assert.Single(harness.Finance.Calls.SelectMany(c => c.Transfers)).Kind);
        var back = Assert.Single(harness.Finance.Calls.SelectMany(c => c.Refunds));
        Assert.Equal((91L, 0L, funding.PacketNo, 380L), (back.CampaignId, back.PayOrderNo, back.PacketNo, back.Amount));
        Assert.Equal([funding.Subsidy], Assert.Single(harness.Campaigns.Questions));
    }

    [Theory, MemberData(nameof(Endless))]
    public async Task A_funding_with_no_final_answer_stays_and_nothing_of_its_packet_is_sent(SqlDialect dialect, FinanceStatus status)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect, o => o.DeadlineSeconds = 10);
        harness.Finance.Instead = call => Task.FromResult<OrderAnswers?>(call.Operation.Contains("und", StringComparison.Ordinal) ? FakeFinance.All(call, status) : null);
        var funding = harness.NewFunding();
        var claim = harness.NewClaim(funding);
        var refund = harness.NewRefund(funding, 400);
        await harness.SendAsync(claim);
        await harness.SendAsync(funding);
        await harness.SendAsync(refund);

        // Long past the deadline: age ends nothing.
        await harness.AdvanceAsync(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(5));

        await harness.AssertWholeAsync();
        Assert.Equal(OrderStatus.Pending, (await harness.FundingOfAsync(funding)).State);
        Assert.Equal([claim.ClaimNo], await harness.AwaitingAsync());
        Assert.Equal((0, 0, 0), (harness.Finance.CallsOf("transfer"), harness.Finance.CallsOf("queryTransfers"), harness.Finance.CallsOf("refund")));
        Assert.All(new[] { "fund", "queryFundings" }, o => Assert.True(harness.Finance.CallsOf(o) > 5));
        Assert.Single(harness.Finance.Calls.SelectMany(c => c.Fundings).Distinct());
        // The campaign said so once, and that was written down.
        Assert.Single(harness.Campaigns.Questions);
        string[] overdue = ["funding.overdue", "refund.overdue", "transfer.overdue"];
        Assert.Equal(status == FinanceStatus.Mismatch ? [.. overdue[..1], "order.mismatch", .. overdue[1..]] : overdue, await harness.AlertKindsAsync());

        harness.Finance.Instead = null;
        await harness.AdvanceAsync(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(5));
        Assert.Equal(OrderStatus.Succeeded, (await harness.TransferOfAsync(claim)).State);
        Assert.Equal([OrderStatus.Pending, OrderStatus.Succeeded], harness.Core.ProgressOf(refund.Cause, refund.CauseNo));
        Assert.Equal([1, 1, 1], harness.Finance.Moved().Values);
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task A_final_answer_to_the_question_ends_a_funding_and_its_transfers_go_at_once(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        harness.Finance.Decide = (kind, _) => kind == "fund" ? FinanceStatus.Pending : FinanceStatus.Succeeded;
        var funding = harness.NewFunding();
        var claim = harness.NewClaim(funding);
        await harness.SendAsync(funding);
        await harness.SendAsync(claim);
        await harness.AdvanceAsync(TimeSpan.FromSeconds(20));
        var sent = harness.Finance.CallsOf("fund");
        harness.Finance.End("fund", AsyncHarness.Shop, funding.PacketNo, FinanceStatus.Succeeded);

        await harness.SendAsync(Topics.OrdersDue, new OrdersDue { FundingNos = [funding.PacketNo, 12345] });
        await harness.RunAsync();

        Assert.Equal(sent, harness.Finance.CallsOf("fund"));
        Assert.Equal(OrderStatus.Succeeded, (await harness.TransferOfAsync(claim)).State);
        Assert.Empty(await harness.DueAsync());
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task Transfers_whose_money_came_late_are_looked_at_soon_also_by_a_process_that_never_sent_them(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        harness.Finance.Decide = (kind, _) => kind == "fund" ? FinanceStatus.Pending : FinanceStatus.Succeeded;
        var funding = harness.NewFunding();
        var claim = harness.NewClaim(funding);
        var refund = harness.NewRefund(funding, 400);
        await harness.SendAsync(funding);
        await harness.SendAsync(claim);
        await harness.SendAsync(refund);
        // Their next looks are eight seconds away.
        await harness.AdvanceAsync(TimeSpan.FromSeconds(33), TimeSpan.FromSeconds(1));
        harness.Finance.End("fund", AsyncHarness.Shop, funding.PacketNo, FinanceStatus.Succeeded);
        Assert.Equal(ResultCode.Ok, await harness.CallBackAsync(AsyncHarness.Notice(funding)));
        Assert.All(await harness.DueAsync(), d => Assert.Equal(harness.NowMs + harness.Options.CheckMs, d.NextCheckAt));

        await harness.RestartAsync();
        await harness.AdvanceAsync(TimeSpan.FromSeconds(2));

        await harness.AssertEndedAsync([claim], [refund], [funding]);
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task A_refused_funding_pays_nobody_and_opens_a_case(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        harness.Finance.Decide = (kind, _) => kind == "fund" ? FinanceStatus.Refused : FinanceStatus.Succeeded;
        var funding = harness.NewFunding();
        var before = harness.NewClaim(funding);
        var after = harness.NewClaim(funding, uid: 2003);
        var refund = harness.NewRefund(funding);
        await harness.SendAsync(before);
        await harness.SendAsync(funding);
        await harness.SendAsync(refund);
        await harness.RunAsync();
        await harness.SendAsync(after);
        await harness.AdvanceAsync(TimeSpan.FromSeconds(5));

        await harness.AssertEndedAsync([before, after], [refund], [funding]);
        Assert.Equal(["funding.refused"], await harness.AlertKindsAsync());
        Assert.Equal([$"funding.refused {funding.PacketNo}"], await harness.CasesAsync());
        Assert.Equal([OrderStatus.Failed, OrderStatus.Failed], harness.Core.Outcomes.ConvertAll(o => o.Status));
        Assert.Equal([OrderStatus.Pending, OrderStatus.Void], harness.Core.ProgressOf(refund.Cause, refund.CauseNo).Order());
        Assert.Equal(["the account is closed"], await harness.QueryAsync<string>("select reason from fundings"));
        Assert.Empty(harness.Finance.Moved());
        harness.AssertNothingFailed();
    }

    [Theory, MemberData(nameof(NoAnswers))]
    public async Task Without_an_answer_of_the_campaign_a_funding_waits_and_is_never_final(SqlDialect dialect, string trouble)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect, o => o.DeadlineSeconds = 10);
        VerifyWinsResponse No(VerifyWinsRequest request) => new() { Items = request.Items.ConvertAll(i => new WinVerdict { ExternalNo = i.ExternalNo }) };
        harness.Campaigns.Instead = request => trouble switch
        {
            "throws" => throw new IOException("campaign is down"),
            "refuses" => Task.FromResult<VerifyWinsResponse?>(No(request) with { Result = Result.Of(ResultCode.Overloaded) }),
            "short" => Task.FromResult<VerifyWinsResponse?>(new VerifyWinsResponse()),
            _ => Task.FromResult<VerifyWinsResponse?>(new VerifyWinsResponse { Items = [new WinVerdict { ExternalNo = "another" }] }),
        };
        var funding = harness.NewFunding();
        var claim = harness.NewClaim(funding, 500);
        await harness.SendAsync(funding);
        await harness.SendAsync(claim);
        await harness.AdvanceAsync(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(1));

        Assert.Equal((OrderStatus.Pending, null), ((await harness.FundingOfAsync(funding)).State, (await harness.FundingOfAsync(funding)).VerifiedAt));
        Assert.Empty(harness.Finance.Calls);
        Assert.True(harness.Campaigns.Questions.Count > 3);
        Assert.Equal(["funding.overdue", "transfer.overdue"], await harness.AlertKindsAsync());

        harness.Campaigns.Instead = null;
        await harness.AdvanceAsync(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1));
        await harness.AssertEndedAsync([claim], [], [funding]);
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task A_campaign_that_hangs_holds_nobody_up_beyond_its_time(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var hung = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var never = new TaskCompletionSource<VerifyWinsResponse?>();
        harness.Campaigns.Instead = _ =>
        {
            hung.TrySetResult();
            return never.Task;
        };
        var funding = harness.NewFunding();
        await harness.SendAsync(funding);

        var running = harness.RunAsync();
        await hung.Task.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.False(running.IsCompleted);
        harness.Campaigns.Instead = null;
        harness.Clock.Advance(TimeSpan.FromMilliseconds(harness.Options.CampaignTimeoutMs));
        await running.WaitAsync(TimeSpan.FromSeconds(10));

        Assert.Equal(OrderStatus.Pending, (await harness.FundingOfAsync(funding)).State);
        await harness.AdvanceAsync(TimeSpan.FromSeconds(3));
        Assert.Equal(OrderStatus.Succeeded, (await harness.FundingOfAsync(funding)).State);
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task A_win_with_any_other_content_than_the_campaigns_is_forged(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var win = () => harness.NewWin();
        FundingWanted[] forged =
        [
            harness.NewFunding(win() with { Amount = 50_000 }), harness.NewFunding(win() with { Uid = 3 }), harness.NewFunding(win() with { CampaignId = 4 }),
            harness.NewFunding(win() with { Currency = "USD" }), harness.NewFunding(win() with { ExpiresAtMs = 5 }), harness.NewFunding(win() with { IssuedAtMs = 6 }),
            harness.NewFunding(win() with { App = "other" }),
        ];
        var genuine = harness.NewFunding();
        await harness.SendAsync([.. forged, genuine]);
        await harness.RunAsync();

        Assert.Equal([genuine.PacketNo], harness.Finance.Calls.SelectMany(c => c.Numbers));
        Assert.All(forged, f => Assert.Equal(FinanceStatus.Unknown, harness.Finance.StatusOf("fund", f.Subsidy.App, f.PacketNo)));
        Assert.Equal(forged.Select(f => $"{f.PacketNo}").Order(), (await harness.AlertsAsync()).Select(a => a.Key).Order());
        Assert.Equal(["funding.forged"], await harness.AlertKindsAsync());
        // Alerts show no external number: it names the user.
        Assert.All(await harness.QueryAsync<string>("select text from alerts"), t => Assert.DoesNotMatch($@"(?<!\d){AsyncHarness.Sender}(?!\d)", t));
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task Fundings_that_come_again_are_made_once_and_other_content_or_another_packet_for_the_win_alerts(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var funding = harness.NewFunding();
        await harness.SendAsync(funding, funding);
        await harness.SendAsync(funding);
        await harness.RunAsync();
        await harness.SendAsync(harness.NewFunding(), funding);
        await harness.RunAsync();
        Assert.Equal(2, (await harness.FundingsAsync()).Count);
        Assert.Equal(1000, harness.Finance.SumMoved("fund"));
        Assert.Equal(2, harness.Finance.Calls.Sum(c => c.Numbers.Count));
        Assert.Empty(await harness.AlertsAsync());

        var second = harness.NewFunding(funding.Subsidy);
        await harness.SendAsync(funding with { Subsidy = funding.Subsidy with { Amount = 501 } }, second);
        await harness.RunAsync();
        Assert.Equal(["order.mismatch"], await harness.AlertKindsAsync());
        Assert.Equal(new[] { funding.PacketNo, second.PacketNo }.Order(), (await harness.AlertsAsync()).Select(a => long.Parse(a.Key)).Order());
        Assert.Equal(1000, harness.Finance.SumMoved("fund"));
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task A_funding_whose_message_is_lost_is_pulled(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var fundings = Enumerable.Range(0, 1203).Select(_ => harness.NewFunding()).ToList();
        var claim = harness.NewClaim(fundings[700], 500);
        harness.Core.Hold(fundings, harness.NowMs);
        await harness.SendAsync(claim);
        await harness.AdvanceAsync(TimeSpan.FromSeconds(29), TimeSpan.FromSeconds(10));
        Assert.Empty(await harness.FundingsAsync());
        Assert.Equal([claim.ClaimNo], await harness.AwaitingAsync());

        await harness.AdvanceAsync(TimeSpan.FromSeconds(33), TimeSpan.FromSeconds(3));

        Assert.All(await harness.FundingsAsync(), f => Assert.Equal(OrderStatus.Succeeded, f.State));
        Assert.Equal(1203, harness.Finance.Moved().Count(m => m.Key.Kind == "fund"));
        Assert.Equal(OrderStatus.Succeeded, (await harness.TransferOfAsync(claim)).State);
        // Passes go on, and write nothing about what is known.
        var (pulls, writes) = (harness.Core.FundingPulls, harness.Store.Writes);
        await harness.AdvanceAsync(TimeSpan.FromSeconds(31), TimeSpan.FromSeconds(31));
        Assert.True(harness.Core.FundingPulls > pulls);
        Assert.InRange(harness.Store.Writes - writes, 0, 4);
        Assert.Equal(1203, (await harness.FundingsAsync()).Count);
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task Callbacks_end_fundings_once_and_a_word_against_their_end_alerts(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        harness.Finance.Decide = (kind, _) => kind == "fund" ? FinanceStatus.Pending : FinanceStatus.Succeeded;
        var (good, bad) = (harness.NewFunding(), harness.NewFunding());
        TransferWanted[] claims = [harness.NewClaim(good), harness.NewClaim(bad)];
        await harness.SendAsync(good, bad);
        await harness.SendAsync(claims);
        await harness.RunAsync();

        Assert.Equal(ResultCode.NotFound, await harness.CallBackAsync(AsyncHarness.Notice(good) with { App = "other" }));
        Assert.Equal(ResultCode.NotFound, await harness.CallBackAsync(AsyncHarness.Notice(good) with { Kind = "payout" }));
        Assert.Equal(ResultCode.ValidationFailed, await harness.CallBackAsync(AsyncHarness.Notice(bad), AsyncHarness.Notice(good) with { Amount = 499 }));
        Assert.All(await harness.FundingsAsync(), f => Assert.Equal(OrderStatus.Pending, f.State));

        harness.Finance.End("fund", AsyncHarness.Shop, good.PacketNo, FinanceStatus.Succeeded);
        Assert.Equal(ResultCode.Ok, await harness.CallBackAsync(AsyncHarness.Notice(good), AsyncHarness.Notice(bad, "REFUSED")));
        await harness.RunAsync();
        Assert.Equal([OrderStatus.Succeeded, OrderStatus.Failed], (await harness.TransfersAsync()).ConvertAll(t => t.State));
        Assert.Empty(await harness.RefundsAsync());
        Assert.Equal(["funding.refused", "order.mismatch"], await harness.AlertKindsAsync());

        var writes = harness.Store.Writes;
        Assert.Equal(ResultCode.Ok, await harness.CallBackAsync(AsyncHarness.Notice(good), AsyncHarness.Notice(bad, "REFUSED")));
        Assert.Equal(writes, harness.Store.Writes);
        Assert.Equal(ResultCode.Ok, await harness.CallBackAsync(AsyncHarness.Notice(good, "REFUSED")));
        Assert.Equal(ResultCode.Ok, await harness.CallBackAsync(AsyncHarness.Notice(bad)));
        await harness.RunAsync();
        Assert.Equal(2, (await harness.AlertsAsync()).Count(a => a.Kind == "order.contradiction"));
        Assert.Equal([OrderStatus.Succeeded, OrderStatus.Failed], [(await harness.FundingOfAsync(good)).State, (await harness.FundingOfAsync(bad)).State]);
        Assert.Equal([OrderStatus.Succeeded, OrderStatus.Failed], (await harness.TransfersAsync()).ConvertAll(t => t.State));
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task Two_final_answers_that_differ_end_no_funding_and_alert(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        harness.Finance.Instead = call => Task.FromResult<OrderAnswers?>(new OrderAnswers
        {
            Items = [.. FakeFinance.All(call, FinanceStatus.Succeeded).Items, .. FakeFinance.All(call, FinanceStatus.Refused).Items],
        });
        var funding = harness.NewFunding();
        await harness.SendAsync(funding);
        await harness.RunAsync();

        Assert.Equal(OrderStatus.Pending, (await harness.FundingOfAsync(funding)).State);
        Assert.Equal(["order.contradiction"], await harness.AlertKindsAsync());
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task A_refused_transfer_of_a_funded_packet_gives_its_share_back_to_the_campaign(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        harness.Finance.Decide = (kind, _) => kind == "transfer" ? FinanceStatus.Refused : FinanceStatus.Succeeded;
        var funding = harness.NewFunding();
        var claim = harness.NewClaim(funding, 500);
        await harness.SendAsync(claim);
        await harness.SendAsync(funding);
        await harness.RunAsync();

        var refund = await harness.RefundOfAsync(RefundCause.FailedClaim, claim.ClaimNo);
        Assert.Equal((OrderStatus.Succeeded, 77L, 0L, 500L), (refund.State, refund.CampaignId, refund.PayOrderNo, refund.Amount));
        await harness.AssertEndedAsync([claim], [], [funding]);
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task A_refused_refund_of_a_campaigns_money_is_set_aside_as_any_other(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        harness.Finance.Decide = (kind, _) => kind == "refund" ? FinanceStatus.Refused : FinanceStatus.Succeeded;
        var funding = harness.NewFunding();
        var refund = harness.NewRefund(funding, 500);
        await harness.SendAsync(refund);
        await harness.SendAsync(funding);
        await harness.AdvanceAsync(TimeSpan.FromSeconds(2));

        Assert.Equal(500, harness.Finance.SumMoved("setAside"));
        Assert.Equal([77L], harness.Finance.Calls.Where(c => c.Operation == "setAside").SelectMany(c => c.Refunds).Select(r => r.CampaignId));
        await harness.AssertEndedAsync([], [refund], [funding]);
    }

    [Theory, InlineData(SqlDialect.Sqlite, 2), InlineData(SqlDialect.Sqlite, 3), InlineData(SqlDialect.Postgres, 2), InlineData(SqlDialect.Postgres, 3)]
    public async Task What_a_fundings_end_missed_is_found_by_the_scan(SqlDialect dialect, int state)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var funding = harness.NewFunding();
        var claim = harness.NewClaim(funding);
        var refund = harness.NewRefund(funding, 400);
        await harness.SendAsync(claim);
        await harness.SendAsync(refund);
        await harness.RunAsync();
        // Written and ended by another process while these were being written.
        await harness.ExecuteAsync($"""
            insert into fundings (packet_no, slot, app, campaign_id, external_no, uid, amount, currency, issued_at, expires_at, state, created_at, updated_at)
            values ({funding.PacketNo}, 0, 'shop', 77, 'x', 1, 500, 'CNY', 1, 2, {state}, 0, 0)
            """);
        await harness.Finance.FundAsync(
            CallContext.ForSystem(AsyncHarness.Shop), new FundingBatch { Items = [new FundingOrder { PacketNo = funding.PacketNo, Amount = 500, Currency = "CNY" }] }, default);

        await harness.AdvanceAsync(TimeSpan.FromSeconds(5));

        var paid = state == (int)OrderStatus.Succeeded;
        Assert.Equal(paid ? OrderStatus.Succeeded : OrderStatus.Failed, (await harness.TransferOfAsync(claim)).State);
        Assert.Equal(paid ? OrderStatus.Succeeded : OrderStatus.Void, (await harness.RefundOfAsync(refund.Cause, refund.CauseNo)).State);
        Assert.Equal(paid ? 500 : 0, harness.Finance.SumMoved("transfer") + harness.Finance.SumMoved("refund"));
        Assert.Empty(await harness.AwaitingAsync());
        Assert.Empty(await harness.DueAsync());
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task What_senders_pay_for_asks_nothing_about_fundings(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        // Any statement about them would fail.
        await harness.ExecuteAsync("alter table fundings rename to fundings_hidden");
        await harness.ExecuteAsync("alter table awaiting_funding rename to awaiting_hidden");
        try
        {
            harness.Finance.Decide = (kind, number) => (number & 1) == 0 ? FinanceStatus.Pending : FinanceStatus.Refused;
            await harness.SendAsync([.. harness.NewClaims(6)]);
            await harness.SendAsync(harness.NewRefund());
            await harness.RunAsync();
            harness.Finance.Open().ForEach(o => harness.Finance.End(o.Kind, o.App, o.Number, FinanceStatus.Succeeded));
            await harness.SendAsync(Topics.OrdersDue, new OrdersDue { TransferNos = (await harness.TransfersAsync()).ConvertAll(t => t.TransferNo) });
            await harness.AdvanceAsync(TimeSpan.FromSeconds(4));
            Assert.All(await harness.TransfersAsync(), t => Assert.NotEqual(OrderStatus.Pending, t.State));
            harness.AssertNothingFailed();
        }
        finally
        {
            await harness.ExecuteAsync("alter table fundings_hidden rename to fundings");
            await harness.ExecuteAsync("alter table awaiting_hidden rename to awaiting_funding");
        }
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task Core_learns_how_fundings_are_by_asking(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var (good, forged) = (harness.NewFunding(), harness.NewFunding(harness.NewForgedWin()));
        await harness.SendAsync(good, forged);
        await harness.RunAsync();
        harness.Campaigns.IsDown = true;
        var open = harness.NewFunding();
        await harness.SendAsync(open);
        await harness.RunAsync();

        var answer = await harness.Contract.GetFundingResultsAsync(
            new CallContext(), new NumberedResultsRequest { Numbers = [1, open.PacketNo, good.PacketNo, forged.PacketNo] }, default);

        Assert.Equal(
            [(1L, OrderStatus.None), (open.PacketNo, OrderStatus.Pending), (good.PacketNo, OrderStatus.Succeeded), (forged.PacketNo, OrderStatus.Failed)],
            answer.Items.ConvertAll(i => (i.Number, i.Status)));
        Assert.Equal(
            ResultCode.ValidationFailed,
            (await harness.Contract.GetFundingResultsAsync(new CallContext(), new NumberedResultsRequest { Numbers = [.. Enumerable.Range(1, 1001).Select(n => (long)n)] }, default)).Result.Code);
    }
}
