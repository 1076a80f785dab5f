using Hongbao.Contracts;
using Hongbao.Foundation.States;

namespace Hongbao.Async.Orders;

/// <summary>What finance says of an order.</summary>
public enum OrderEvent
{
    /// <summary>Done.</summary>
    Succeeded = 1,
    /// <summary>Refused for good.</summary>
    Refused = 2,
    /// <summary>The money of a refused refund stands on the unclaimed account.</summary>
    SetAside = 3,
}

/// <summary>What the due table keeps apart.</summary>
internal enum DueKind
{
    /// <summary>A transfer that is not final.</summary>
    Transfer = 1,
    /// <summary>A refund that is not final.</summary>
    Refund = 2,
}

/// <summary>The declared graphs of the orders that move money at finance.</summary>
public static class OrderGraphs
{
    /// <summary>A transfer. When it fails, its refund order is written in the same transaction.</summary>
    public static StateGraph<OrderStatus, OrderEvent> Transfer { get; } = new(
        (OrderStatus.Pending, OrderEvent.Succeeded, OrderStatus.Succeeded),
        (OrderStatus.Pending, OrderEvent.Refused, OrderStatus.Failed));

    /// <summary>A refund. When it is refused, a case is opened and its money set aside.</summary>
    public static StateGraph<OrderStatus, OrderEvent> Refund { get; } = new(
        (OrderStatus.Pending, OrderEvent.Succeeded, OrderStatus.Succeeded),
        (OrderStatus.Pending, OrderEvent.Refused, OrderStatus.Refused),
        (OrderStatus.Refused, OrderEvent.SetAside, OrderStatus.SetAside));
}
