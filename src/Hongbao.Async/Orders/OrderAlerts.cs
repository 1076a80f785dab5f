using System.Globalization;
using Hongbao.Contracts;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Async.Orders;

/// <summary>What a person is told about an order, in the same words for every kind.</summary>
internal static class OrderAlerts
{
    /// <summary>Raises an alert about an order.</summary>
    public static void RaiseAbout(this AlertSink alerts, string kind, long number, string text) => alerts.Raise(new Alert(kind, Text(number), text));

    /// <summary>The same once the transaction that it tells of is committed, and never when it is not.</summary>
    public static void RaiseAfterCommit(this AlertSink alerts, StoreSession session, string kind, long number, string text) =>
        session.AfterCommit(() => alerts.RaiseAbout(kind, number, text));

    /// <summary>Finance has orders of ours with other content.</summary>
    public static void RaiseMismatches(this AlertSink alerts, string kind, List<OrderAnswer> answers)
    {
        foreach (var answer in answers.Where(a => a.Status == FinanceStatus.Mismatch))
        {
            alerts.RaiseAbout(
                "order.mismatch", answer.Number, $"Finance has {kind} {answer.Number} with other content than we do. Nothing was changed; compare with finance.");
        }
    }

    /// <summary>Core asks for an order again with other content.</summary>
    public static void RaiseOtherContent(this AlertSink alerts, StoreSession session, string what, long number) => alerts.RaiseAfterCommit(
        session, "order.mismatch", number, $"{what} {number} was asked for again with other content. It stays as it was first; compare with Core.");

    /// <summary>Finance's word is final: two of them that differ mean that money may have moved twice.</summary>
    public static void RaiseContradiction(this AlertSink alerts, StoreSession session, string kind, long number, string said, OrderStatus state) =>
        alerts.RaiseAfterCommit(
            session, "order.contradiction", number,
            $"Finance says {said} of {kind} {number}, which is {state} by what it said before. Nothing was changed; its money may have moved twice, compare with finance now.");

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
