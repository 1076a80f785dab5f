using System.Diagnostics;
using Hongbao.Contracts;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;

namespace Hongbao.Finance.Tests;

public abstract class FaultSwitchTests(SqlDialect dialect)
{
    [Fact]
    public async Task A_failing_operation_accepts_nothing()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var paid = await finance.PaidAsync(100);
        var order = FinanceHarness.NewPayment();
        var transfer = FinanceHarness.NewTransfer(paid, 2002, 10);
        var refund = FinanceHarness.NewRefund(paid, 10);
        await finance.MisbehaveAsync([.. new[] { "createPayment", "pay", "closePayment", "transfer", "refund", "setAside", "query" }
            .Select(o => new FinanceFault { Operation = o, FailPermille = 1000 })]);

        Assert.Equal(ResultCode.Internal, (await finance.Finance.CreatePaymentAsync(FinanceHarness.System, order, default)).Result.Code);
        Assert.Equal(ResultCode.Internal, (await finance.PayAsync(order)).Result.Code);
        Assert.Equal(ResultCode.Internal, (await finance.Finance.ClosePaymentAsync(FinanceHarness.System, order, default)).Result.Code);
        Assert.Equal(ResultCode.Internal, (await finance.TransferAllAsync(transfer)).Result.Code);
        Assert.Equal(ResultCode.Internal, (await finance.RefundAllAsync(refund)).Result.Code);
        Assert.Equal(ResultCode.Internal, (await finance.Finance.SetAsideAsync(FinanceHarness.System, new RefundBatch { Items = [refund] }, default)).Result.Code);
        Assert.Equal(ResultCode.Internal, (await finance.QueryAsync(paid)).Result.Code);

