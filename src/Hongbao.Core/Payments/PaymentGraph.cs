using Hongbao.Contracts;
using Hongbao.Foundation.States;

namespace Hongbao.Core.Payments;

/// <summary>What can happen to a payment order.</summary>
public enum PaymentEvent
{
    /// <summary>Finance says that it is paid.</summary>
    Paid = 1,
    /// <summary>Its time is over.</summary>
    TimedOut = 2,
    /// <summary>Finance says that it is closed for ever.</summary>
    ClosedAtFinance = 3,
}

/// <summary>The declared graph of payment orders.</summary>
public static class PaymentGraph
{
    /// <summary>A payment order's life. Its packet moves in the same transaction.</summary>
    public static StateGraph<PaymentStatus, PaymentEvent> Payment { get; } = new(
        (PaymentStatus.Pending, PaymentEvent.Paid, PaymentStatus.Succeeded),
        (PaymentStatus.Pending, PaymentEvent.TimedOut, PaymentStatus.Closing),
        (PaymentStatus.Closing, PaymentEvent.ClosedAtFinance, PaymentStatus.Closed),
        (PaymentStatus.Closing, PaymentEvent.Paid, PaymentStatus.PaidLate));
}
