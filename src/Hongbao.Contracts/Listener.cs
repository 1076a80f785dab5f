namespace Hongbao.Contracts;

/// <summary>Who takes which messages, for processes that do not have all modules. A test compares it with what the modules subscribe to.</summary>
/// <param name="Topic">One of <see cref="Topics"/>.</param>
/// <param name="Module">Whose handler it is, lower case.</param>
/// <param name="Handler">Its name in the inbox.</param>
public sealed record Listener(string Topic, string Module, string Handler)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Listener> All { get; } =
    [
        new(Topics.ClaimsAccepted, "async", "async.transfers.write"),
        new(Topics.ClaimsAccepted, "query", "query.received.write"),
        new(Topics.RefundsRequested, "async", "async.refunds.write"),
        new(Topics.TransfersSettled, "core", "core.claims.settle"),
        new(Topics.TransfersSettled, "query", "query.received.fail"),
        new(Topics.RefundsAdvanced, "core", "core.refunds.track"),
        new(Topics.OrdersDue, "async", "async.orders.ask"),
    ];
}
