using Hongbao.Finance.Campaigns;
using Hongbao.Finance.Orders;
using Hongbao.Foundation.Stores;

namespace Hongbao.Finance.Tests;

public sealed class OrderIndexTests
{
    private sealed class PlanStep
    {
        public string Detail { get; init; } = "";
    }

    [Fact]
    public async Task What_is_due_of_one_kind_is_read_in_order_and_without_the_orders_of_others()
    {
        await using var finance = await FinanceHarness.StartAsync(SqlDialect.Sqlite);
        await using var session = await finance.Store.ReadAsync(default);

        var plan = await session.QueryAsync<PlanStep>(
            "explain query plan " + OrderTable.LockDue.For(SqlDialect.Sqlite), new { App = "default", Kind = "transfer", nowMs = 0L, limit = 50 }, default);

        // One step: an index that does not give the order would need a second one that sorts.
        Assert.Equal("SEARCH orders USING INDEX orders_due_of_kind (app=? AND kind=? AND process_at<?)", Assert.Single(plan).Detail.Replace("TABLE ", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_campaigns_account_is_summed_from_indexes_alone()
    {
        await using var finance = await FinanceHarness.StartAsync(SqlDialect.Sqlite);
        await using var session = await finance.Store.ReadAsync(default);

        var plan = await session.QueryAsync<PlanStep>(
            "explain query plan " + CampaignDesk.Totals, new { App = "default", CampaignId = 7L, Currency = "CNY", account = "campaign-hold:7" }, default);

        Assert.Equal(
            [
                "SEARCH orders USING COVERING INDEX orders_of_campaign (campaign_id=? AND app=? AND currency=? AND status=?)",
                "SEARCH orders USING COVERING INDEX payouts_made (currency=? AND app=? AND status=? AND kind=?)",
            ],
            plan.Select(p => p.Detail.Replace("TABLE ", "", StringComparison.Ordinal)).Where(d => d.Contains(" orders ", StringComparison.Ordinal)));
    }
}
