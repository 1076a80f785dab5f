using Hongbao.Contracts;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.States;
using Hongbao.Foundation.Stores;

namespace Hongbao.Async.Orders;

/// <summary>Which final words end which orders, for orders that are pending until they have their one end.</summary>
internal static class NumberedOrders
{
    /// <summary>
    /// The words that move an order, one for each, in order of numbers. A word that repeats an order's end is passed over; words that
    /// differ from each other or from that end move nothing and are raised once the transaction is committed.
    /// </summary>
    /// <param name="alerts">Where people are called.</param>
    /// <param name="session">The transaction, which has the orders' rows locked.</param>
    /// <param name="kind">What they are called in alerts.</param>
    /// <param name="graph">Their graph.</param>
    /// <param name="states">Where they are; words about others are passed over.</param>
    /// <param name="words">The words.</param>
    public static List<(FinalWord Word, OrderStatus To)> Moves(
        AlertSink alerts, StoreSession session, string kind, StateGraph<OrderStatus, OrderEvent> graph, IReadOnlyDictionary<long, OrderStatus> states,
        IReadOnlyList<FinalWord> words)
    {
        var moves = new List<(FinalWord Word, OrderStatus To)>();
        foreach (var ofOne in words.Where(w => states.ContainsKey(w.Number)).GroupBy(w => w.Number).OrderBy(g => g.Key))
        {
            var word = ofOne.First();
            var state = states[word.Number];
            if (ofOne.Any(w => w.On != word.On))
            {
                alerts.RaiseContradiction(session, kind, word.Number, "both Succeeded and Refused", state);
            }
            else if (graph.TryMove(state, word.On, out var to))
            {
                moves.Add((word, to));
            }
            else if (!Repeats(graph, state, word.On))
            {
                alerts.RaiseContradiction(session, kind, word.Number, word.On.ToString(), state);
            }
        }

        return moves;
    }

    /// <summary>True when a word only says again how an order ended.</summary>
    public static bool Repeats(StateGraph<OrderStatus, OrderEvent> graph, OrderStatus state, OrderEvent on) =>
        graph.TryMove(OrderStatus.Pending, on, out var to) && state == to;
}
