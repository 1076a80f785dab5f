using Hongbao.Finance.Faults;

namespace Hongbao.Finance.Ledger;

/// <summary>Kinds of transactions that are not named like their order: a payout has one for each way that its money goes.</summary>
internal static class LedgerKinds
{
    /// <summary>Reward balance to in transit, when the order is accepted.</summary>
    public const string Payout = Operations.Payout;
    /// <summary>In transit to the bank outside, when the bank paid.</summary>
    public const string PayoutPaid = "payoutPaid";
    /// <summary>In transit to the reward balance, when the bank refused.</summary>
    public const string PayoutReturned = "payoutReturned";
}
