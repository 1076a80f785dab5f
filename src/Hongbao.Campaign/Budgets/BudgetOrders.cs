using System.Globalization;
using Hongbao.Campaign.Plans;
using Hongbao.Contracts;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Faults;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Orders;
using Hongbao.Foundation.Stores;

namespace Hongbao.Campaign.Budgets;

/// <summary>Which way a budget order moves money.</summary>
internal enum BudgetOrderKind
{
    /// <summary>The sponsor's money is put aside.</summary>
    Hold = 1,

    /// <summary>What is not needed goes back to him.</summary>
    Release = 2,
}

/// <summary>A budget order's row.</summary>
internal sealed class BudgetOrder
{
    public long OrderNo { get; init; }
    public string App { get; init; } = "";
    public long CampaignId { get; init; }
    public BudgetOrderKind Kind { get; init; }
    public long Amount { get; init; }
    public string Currency { get; init; } = "";

    /// <summary><see cref="OrderStatus.Pending"/>, <see cref="OrderStatus.Succeeded"/> or <see cref="OrderStatus.Failed"/>.</summary>
    public OrderStatus State { get; init; }
}

/// <summary>
/// What finance is asked to put aside or to give back. Each order has its number before finance hears of it; no answer, a timeout and "pending" mean that the same number is sent again, by whoever
/// asks next or by the timed scan. Only finance's final word ends one, together with what follows from it.
/// </summary>
internal sealed class BudgetOrders(IStore store, IFinance finance, DueTable<DueKind> due, NumberMinter numbers, StoreClock storeClock, CampaignOptions options, AlertSink alerts, TimeProvider clock)
{
    private const int PageSize = 50;
    private const int RestFactorMax = 60;
    private const string Columns = "order_no, app, campaign_id, kind, amount, currency, state";

    /// <summary>Writes an order down, in the caller's transaction.</summary>
    public async Task<long> AddAsync(StoreSession session, Plan plan, BudgetOrderKind kind, long amount, CancellationToken cancellationToken)
    {
        var orderNo = numbers.Mint(plan.Slot);
        var now = await session.NowMsAsync(cancellationToken).ConfigureAwait(false);
        await session.ExecuteAsync("""
            insert into budget_orders (order_no, slot, app, campaign_id, kind, amount, currency, state, created_at, updated_at)
            values (@orderNo, @Slot, @App, @CampaignId, @kind, @amount, @Currency, 1, @now, @now)
            """, new { orderNo, plan.Slot, plan.App, plan.CampaignId, kind = (int)kind, amount, plan.Currency, now }, cancellationToken).ConfigureAwait(false);
        await due.PutAsync(session, DueKind.BudgetOrder, orderNo, now + options.CheckMs, now + (options.DeadlineSeconds * 1000L), cancellationToken).ConfigureAwait(false);
        return orderNo;
    }

    /// <summary>All orders of a campaign, in the caller's session.</summary>
    public static Task<List<BudgetOrder>> OfAsync(StoreSession session, long campaignId, CancellationToken cancellationToken) => session.QueryAsync<BudgetOrder>(
        $"select {Columns} from budget_orders where campaign_id = @campaignId order by order_no", new { campaignId }, cancellationToken);

    /// <summary>Sends an order that has no end yet, and moves it by the answer. True when it has one now.</summary>
    public async Task<bool> AdvanceAsync(CallContext context, long orderNo, CancellationToken cancellationToken)
    {
        BudgetOrder? order;
        var read = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (read.ConfigureAwait(false))
        {
            order = await read.FirstAsync<BudgetOrder>($"select {Columns} from budget_orders where order_no = @orderNo", new { orderNo }, cancellationToken).ConfigureAwait(false);
        }

        if (order is not { State: OrderStatus.Pending })
        {
            return true;
        }

        Failpoint.Hit("campaign.budget.before_call");
        var answer = await AskAsync(order, context, cancellationToken).ConfigureAwait(false);
        Failpoint.Hit("campaign.budget.after_call");
        switch (answer?.Status)
        {
            case FinanceStatus.Succeeded:
                await EndAsync(order, OrderStatus.Succeeded, "", cancellationToken).ConfigureAwait(false);
                return true;
            case FinanceStatus.Refused:
                await EndAsync(order, OrderStatus.Failed, answer.Reason, cancellationToken).ConfigureAwait(false);
                return true;
            case FinanceStatus.Mismatch:
                alerts.Raise(new Alert("budget.mismatch", Text(orderNo),
                    $"Finance has {order.Kind} {orderNo} of campaign {order.CampaignId} with other content than we do. Nothing was changed; compare with finance."));
                return false;
            default:
                return false;
        }
    }

