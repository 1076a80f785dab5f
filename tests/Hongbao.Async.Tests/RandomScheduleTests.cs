using Hongbao.Contracts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Async.Tests;

/// <summary>
/// Finance fails, hangs up, loses answers, decides late, refuses, answers in part and says "not found"; callbacks are lost, repeated and late;
/// messages are lost; commits fail; processes die. In the end every order has one end and money moved at most once a number.
/// </summary>
public sealed class RandomScheduleTests(ITestOutputHelper output)
{
    [Theory, InlineData(SqlDialect.Sqlite, 1, 8), InlineData(SqlDialect.Postgres, 101, 3)]
    public async Task Every_order_ends_once_and_its_money_moves_at_most_once(SqlDialect dialect, int first, int count)
    {
        for (var seed = first; seed < first + count; seed++)
        {
            try
            {
                await RunAsync(dialect, seed);
            }
            catch (Exception e)
            {
                output.WriteLine($"seed {seed}: {e.Message}");
                throw;
            }
        }
    }

    private static async Task RunAsync(SqlDialect dialect, int seed)
    {
        var dice = new Random(seed);
        await using var harness = await AsyncHarness.StartAsync(dialect, o => o.PullAfterMs = 5000, seed);
        var finance = harness.Finance;
        var callbacks = new List<FinanceCallbackRequest>();
        var calm = false;
        finance.Decide = (kind, _) => dice.Next(100) switch
        {
            < 30 when !calm => FinanceStatus.Pending,
            < 50 when kind != "setAside" => FinanceStatus.Refused,
            _ => FinanceStatus.Succeeded,
        };
        finance.Instead = call => calm ? Task.FromResult<OrderAnswers?>(null) : dice.Next(100) switch
        {
            < 10 => throw new IOException("finance is down"),
            < 16 => Task.FromResult<OrderAnswers?>(FakeFinance.All(call, FinanceStatus.Unknown)),
            < 20 => Task.FromResult<OrderAnswers?>(FakeFinance.All(call, FinanceStatus.Refused) with { Result = Result.Of(ResultCode.Overloaded) }),
            < 30 when call.Operation.StartsWith("query", StringComparison.Ordinal) => Task.FromResult<OrderAnswers?>(FakeFinance.All(call, FinanceStatus.Pending, "not found")),
            _ => Task.FromResult<OrderAnswers?>(null),
        };
        finance.Afterwards = (_, answers) => calm ? answers : dice.Next(100) switch
        {
            < 15 => throw new TimeoutException("the answer is lost"),
            < 30 => answers with { Items = answers.Items.FindAll(_ => dice.Next(2) == 0) },
            _ => answers,
        };
        harness.Store.Fate = _ => calm ? CommitFault.None : dice.Next(100) switch
        {
            < 2 => CommitFault.Fails,
            < 4 => CommitFault.AnswerLost,
            < 5 => CommitFault.NoConnection,
            _ => CommitFault.None,
        };

        harness.Campaigns.Instead = request => calm ? Task.FromResult<VerifyWinsResponse?>(null) : dice.Next(100) switch
        {
            < 20 => throw new IOException("campaign is down"),
            < 30 => Task.FromResult<VerifyWinsResponse?>(new VerifyWinsResponse { Result = Result.Of(ResultCode.Overloaded) }),
            _ => Task.FromResult<VerifyWinsResponse?>(null),
        };

        var claims = new List<TransferWanted>();
        var wanted = new List<RefundWanted>();
        var funded = new List<FundingWanted>();
        var payouts = new List<PayoutWanted>();
        for (var round = 0; round < 12; round++)
        {
            var someClaims = Enumerable.Range(0, dice.Next(4)).Select(_ => harness.NewClaim(dice.Next(1, 1000), dice.Next(2) == 0 ? "east" : "west")).ToList();
            var someRefunds = Enumerable.Range(0, dice.Next(3)).Select(_ => harness.NewRefund(dice.Next(1, 1000), dice.Next(2) == 0 ? "east" : "west")).ToList();
            var someFundings = Enumerable.Range(0, dice.Next(3)).Select(_ => NewFunding(harness, dice)).ToList();
            foreach (var funding in someFundings)
            {
                // Some claim, the rest goes back.
                var left = funding.Subsidy.Amount;
                for (var shares = dice.Next(4); shares > 0 && left > 1; shares--)
                {
                    var share = dice.NextInt64(1, left + 1);
                    someClaims.Add(harness.NewClaim(funding, share));
                    left -= share;
                }

                if (left > 0)
                {
                    someRefunds.Add(harness.NewRefund(funding, left));
                }
            }

            var somePayouts = Enumerable.Range(0, dice.Next(3)).Select(_ => harness.NewPayout(dice.Next(1, 1000), dice.Next(2) == 0 ? "east" : "west")).ToList();
            funded.AddRange(someFundings);
            payouts.AddRange(somePayouts);
            harness.Core.Hold(someFundings, harness.NowMs);
            harness.Core.Hold(somePayouts, harness.NowMs);
            claims.AddRange(someClaims);
            wanted.AddRange(someRefunds);
            harness.Core.Hold(someClaims);
            harness.Core.Hold(someRefunds, harness.NowMs);
            if (dice.Next(3) > 0 && claims.Count > 0)
            {
                // The new ones or any of the old ones; what is never sent is pulled.
                await harness.SendAsync([.. someClaims, claims[dice.Next(claims.Count)]]);
            }

            if (dice.Next(3) > 0 && wanted.Count > 0)
            {
                await harness.SendAsync([.. someRefunds, wanted[dice.Next(wanted.Count)]]);
            }

            if (dice.Next(3) > 0 && funded.Count > 0)
            {
                await harness.SendAsync([.. someFundings, funded[dice.Next(funded.Count)]]);
            }

            if (dice.Next(3) > 0 && payouts.Count > 0)
            {
                await harness.SendAsync([.. somePayouts, payouts[dice.Next(payouts.Count)]]);
            }

            if (dice.Next(3) == 0)
            {
                await AdvanceAsync(harness, dice, [.. claims.Where(_ => dice.Next(4) == 0)], funded);
            }

            foreach (var (kind, app, number) in finance.Open().Where(_ => dice.Next(3) == 0))
            {
                finance.End(kind, app, number, kind == "setAside" || dice.Next(3) > 0 ? FinanceStatus.Succeeded : FinanceStatus.Refused);
            }

            callbacks.AddRange(finance.Ended().Where(_ => dice.Next(3) == 0).Select(e => harness.Signed(
                AsyncHarness.Notice(e.Kind, e.Number, e.App, e.Status == FinanceStatus.Succeeded ? "SUCCEEDED" : "REFUSED", e.Amount))));
            foreach (var callback in callbacks.Where(_ => dice.Next(4) == 0).ToList())
            {
                await CallBackAsync(harness, callback);
            }

            for (var steps = dice.Next(30); steps > 0 && await harness.Scheduler.RunOneAsync(); steps--)
            {
            }

            if (dice.Next(4) == 0)
            {
                var before = harness.Store.Fate;
                harness.Store.Fate = _ => CommitFault.None;
                await harness.RestartAsync();
                harness.Store.Fate = before;
            }

            await harness.PassAsync(TimeSpan.FromMilliseconds(dice.Next(2500)));
            await harness.RunAsync();
            await harness.AssertWholeAsync();
        }

        calm = true;
        finance.Open().ForEach(o => finance.End(o.Kind, o.App, o.Number, FinanceStatus.Succeeded));
        await harness.AdvanceAsync(TimeSpan.FromSeconds(90), TimeSpan.FromSeconds(9));
        await harness.AssertEndedAsync(claims, wanted, funded);
        var ends = (await harness.PayoutsAsync()).ToDictionary(p => p.WithdrawalNo, p => p.State);
        Assert.Equal(payouts.Select(p => p.WithdrawalNo).Order(), ends.Keys.Order());
        Assert.Equal(payouts.Where(p => ends[p.WithdrawalNo] == OrderStatus.Succeeded).Sum(p => p.Amount), finance.SumMoved("payout"));
        Assert.All(harness.Core.PayoutOutcomes, o => Assert.Equal(ends[o.Number], o.Status));
        Assert.Equal(ends.Keys.Order(), harness.Core.PayoutOutcomes.Select(o => o.Number).Distinct().Order());
    }

