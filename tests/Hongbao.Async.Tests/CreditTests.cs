using Hongbao.Contracts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Async.Tests;

/// <summary>Credits that somebody waits for are advanced now, without hints, scans or messages, and no longer than he waits.</summary>
public sealed class CreditTests
{
    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task With_everything_missing_it_is_written_funded_and_paid_in_the_call(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var (first, second) = (harness.NewFunding(), harness.NewFunding());
        TransferWanted[] claims = [harness.NewClaim(first, 500), harness.NewClaim(second, 500), harness.NewClaim(70)];

        var answer = await AdvanceAsync(harness, claims, [first, second]);

        Assert.Equal(ResultCode.Ok, answer.Result.Code);
        Assert.Equal(claims.Select(c => (c.ClaimNo, c.PacketNo, OrderStatus.Succeeded)), answer.Items.Select(i => (i.ClaimNo, i.PacketNo, i.Status)));
        Assert.Equal(["fund", "transfer"], harness.Finance.Calls.Select(c => c.Operation));
        Assert.Empty(harness.Finance.TooEarly);
        // A repetition asks nobody and writes nothing.
        var writes = harness.Store.Writes;
        answer = await AdvanceAsync(harness, claims, [first, second]);
        Assert.All(answer.Items, i => Assert.Equal(OrderStatus.Succeeded, i.Status));
        Assert.Equal((2, writes), (harness.Finance.Calls.Count, harness.Store.Writes));
        // And so does what comes late of Core's messages.
        await harness.SendAsync(first, second);
        await harness.SendAsync(claims);
        await harness.AdvanceAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(2, harness.Finance.Calls.Count);
        await harness.AssertEndedAsync(claims, [], [first, second]);
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task What_others_wait_for_of_the_same_packet_is_sent_after_it(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var funding = harness.NewFunding();
        var (mine, other) = (harness.NewClaim(funding, 100), harness.NewClaim(funding, 200, uid: 2003));
        var refund = harness.NewRefund(funding, 200);
        await harness.SendAsync(mine, other);
        await harness.SendAsync(refund);
        await harness.RunAsync();

        var answer = await AdvanceAsync(harness, [mine], [funding]);

        Assert.Equal([OrderStatus.Succeeded], answer.Items.ConvertAll(i => i.Status));
        Assert.Equal([mine.ClaimNo], harness.Finance.Calls.Where(c => c.Operation == "transfer").SelectMany(c => c.Numbers));
        await harness.RunAsync();
        Assert.Equal([mine.ClaimNo, other.ClaimNo], harness.Finance.Calls.Where(c => c.Operation == "transfer").SelectMany(c => c.Numbers));
        await harness.AssertEndedAsync([mine, other], [refund], [funding]);
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task With_its_deadline_over_it_writes_what_is_missing_and_asks_nobody(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var funding = harness.NewFunding();
        TransferWanted[] claims = [harness.NewClaim(funding, 500), harness.NewClaim(70)];

        var answer = await AdvanceAsync(harness, claims, [funding], patienceMs: -1);

        Assert.Equal([OrderStatus.Pending, OrderStatus.Pending], answer.Items.ConvertAll(i => i.Status));
        Assert.Empty(harness.Finance.Calls);
        Assert.Empty(harness.Campaigns.Questions);
        // They go their usual ways, at once.
        await harness.RunAsync();
        await harness.AssertEndedAsync(claims, [], [funding]);
    }

    [Theory, InlineData("verify"), InlineData("fund"), InlineData("transfer")]
    public async Task Whoever_hangs_is_left_at_the_deadline(string operation)
    {
        await using var harness = await AsyncHarness.StartAsync(SqlDialect.Sqlite, o => (o.FinanceTimeoutMs, o.CampaignTimeoutMs) = (60_000, 60_000));
        var hung = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<T> Hang<T>()
        {
            hung.TrySetResult();
            return new TaskCompletionSource<T>().Task;
        }

        harness.Finance.Instead = call => call.Operation == operation ? Hang<OrderAnswers?>() : Task.FromResult<OrderAnswers?>(null);
        harness.Campaigns.Instead = _ => operation == "verify" ? Hang<VerifyWinsResponse?>() : Task.FromResult<VerifyWinsResponse?>(null);
        var funding = harness.NewFunding();
        var claim = harness.NewClaim(funding, 500);

        var advancing = AdvanceAsync(harness, [claim], [funding], patienceMs: 700);
        await hung.Task.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.False(advancing.IsCompleted);
        harness.Clock.Advance(TimeSpan.FromMilliseconds(700));
        var answer = await advancing.WaitAsync(TimeSpan.FromSeconds(10));

        Assert.Equal([OrderStatus.Pending], answer.Items.ConvertAll(i => i.Status));
        (harness.Finance.Instead, harness.Campaigns.Instead) = (null, null);
        await harness.AdvanceAsync(TimeSpan.FromSeconds(3));
        await harness.AssertEndedAsync([claim], [], [funding]);
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task Without_answers_credits_stay_pending_and_a_forged_packets_fail(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var (funding, forged) = (harness.NewFunding(), harness.NewFunding(harness.NewForgedWin()));
        TransferWanted[] claims = [harness.NewClaim(funding, 500), harness.NewClaim(forged, 500)];
        harness.Campaigns.IsDown = true;
        Assert.All((await AdvanceAsync(harness, claims, [funding, forged])).Items, i => Assert.Equal(OrderStatus.Pending, i.Status));
        Assert.Empty(harness.Finance.Calls);

        harness.Campaigns.IsDown = false;
        harness.Finance.Instead = _ => throw new IOException("finance is down");
        Assert.Equal([OrderStatus.Pending, OrderStatus.Failed], (await AdvanceAsync(harness, claims, [])).Items.ConvertAll(i => i.Status));

        harness.Finance.Instead = null;
        Assert.Equal([OrderStatus.Succeeded, OrderStatus.Failed], (await AdvanceAsync(harness, claims, [])).Items.ConvertAll(i => i.Status));
        await harness.RunAsync();
        await harness.AssertEndedAsync(claims, [], [funding, forged]);
    }

    [Fact]
    public async Task More_than_two_hundred_are_refused_by_name_and_nothing_is_written()
    {
        await using var harness = await AsyncHarness.StartAsync(SqlDialect.Sqlite);
        var funding = harness.NewFunding();
        var tooMany = await AdvanceAsync(harness, [.. harness.NewClaims(201)], []);
        Assert.Equal((ResultCode.ValidationFailed, "transfers"), (tooMany.Result.Code, Assert.Single(tooMany.Result.Faults).Field));
        tooMany = await AdvanceAsync(harness, [], [.. Enumerable.Repeat(funding, 201)]);
        Assert.Equal((ResultCode.ValidationFailed, "fundings"), (tooMany.Result.Code, Assert.Single(tooMany.Result.Faults).Field));
        Assert.Empty(await harness.TransfersAsync());
        Assert.Empty(await harness.FundingsAsync());
    }

    private static Task<TransferResultsResponse> AdvanceAsync(AsyncHarness harness, TransferWanted[] claims, FundingWanted[] fundings, int patienceMs = 2000) =>
        harness.Contract.AdvanceCreditsAsync(
            CallContext.ForSystem(AsyncHarness.Shop, harness.Clock.GetUtcNow().AddMilliseconds(patienceMs)),
            new AdvanceCreditsRequest { Transfers = [.. claims], Fundings = [.. fundings] }, default);
}