    /// <summary>The timed scan. True when there may be more.</summary>
    public async Task<bool> ScanAsync(CancellationToken cancellationToken)
    {
        var rest = TimeSpan.FromMilliseconds(options.CheckMs);
        var rows = await due.TakeAsync(DueKind.BudgetOrder, PageSize, rest, rest * RestFactorMax, cancellationToken).ConfigureAwait(false);
        var open = new List<DueRow>();
        foreach (var row in rows)
        {
            if (!await AdvanceAsync(CallContext.ForSystem(CallContext.DefaultApp), row.No, cancellationToken).ConfigureAwait(false))
            {
                open.Add(row);
            }
        }

        alerts.RaiseOverdue(
            "budget.overdue", "Orders of campaigns' budgets without a final answer of finance", "They go on being sent; check finance.", open, storeClock.NowMs());
        return rows.Count == PageSize;
    }

    // Null when nothing is known.
    private async Task<OrderAnswer?> AskAsync(BudgetOrder order, CallContext context, CancellationToken cancellationToken)
    {
        var patience = TimeSpan.FromMilliseconds(options.CallTimeoutMs);
        using var timeout = new CancellationTokenSource(patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        var batch = new HoldBatch
        {
            Items = [new HoldOrder { HoldNo = order.OrderNo, CampaignId = order.CampaignId, Amount = order.Amount, Currency = order.Currency }],
        };
        var own = (context with { App = order.App }).ByPlatform(clock.GetUtcNow() + patience);
        try
        {
            // The wait ends also for a finance that does not look at its token.
            var answers = await (order.Kind == BudgetOrderKind.Hold ? finance.HoldAsync(own, batch, either.Token) : finance.ReleaseAsync(own, batch, either.Token))
                .WaitAsync(either.Token).ConfigureAwait(false);
            return answers.Result.IsOk() ? answers.Items.Find(a => a.Number == order.OrderNo) : null;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    // The order's end and what follows from it are one transaction. Whoever comes second finds it ended.
    private async Task EndAsync(BudgetOrder order, OrderStatus to, string reason, CancellationToken cancellationToken)
    {
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var ended = await session.ExecuteAsync(
                "update budget_orders set state = @to, reason = @reason, updated_at = now_ms() where order_no = @OrderNo and state = 1",
                new { to = (int)to, reason, order.OrderNo }, cancellationToken).ConfigureAwait(false);
            if (ended == 0)
            {
                return;
            }

            await due.RemoveAsync(session, DueKind.BudgetOrder, order.OrderNo, cancellationToken).ConfigureAwait(false);
            if (order.Kind == BudgetOrderKind.Hold)
            {
                await FollowHoldAsync(session, order, to, reason, cancellationToken).ConfigureAwait(false);
            }
            else if (to == OrderStatus.Failed)
            {
                // What it was to give back is free again: after a while another order is written.
                var now = await session.NowMsAsync(cancellationToken).ConfigureAwait(false);
                var rest = options.DeadlineSeconds * 1000L;
                await due.PutAsync(session, DueKind.Settlement, order.CampaignId, now + rest, now + (2 * rest), cancellationToken).ConfigureAwait(false);
                session.AfterCommit(() => alerts.Raise(new Alert("budget.release_refused", Text(order.OrderNo),
                    $"Finance refuses to give {order.Amount} {order.Currency} of campaign {order.CampaignId} back: {reason}. Its books and finance's differ; compare them.")));
            }

            Failpoint.Hit("campaign.budget.before_commit");
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("campaign.budget.after_commit");
        }
    }

    private async Task FollowHoldAsync(StoreSession session, BudgetOrder order, OrderStatus to, string reason, CancellationToken cancellationToken)
    {
        var plan = await PlanStore.LockAsync(session, order.CampaignId, cancellationToken).ConfigureAwait(false);
        if (to == OrderStatus.Failed)
        {
            await session.ExecuteAsync(
                "update campaigns set trouble = @reason, version = version + 1, updated_at = now_ms() where campaign_id = @CampaignId",
                new { reason = $"Finance refused to put {order.Amount} {order.Currency} aside: {reason}", order.CampaignId }, cancellationToken).ConfigureAwait(false);
            return;
        }

        switch (plan.State)
        {
            case CampaignStatus.Draft:
                await PlanStore.MoveAsync(session, order.CampaignId, plan.State, CampaignEvent.BudgetHeld, cancellationToken).ConfigureAwait(false);
                await ChunkStore.AddPoolsAsync(session, plan, cancellationToken).ConfigureAwait(false);
                break;
            case CampaignStatus.Scheduled or CampaignStatus.Paused:
                await BudgetChange.RaiseAsync(session, order.CampaignId, order.Amount, cancellationToken).ConfigureAwait(false);
                break;
            default:
                // It was ended meanwhile: the money goes back.
                await due.PutAsync(
                    session, DueKind.Settlement, order.CampaignId, storeClock.NowMs(), storeClock.NowMs() + (options.SettleHours * 3_600_000L), cancellationToken).ConfigureAwait(false);
                break;
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