        Assert.Equal(1, await finance.ReadAsync<long>("select count(*) from payments"));
        Assert.Equal(0, await finance.ReadAsync<long>("select count(*) from orders"));
    }

    [Fact]
    public async Task A_lost_answer_is_unknown_though_the_money_moved_and_the_same_number_finds_it()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var order = FinanceHarness.NewPayment(100);
        await finance.Finance.CreatePaymentAsync(FinanceHarness.System, order, default);
        await finance.MisbehaveAsync(
            new FinanceFault { Operation = "pay", LostAnswerPermille = 1000 }, new FinanceFault { Operation = "transfer", LostAnswerPermille = 1000 });

        Assert.Equal(ResultCode.Internal, (await finance.PayAsync(order)).Result.Code);
        var transfer = FinanceHarness.NewTransfer(order, 2002, 10);
        var lost = await finance.TransferAllAsync(transfer);
        Assert.Equal(ResultCode.Internal, lost.Result.Code);
        Assert.Empty(lost.Items);

        Assert.Equal(FinanceStatus.Succeeded, (await finance.QueryAsync(order)).Status);
        Assert.Equal((10, 0), await finance.WalletAsync(2002));
        await finance.MisbehaveAsync();
        Assert.Equal(FinanceStatus.Succeeded, (await finance.TransferAsync(transfer)).Status);
        Assert.Equal((10, 0), await finance.WalletAsync(2002));
    }

    [Fact]
    public async Task A_later_payment_is_pending_cannot_be_closed_meanwhile_and_succeeds_by_itself()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var order = FinanceHarness.NewPayment(100);
        await finance.Finance.CreatePaymentAsync(FinanceHarness.System, order, default);
        await finance.MisbehaveAsync(new FinanceFault { Operation = "pay", LaterPermille = 1000, LaterMs = 150 });

        Assert.Equal(FinanceStatus.Pending, (await finance.PayAsync(order)).Status);
        Assert.Equal(FinanceStatus.Pending, (await finance.PayAsync(order)).Status);
        Assert.Equal(FinanceStatus.Unknown, (await finance.Finance.ClosePaymentAsync(FinanceHarness.System, order, default)).Status);

        await finance.UntilAsync(async () => (await finance.QueryAsync(order)).Status == FinanceStatus.Succeeded);
        Assert.Equal(FinanceStatus.Succeeded, (await finance.Finance.ClosePaymentAsync(FinanceHarness.System, order, default)).Status);
        await finance.AssertCleanAsync();
    }

    [Fact]
    public async Task A_later_close_is_unknown_until_it_is_done_and_loses_to_a_payment()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var created = FinanceHarness.NewPayment(100);
        var paid = FinanceHarness.NewPayment(100);
        var neverArrived = FinanceHarness.NewPayment(100);
        await finance.Finance.CreatePaymentAsync(FinanceHarness.System, created, default);
        await finance.Finance.CreatePaymentAsync(FinanceHarness.System, paid, default);
        await finance.MisbehaveAsync(new FinanceFault { Operation = "closePayment", LaterPermille = 1000, LaterMs = 50 });

        foreach (var order in new[] { created, paid, neverArrived })
        {
            Assert.Equal(FinanceStatus.Unknown, (await finance.Finance.ClosePaymentAsync(FinanceHarness.System, order, default)).Status);
        }

        Assert.Equal(FinanceStatus.Succeeded, (await finance.PayAsync(paid)).Status);
        Assert.Equal(0, (await finance.QueryAsync(neverArrived)).Order.PayOrderNo);
        await finance.UntilAsync(async () => (await finance.QueryAsync(created)).Status == FinanceStatus.Closed
            && (await finance.QueryAsync(neverArrived)).Status == FinanceStatus.Closed);
        Assert.Equal(FinanceStatus.Succeeded, (await finance.QueryAsync(paid)).Status);
    }

    [Fact]
    public async Task A_later_create_is_not_found_until_it_arrives()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var order = FinanceHarness.NewPayment(100);
        await finance.MisbehaveAsync(new FinanceFault { Operation = "createPayment", LaterPermille = 1000, LaterMs = 100 });

        Assert.Equal(FinanceStatus.Unknown, (await finance.Finance.CreatePaymentAsync(FinanceHarness.System, order, default)).Status);
        Assert.Equal(0, (await finance.QueryAsync(order)).Order.PayOrderNo);
        Assert.Equal(ResultCode.NotFound, (await finance.PayAsync(order)).Result.Code);

        await finance.UntilAsync(async () => (await finance.QueryAsync(order)).Order.PayOrderNo == order.PayOrderNo);
        Assert.Equal(FinanceStatus.Succeeded, (await finance.PayAsync(order)).Status);
    }

    [Fact]
    public async Task Later_orders_are_pending_also_when_sent_again_and_are_decided_by_themselves()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var payment = await finance.PaidAsync(100);
        var transfer = FinanceHarness.NewTransfer(payment, 2002, 10);
        var refund = FinanceHarness.NewRefund(payment, 20);
        var tooMuch = FinanceHarness.NewRefund(payment, 200);
        await finance.MisbehaveAsync(
            new FinanceFault { Operation = "transfer", LaterPermille = 1000, LaterMs = 150 },
            new FinanceFault { Operation = "refund", LaterPermille = 1000, LaterMs = 150 });

        Assert.Equal(FinanceStatus.Pending, (await finance.TransferAsync(transfer)).Status);
        Assert.Equal(FinanceStatus.Pending, (await finance.TransferAsync(transfer)).Status);
        Assert.Equal(FinanceStatus.Mismatch, (await finance.TransferAsync(transfer with { Amount = 11 })).Status);
        Assert.All((await finance.RefundAllAsync(refund, tooMuch)).Items, a => Assert.Equal(FinanceStatus.Pending, a.Status));
        Assert.Equal((0, 0), await finance.WalletAsync(2002));

        await finance.UntilAsync(async () => (await finance.QueryTransferAsync(transfer.TransferNo)).Status == FinanceStatus.Succeeded
            && (await finance.QueryRefundAsync(refund.RefundNo)).Status == FinanceStatus.Succeeded
            && (await finance.QueryRefundAsync(tooMuch.RefundNo)).Status == FinanceStatus.Refused);
        Assert.Equal((10, 0), await finance.WalletAsync(2002));
        await finance.AssertCleanAsync();
    }

    [Fact]
    public async Task A_worker_rests_until_the_next_order_is_due()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var payment = await finance.PaidAsync(100);
        Assert.Equal(NextRun.After(TimeSpan.FromSeconds(5)), await finance.StepAsync("finance.orders"));
        await finance.MisbehaveAsync(new FinanceFault { Operation = "transfer", LaterPermille = 1000, LaterMs = 2000 });
        await finance.TransferAsync(FinanceHarness.NewTransfer(payment, 2002, 10));

        var rest = (await finance.StepAsync("finance.orders")).Delay!.Value;

        Assert.InRange(rest, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(2000));
    }

    [Fact]
    public async Task A_refusal_is_final_also_when_the_switch_is_off_again()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var payment = await finance.PaidAsync(100);
        var transfer = FinanceHarness.NewTransfer(payment, 2002, 10);
        var refund = FinanceHarness.NewRefund(payment, 10);
        await finance.MisbehaveAsync(
            new FinanceFault { Operation = "transfer", RefusePermille = 1000 }, new FinanceFault { Operation = "refund", RefusePermille = 1000 });

        Assert.Equal(FinanceStatus.Refused, (await finance.TransferAsync(transfer)).Status);
        Assert.Equal(FinanceStatus.Refused, (await finance.RefundAsync(refund)).Status);

        await finance.MisbehaveAsync();
        Assert.Equal(FinanceStatus.Refused, (await finance.TransferAsync(transfer)).Status);
        Assert.Equal(FinanceStatus.Refused, (await finance.RefundAsync(refund)).Status);
        Assert.Equal(FinanceStatus.Refused, (await finance.QueryTransferAsync(transfer.TransferNo)).Status);
        Assert.Equal(FinanceStatus.Succeeded, (await finance.TransferAsync(transfer with { TransferNo = FinanceHarness.NewNumber() })).Status);
        await finance.AssertCleanAsync();
    }

    [Fact]
    public async Task A_query_that_says_not_found_is_not_final()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var payment = await finance.PaidAsync(100);
        var transfer = FinanceHarness.NewTransfer(payment, 2002, 10);
        await finance.TransferAsync(transfer);
        await finance.MisbehaveAsync(new FinanceFault { Operation = "query", NotFoundPermille = 1000 });

        var hiddenPayment = await finance.QueryAsync(payment);
        Assert.Equal((FinanceStatus.Pending, 0L), (hiddenPayment.Status, hiddenPayment.Order.PayOrderNo));
        Assert.Equal(FinanceStatus.Pending, (await finance.QueryTransferAsync(transfer.TransferNo)).Status);
        await finance.MisbehaveAsync();
        Assert.Equal(FinanceStatus.Succeeded, (await finance.QueryAsync(payment)).Status);
    }

    [Fact]
    public async Task Latency_is_added_to_every_call()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        await finance.MisbehaveAsync(new FinanceFault { Operation = "query", LatencyMs = 80 });

        var started = Stopwatch.GetTimestamp();
        await finance.QueryTransferAsync(1);

        Assert.True(Stopwatch.GetElapsedTime(started) >= TimeSpan.FromMilliseconds(75));
    }

    [Fact]
    public async Task The_same_seed_and_calls_misbehave_alike_whatever_other_operations_do()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var payment = await finance.PaidAsync(100_000);
        FinanceFault[] faults =
        [
            new() { Operation = "transfer", FailPermille = 300, RefusePermille = 300, LaterPermille = 300, LaterMs = 60_000, LostAnswerPermille = 200 },
            new() { Operation = "query", FailPermille = 500 },
        ];

        var first = await RunAsync(seed: 42, queries: 0);
        var again = await RunAsync(seed: 42, queries: 2);
        var other = await RunAsync(seed: 43, queries: 0);

        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
        Assert.True(first.Distinct().Count() >= 4, string.Join(' ', first));

        async Task<string[]> RunAsync(long seed, int queries)
        {
            await finance.Operations.SetFaultsAsync(FinanceHarness.System, new FinanceFaults { Seed = seed, Operations = [.. faults] }, default);
            var outcomes = new List<string>();
            for (var i = 0; i < 40; i++)
            {
                var answers = await finance.TransferAllAsync(FinanceHarness.NewTransfer(payment, 2002, 1));
                outcomes.Add(answers.Result.IsOk() ? answers.Items[0].Status.ToString() : answers.Result.Detail);
                for (var q = 0; q < queries; q++)
                {
                    await finance.Finance.QueryTransfersAsync(FinanceHarness.System, new NumberBatch { Numbers = [1] }, default);
                }
            }

            return [.. outcomes];
        }
    }

    [Fact]
    public async Task Switches_are_validated_as_a_whole_and_the_last_good_ones_stay()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var good = new FinanceFault { Operation = "pay", LatencyMs = 1, CallbackLatePermille = 1000, CallbackLateMs = 5 };
        await finance.MisbehaveAsync(good);

        var answer = await finance.Operations.SetFaultsAsync(FinanceHarness.System, new FinanceFaults
        {
            Seed = 9,
            Operations =
            [
                new FinanceFault { Operation = "transfer", FailPermille = 10 },
                new FinanceFault { Operation = "refund", FailPermille = 1001, LatencyMs = 60_001, LaterMs = -1 },
                new FinanceFault { Operation = "transfer" },
                new FinanceFault { Operation = "withdraw" },
                new FinanceFault { Operation = "query", LaterPermille = 1, RefusePermille = 1, CallbackLostPermille = 1 },
                new FinanceFault { Operation = "pay", NotFoundPermille = 1 },
            ],
        }, default);

        Assert.Equal(ResultCode.ValidationFailed, answer.Result.Code);
        Assert.Equal(
            [
                "operations[1].latencyMs", "operations[1].failPermille", "operations[1].laterMs", "operations[2].operation", "operations[3].operation",
                "operations[4].laterPermille", "operations[4].refusePermille", "operations[4].callbackLostPermille", "operations[5].notFoundPermille",
            ],
            answer.Result.Faults.Select(f => f.Field));
        var kept = await finance.Operations.GetFaultsAsync(FinanceHarness.System, default);
        Assert.Equal(7, kept.Seed);
        Assert.Equal([good], kept.Operations);
    }

    [Fact]
    public async Task Switches_are_of_one_app_survive_a_restart_and_reach_other_processes()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var fault = new FinanceFault { Operation = "query", FailPermille = 1000 };
        await finance.MisbehaveAsync(fault);

        await using var restarted = await finance.AnotherAsync();
        Assert.Equal([fault], (await restarted.Operations.GetFaultsAsync(FinanceHarness.System, default)).Operations);
        Assert.Equal(ResultCode.Internal, (await restarted.QueryAsync(FinanceHarness.NewPayment())).Result.Code);
        Assert.Empty((await restarted.Operations.GetFaultsAsync(CallContext.ForSystem("other"), default)).Operations);

        await restarted.MisbehaveAsync();
        await finance.StepAsync("finance.faults");
        Assert.Empty((await finance.Operations.GetFaultsAsync(FinanceHarness.System, default)).Operations);
        Assert.True((await finance.QueryAsync(FinanceHarness.NewPayment())).Result.IsOk());
    }

    [Fact]
    public async Task Pending_orders_survive_a_restart()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var paid = await finance.PaidAsync(100);
        var paying = FinanceHarness.NewPayment(50);
        await finance.Finance.CreatePaymentAsync(FinanceHarness.System, paying, default);
        await finance.MisbehaveAsync(
            new FinanceFault { Operation = "pay", LaterPermille = 1000, LaterMs = 10 },
            new FinanceFault { Operation = "transfer", LaterPermille = 1000, LaterMs = 10 });
        var transfer = FinanceHarness.NewTransfer(paid, 2002, 10);
        await finance.PayAsync(paying);
        await finance.TransferAsync(transfer);

        await using var restarted = await finance.AnotherAsync();

        await restarted.UntilAsync(async () => (await restarted.QueryAsync(paying)).Status == FinanceStatus.Succeeded
            && (await restarted.QueryTransferAsync(transfer.TransferNo)).Status == FinanceStatus.Succeeded);
        await restarted.AssertCleanAsync();
    }

    [Fact]
    public async Task Two_processes_decide_what_is_due_once()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        await using var other = await finance.AnotherAsync();
        var payment = await finance.PaidAsync(10_000);
        await finance.MisbehaveAsync(new FinanceFault { Operation = "transfer", LaterPermille = 1000, LaterMs = 1 });
        var items = Enumerable.Range(0, 300).Select(i => FinanceHarness.NewTransfer(payment, 4000 + (i % 7), 3)).ToArray();
        await finance.TransferAllAsync(items);

        await Task.WhenAll(new[] { finance, other }.Select(one => Task.Run(() => one.UntilAsync(async () =>
            await one.ReadAsync<long>("select count(*) from orders where status = 1") == 0))));

        Assert.Equal(900, await finance.ReadAsync<long>("select sum(balance) from accounts where kind = 'change'"));
        await finance.AssertCleanAsync();
    }
}

public sealed class FaultSwitchTestsOnSqlite() : FaultSwitchTests(SqlDialect.Sqlite);

public sealed class FaultSwitchTestsOnPostgres() : FaultSwitchTests(SqlDialect.Postgres);
