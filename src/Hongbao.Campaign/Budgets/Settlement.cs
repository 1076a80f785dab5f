using Hongbao.Campaign.Plans;
using Hongbao.Campaign.Wins;
using Hongbao.Contracts;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Faults;
using Hongbao.Foundation.Orders;
using Hongbao.Foundation.Stores;

namespace Hongbao.Campaign.Budgets;

/// <summary>What is known of a campaign's money from the three who have a part of it.</summary>
/// <param name="Held">Put aside by finance's word, minor units.</param>
/// <param name="HeldMost">The same with what finance may have put aside without our knowing of it yet.</param>
/// <param name="Released">Given back, or about to be, minor units.</param>
/// <param name="Won">The campaign's own wins, by hour.</param>
/// <param name="Subsidies">Core's books, by hour.</param>
/// <param name="Account">Finance's account.</param>
internal sealed record Standing(
    long Held, long HeldMost, long Released, IReadOnlyList<WonHour> Won, IReadOnlyList<SubsidyBooksHour> Subsidies, CampaignAccountResponse Account)
{
    /// <summary>
    /// What nobody can need any more of a campaign that is over: what was not won, what expired unused, and what came back. It only ever grows. An hour of which Core has other subsidies than were
    /// won frees nothing: one that was never won may be among the expired ones.
    /// </summary>
    public long Free => Held - Won.Sum(static h => h.Amount) + Subsidies.Where(IsBookedAsWon).Sum(static h => h.ExpiredAmount) + Account.Returned;

    /// <summary>True when nothing can change any more: every win has its end, all its money is with users or back with the sponsor.</summary>
    public bool IsClosed =>
        Won.Count == Subsidies.Count && Subsidies.All(h => IsBookedAsWon(h) && h.OpenPackets == 0 && h.UsedCount + h.ExpiredCount == h.StoredCount)
        && Account.Funded - Account.Returned == Subsidies.Sum(static h => h.ClaimedAmount) && Account.Balance == 0 && Account.Released == Released;

    private bool IsBookedAsWon(SubsidyBooksHour stored) =>
        Won.Any(w => w.HourMs == stored.HourMs && w.Wins == stored.StoredCount && w.Amount == stored.StoredAmount);
}

