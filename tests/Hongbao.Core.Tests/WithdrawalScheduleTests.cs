using System.Globalization;
using Hongbao.Contracts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Tests;

/// <summary>
/// Requests, outcomes and repetitions in any order, between a Core and a finance that keeps books: nobody gets more than he was given, every request is one
/// withdrawal, and what one side says in the end the other says too.
/// </summary>
public sealed class WithdrawalScheduleTests(ITestOutputHelper output)
{
    private const int Steps = 120;
    private const long GivenMax = 600;
    private static readonly long[] Users = [9001, 9002, 9003];

    /// <summary>The books of a finance: what it accepts leaves the balance and comes back only when it is refused.</summary>
    private sealed class Books(CoreHarness harness)
    {
        public Dictionary<long, PayoutWanted> Accepted { get; } = [];
        public Dictionary<long, OrderStatus> Final { get; } = [];
        public Dictionary<long, long> Given { get; } = [];

        public long RewardOf(long uid) => harness.Finance.Rewards.GetValueOrDefault(("default", uid, "CNY"));

        public void Give(long uid, long amount)
        {
            Given[uid] = Given.GetValueOrDefault(uid) + amount;
            harness.Reward(RewardOf(uid) + amount, uid);
        }

        public void Take(PayoutWanted payout)
        {
            if (Accepted.TryGetValue(payout.WithdrawalNo, out var known) || Final.ContainsKey(payout.WithdrawalNo))
            {
                Assert.True(known is null || known == payout, "one number, two contents");
            }
            else if (RewardOf(payout.Uid) < payout.Amount)
            {
                Final.Add(payout.WithdrawalNo, OrderStatus.Failed);
            }
            else
            {
                harness.Reward(RewardOf(payout.Uid) - payout.Amount, payout.Uid);
                Accepted.Add(payout.WithdrawalNo, payout);
            }
        }

        public void Decide(PayoutWanted payout, bool isPaid)
        {
            Final.Add(payout.WithdrawalNo, isPaid ? OrderStatus.Succeeded : OrderStatus.Failed);
            if (!isPaid)
            {
                harness.Reward(RewardOf(payout.Uid) + payout.Amount, payout.Uid);
            }
        }

        public List<PayoutWanted> Undecided() => [.. Accepted.Values.Where(p => !Final.ContainsKey(p.WithdrawalNo)).OrderBy(p => p.WithdrawalNo)];
    }

    [Theory, BothStores]
    public async Task Whatever_the_order_withdrawn_is_at_most_what_was_given(SqlDialect dialect)
    {
        var first = Environment.TickCount;
        for (var round = 0; round < (dialect == SqlDialect.Sqlite ? 8 : 3); round++)
        {
            await RunAsync(dialect, first + round);
        }
    }

