using Hongbao.Contracts;
using Hongbao.Foundation.States;

namespace Hongbao.Core.Withdrawals;

/// <summary>What can happen to a withdrawal.</summary>
public enum WithdrawalEvent
{
    /// <summary>Its payout succeeded.</summary>
    PaidOut = 1,
    /// <summary>Its payout was refused for good; the money is on the reward balance.</summary>
    Refused = 2,
}

/// <summary>The declared graph of withdrawals.</summary>
public static class WithdrawalGraph
{
    /// <summary>A withdrawal's life.</summary>
    public static StateGraph<WithdrawalStatus, WithdrawalEvent> Withdrawal { get; } = new(
        (WithdrawalStatus.Pending, WithdrawalEvent.PaidOut, WithdrawalStatus.Succeeded),
        (WithdrawalStatus.Pending, WithdrawalEvent.Refused, WithdrawalStatus.Failed));
}
