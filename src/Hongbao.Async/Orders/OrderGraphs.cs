using Hongbao.Contracts;
using Hongbao.Foundation.States;

namespace Hongbao.Async.Orders;

/// <summary>What moves an order: what finance says of it, or what became of what it rests on.</summary>
public enum OrderEvent
{
    /// <summary>Done.</summary>
    Succeeded = 1,
    /// <summary>Refused for good.</summary>
    Refused = 2,
    /// <summary>The money of a refused refund stands on the unclaimed account.</summary>
    SetAside = 3,
    /// <summary>The funding of the order's packet failed: there is no money, and there never will be.</summary>
    Unfunded = 4,
    /// <summary>The campaign does not have the win that a funding is asked for with.</summary>
    Forged = 5,
}

/// <summary>What the due table keeps apart.</summary>
internal enum DueKind
{
    /// <summary>A transfer that is not final.</summary>
    Transfer = 1,
    /// <summary>A refund that is not final.</summary>
    Refund = 2,
    /// <summary>A funding that is not final.</summary>
    Funding = 3,
    /// <summary>A payout that is not final.</summary>
    Payout = 4,
}

/// <summary>The declared graphs of the orders that move money at finance.</summary>
public static class OrderGraphs
{
    /// <summary>A transfer. When finance refuses it, its refund order is written in the same transaction; when its packet has no money, there is nothing to refund.</summary>
    public static StateGraph<OrderStatus, OrderEvent> Transfer { get; } = new(
        (OrderStatus.Pending, OrderEvent.Succeeded, OrderStatus.Succeeded),
        (OrderStatus.Pending, OrderEvent.Refused, OrderStatus.Failed),
        (OrderStatus.Pending, OrderEvent.Unfunded, OrderStatus.Failed));

    /// <summary>A refund. When it is refused, a case is opened and its money set aside.</summary>
    public static StateGraph<OrderStatus, OrderEvent> Refund { get; } = new(
        (OrderStatus.Pending, OrderEvent.Succeeded, OrderStatus.Succeeded),
        (OrderStatus.Pending, OrderEvent.Refused, OrderStatus.Refused),
        (OrderStatus.Pending, OrderEvent.Unfunded, OrderStatus.Void),
        (OrderStatus.Refused, OrderEvent.SetAside, OrderStatus.SetAside));

    /// <summary>A funding. Its end sends or ends what waits for it, in the same transaction.</summary>
    public static StateGraph<OrderStatus, OrderEvent> Funding { get; } = new(
        (OrderStatus.Pending, OrderEvent.Succeeded, OrderStatus.Succeeded),
        (OrderStatus.Pending, OrderEvent.Refused, OrderStatus.Failed),
        (OrderStatus.Pending, OrderEvent.Forged, OrderStatus.Failed));

    /// <summary>A payout.</summary>
    public static StateGraph<OrderStatus, OrderEvent> Payout { get; } = new(
        (OrderStatus.Pending, OrderEvent.Succeeded, OrderStatus.Succeeded),
        (OrderStatus.Pending, OrderEvent.Refused, OrderStatus.Failed));
}
