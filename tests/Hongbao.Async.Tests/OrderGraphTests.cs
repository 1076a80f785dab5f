using Hongbao.Async.Orders;
using Hongbao.Contracts;
using Hongbao.Foundation.States;

namespace Hongbao.Async.Tests;

/// <summary>Every pair of state and event against a table that is written down here on its own.</summary>
public sealed class OrderGraphTests
{
    // Rows: None, Pending, Succeeded, Failed, Refused, SetAside, Void. Columns: Succeeded, Refused, SetAside, Unfunded, Forged. Dots move nothing.
    private const string Transfer = """
        .          .       .        .       .
        Succeeded  Failed  .        Failed  .
        .          .       .        .       .
        .          .       .        .       .
        .          .       .        .       .
        .          .       .        .       .
        .          .       .        .       .
        """;

    private const string Refund = """
        .          .       .        .       .
        Succeeded  Refused .        Void    .
        .          .       .        .       .
        .          .       .        .       .
        .          .       SetAside .       .
        .          .       .        .       .
        .          .       .        .       .
        """;

    private const string Funding = """
        .          .       .        .       .
        Succeeded  Failed  .        .       Failed
        .          .       .        .       .
        .          .       .        .       .
        .          .       .        .       .
        .          .       .        .       .
        .          .       .        .       .
        """;

    private const string Payout = """
        .          .       .        .       .
        Succeeded  Failed  .        .       .
        .          .       .        .       .
        .          .       .        .       .
        .          .       .        .       .
        .          .       .        .       .
        .          .       .        .       .
        """;

    [Fact]
    public void Every_state_and_event_of_a_transfer_leads_where_the_table_says() => AssertTable(Transfer, OrderGraphs.Transfer);

    [Fact]
    public void Every_state_and_event_of_a_refund_leads_where_the_table_says() => AssertTable(Refund, OrderGraphs.Refund);

    [Fact]
    public void Every_state_and_event_of_a_funding_leads_where_the_table_says() => AssertTable(Funding, OrderGraphs.Funding);

    [Fact]
    public void Every_state_and_event_of_a_payout_leads_where_the_table_says() => AssertTable(Payout, OrderGraphs.Payout);

    [Fact]
    public void Only_ends_have_no_way_out()
    {
        Assert.Equal([OrderStatus.Succeeded, OrderStatus.Failed], Ends(OrderGraphs.Transfer));
        Assert.Equal([OrderStatus.Succeeded, OrderStatus.Void, OrderStatus.SetAside], Ends(OrderGraphs.Refund));
        Assert.Equal([OrderStatus.Succeeded, OrderStatus.Failed], Ends(OrderGraphs.Funding));
        Assert.Equal([OrderStatus.Succeeded, OrderStatus.Failed], Ends(OrderGraphs.Payout));
    }

    private static OrderStatus[] Ends(StateGraph<OrderStatus, OrderEvent> graph) => [.. graph.Edges.Select(e => e.To).Where(graph.IsFinal).Distinct()];

    private static void AssertTable(string table, StateGraph<OrderStatus, OrderEvent> graph)
    {
        var rows = table.Split('\n');
        var states = Enum.GetValues<OrderStatus>();
        var events = Enum.GetValues<OrderEvent>();
        Assert.Equal(rows.Length, states.Length);
        for (var s = 0; s < rows.Length; s++)
        {
            var cells = rows[s].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(events.Length, cells.Length);
            for (var e = 0; e < cells.Length; e++)
            {
                Assert.Equal(cells[e] != ".", graph.TryMove(states[s], events[e], out var to));
                if (cells[e] != ".")
                {
                    Assert.Equal(Enum.Parse<OrderStatus>(cells[e]), to);
                }
            }
        }
    }
}
