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
}
