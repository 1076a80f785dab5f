using Hongbao.Contracts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Tests;

/// <summary>What a user was given and does not have yet, when he withdraws.</summary>
public sealed class WithdrawalCreditTests
{
    private const long User = Withdrawing.User;

    [Theory, BothStores]
    public async Task Credits_that_end_on_the_way_can_be_withdrawn_at_once(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var packets = new[] { await SubsidizedAsync(harness, 800), await SubsidizedAsync(harness, 600), await SubsidizedAsync(harness, 400) };
        foreach (var packetNo in packets)
        {
            await harness.ClaimedAsync(packetNo, User);
            await harness.ClaimedAsync(packetNo, User + 1);
        }

        var wanted = (await harness.TransfersWantedAsync()).Where(t => t.Uid == User).OrderBy(t => t.ClaimNo).ToList();
        harness.Async.InsteadOfAdvance = request =>
        {
            harness.Reward(request.Transfers[0].Amount);
            return Task.FromResult(new TransferResultsResponse
            {
                Items = [Outcome(request.Transfers[1], OrderStatus.Failed), Outcome(request.Transfers[0], OrderStatus.Succeeded), Outcome(request.Transfers[2], OrderStatus.Pending)],
            });
        };

        var made = await harness.WithdrawnAsync(Withdrawing.Request(wanted[0].Amount));

        var (context, asked) = Assert.Single(harness.Async.Advances);
        Assert.Equal((0L, "default"), (context.Uid, context.App));
        Assert.Equal(wanted, asked.Transfers);
        Assert.Equal([.. (await harness.SentAsync<FundingsRequested>(Topics.FundingsRequested)).SelectMany(f => f.Items)], asked.Fundings.OrderBy(f => f.PacketNo));
        Assert.Equal(
            [ClaimStatus.Transferred, ClaimStatus.Failed, ClaimStatus.Claimed],
            await harness.ReadAllAsync<ClaimStatus>("select state from claims where uid = @User order by claim_no", new { User }));
        Assert.Equal([wanted[2].ClaimNo], await harness.ReadAllAsync<long>("select claim_no from reward_credits where uid = @User", new { User }));
        Assert.Equal(3, await harness.ReadAsync<int>("select count(*) from reward_credits where uid <> @User", new { User }));
        Assert.Equal(WithdrawalStatus.Pending, made.Status);
        Assert.Empty(harness.AlertKinds());

        // The message about them comes later, and changes nothing.
        await harness.DeliverAsync(Topics.TransfersSettled, new TransfersSettled { Items = [Outcome(wanted[0], OrderStatus.Succeeded), Outcome(wanted[1], OrderStatus.Failed)] });
        Assert.Empty(harness.AlertKinds());
    }

    [Theory]
    [InlineData("throws")]
    [InlineData("hangs")]
    [InlineData("degraded")]
    public async Task Without_an_answer_what_is_on_its_way_cannot_be_withdrawn_and_the_rest_can(string silence)
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite);
        await harness.ClaimedAsync(await SubsidizedAsync(harness, 800), User);
        harness.Reward(50);
        harness.Clock.TimerSpeed = 50;
        harness.Async.InsteadOfAdvance = request => silence switch
        {
            "throws" => throw new InvalidOperationException("Async is down"),
            "hangs" => new TaskCompletionSource<TransferResultsResponse>().Task,
            _ => Task.FromResult(new TransferResultsResponse { Result = Result.Of(ResultCode.Degraded), Items = [Outcome(request.Transfers[0], OrderStatus.Succeeded)] }),
        };

        Assert.Equal(ResultCode.InsufficientFunds, await harness.RefusedAsync(Withdrawing.Request(51)).WaitAsync(TimeSpan.FromSeconds(20)));
        await harness.WithdrawnAsync(Withdrawing.Request(50)).WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(2, harness.Async.Advances.Count);
        Assert.Equal(1, await harness.ReadAsync<int>("select count(*) from reward_credits"));
        Assert.Equal(ClaimStatus.Claimed, await harness.ReadAsync<ClaimStatus>("select state from claims"));
    }

    [Fact]
    public async Task The_wait_for_credits_has_an_end_that_leaves_time_for_the_balance()
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite, o => o.WithdrawAdvanceMs = 1500);
        await harness.ClaimedAsync(await SubsidizedAsync(harness, 800), User);
        harness.Reward(1000);
        var before = harness.Clock.GetUtcNow().ToUnixTimeMilliseconds();

        foreach (var deadline in new[] { 0, before + 60_000, before + 1000 })
        {
            await harness.Core.CreateWithdrawalAsync(CoreHarness.As(User) with { DeadlineMs = deadline }, Withdrawing.Request(), default);
        }

        var after = harness.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        var told = harness.Async.Advances.Select(a => a.Context.DeadlineMs).ToArray();
        Assert.InRange(told[0], before + 1500, after + 1500);
        Assert.InRange(told[1], before + 1500, after + 1500);
        Assert.InRange(told[2], before + 500, before + 500 + (after - before));
    }

    [Theory, BothStores]
    public async Task Only_the_oldest_of_a_users_own_credits_of_that_currency_are_asked_for(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect, o => o.Currencies = ["CNY", "JPY"]);
        harness.Reward(1000);
        // What a sender paid for is no reward.
        await harness.ClaimedAsync(await harness.ActiveAsync(), User);
        await harness.WithdrawnAsync();
        Assert.Empty(harness.Async.Advances);

        var packetNo = await SubsidizedAsync(harness, 800);
        async Task CreditsAsync(long from, int count, long uid, string currency, string app)
        {
            for (var no = from; no < from + count; no++)
            {
                await harness.WriteAsync("""
                    insert into reward_credits (claim_no, slot, app, uid, packet_no, seq, amount, currency, claimed_at) values (@no, 0, @app, @uid, @packetNo, 1, 1, @currency, 1)
                    """, new { no, app, uid, packetNo, currency });
            }
        }

        await CreditsAsync(1000, 1, User + 1, "CNY", "default");
        await CreditsAsync(1001, 1, User, "JPY", "default");
        await CreditsAsync(1002, 1, User, "CNY", "other");
        await CreditsAsync(2000, 201, User, "CNY", "default");
        await harness.WithdrawnAsync();

        var asked = Assert.Single(harness.Async.Advances).Request;
        Assert.Equal(Enumerable.Range(2000, 200).Select(no => (long)no), asked.Transfers.Select(t => t.ClaimNo));
        Assert.Equal(packetNo, Assert.Single(asked.Fundings).PacketNo);
    }

    [Fact]
    public async Task Claims_that_cannot_be_ended_just_now_keep_nobody_from_withdrawing()
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite);
        await harness.ClaimedAsync(await SubsidizedAsync(harness, 800), User);
        harness.Reward(1000);
        harness.Async.InsteadOfAdvance = request =>
        {
            harness.Main.Store.Refuse(StoreFault.Transient);
            return Task.FromResult(new TransferResultsResponse { Items = [Outcome(request.Transfers[0], OrderStatus.Succeeded)] });
        };

        await harness.WithdrawnAsync();

        Assert.Equal(ClaimStatus.Claimed, await harness.ReadAsync<ClaimStatus>("select state from claims"));
    }

    private static TransferOutcome Outcome(TransferWanted transfer, OrderStatus status) => new() { ClaimNo = transfer.ClaimNo, PacketNo = transfer.PacketNo, Status = status };

    /// <summary>A packet that a campaign pays for.</summary>
    private static Task<long> SubsidizedAsync(CoreHarness harness, long amount) => harness.SubsidizedAsync(Wins.New(harness, amount: amount), count: 4);
}