    private async Task RunAsync(SqlDialect dialect, int seed)
    {
        output.WriteLine($"seed {seed}");
        var chance = new Random(seed);
        await using var harness = await CoreHarness.StartAsync(dialect, o => (o.WithdrawalsPerDayMax, o.WithdrawAmountPerDayMax) = (12, 900));
        var books = new Books(harness);
        var asked = new List<(long Uid, CreateWithdrawalRequest Request)>();
        var made = new Dictionary<CreateWithdrawalRequest, long>();
        T Any<T>(IReadOnlyList<T> items) => items[chance.Next(items.Count)];

        for (var step = 0; step < Steps; step++)
        {
            switch (chance.Next(12))
            {
                case 0:
                    var lucky = Any(Users);
                    books.Give(lucky, chance.NextInt64(1, Math.Max(2, GivenMax - books.Given.GetValueOrDefault(lucky))));
                    break;
                case 1 or 2 or 3:
                    var request = new CreateWithdrawalRequest { RequestId = step.ToString(CultureInfo.InvariantCulture), Amount = chance.NextInt64(1, 200) };
                    asked.Add((Any(Users), request));
                    await AskAsync(asked[^1]);
                    break;
                case 4 when asked.Count > 0:
                    await AskAsync(Any(asked));
                    break;
                case 5 when asked.Count > 0:
                    // Twice at once, one of them perhaps with another amount.
                    var (uid, twice) = Any(asked);
                    var other = twice with { Amount = twice.Amount + chance.Next(2) };
                    var answers = await Task.WhenAll(Task.Run(() => harness.WithdrawAsync(twice, uid)), Task.Run(() => harness.WithdrawAsync(other, uid)));
                    foreach (var (which, answer) in new[] { (twice, answers[0]), (other, answers[1]) }.Where(a => a.Item2.Result.IsOk()))
                    {
                        Remember(which, answer);
                        if (which != twice)
                        {
                            asked[asked.IndexOf((uid, twice))] = (uid, other);
                        }
                    }

                    break;
                case 6 or 7:
                    var wanted = chance.Next(2) == 0 ? await harness.PayoutsWantedAsync() : await harness.PullPayoutsAsync();
                    wanted.Where(_ => chance.Next(3) > 0).ToList().ForEach(books.Take);
                    break;
                case 8 when books.Undecided() is { Count: > 0 } undecided:
                    books.Decide(Any(undecided), isPaid: chance.Next(3) > 0);
                    break;
                case 9 when books.Final.Count > 0:
                    var some = books.Final.Where(_ => chance.Next(2) == 0).Select(f => (f.Key, f.Value)).ToArray();
                    await harness.PayoutsEndAsync([.. some, .. some.Take(1)]);
                    break;
                case 10:
                    await harness.MoveAsync(TimeSpan.FromMilliseconds(harness.Options.PullAfterMs + 1000));
                    await ScanAsync();
                    break;
                case 11 when chance.Next(4) == 0:
                    await harness.WriteAsync("delete from outbox");
                    await harness.RestartAsync();
                    break;
            }

            await AssertSoundAsync();
        }

        // Everything reaches its end, with all messages lost.
        await harness.WriteAsync("delete from outbox");
        for (var i = 0; i < 12; i++)
        {
            await harness.MoveAsync(TimeSpan.FromMinutes(6));
            (await harness.PullPayoutsAsync()).ForEach(books.Take);
            books.Undecided().ForEach(p => books.Decide(p, isPaid: true));
            await ScanAsync();
        }

        await AssertSoundAsync();
        Assert.Equal(0, await harness.ReadAsync<int>("select count(*) from due where kind = 7"));
        foreach (var (request, no) in made)
        {
            Assert.Equal(
                books.Final[no] == OrderStatus.Succeeded ? WithdrawalStatus.Succeeded : WithdrawalStatus.Failed,
                await harness.ReadAsync<WithdrawalStatus>("select state from withdrawals where withdrawal_no = @no", new { no }));
        }

        Assert.DoesNotContain("withdrawal.contradiction", harness.AlertKinds());

        async Task AskAsync((long Uid, CreateWithdrawalRequest Request) which)
        {
            harness.Main.Store.LoseAnswers(chance.Next(4) == 0 ? 1 : 0);
            var answer = await harness.WithdrawAsync(which.Request, which.Uid);
            harness.Main.Store.LoseAnswers(0);
            Assert.Contains(
                answer.Result.Code, new[] { ResultCode.Ok, ResultCode.InsufficientFunds, ResultCode.LimitExceeded }.Where(c => c == ResultCode.Ok || !made.ContainsKey(which.Request)));
            if (answer.Result.IsOk())
            {
                Remember(which.Request, answer);
            }
        }

        // One request, one withdrawal, for ever.
        void Remember(CreateWithdrawalRequest request, WithdrawalResponse answer)
        {
            Assert.Equal(request.Amount, answer.Amount);
            Assert.True(made.TryAdd(request, answer.WithdrawalNo) || made[request] == answer.WithdrawalNo, $"seed {seed}: a second withdrawal for {request}");
        }

        async Task ScanAsync()
        {
            foreach (var (no, status) in books.Final)
            {
                harness.Async.Payouts[no] = status;
            }

            await harness.Main.StepAsync("core.withdrawals.scan");
        }

        async Task AssertSoundAsync()
        {
            foreach (var uid in Users)
            {
                var paid = books.Accepted.Values.Where(p => p.Uid == uid && books.Final.GetValueOrDefault(p.WithdrawalNo) == OrderStatus.Succeeded).Sum(p => p.Amount);
                var underWay = books.Undecided().Where(p => p.Uid == uid).Sum(p => p.Amount);
                Assert.True(books.RewardOf(uid) >= 0 && paid + underWay + books.RewardOf(uid) == books.Given.GetValueOrDefault(uid), $"seed {seed}: the books of {uid}");
                var succeeded = await harness.ReadAsync<long>("select coalesce(sum(amount), 0) from withdrawals where uid = @uid and state = 2", new { uid });
                Assert.True(succeeded <= paid, $"seed {seed}: Core says {succeeded} were paid, finance {paid}");
            }

            Assert.Equal(made.Count, await harness.ReadAsync<int>("select count(*) from withdrawals"));
            Assert.Equal(
                await harness.ReadAsync<long>("select coalesce(sum(amount), 0) from withdrawals where state <> 3"),
                await harness.ReadAsync<long>("select coalesce(sum(amount), 0) from withdrawn_days"));
            Assert.Equal(
                await harness.ReadAsync<int>("select count(*) from withdrawals where state = 1"), await harness.ReadAsync<int>("select count(*) from due where kind = 7"));
        }
    }
}
