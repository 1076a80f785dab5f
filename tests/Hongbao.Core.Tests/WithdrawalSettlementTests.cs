using Hongbao.Contracts;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Tests;

/// <summary>What becomes of withdrawals when their payouts end, told by message or found by asking.</summary>
public sealed class WithdrawalSettlementTests
{
    private const string Scan = "core.withdrawals.scan";

    [Theory, BothStores]
    public async Task A_payouts_end_is_the_withdrawals_end_however_often_it_is_told(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var nos = await WithdrawnAsync(harness, 3);

        await harness.PayoutsEndAsync((nos[1], OrderStatus.Failed), (nos[0], OrderStatus.Succeeded), (nos[2], OrderStatus.Pending));
        // Once more, the other way round, and once more in one message.
        await harness.PayoutsEndAsync((nos[0], OrderStatus.Succeeded), (nos[1], OrderStatus.Failed));
        await harness.PayoutsEndAsync((nos[1], OrderStatus.Failed), (nos[1], OrderStatus.Failed), (nos[2], OrderStatus.None));

        Assert.Equal([WithdrawalStatus.Succeeded, WithdrawalStatus.Failed, WithdrawalStatus.Pending], await StatusesAsync(harness, nos));
        Assert.Equal((3, 200L), await harness.DayAsync());
        Assert.Equal([nos[2]], await harness.ReadAllAsync<long>("select no from due where kind = 7"));
        Assert.Empty(harness.AlertKinds());
    }

    [Theory, BothStores]
    public async Task Another_end_than_the_one_that_is_known_alerts_and_changes_nothing(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var nos = await WithdrawnAsync(harness, 3);
        await harness.PayoutsEndAsync((nos[0], OrderStatus.Failed), (nos[1], OrderStatus.Succeeded));
        Assert.Empty(harness.AlertKinds());

        await harness.PayoutsEndAsync((nos[0], OrderStatus.Succeeded));
        Assert.Equal(["withdrawal.contradiction"], harness.AlertKinds());
        await harness.PayoutsEndAsync((nos[1], OrderStatus.Failed));
        Assert.Equal(["withdrawal.contradiction"], harness.AlertKinds());
        await harness.PayoutsEndAsync((12345, OrderStatus.Succeeded));
        Assert.Equal(["withdrawal.contradiction"], harness.AlertKinds());
        // Also when both come together.
        await harness.PayoutsEndAsync((nos[2], OrderStatus.Succeeded), (nos[2], OrderStatus.Failed));
        Assert.Equal(["withdrawal.contradiction"], harness.AlertKinds());

        Assert.Equal([WithdrawalStatus.Failed, WithdrawalStatus.Succeeded, WithdrawalStatus.Succeeded], await StatusesAsync(harness, nos));
        Assert.Equal((3, 200L), await harness.DayAsync());
    }

    [Theory, BothStores]
    public async Task With_every_message_lost_both_sides_pull_and_a_restarted_process_finds_what_is_open(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var nos = await WithdrawnAsync(harness, 3);
        var wanted = await harness.PayoutsWantedAsync();
        await harness.WriteAsync("delete from outbox");
        await harness.Main.StepAsync(Scan);
        Assert.Empty(harness.Async.AskedPayouts);
        Assert.Empty(await harness.PullPayoutsAsync());
        await harness.RestartAsync();

        await harness.MoveAsync(TimeSpan.FromMilliseconds(harness.Options.PullAfterMs + 1000));
        Assert.Equal(wanted, await harness.PullPayoutsAsync());
        harness.Async.Payouts[nos[0]] = OrderStatus.Succeeded;
        harness.Async.Payouts[nos[1]] = OrderStatus.Pending;
        await harness.Main.StepAsync(Scan);
        Assert.Equal([WithdrawalStatus.Succeeded, WithdrawalStatus.Pending, WithdrawalStatus.Pending], await StatusesAsync(harness, nos));
        Assert.Equal(nos, harness.Async.AskedPayouts.Order());
        Assert.Equal([nos[1], nos[2]], (await harness.PullPayoutsAsync()).Select(p => p.WithdrawalNo));

        // They rest, and are asked about again by themselves.
        await harness.Main.StepAsync(Scan);
        Assert.Equal(3, harness.Async.AskedPayouts.Count);
        harness.Async.Payouts[nos[1]] = OrderStatus.Failed;
        harness.Async.Payouts[nos[2]] = OrderStatus.Succeeded;
        await harness.MoveAsync(TimeSpan.FromMilliseconds(harness.Options.PullAfterMs + 1000));
        await harness.Main.StepAsync(Scan);

        Assert.Equal([WithdrawalStatus.Succeeded, WithdrawalStatus.Failed, WithdrawalStatus.Succeeded], await StatusesAsync(harness, nos));
        Assert.Equal((3, 200L), await harness.DayAsync());
        Assert.Equal(0, await harness.ReadAsync<int>("select count(*) from due where kind = 7"));
        Assert.Empty(await harness.PullPayoutsAsync());
        Assert.Empty(harness.AlertKinds());
    }

