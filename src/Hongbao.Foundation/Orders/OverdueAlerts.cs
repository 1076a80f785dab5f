using Hongbao.Foundation.Alerts;

namespace Hongbao.Foundation.Orders;

/// <summary>Calls a person about orders past their deadline: once for all that a scan meets, so that an outage is one alert and not a flood.</summary>
public static class OverdueAlerts
{
    /// <summary>Raises one alert when any of the rows is past its deadline.</summary>
    /// <param name="alerts">Where people are called.</param>
    /// <param name="kind">The alert's kind, such as <c>refund.overdue</c>.</param>
    /// <param name="what">What they are and lack, such as <c>Refunds without an end</c>.</param>
    /// <param name="advice">What goes on by itself, and what to look at.</param>
    /// <param name="rows">What was looked at and has no end.</param>
    /// <param name="nowMs">Unix milliseconds of the store's clock.</param>
    public static void RaiseOverdue(this AlertSink alerts, string kind, string what, string advice, IReadOnlyCollection<DueRow> rows, long nowMs)
    {
        var late = rows.Where(r => nowMs > r.DeadlineAt).ToList();
        if (late.Count > 0)
        {
            // Numbers order by time.
            var oldest = late.MinBy(r => r.No)!;
            alerts.Raise(new Alert(kind, "scan", $"{what}: {late.Count} in this look, the oldest {oldest.No} after {oldest.Attempts} visits. {advice}"));
        }
    }
}
