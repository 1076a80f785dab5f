using Hongbao.Campaign.Budgets;
using Hongbao.Campaign.Plans;
using Hongbao.Campaign.Wins;
using Hongbao.Contracts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Campaign.Reports;

/// <summary>The books of a campaign: its own wins by hour, what Core says became of them, and finance's account, beside each other.</summary>
internal sealed class CampaignReport(IStore store, PlanStore plans, Settlement settlement, StoreClock storeClock)
{
    private sealed class IssuedRow
    {
        public long CampaignId { get; init; }
        public long Amount { get; init; }
        public long Count { get; init; }
    }

    private sealed class PoolSums
    {
        public long Budget { get; init; }
        public long Planned { get; init; }
        public long Allocated { get; init; }
        public long Sized { get; init; }
        public long Issued { get; init; }
    }

    /// <summary>What some campaigns have issued so far, by number.</summary>
    public async Task<Dictionary<long, (long Amount, long Count)>> IssuedAsync(IReadOnlyList<Plan> campaigns, CancellationToken cancellationToken)
    {
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            // Chunks count money; wins are counted by their rows, for one campaign only: a list of many shows money alone.
            var rows = await session.QueryAsync<IssuedRow>($"""
                select campaign_id, cast(sum(issued) as bigint) as amount, 0 as count from chunks where campaign_id {Sql.AnyOf(session.Dialect, "@ids")} group by campaign_id
                """, new { ids = session.Longs(campaigns.Select(static c => c.CampaignId)) }, cancellationToken).ConfigureAwait(false);
            var counts = campaigns.Count != 1 ? [] : await session.QueryAsync<IssuedRow>(
                "select campaign_id, 0 as amount, count(*) as count from draws where campaign_id = @CampaignId and win_no >= @first group by campaign_id",
                new { campaigns[0].CampaignId, first = WonHours.FirstNo(campaigns[0]) }, cancellationToken).ConfigureAwait(false);
            return rows.ToDictionary(static r => r.CampaignId, r => (r.Amount, counts.Find(c => c.CampaignId == r.CampaignId)?.Count ?? 0));
        }
    }

    public async Task<CampaignReportResponse> MakeAsync(CallContext context, long campaignId, CancellationToken cancellationToken)
    {
        if (await plans.FindAsync(context.App, campaignId, cancellationToken).ConfigureAwait(false) is not { } plan)
        {
            return new CampaignReportResponse { Result = Result.Of(ResultCode.NotFound), CampaignId = campaignId };
        }

        // What holds at every moment is seen against the way that money goes: the account, subsidies, wins, pools.
        var standing = await settlement.LookAsync(plan, byHour: true, cancellationToken).ConfigureAwait(false);
        var won = standing?.Won ?? await WonHours.OfAsync(store, plan, cancellationToken).ConfigureAwait(false);
        var pools = await PoolsAsync(campaignId, cancellationToken).ConfigureAwait(false);
        var report = new CampaignReportResponse
        {
            CampaignId = campaignId,
            Status = plan.Status(storeClock.NowMs()),
            Currency = plan.Currency,
            Budget = pools.Budget,
        };
        var stored = (standing?.Subsidies ?? []).ToDictionary(static h => h.HourMs);
        var moved = (standing?.Account.Hours ?? []).ToDictionary(static h => h.HourMs);
        report.Hours = [.. won.Select(static h => h.HourMs).Union(stored.Keys).Union(moved.Keys).Order().Select(hour =>
            BooksOf(hour, won.FirstOrDefault(h => h.HourMs == hour), stored.GetValueOrDefault(hour), moved.GetValueOrDefault(hour)))];
        report.Total = Sum(report.Hours);
        AddOwnFaults(report, plan, pools);
        if (standing is null)
        {
            report.Result = Result.Of(ResultCode.Degraded, "Core or finance gives no answer just now; please try again.");
            return report;
        }

        var account = standing.Account;
        (report.HeldAmount, report.FundedAmount, report.LedgerReturnedAmount) = (account.Held, account.Funded, account.Returned);
        (report.ReleasedAmount, report.HeldNowAmount, report.WithdrawnAmount) = (account.Released, account.Balance, account.Withdrawn);
        report.Closed = plan.State == CampaignStatus.Ended && standing.IsClosed;
        AddFaults(report, standing);
        return report;
    }

    // In one statement: of one moment.
    private async Task<PoolSums> PoolsAsync(long campaignId, CancellationToken cancellationToken)
    {
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return (await session.FirstAsync<PoolSums>("""
                select c.budget,
                  (select cast(coalesce(sum(planned), 0) as bigint) from pools where campaign_id = @campaignId) as planned,
                  (select cast(coalesce(sum(allocated), 0) as bigint) from pools where campaign_id = @campaignId) as allocated,
                  (select cast(coalesce(sum(size), 0) as bigint) from chunks where campaign_id = @campaignId) as sized,
                  (select cast(coalesce(sum(issued), 0) as bigint) from chunks where campaign_id = @campaignId) as issued
                from campaigns c where c.campaign_id = @campaignId
                """, new { campaignId }, cancellationToken).ConfigureAwait(false))!;
        }
    }

    private static CampaignBooks BooksOf(long hourMs, WonHour? won, SubsidyBooksHour? stored, CampaignAccountHour? moved) => new()
    {
        HourMs = hourMs,
        IssuedCount = won?.Wins ?? 0,
        IssuedAmount = won?.Amount ?? 0,
        StoredCount = stored?.StoredCount ?? 0,
        StoredAmount = stored?.StoredAmount ?? 0,
        UsedCount = stored?.UsedCount ?? 0,
        UsedAmount = stored?.UsedAmount ?? 0,
        ExpiredCount = stored?.ExpiredCount ?? 0,
        ExpiredAmount = stored?.ExpiredAmount ?? 0,
        ClaimedAmount = stored?.ClaimedAmount ?? 0,
        ReturnedAmount = stored?.ReturnedAmount ?? 0,
        FundedAmount = moved?.Funded ?? 0,
        LedgerReturnedAmount = moved?.Returned ?? 0,
    };

    private static CampaignBooks Sum(IReadOnlyCollection<CampaignBooks> hours) => new()
    {
        IssuedCount = hours.Sum(static h => h.IssuedCount),
        IssuedAmount = hours.Sum(static h => h.IssuedAmount),
        StoredCount = hours.Sum(static h => h.StoredCount),
        StoredAmount = hours.Sum(static h => h.StoredAmount),
        UsedCount = hours.Sum(static h => h.UsedCount),
        UsedAmount = hours.Sum(static h => h.UsedAmount),
        ExpiredCount = hours.Sum(static h => h.ExpiredCount),
        ExpiredAmount = hours.Sum(static h => h.ExpiredAmount),
        ClaimedAmount = hours.Sum(static h => h.ClaimedAmount),
        ReturnedAmount = hours.Sum(static h => h.ReturnedAmount),
        FundedAmount = hours.Sum(static h => h.FundedAmount),
        LedgerReturnedAmount = hours.Sum(static h => h.LedgerReturnedAmount),
    };

    // What holds at every moment for what this module alone writes.
    private static void AddOwnFaults(CampaignReportResponse report, Plan plan, PoolSums pools)
    {
        if (pools.Planned > pools.Budget)
        {
            report.Faults.Add($"the pools plan {pools.Planned}, more than the budget of {pools.Budget}");
        }

        if (pools.Allocated != pools.Sized)
        {
            report.Faults.Add($"the pools have given {pools.Allocated} away, their chunks have {pools.Sized}");
        }

        if (report.Total.IssuedAmount > pools.Budget)
        {
            report.Faults.Add($"issued {report.Total.IssuedAmount}, more than the budget of {pools.Budget}");
        }

        if (plan.State == CampaignStatus.Ended && pools.Issued != report.Total.IssuedAmount)
        {
            report.Faults.Add($"the chunks count {pools.Issued} issued, the wins sum to {report.Total.IssuedAmount}");
        }
    }

    private static void AddFaults(CampaignReportResponse report, Standing standing)
    {
        foreach (var hour in report.Hours.Where(static h => h.StoredCount > h.IssuedCount || h.StoredAmount > h.IssuedAmount))
        {
            report.Faults.Add($"{At(hour.HourMs)}: {hour.StoredCount} subsidies of {hour.StoredAmount} stored, {hour.IssuedCount} of {hour.IssuedAmount} won");
        }

        foreach (var hour in report.Hours.Where(static h => h.FundedAmount > h.UsedAmount))
        {
            report.Faults.Add($"{At(hour.HourMs)}: finance funded packets with {hour.FundedAmount}, subsidies of {hour.UsedAmount} were used");
        }

        if (report.FundedAmount > report.Total.UsedAmount)
        {
            report.Faults.Add($"finance funded packets with {report.FundedAmount}, subsidies of {report.Total.UsedAmount} were used");
        }

        // A hold may have been made whose answer was lost.
        if (report.HeldAmount < standing.Held || report.HeldAmount > standing.HeldMost)
        {
            report.Faults.Add($"finance has put {report.HeldAmount} aside, we know of {standing.Held}");
        }

        if (report.ReleasedAmount > standing.Released)
        {
            report.Faults.Add($"finance has given {report.ReleasedAmount} back, we asked for {standing.Released}");
        }

        if (report.HeldNowAmount != report.HeldAmount + report.LedgerReturnedAmount - report.FundedAmount - report.ReleasedAmount)
        {
            report.Faults.Add($"finance's account stands at {report.HeldNowAmount}, its movements say otherwise");
        }

        // At the end everything agrees, hour by hour.
        if (!report.Closed)
        {
            return;
        }

        foreach (var hour in report.Hours.Where(static h =>
            h.StoredAmount != h.IssuedAmount || h.UsedAmount + h.ExpiredAmount != h.StoredAmount || h.ClaimedAmount + h.ReturnedAmount != h.UsedAmount
            || h.FundedAmount != h.UsedAmount || h.LedgerReturnedAmount != h.ReturnedAmount))
        {
            report.Faults.Add(
                $"{At(hour.HourMs)}: won {hour.IssuedAmount}, stored {hour.StoredAmount}, used {hour.UsedAmount}, expired {hour.ExpiredAmount}, claimed {hour.ClaimedAmount}, "
                + $"returned {hour.ReturnedAmount}; by finance funded {hour.FundedAmount}, returned {hour.LedgerReturnedAmount}");
        }

        if (report.FundedAmount != report.Total.UsedAmount || report.LedgerReturnedAmount != report.Total.ReturnedAmount)
        {
            report.Faults.Add(
                $"subsidies of {report.Total.UsedAmount} were used and {report.Total.ReturnedAmount} came back, finance moved {report.FundedAmount} and {report.LedgerReturnedAmount}");
        }
    }

    private static string At(long hourMs) => DateTimeOffset.FromUnixTimeMilliseconds(hourMs).ToString("yyyy-MM-dd'T'HH'Z'", null);
}