    [Theory, BothStores]
    public async Task The_pull_of_payouts_goes_page_by_page_and_by_slot(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var nos = await WithdrawnAsync(harness, 4);
        await harness.PayoutsEndAsync((nos[1], OrderStatus.Succeeded));
        await harness.MoveAsync(TimeSpan.FromMinutes(2));
        var slot = Number.SlotOf(Withdrawing.User);

        Assert.Equal([nos[0], nos[2]], (await harness.PullPayoutsAsync(limit: 2)).Select(p => p.WithdrawalNo));
        Assert.Equal([nos[3]], (await harness.PullPayoutsAsync(afterNo: nos[2], limit: 2)).Select(p => p.WithdrawalNo));
        Assert.Equal(3, (await harness.PullPayoutsAsync(slotFrom: slot, slotTo: slot)).Count);
        Assert.Empty(await harness.PullPayoutsAsync(slotFrom: slot + 1));
        Assert.Empty(await harness.PullPayoutsAsync(slotTo: slot - 1));
        Assert.Single(await harness.PullPayoutsAsync(limit: 0));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_withdrawal_past_its_deadline_alerts_whether_or_not_Async_answers(bool asyncThrows)
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite);
        await WithdrawnAsync(harness, 2);
        harness.Async.Fault = asyncThrows ? new TimeoutException() : null;
        await harness.MoveAsync(TimeSpan.FromMilliseconds(harness.Options.PullAfterMs + 1000));
        await harness.Main.StepAsync(Scan);
        Assert.Empty(harness.AlertKinds());
        Assert.Equal(2, harness.Async.AskedPayouts.Count);

        await harness.MoveAsync(TimeSpan.FromSeconds(harness.Options.DeadlineSeconds + 1));
        await harness.Main.StepAsync(Scan);

        // Once for all that the scan meets: an outage is no flood.
        var alert = Assert.Single(harness.Main.Alerts.Drain());
        Assert.Equal("withdrawal.overdue", alert.Kind);
        Assert.StartsWith("Withdrawals without a final payout: 2 in", alert.Text, StringComparison.Ordinal);
        Assert.Equal(2, await harness.ReadAsync<int>("select count(*) from due where kind = 7"));
    }

    [Theory, BothStores]
    public async Task A_message_that_comes_again_after_its_effect_has_none(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var nos = await WithdrawnAsync(harness, 1);
        var fails = 1;
        harness.Main.Bus.Subscribe(Topics.PayoutsSettled, "test.fails_once", (_, _) =>
            fails-- > 0 ? throw new InvalidOperationException("the other handler's fault") : Task.CompletedTask);
        await using (var session = await harness.Store.WriteAsync(default))
        {
            var settled = new PayoutsSettled { Items = [new NumberedOutcome { Number = nos[0], Status = OrderStatus.Failed }] };
            await new Outbox().AddAsync(session, 0, Topics.PayoutsSettled, CoreHarness.System, settled, TimeSpan.Zero, default);
            await session.CommitAsync();
        }

        await harness.Main.StepAsync("core.outbox");
        await harness.Main.StepAsync("core.outbox.payouts.settled");
        await harness.WriteAsync("update withdrawals set state = 1");
        await harness.MoveAsync(TimeSpan.FromSeconds(2));
        await harness.Main.StepAsync("core.outbox.payouts.settled");

        Assert.Equal(0, await harness.ReadAsync<int>("select count(*) from outbox where topic = 'payouts.settled'"));
        Assert.Equal([WithdrawalStatus.Pending], await StatusesAsync(harness, nos));
        Assert.Equal((1, 0L), await harness.DayAsync());
        Assert.Equal(1, await harness.ReadAsync<int>("select count(*) from inbox where handler = 'core.withdrawals.settle'"));
    }

    [Theory, BothStores]
    public async Task Two_processes_that_settle_the_same_at_once_give_a_day_back_once(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect, o => o.WithdrawalsPerDayMax = 100);
        var nos = await WithdrawnAsync(harness, 20);
        var other = await harness.StartProcessAsync();
        await harness.MoveAsync(TimeSpan.FromMinutes(2));
        foreach (var (no, i) in nos.Select((no, i) => (no, i)))
        {
            harness.Async.Payouts[no] = i % 2 == 0 ? OrderStatus.Succeeded : OrderStatus.Failed;
        }

        // Each by its own way: one scans, the other hears of it twice.
        var told = new PayoutsSettled { Items = [.. harness.Async.Payouts.Select(p => new NumberedOutcome { Number = p.Key, Status = p.Value })] };
        await Task.WhenAll(Task.Run(() => other.StepAsync(Scan)), Task.Run(() => harness.DeliverAsync(Topics.PayoutsSettled, told)));
        await harness.DeliverAsync(Topics.PayoutsSettled, told);

        Assert.Equal((20, 1000L), await harness.DayAsync());
        Assert.Equal(0, await harness.ReadAsync<int>("select count(*) from due where kind = 7"));
        Assert.Equal(10, await harness.ReadAsync<int>("select count(*) from withdrawals where state = 2"));
        Assert.Empty(harness.AlertKinds());
    }

    private static async Task<List<long>> WithdrawnAsync(CoreHarness harness, int count)
    {
        harness.Reward(100L * count);
        var nos = new List<long>();
        for (var i = 0; i < count; i++)
        {
            nos.Add((await harness.WithdrawnAsync()).WithdrawalNo);
        }

        return nos;
    }

    private static Task<WithdrawalStatus[]> StatusesAsync(CoreHarness harness, List<long> nos) => Task.WhenAll(nos.Select(no => harness.StatusAsync(no)));
}
