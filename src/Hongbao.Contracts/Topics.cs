namespace Hongbao.Contracts;

/// <summary>Names of the messages between modules.</summary>
public static class Topics
{
    /// <summary><see cref="ClaimsAccepted"/>: Core to Async (transfers) and Query (received lists).</summary>
    public const string ClaimsAccepted = "claims.accepted";
    /// <summary><see cref="RefundsRequested"/>: Core to Async.</summary>
    public const string RefundsRequested = "refunds.requested";
    /// <summary><see cref="TransfersSettled"/>: Async to Core.</summary>
    public const string TransfersSettled = "transfers.settled";
    /// <summary><see cref="RefundsAdvanced"/>: Async to Core.</summary>
    public const string RefundsAdvanced = "refunds.advanced";
    /// <summary><see cref="SubsidiesIssued"/>: Campaign to Async (booking in Core).</summary>
    public const string SubsidiesIssued = "subsidies.issued";
    /// <summary><see cref="FundingsRequested"/>: Core to Async.</summary>
    public const string FundingsRequested = "fundings.requested";
    /// <summary><see cref="PayoutsRequested"/>: Core to Async.</summary>
    public const string PayoutsRequested = "payouts.requested";
    /// <summary><see cref="PayoutsSettled"/>: Async to Core.</summary>
    public const string PayoutsSettled = "payouts.settled";
    /// <summary><see cref="OrdersDue"/>: Async to itself, delayed: ask finance for those still unanswered.</summary>
    public const string OrdersDue = "orders.due";
}
