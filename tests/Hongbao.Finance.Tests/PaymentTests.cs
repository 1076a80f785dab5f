using Hongbao.Contracts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Finance.Tests;

public abstract class PaymentTests(SqlDialect dialect)
{
    [Fact]
    public async Task A_payment_created_and_paid_lands_in_escrow_once()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var order = FinanceHarness.NewPayment(1234);

        var created = await finance.Finance.CreatePaymentAsync(FinanceHarness.System, order, default);
        var createdAgain = await finance.Finance.CreatePaymentAsync(FinanceHarness.System, order, default);
        var paid = await finance.PayAsync(order);
        var paidAgain = await finance.PayAsync(order);
        var createdAfter = await finance.Finance.CreatePaymentAsync(FinanceHarness.System, order, default);

        Assert.Equal(FinanceStatus.Pending, created.Status);
        Assert.Equal(order, created.Order);
        Assert.Equal(FinanceStatus.Pending, createdAgain.Status);
        Assert.Equal(FinanceStatus.Succeeded, paid.Status);
        Assert.True(paid.PaidAtMs > 0);
        Assert.Equal(paid.PaidAtMs, paidAgain.PaidAtMs);
        Assert.Equal(paid.PaidAtMs, (await finance.QueryAsync(order)).PaidAtMs);
        Assert.Equal(FinanceStatus.Succeeded, createdAfter.Status);
        Assert.Equal(1234, await finance.ReadAsync<long>($"select balance from accounts where account = 'escrow:{order.PacketNo}'"));
        await finance.AssertCleanAsync();
    }

    [Fact]
    public async Task A_known_number_with_other_content_is_a_mismatch_and_changes_nothing()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var order = FinanceHarness.NewPayment(500);
        await finance.Finance.CreatePaymentAsync(FinanceHarness.System, order, default);

        PaymentOrder[] others =
        [
            order with { Amount = 501 }, order with { Uid = 2 }, order with { PacketNo = 3 }, order with { Currency = "USD" },
        ];
        foreach (var other in others)
        {
            Assert.Equal(FinanceStatus.Mismatch, (await finance.Finance.CreatePaymentAsync(FinanceHarness.System, other, default)).Status);
            Assert.Equal(FinanceStatus.Mismatch, (await finance.Finance.ClosePaymentAsync(FinanceHarness.System, other, default)).Status);
        }

        var shown = await finance.QueryAsync(order);
        Assert.Equal(FinanceStatus.Pending, shown.Status);
        Assert.Equal(order, shown.Order);
    }

    [Fact]
    public async Task The_same_number_of_two_apps_is_two_orders()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var order = await finance.PaidAsync();

        var other = await finance.Finance.QueryPaymentAsync(
            CallContext.ForSystem("other"), new FinanceNumber { Number = order.PayOrderNo }, default);
        var created = await finance.Finance.CreatePaymentAsync(CallContext.ForSystem("other"), order with { Amount = 7 }, default);

        Assert.Equal(0, other.Order.PayOrderNo);
        Assert.Equal(FinanceStatus.Pending, created.Status);
    }

    [Fact]
    public async Task Only_the_payer_may_pay()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var order = FinanceHarness.NewPayment();
        await finance.Finance.CreatePaymentAsync(FinanceHarness.System, order, default);

        var answer = await finance.Finance.PayAsync(FinanceHarness.As(order.Uid + 1), new FinanceNumber { Number = order.PayOrderNo }, default);

        Assert.Equal(ResultCode.Forbidden, answer.Result.Code);
        Assert.Equal(FinanceStatus.Pending, (await finance.QueryAsync(order)).Status);
    }

    [Fact]
    public async Task An_unknown_payment_is_pending_without_a_number_and_cannot_be_paid()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var order = FinanceHarness.NewPayment();

        var query = await finance.QueryAsync(order);
        var pay = await finance.PayAsync(order);

        Assert.True(query.Result.IsOk());
        Assert.Equal(FinanceStatus.Pending, query.Status);
        Assert.Equal(0, query.Order.PayOrderNo);
        Assert.Equal(ResultCode.NotFound, pay.Result.Code);
    }

    [Fact]
    public async Task A_closed_payment_stays_closed_for_ever()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var order = FinanceHarness.NewPayment();
        await finance.Finance.CreatePaymentAsync(FinanceHarness.System, order, default);

        Assert.Equal(FinanceStatus.Closed, (await finance.Finance.ClosePaymentAsync(FinanceHarness.System, order, default)).Status);
        Assert.Equal(FinanceStatus.Closed, (await finance.PayAsync(order)).Status);
        Assert.Equal(FinanceStatus.Closed, (await finance.Finance.CreatePaymentAsync(FinanceHarness.System, order, default)).Status);
        Assert.Equal(FinanceStatus.Closed, (await finance.Finance.ClosePaymentAsync(FinanceHarness.System, order, default)).Status);
        Assert.Equal(FinanceStatus.Closed, (await finance.QueryAsync(order)).Status);
        Assert.Empty((await finance.CheckAsync()).Lines);
    }

    [Fact]
    public async Task Closing_a_payment_that_never_arrived_refuses_it_for_ever()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var order = FinanceHarness.NewPayment();

        Assert.Equal(FinanceStatus.Closed, (await finance.Finance.ClosePaymentAsync(FinanceHarness.System, order, default)).Status);
        Assert.Equal(FinanceStatus.Closed, (await finance.Finance.CreatePaymentAsync(FinanceHarness.System, order, default)).Status);
        Assert.Equal(FinanceStatus.Closed, (await finance.PayAsync(order)).Status);
    }

    [Fact]
    public async Task Closing_a_paid_payment_answers_succeeded()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var order = await finance.PaidAsync();

        Assert.Equal(FinanceStatus.Succeeded, (await finance.Finance.ClosePaymentAsync(FinanceHarness.System, order, default)).Status);
    }

    [Fact]
    public async Task Paying_and_closing_at_the_same_time_has_exactly_one_winner()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        for (var round = 0; round < 15; round++)
        {
            var order = FinanceHarness.NewPayment(10);
            await finance.Finance.CreatePaymentAsync(FinanceHarness.System, order, default);

            var pay = Task.Run(() => finance.PayAsync(order));
            var close = Task.Run(() => finance.Finance.ClosePaymentAsync(FinanceHarness.System, order, default));
            var answers = await Task.WhenAll(pay, close);

            Assert.Equal(answers[0].Status, answers[1].Status);
            Assert.True(answers[0].Status is FinanceStatus.Succeeded or FinanceStatus.Closed, answers[0].Status.ToString());
            Assert.Equal(answers[0].Status == FinanceStatus.Succeeded ? 10 : 0,
                await finance.ReadAsync<long>($"select coalesce(sum(balance), 0) from accounts where account = 'escrow:{order.PacketNo}'"));
        }

        await finance.AssertCleanAsync();
    }

    [Fact]
    public async Task Pressing_the_button_many_times_at_once_pays_once()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var order = FinanceHarness.NewPayment(10);
        await finance.Finance.CreatePaymentAsync(FinanceHarness.System, order, default);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => finance.PayAsync(order))));

        Assert.All(answers, a => Assert.Equal(FinanceStatus.Succeeded, a.Status));
        Assert.Equal(10, await finance.ReadAsync<long>($"select balance from accounts where account = 'escrow:{order.PacketNo}'"));
    }

    [Fact]
    public async Task A_packet_is_paid_once_also_by_two_orders_at_the_same_time()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var packetNo = FinanceHarness.NewNumber();
        var orders = Enumerable.Range(0, 4).Select(_ => FinanceHarness.NewPayment(10, packetNo)).ToArray();
        foreach (var order in orders)
        {
            await finance.Finance.CreatePaymentAsync(FinanceHarness.System, order, default);
        }

        var answers = await Task.WhenAll(orders.Select(order => Task.Run(() => finance.PayAsync(order))));

        Assert.Single(answers, a => a.Status == FinanceStatus.Succeeded);
        Assert.Equal(3, answers.Count(a => a.Status == FinanceStatus.Closed));
        Assert.Equal(10, await finance.ReadAsync<long>($"select balance from accounts where account = 'escrow:{packetNo}'"));
    }

    [Fact]
    public async Task An_unacceptable_order_names_every_field()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);

        var answer = await finance.Finance.CreatePaymentAsync(FinanceHarness.System, new PaymentOrder { Currency = "cny", Subject = new string('x', 201) }, default);

        Assert.Equal(ResultCode.ValidationFailed, answer.Result.Code);
        Assert.Equal(["payOrderNo", "packetNo", "uid", "amount", "currency", "subject"], answer.Result.Faults.Select(f => f.Field));
    }
}

public sealed class PaymentTestsOnSqlite() : PaymentTests(SqlDialect.Sqlite);

public sealed class PaymentTestsOnPostgres() : PaymentTests(SqlDialect.Postgres);
