namespace Hongbao.Contracts;

/// <summary>Who takes which messages: modules subscribe by it, and processes without a module know what to hand over to the one that has it.</summary>
/// <param name="Topic">One of <see cref="Topics"/>.</param>
/// <param name="Module">Whose handler it is, lower case.</param>
/// <param name="Handler">Its name in the inbox.</param>
public sealed record Listener(string Topic, string Module, string Handler)
{
    /// <summary>Async writes transfers for accepted claims.</summary>
    public static Listener WriteTransfers { get; } = new(Topics.ClaimsAccepted, "async", "async.transfers.write");

    /// <summary>Query writes what users received.</summary>
    public static Listener WriteReceived { get; } = new(Topics.ClaimsAccepted, "query", "query.received.write");

    /// <summary>Async writes refunds.</summary>
    public static Listener WriteRefunds { get; } = new(Topics.RefundsRequested, "async", "async.refunds.write");

    /// <summary>Core ends claims by their transfers.</summary>
    public static Listener SettleClaims { get; } = new(Topics.TransfersSettled, "core", "core.claims.settle");

    /// <summary>Query marks what users did not receive after all.</summary>
    public static Listener FailReceived { get; } = new(Topics.TransfersSettled, "query", "query.received.fail");

    /// <summary>Core follows refunds.</summary>
    public static Listener TrackRefunds { get; } = new(Topics.RefundsAdvanced, "core", "core.refunds.track");

    /// <summary>Async has Core store subsidies.</summary>
    public static Listener BookSubsidies { get; } = new(Topics.SubsidiesIssued, "async", "async.subsidies.book");

    /// <summary>Async writes fundings.</summary>
    public static Listener WriteFundings { get; } = new(Topics.FundingsRequested, "async", "async.fundings.write");

    /// <summary>Async writes payouts.</summary>
    public static Listener WritePayouts { get; } = new(Topics.PayoutsRequested, "async", "async.payouts.write");

    /// <summary>Core ends withdrawals by their payouts.</summary>
    public static Listener SettleWithdrawals { get; } = new(Topics.PayoutsSettled, "core", "core.withdrawals.settle");

    /// <summary>Async asks finance about orders.</summary>
    public static Listener AskOrders { get; } = new(Topics.OrdersDue, "async", "async.orders.ask");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Listener> All { get; } =
    [
        WriteTransfers, WriteReceived, WriteRefunds, SettleClaims, FailReceived, TrackRefunds, BookSubsidies, WriteFundings, WritePayouts, SettleWithdrawals, AskOrders,
    ];
}