/// <summary>
/// Gives back what a campaign does not need: what its budget was lowered by, and once it is over what was not won, what expired, and what came back from its packets. Each part is a release order with
/// its own number; what is free only ever grows, so that looking again at any time is safe.
/// </summary>
internal sealed class Settlement(
    IStore store, PlanStore plans, BudgetOrders orders, DueTable<DueKind> due, IFinance finance, Lazy<IRedPacketCore> core, StoreClock storeClock, CampaignOptions options, AlertSink alerts,
    TimeProvider clock)
{
    private const int PageSize = 20;
    private const int RestFactorMax = 300;

    /// <summary>The timed scan. True when there may be more.</summary>
    public async Task<bool> ScanAsync(CancellationToken cancellationToken)
    {
        var rest = TimeSpan.FromMilliseconds(options.CheckMs);
        var rows = await due.TakeAsync(DueKind.Settlement, PageSize, rest, rest * RestFactorMax, cancellationToken).ConfigureAwait(false);
        var open = new List<DueRow>();
        foreach (var row in rows)
        {
            if (!await SettleAsync(row.No, cancellationToken).ConfigureAwait(false))
            {
                open.Add(row);
            }
        }

        alerts.RaiseOverdue(
            "campaign.not_closed", "Campaigns whose books are not closed", "Look at their reports: something was not booked, funded or returned.", open, storeClock.NowMs());
        return rows.Count == PageSize;
    }

    /// <summary>Looks at one campaign, and asks for what is free. True when there is nothing more to do for it, ever.</summary>
    public async Task<bool> SettleAsync(long campaignId, CancellationToken cancellationToken)
    {
        var plan = (await plans.LoadAsync([campaignId], cancellationToken).ConfigureAwait(false))[0];
        if (plan.State != CampaignStatus.Ended)
        {
            // A budget that was lowered: what is held beyond it is free.
            await ReleaseAsync(plan, static (held, now) => held - now.Budget, cancellationToken).ConfigureAwait(false);
            return await CloseAsync(plan, static (now, held, released) => held - released == now.Budget, cancellationToken).ConfigureAwait(false);
        }

        if (await LookAsync(plan, byHour: false, cancellationToken).ConfigureAwait(false) is not { } standing)
        {
            // Core or finance gives no answer. What was never won is free all the same.
            var issued = (await WonHours.OfAsync(store, plan, cancellationToken).ConfigureAwait(false)).Sum(static h => h.Amount);
            await ReleaseAsync(plan, (held, _) => held - issued, cancellationToken).ConfigureAwait(false);
            return false;
        }

        var free = standing.Free;
        return !await ReleaseAsync(plan, (_, _) => free, cancellationToken).ConfigureAwait(false) && standing.IsClosed
            && await CloseAsync(plan, (_, held, released) => (held, released) == (standing.Held, standing.Released), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Asks everybody who has a part of a campaign's money; null without an answer of one of them.</summary>
    /// <param name="plan">The campaign.</param>
    /// <param name="byHour">Whether finance's account is wanted by hour, too.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<Standing?> LookAsync(Plan plan, bool byHour, CancellationToken cancellationToken)
    {
        var (held, _, _) = await OrdersAsync(plan.CampaignId, cancellationToken).ConfigureAwait(false);
        var patience = TimeSpan.FromMilliseconds(options.CallTimeoutMs);
        var context = CallContext.ForSystem(plan.App, clock.GetUtcNow() + patience);
        using var timeout = new CancellationTokenSource(patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        CampaignAccountResponse account;
        SubsidyBooksResponse subsidies;
        try
        {
            // The account before subsidies before wins, against the way that money goes: what one has of another one is there when that one is asked.
            account = await finance.GetCampaignAccountAsync(context, new CampaignAccountRequest { CampaignId = plan.CampaignId, Currency = plan.Currency, ByHour = byHour }, either.Token)
                .WaitAsync(either.Token).ConfigureAwait(false);
            subsidies = await core.Value.GetSubsidyBooksAsync(context, new SubsidyBooksRequest { CampaignId = plan.CampaignId }, either.Token).WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }

        if (!subsidies.Result.IsOk() || !account.Result.IsOk())
        {
            return null;
        }

        var won = await WonHours.OfAsync(store, plan, cancellationToken).ConfigureAwait(false);
        var (heldNow, pending, released) = await OrdersAsync(plan.CampaignId, cancellationToken).ConfigureAwait(false);
        return new Standing(held, heldNow + pending, released, won, subsidies.Hours, account);
    }

    private async Task<(long Held, long Pending, long Released)> OrdersAsync(long campaignId, CancellationToken cancellationToken)
    {
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return Sums(await BudgetOrders.OfAsync(session, campaignId, cancellationToken).ConfigureAwait(false));
        }
    }

    // A release counts from its writing, a hold from finance's word.
    private static (long Held, long Pending, long Released) Sums(IReadOnlyList<BudgetOrder> all) => (
        all.Where(static o => o is { Kind: BudgetOrderKind.Hold, State: OrderStatus.Succeeded }).Sum(static o => o.Amount),
        all.Where(static o => o is { Kind: BudgetOrderKind.Hold, State: OrderStatus.Pending }).Sum(static o => o.Amount),
        all.Where(static o => o.Kind == BudgetOrderKind.Release && o.State != OrderStatus.Failed).Sum(static o => o.Amount));

    // Writes and sends a release of what is free and was not released before. True when there was something.
    private async Task<bool> ReleaseAsync(Plan plan, Func<long, Plan, long> freeOf, CancellationToken cancellationToken)
    {
        long orderNo;
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            // One at a time for a campaign: two who look at once must not give the same money back twice.
            var now = await PlanStore.LockAsync(session, plan.CampaignId, cancellationToken).ConfigureAwait(false);
            var (held, _, released) = Sums(await BudgetOrders.OfAsync(session, plan.CampaignId, cancellationToken).ConfigureAwait(false));
            var amount = freeOf(held, now) - released;
            if (now.State != plan.State || amount <= 0)
            {
                return false;
            }

            orderNo = await orders.AddAsync(session, plan, BudgetOrderKind.Release, amount, cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("campaign.release.before_commit");
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("campaign.release.after_commit");
        }

        await orders.AdvanceAsync(CallContext.ForSystem(plan.App), orderNo, cancellationToken).ConfigureAwait(false);
        return true;
    }

    // No more looks, unless something came in between: an end, another budget, a hold. Whoever changes one of them has the campaign's lock and wants it looked at.
    private async Task<bool> CloseAsync(Plan plan, Func<Plan, long, long, bool> isDone, CancellationToken cancellationToken)
    {
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var now = await PlanStore.LockAsync(session, plan.CampaignId, cancellationToken).ConfigureAwait(false);
            var (held, pending, released) = Sums(await BudgetOrders.OfAsync(session, plan.CampaignId, cancellationToken).ConfigureAwait(false));
            if (now.State != plan.State || (now.State == CampaignStatus.Ended && pending > 0) || !isDone(now, held, released))
            {
                return false;
            }

            await due.RemoveAsync(session, DueKind.Settlement, plan.CampaignId, cancellationToken).ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
    }
}
