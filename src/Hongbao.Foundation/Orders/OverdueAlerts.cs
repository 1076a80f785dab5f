using Hongbao.Foundation.Alerts;

namespace Hongbao.Foundation.Orders;

/// <summary>Calls a person about orders past their deadline: once for all that a scan meets, so that an outage is one alert and not a flood.</summary>
public static class OverdueAlerts
{
    /// <summary>Raises one alert when any of the rows is past its deadline.</summary>
    /// <param name="alerts">Where people are called.</param>
    /// <param name="kind">The alert's kind, such as <c>refund.overdue</c>.</param>
    /// <param name="what">Completes "12 ...", such as <c>refunds are not final</c>.</param>
    /// <param name="advice">What goes on by itself, and what to look at.</param>
    /// <param name="rows">What was looked at and has no end.</param>
    /// <param name="nowMs">Unix milliseconds of the store's clock.</param>
    public static void RaiseOverdue(this AlertSink alerts, string kind, string what, string advice, IReadOnlyCollection<DueRow> rows, long nowMs)
    {
        var late = rows.Where(r => nowMs > r.DeadlineAt).ToList();
        if (late.Count > 0)
        {
            var oldest = late.MinBy(r => r.DeadlineAt)!;
            alerts.Raise(new Alert(kind, "scan", $"{late.Count} {what}; the oldest is {oldest.No}, after {oldest.Attempts} visits. {advice}"));
        }
    }
}
