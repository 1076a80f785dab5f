using Hongbao.Contracts;
using Hongbao.Finance.Ledger;
using Hongbao.Foundation.Stores;

namespace Hongbao.Finance.Tests;

public abstract class OrderTests(SqlDialect dialect)
{
    [Fact]
    public async Task A_transfer_moves_escrow_to_change_once()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var payment = await finance.PaidAsync(100);
        var transfer = FinanceHarness.NewTransfer(payment, 2002, 30);

        Assert.Equal(FinanceStatus.Succeeded, (await finance.TransferAsync(transfer)).Status);
        Assert.Equal(FinanceStatus.Succeeded, (await finance.TransferAsync(transfer)).Status);

        Assert.Equal(FinanceStatus.Succeeded, (await finance.QueryTransferAsync(transfer.TransferNo)).Status);
        Assert.Equal((30, 0), await finance.WalletAsync(2002));
        await finance.AssertCleanAsync();
    }

    [Fact]
    public async Task A_b2c_transfer_lands_on_the_reward_balance()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var payment = await finance.PaidAsync(100);

        await finance.TransferAsync(FinanceHarness.NewTransfer(payment, 2002, 30, PacketKind.B2C));

        Assert.Equal((0, 30), await finance.WalletAsync(2002));
    }

    [Fact]
    public async Task A_known_transfer_with_other_content_is_a_mismatch_and_changes_nothing()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var payment = await finance.PaidAsync(100);
        var transfer = FinanceHarness.NewTransfer(payment, 2002, 30);
        await finance.TransferAsync(transfer);

        TransferOrder[] others =
        [
            transfer with { Amount = 31 }, transfer with { Uid = 3 }, transfer with { PacketNo = 4 }, transfer with { Currency = "USD" },
            transfer with { Kind = PacketKind.B2C },
        ];
        Assert.All((await finance.TransferAllAsync(others)).Items, a => Assert.Equal(FinanceStatus.Mismatch, a.Status));
        Assert.Equal((30, 0), await finance.WalletAsync(2002));
        await finance.AssertCleanAsync();
    }

    [Fact]
    public async Task Of_one_number_sent_twice_in_a_batch_the_first_counts()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var payment = await finance.PaidAsync(100);
        var transfer = FinanceHarness.NewTransfer(payment, 2002, 30);

        var answers = await finance.TransferAllAsync(transfer, transfer with { Amount = 40 }, transfer);

        Assert.Equal([FinanceStatus.Succeeded, FinanceStatus.Mismatch, FinanceStatus.Succeeded], answers.Items.Select(a => a.Status));
        Assert.Equal((30, 0), await finance.WalletAsync(2002));
    }

    [Fact]
    public async Task A_bad_order_of_a_batch_does_not_hold_the_others_and_stays_refused()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var payment = await finance.PaidAsync(100);
        var good = FinanceHarness.NewTransfer(payment, 2002, 10);
        var free = FinanceHarness.NewTransfer(payment, 2003, 0);
        var short_ = FinanceHarness.NewTransfer(payment, 2004, 1000);
        var last = FinanceHarness.NewTransfer(payment, 2005, 20);

        var answers = await finance.TransferAllAsync(good, free, short_, good with { TransferNo = 0 }, good with { TransferNo = -5 }, last);

        Assert.Equal(
            [FinanceStatus.Succeeded, FinanceStatus.Refused, FinanceStatus.Pending, FinanceStatus.Refused, FinanceStatus.Refused, FinanceStatus.Succeeded],
            answers.Items.Select(a => a.Status));
        Assert.Equal(FinanceStatus.Mismatch, (await finance.TransferAsync(free with { Amount = 1 })).Status);
        Assert.Equal(FinanceStatus.Refused, (await finance.TransferAsync(free)).Status);
        Assert.Equal((20, 0), await finance.WalletAsync(2005));
        await finance.AssertCleanAsync();
    }

    [Fact]
    public async Task A_batch_is_one_to_five_hundred_orders()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var payment = await finance.PaidAsync(1000);
        var items = Enumerable.Range(0, 501).Select(i => FinanceHarness.NewTransfer(payment, 5000 + (i % 50), 2)).ToArray();

        Assert.Equal(ResultCode.ValidationFailed, (await finance.TransferAllAsync()).Result.Code);
        Assert.Equal(ResultCode.ValidationFailed, (await finance.TransferAllAsync(items)).Result.Code);
        var answers = await finance.TransferAllAsync(items[..500]);

        Assert.All(answers.Items, a => Assert.Equal(FinanceStatus.Succeeded, a.Status));
        Assert.Equal(items[..500].Select(i => i.TransferNo), answers.Items.Select(a => a.Number));
        Assert.Equal((20, 0), await finance.WalletAsync(5000));
        await finance.AssertCleanAsync();
    }

    [Fact]
    public async Task A_transfer_of_an_unfunded_packet_waits_and_succeeds_once_it_is_funded()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var payment = FinanceHarness.NewPayment(100);
        var sentAgain = FinanceHarness.NewTransfer(payment, 2002, 30);
        var left = FinanceHarness.NewTransfer(payment, 2003, 30);

        Assert.All((await finance.TransferAllAsync(sentAgain, left)).Items, a => Assert.Equal(FinanceStatus.Pending, a.Status));
        Assert.Equal(FinanceStatus.Pending, (await finance.TransferAsync(sentAgain)).Status);
        await finance.Finance.CreatePaymentAsync(FinanceHarness.System, payment, default);
        await finance.PayAsync(payment);

        Assert.Equal(FinanceStatus.Succeeded, (await finance.TransferAsync(sentAgain)).Status);
        await finance.UntilAsync(async () => (await finance.QueryTransferAsync(left.TransferNo)).Status == FinanceStatus.Succeeded);
        Assert.Equal((30, 0), await finance.WalletAsync(2003));
        await finance.AssertCleanAsync();
    }

    [Fact]
    public async Task An_unknown_number_is_pending()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);

        Assert.Equal(FinanceStatus.Pending, (await finance.QueryTransferAsync(77)).Status);
        Assert.Equal(FinanceStatus.Pending, (await finance.QueryRefundAsync(77)).Status);
    }

    [Fact]
    public async Task Refunds_return_to_the_payers_change_and_never_exceed_what_was_paid()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var payment = await finance.PaidAsync(100);
        // A second funding of the escrow by hand: more money is there than this payment brought.
        await finance.WriteAsync("update accounts set balance = balance + 1000 where account = @a", new { a = $"escrow:{payment.PacketNo}" });
        var first = FinanceHarness.NewRefund(payment, 60);
        var second = FinanceHarness.NewRefund(payment, 41);
        var third = FinanceHarness.NewRefund(payment, 40);

        Assert.Equal(FinanceStatus.Succeeded, (await finance.RefundAsync(first)).Status);
        Assert.Equal(FinanceStatus.Succeeded, (await finance.RefundAsync(first)).Status);
        var refused = await finance.RefundAsync(second);
        Assert.Equal(FinanceStatus.Succeeded, (await finance.RefundAsync(third)).Status);

        Assert.Equal(FinanceStatus.Refused, refused.Status);
        Assert.Contains("more than was paid", refused.Reason, StringComparison.Ordinal);
        Assert.Equal(FinanceStatus.Refused, (await finance.RefundAsync(second)).Status);
        Assert.Equal(FinanceStatus.Refused, (await finance.QueryRefundAsync(second.RefundNo)).Status);
        Assert.Equal((100, 0), await finance.WalletAsync(FinanceHarness.Payer));
    }

    [Fact]
    public async Task Refunds_of_one_batch_share_what_was_paid()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var payment = await finance.PaidAsync(100);

        var answers = await finance.RefundAllAsync([.. Enumerable.Range(0, 4).Select(_ => FinanceHarness.NewRefund(payment, 30))]);

        Assert.Equal(
            [FinanceStatus.Succeeded, FinanceStatus.Succeeded, FinanceStatus.Succeeded, FinanceStatus.Refused], answers.Items.Select(a => a.Status));
        await finance.AssertCleanAsync();
    }

    [Fact]
    public async Task A_refund_beyond_the_escrow_is_refused_for_good()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var payment = await finance.PaidAsync(100);
        await finance.TransferAsync(FinanceHarness.NewTransfer(payment, 2002, 70));
        var refund = FinanceHarness.NewRefund(payment, 31);

        Assert.Equal(FinanceStatus.Refused, (await finance.RefundAsync(refund)).Status);
        Assert.Equal(FinanceStatus.Succeeded, (await finance.RefundAsync(FinanceHarness.NewRefund(payment, 30))).Status);
        await finance.AssertCleanAsync();
    }

    [Fact]
    public async Task A_refund_of_another_or_unpaid_payment_is_refused()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var payment = await finance.PaidAsync(100);
        var unpaid = FinanceHarness.NewPayment(100);
        await finance.Finance.CreatePaymentAsync(FinanceHarness.System, unpaid, default);
        var refund = FinanceHarness.NewRefund(payment, 10);

        var answers = await finance.RefundAllAsync(
            FinanceHarness.NewRefund(unpaid, 10),
            refund with { RefundNo = FinanceHarness.NewNumber(), PayOrderNo = 99 },
            refund with { RefundNo = FinanceHarness.NewNumber(), Uid = 2 },
            refund with { RefundNo = FinanceHarness.NewNumber(), PacketNo = 3 },
            refund with { RefundNo = FinanceHarness.NewNumber(), Currency = "USD" });

        Assert.All(answers.Items, a => Assert.Equal(FinanceStatus.Refused, a.Status));
        await finance.AssertCleanAsync();
    }

    [Fact]
    public async Task Only_the_money_of_a_refused_refund_is_set_aside_once()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var payment = await finance.PaidAsync(100);
        var done = FinanceHarness.NewRefund(payment, 10);
        await finance.RefundAsync(done);
        await finance.MisbehaveAsync(new FinanceFault { Operation = "refund", RefusePermille = 1000 });
        var refused = FinanceHarness.NewRefund(payment, 40);
        await finance.RefundAsync(refused);

        Assert.Equal(FinanceStatus.Pending, (await finance.SetAsideAsync(FinanceHarness.NewRefund(payment, 10))).Status);
        Assert.Equal(FinanceStatus.Refused, (await finance.SetAsideAsync(done)).Status);
        Assert.Equal(FinanceStatus.Mismatch, (await finance.SetAsideAsync(refused with { Amount = 41 })).Status);
        Assert.Equal(FinanceStatus.Succeeded, (await finance.SetAsideAsync(refused)).Status);
        Assert.Equal(FinanceStatus.Succeeded, (await finance.SetAsideAsync(refused)).Status);

        Assert.Equal(40, await finance.ReadAsync<long>("select balance from accounts where account = 'unclaimed'"));
        Assert.Equal(FinanceStatus.Refused, (await finance.QueryRefundAsync(refused.RefundNo)).Status);
        await finance.MisbehaveAsync();
        // What was set aside counts as refunded.
        Assert.Equal(FinanceStatus.Refused, (await finance.RefundAsync(FinanceHarness.NewRefund(payment, 51))).Status);
        Assert.Equal(FinanceStatus.Succeeded, (await finance.RefundAsync(FinanceHarness.NewRefund(payment, 50))).Status);
        await finance.AssertCleanAsync();
    }

    [Fact]
    public async Task Concurrent_batches_with_the_same_accounts_and_numbers_neither_block_nor_repeat()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var payments = new List<PaymentOrder>();
        for (var i = 0; i < 6; i++)
        {
            payments.Add(await finance.PaidAsync(100_000));
        }

        // Whoever opens an account makes others that would open it begin anew: here all of them are open.
        var openings = Enumerable.Range(0, 20).Select(i => FinanceHarness.NewTransfer(payments[0], 3000 + i, 7)).ToArray();
        await finance.TransferAllAsync(openings);

        // Every batch runs beside its own mirror image, and all share escrows and receivers.
        var random = new Random(20260101);
        var batches = Enumerable.Range(0, 12)
            .Select(_ => Enumerable.Range(0, 200)
                .Select(_ => FinanceHarness.NewTransfer(payments[random.Next(payments.Count)], 3000 + random.Next(20), 1 + random.Next(5)))
                .ToArray())
            .SelectMany(batch => new[] { batch, [.. batch.Reverse()] })
            .ToArray();

        var answers = await Task.WhenAll(batches.Select(batch => Task.Run(() => finance.TransferAllAsync(batch))));

        Assert.All(answers, a => Assert.True(a.Result.IsOk(), a.Result.Detail));
        Assert.All(answers.SelectMany(a => a.Items), a => Assert.Equal(FinanceStatus.Succeeded, a.Status));
        var expected = openings.Concat(batches.SelectMany(b => b)).DistinctBy(t => t.TransferNo).GroupBy(t => t.Uid).ToDictionary(g => g.Key, g => g.Sum(t => t.Amount));
        foreach (var (uid, amount) in expected)
        {
            Assert.Equal((amount, 0), await finance.WalletAsync(uid));
        }

        // A deadlock would have been repeated in silence.
        Assert.Equal(0, finance.FinanceStore.Repeats);
        await finance.AssertCleanAsync();
    }

    [Fact]
    public async Task Concurrent_batches_that_open_the_same_accounts_all_succeed_and_the_statements_add_up()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var payments = new List<PaymentOrder>();
        for (var i = 0; i < 8; i++)
        {
            payments.Add(await finance.PaidAsync(100_000));
        }

        // Each from a packet of its own: only the receivers, who have nothing yet, are common.
        var batches = payments.Select(p => Enumerable.Range(0, 50).Select(i => FinanceHarness.NewTransfer(p, 4000 + i, 1 + i)).ToArray()).ToArray();

        var answers = await Task.WhenAll(batches.Select(batch => Task.Run(() => finance.TransferAllAsync(batch))));

        Assert.All(answers.SelectMany(a => a.Items), a => Assert.Equal(FinanceStatus.Succeeded, a.Status));
        Assert.Equal(400, answers.Sum(a => a.Items.Count));
        for (var i = 0; i < 50; i++)
        {
            Assert.Equal((8L * (1 + i), 0), await finance.WalletAsync(4000 + i));
        }

        await finance.AssertCleanAsync();
    }

    [Fact]
    public async Task A_batch_of_new_orders_of_which_some_lack_money_writes_each_as_it_is()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var rich = await finance.PaidAsync(1000);
        var poor = await finance.PaidAsync(10);
        TransferOrder[] batch =
        [
            FinanceHarness.NewTransfer(rich, 51, 400), FinanceHarness.NewTransfer(poor, 52, 11), FinanceHarness.NewTransfer(poor, 53, 10),
            FinanceHarness.NewTransfer(rich, 54, 601), FinanceHarness.NewTransfer(rich, 55, 600),
        ];

        FinanceStatus[] expected = [FinanceStatus.Succeeded, FinanceStatus.Pending, FinanceStatus.Succeeded, FinanceStatus.Pending, FinanceStatus.Succeeded];
        Assert.Equal(expected, (await finance.TransferAllAsync(batch)).Items.Select(a => a.Status));
        // Sent again they stand as they did.
        Assert.Equal(expected, (await finance.TransferAllAsync(batch)).Items.Select(a => a.Status));

        Assert.Equal([(400L, 0L), (0, 0), (10, 0), (0, 0), (600, 0)], new[]
        {
            await finance.WalletAsync(51), await finance.WalletAsync(52), await finance.WalletAsync(53), await finance.WalletAsync(54), await finance.WalletAsync(55),
        });
        await finance.AssertCleanAsync();
    }

    [Fact]
    public async Task Concurrent_refunds_of_one_payment_stay_within_what_was_paid()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var payment = await finance.PaidAsync(100);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8)
            .Select(_ => Task.Run(() => finance.RefundAsync(FinanceHarness.NewRefund(payment, 30)))));

        Assert.Equal(3, answers.Count(a => a.Status == FinanceStatus.Succeeded));
        Assert.Equal(5, answers.Count(a => a.Status == FinanceStatus.Refused));
        Assert.Equal((90, 0), await finance.WalletAsync(FinanceHarness.Payer));
        await finance.AssertCleanAsync();
    }
}

public sealed class OrderTestsOnSqlite() : OrderTests(SqlDialect.Sqlite);

public sealed class OrderTestsOnPostgres() : OrderTests(SqlDialect.Postgres);
