using Hongbao.Contracts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Finance.Tests;

public abstract class PayoutTests(SqlDialect dialect)
{
    private const long User = 2002;

    [Fact]
    public async Task A_payout_takes_from_the_reward_balance_and_pays_once()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        await finance.RewardAsync(User, 100);
        var payout = FinanceHarness.NewPayout(User, 30);

        Assert.Equal(FinanceStatus.Succeeded, (await finance.PayoutAsync(payout)).Status);
        Assert.Equal(FinanceStatus.Succeeded, (await finance.PayoutAsync(payout)).Status);

        Assert.Equal(FinanceStatus.Succeeded, (await finance.QueryPayoutAsync(payout.WithdrawalNo)).Status);
        Assert.Equal(FinanceStatus.Pending, (await finance.QueryPayoutAsync(99)).Status);
        Assert.Equal((0, 70), await finance.WalletAsync(User));
        Assert.Equal((0, -70), (await finance.BalanceAsync("in-transit"), await finance.BalanceAsync("outside")));
        await finance.AssertCleanAsync();
    }

    [Fact]
    public async Task A_known_payout_with_other_content_is_a_mismatch_and_changes_nothing()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        await finance.RewardAsync(User, 100);
        var payout = FinanceHarness.NewPayout(User, 30);
        await finance.PayoutAsync(payout);

        var answers = await finance.PayoutAllAsync(payout with { Amount = 31 }, payout with { Uid = 3 }, payout with { Currency = "USD" });

        Assert.All(answers.Items, a => Assert.Equal(FinanceStatus.Mismatch, a.Status));
        Assert.Equal((0, 70), await finance.WalletAsync(User));
        await finance.AssertCleanAsync();
    }

    [Fact]
    public async Task A_payout_of_more_than_there_is_is_refused_for_good_and_never_waits()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var nothing = FinanceHarness.NewPayout(User, 1);
        Assert.Equal((FinanceStatus.Refused, "balance too small"), Ending(await finance.PayoutAsync(nothing)));
        await finance.RewardAsync(User, 100);
        await finance.TransferAsync(FinanceHarness.NewTransfer(await finance.PaidAsync(1000), User, 1000));
        await finance.MisbehaveAsync(new FinanceFault { Operation = "payout", LaterPermille = 1000, LaterMs = 60_000 });
        var beyond = FinanceHarness.NewPayout(User, 101);

        // Change is no reward balance, and a bank that is slow does not make a refusal wait.
        Assert.Equal((FinanceStatus.Refused, "balance too small"), Ending(await finance.PayoutAsync(beyond)));
        await finance.MisbehaveAsync();
        await finance.RewardAsync(User, 100);

        Assert.Equal(FinanceStatus.Refused, (await finance.PayoutAsync(beyond)).Status);
        Assert.Equal(FinanceStatus.Refused, (await finance.PayoutAsync(nothing)).Status);
        Assert.Equal(FinanceStatus.Refused, (await finance.PayoutAsync(FinanceHarness.NewPayout(User, 0))).Status);
        Assert.Equal(FinanceStatus.Refused, (await finance.PayoutAsync(FinanceHarness.NewPayout(0, 1))).Status);
        Assert.Equal((1000, 200), await finance.WalletAsync(User));
        await finance.AssertCleanAsync();
    }

    [Fact]
    public async Task Payouts_of_one_batch_share_the_balance()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        await finance.RewardAsync(User, 100);

        var answers = await finance.PayoutAllAsync([.. new long[] { 60, 50, 40 }.Select(amount => FinanceHarness.NewPayout(User, amount))]);

        Assert.Equal([FinanceStatus.Succeeded, FinanceStatus.Refused, FinanceStatus.Succeeded], answers.Items.Select(a => a.Status));
        Assert.Equal((0, 0), await finance.WalletAsync(User));
        await finance.AssertCleanAsync();
    }

    [Fact]
    public async Task Two_payouts_of_one_balance_at_the_same_time_have_one_winner()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        for (var uid = 3000; uid < 3008; uid++)
        {
            await finance.RewardAsync(uid, 100);

            var answers = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() => finance.PayoutAsync(FinanceHarness.NewPayout(uid, 60)))));

            Assert.Equal([FinanceStatus.Succeeded, FinanceStatus.Refused], answers.Select(a => a.Status).Order());
            Assert.Equal((0, 40), await finance.WalletAsync(uid));
        }

        await finance.AssertCleanAsync();
    }

    [Fact]
    public async Task One_payout_sent_many_times_at_once_pays_once()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        await finance.RewardAsync(User, 1000);
        var payout = FinanceHarness.NewPayout(User, 60);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => finance.PayoutAsync(payout))));

        Assert.All(answers, a => Assert.Equal(FinanceStatus.Succeeded, a.Status));
        Assert.Equal((0, 940), await finance.WalletAsync(User));
        await finance.AssertCleanAsync();
    }

    [Fact]
    public async Task A_later_payout_is_in_transit_until_the_bank_paid()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        await finance.RewardAsync(User, 100);
        await finance.MisbehaveAsync(new FinanceFault { Operation = "payout", LaterPermille = 1000, LaterMs = 300 });
        var payout = FinanceHarness.NewPayout(User, 30);

        Assert.Equal(FinanceStatus.Pending, (await finance.PayoutAsync(payout)).Status);
        Assert.Equal(FinanceStatus.Pending, (await finance.PayoutAsync(payout)).Status);
        Assert.Equal(FinanceStatus.Mismatch, (await finance.PayoutAsync(payout with { Amount = 31 })).Status);
        Assert.Equal(((0, 70), 30), (await finance.WalletAsync(User), await finance.BalanceAsync("in-transit")));
        await finance.SendDueAsync();
        Assert.DoesNotContain(Notices(finance), n => n.StartsWith("payout", StringComparison.Ordinal));
        await finance.AssertCleanAsync();

        // The process that took it may die meanwhile.
        await using var restarted = await finance.AnotherAsync();
        await restarted.UntilAsync(async () => (await restarted.QueryPayoutAsync(payout.WithdrawalNo)).Status == FinanceStatus.Succeeded);
        await restarted.SendDueAsync();

        Assert.Equal(((0, 70), 0), (await finance.WalletAsync(User), await finance.BalanceAsync("in-transit")));
        Assert.Equal([$"payout {payout.WithdrawalNo} SUCCEEDED"], Notices(restarted).Where(n => n.StartsWith("payout", StringComparison.Ordinal)));
        await finance.AssertCleanAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(50)]
    public async Task What_the_bank_refuses_comes_back_exactly_once(int laterMs)
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        await finance.RewardAsync(User, 100);
        await finance.MisbehaveAsync(new FinanceFault { Operation = "payout", RefusePermille = 1000, LaterPermille = 1000, LaterMs = laterMs });
        var payout = FinanceHarness.NewPayout(User, 100);

        Assert.Equal(laterMs == 0 ? FinanceStatus.Refused : FinanceStatus.Pending, (await finance.PayoutAsync(payout)).Status);
        await finance.MisbehaveAsync();
        await finance.UntilAsync(async () => (await finance.QueryPayoutAsync(payout.WithdrawalNo)).Status == FinanceStatus.Refused);

        Assert.Equal((FinanceStatus.Refused, "refused by the bank"), Ending(await finance.PayoutAsync(payout)));
        await finance.DecideDueAsync();
        await finance.SendDueAsync();
        Assert.Equal(((0, 100), 0), (await finance.WalletAsync(User), await finance.BalanceAsync("in-transit")));
        Assert.Equal([$"payout {payout.WithdrawalNo} REFUSED"], Notices(finance).Where(n => n.StartsWith("payout", StringComparison.Ordinal)));
        var entries = (await finance.Finance.ListEntriesAsync(FinanceHarness.As(User), new PageRequest { Limit = 10 }, default)).Items;
        Assert.Equal(
            ["payoutReturned reward 100 100", "payout reward -100 0", "transfer reward 100 100"], entries.Select(e => $"{e.Kind} {e.Account} {e.Amount} {e.Balance}"));
        Assert.Equal((0, 0), (entries[0].PacketNo, entries[1].PacketNo));
        Assert.Equal(FinanceStatus.Succeeded, (await finance.PayoutAsync(FinanceHarness.NewPayout(User, 100))).Status);
        await finance.AssertCleanAsync();
    }

    [Fact]
    public async Task A_lost_answer_is_found_under_the_same_number()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        await finance.RewardAsync(User, 100);
        var payout = FinanceHarness.NewPayout(User, 100);
        await finance.MisbehaveAsync(new FinanceFault { Operation = "payout", FailPermille = 1000 });
        Assert.Equal(ResultCode.Internal, (await finance.PayoutAllAsync(payout)).Result.Code);
        Assert.Equal((0, 100), await finance.WalletAsync(User));
        await finance.MisbehaveAsync(new FinanceFault { Operation = "payout", LostAnswerPermille = 1000 });
        Assert.Equal(ResultCode.Internal, (await finance.PayoutAllAsync(payout)).Result.Code);
        await finance.MisbehaveAsync();

        Assert.Equal(FinanceStatus.Succeeded, (await finance.QueryPayoutAsync(payout.WithdrawalNo)).Status);
        Assert.Equal(FinanceStatus.Succeeded, (await finance.PayoutAsync(payout)).Status);
        Assert.Equal((0, 0), await finance.WalletAsync(User));
        await finance.AssertCleanAsync();
    }

    [Fact]
    public async Task A_transaction_that_fails_at_its_end_leaves_the_payout_as_it_was_before()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        await finance.RewardAsync(User, 100);
        var payout = FinanceHarness.NewPayout(User, 30);
        // Stands in the way of the second way of the money, which is written last.
        var plant = $"insert into transactions (app, kind, business_no, at) values ('default', 'payoutPaid', {payout.WithdrawalNo}, 1)";
        var clear = $"delete from transactions where kind = 'payoutPaid' and business_no = {payout.WithdrawalNo}";

        await finance.WriteAsync(plant);
        Assert.Equal(ResultCode.Internal, (await finance.PayoutAllAsync(payout)).Result.Code);
        Assert.Equal(((0, 100), 0), (await finance.WalletAsync(User), await finance.BalanceAsync("in-transit")));
        Assert.Equal(0, await finance.ReadAsync<long>("select count(*) from orders where kind = 'payout'"));

        await finance.WriteAsync(clear);
        await finance.MisbehaveAsync(new FinanceFault { Operation = "payout", LaterPermille = 1000, LaterMs = 1 });
        Assert.Equal(FinanceStatus.Pending, (await finance.PayoutAsync(payout)).Status);
        await finance.WriteAsync(plant);
        var failed = await Assert.ThrowsAsync<StoreException>(() => finance.UntilAsync(() => Task.FromResult(false)));
        Assert.Equal(StoreFault.UniqueViolation, failed.Fault);
        Assert.Equal(((0, 70), 30), (await finance.WalletAsync(User), await finance.BalanceAsync("in-transit")));

        await finance.WriteAsync(clear);
        await finance.UntilAsync(async () => (await finance.QueryPayoutAsync(payout.WithdrawalNo)).Status == FinanceStatus.Succeeded);
        Assert.Equal(((0, 70), 0), (await finance.WalletAsync(User), await finance.BalanceAsync("in-transit")));
        await finance.AssertCleanAsync();
    }

    [Fact]
    public async Task Whatever_the_bank_does_every_payout_ends_and_no_money_is_lost_or_made()
    {
        // A failing seed is printed; put it into HONGBAO_TEST_SEED to see it again.
        var seed = int.TryParse(Environment.GetEnvironmentVariable("HONGBAO_TEST_SEED"), out var given) ? given : Random.Shared.Next();
        try
        {
            await RunAsync(new Random(seed));
        }
        catch
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
            throw;
        }
    }

    private async Task RunAsync(Random random)
    {
        const int Users = 6;
        await using var finance = await FinanceHarness.StartAsync(dialect);
        await using var other = await finance.AnotherAsync();
        foreach (var one in new[] { finance, other })
        {
            await one.Operations.SetFaultsAsync(FinanceHarness.System, new FinanceFaults
            {
                Seed = random.Next(),
                Operations =
                [
                    new FinanceFault
                    {
                        Operation = "payout", FailPermille = 100, LostAnswerPermille = 200, RefusePermille = 300, LaterPermille = 500, LaterMs = 20,
                        CallbackRepeatPermille = 200, CallbackLostPermille = 200,
                    },
                ],
            }, default);
        }

        for (var uid = 1; uid <= Users; uid++)
        {
            await finance.RewardAsync(uid, 500);
        }

        var payouts = Enumerable.Range(0, 120).Select(_ => FinanceHarness.NewPayout(1 + random.Next(Users), 1 + random.Next(120))).ToArray();
        var chances = Enumerable.Range(0, 4).Select(_ => new Random(random.Next())).ToArray();

        // Some send again and again what others send too, in batches of their own, while both processes decide.
        await Task.WhenAll(chances.Select((chance, i) => Task.Run(async () =>
        {
            for (var round = 0; round < 12; round++)
            {
                var one = (i % 2 == 0) ? finance : other;
                await one.PayoutAllAsync([.. Enumerable.Range(0, 10).Select(_ => payouts[chance.Next(payouts.Length)]).DistinctBy(p => p.WithdrawalNo)]);
                await one.DecideDueAsync();
            }
        })));
        await finance.AssertCleanAsync();
        await finance.MisbehaveAsync();
        await finance.PayoutAllAsync(payouts);
        await finance.UntilAsync(async () => await finance.ReadAsync<long>("select count(*) from orders where status = 1") == 0);

        var ends = (await finance.PayoutAllAsync(payouts)).Items.ToDictionary(a => a.Number);
        Assert.All(ends.Values, a => Assert.True(a.Status is FinanceStatus.Succeeded or FinanceStatus.Refused, a.Status.ToString()));
        Assert.Contains(ends.Values, a => a.Reason == "refused by the bank");
        Assert.Contains(ends.Values, a => a.Status == FinanceStatus.Succeeded);
        for (var uid = 1; uid <= Users; uid++)
        {
            var paid = payouts.Where(p => p.Uid == uid && ends[p.WithdrawalNo].Status == FinanceStatus.Succeeded).Sum(p => p.Amount);
            Assert.Equal((0, 500 - paid), await finance.WalletAsync(uid));
        }

        Assert.Equal(0, await finance.BalanceAsync("in-transit"));
        await finance.AssertCleanAsync();
    }

    private static (FinanceStatus Status, string Reason) Ending(OrderAnswer answer) => (answer.Status, answer.Reason);

    private static string[] Notices(FinanceHarness finance) =>
        [.. finance.Receiver.All.SelectMany(r => r.Items)
            .Select(i => $"{i.GetProperty("kind").GetString()} {i.GetProperty("number").GetString()} {i.GetProperty("status").GetString()}")];
}

public sealed class PayoutTestsOnSqlite() : PayoutTests(SqlDialect.Sqlite);

public sealed class PayoutTestsOnPostgres() : PayoutTests(SqlDialect.Postgres);