    private static FundingWanted NewFunding(AsyncHarness harness, Random dice)
    {
        var app = dice.Next(2) == 0 ? "east" : "west";
        return harness.NewFunding(dice.Next(5) == 0 ? harness.NewForgedWin(dice.Next(1, 1000), app) : harness.NewWin(dice.Next(1, 1000), app));
    }

    private static async Task AdvanceAsync(AsyncHarness harness, Random dice, List<TransferWanted> claims, List<FundingWanted> funded)
    {
        var packets = claims.Select(c => c.PacketNo).ToHashSet();
        var context = CallContext.ForSystem("east", harness.Clock.GetUtcNow().AddMilliseconds(dice.Next(-100, 1000)));
        try
        {
            var answer = await harness.Contract.AdvanceCreditsAsync(
                context, new AdvanceCreditsRequest { Transfers = claims, Fundings = funded.FindAll(f => packets.Contains(f.PacketNo)) }, default);
            Assert.Contains(answer.Result.Code, new[] { ResultCode.Ok, ResultCode.Overloaded });
        }
        catch (StoreException)
        {
            // The caller hears a fault and may come again.
        }
    }

    private static async Task CallBackAsync(AsyncHarness harness, FinanceCallbackRequest callback)
    {
        try
        {
            // Overloaded: the store was away, or it is not known whether it committed.
            Assert.Contains(await harness.CallBackAsync(callback), new[] { ResultCode.Ok, ResultCode.Overloaded });
        }
        catch (StoreException)
        {
            // Finance hears a fault and may come again.
        }
    }
}
