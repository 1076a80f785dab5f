using Hongbao.Contracts;
using Hongbao.Foundation.States;

namespace Hongbao.Core.Packets;

/// <summary>What can happen to a packet.</summary>
public enum PacketEvent
{
    /// <summary>Its payment succeeded in time.</summary>
    Paid = 1,
    /// <summary>It was not paid in time.</summary>
    PaymentTimedOut = 2,
    /// <summary>The last share was taken.</summary>
    LastShareTaken = 3,
    /// <summary>Its time is over with shares left.</summary>
    TimeOver = 4,
    /// <summary>The refund order of what was left is at finance.</summary>
    RefundStarted = 5,
    /// <summary>The refund order of what was left is final.</summary>
    RefundEnded = 6,
    /// <summary>Its subsidy was not genuine: there is no money to claim.</summary>
    FundingRefused = 7,
}

/// <summary>The declared graph of packets. One that its sender pays for begins <see cref="PacketStatus.PendingPayment"/>, one that a subsidy funds <see cref="PacketStatus.Active"/>.</summary>
public static class PacketGraph
{
    /// <summary>A packet's life.</summary>
    public static StateGraph<PacketStatus, PacketEvent> Packet { get; } = new(
        (PacketStatus.PendingPayment, PacketEvent.Paid, PacketStatus.Active),
        (PacketStatus.PendingPayment, PacketEvent.PaymentTimedOut, PacketStatus.Closed),
        (PacketStatus.Active, PacketEvent.LastShareTaken, PacketStatus.Exhausted),
        (PacketStatus.Active, PacketEvent.TimeOver, PacketStatus.Expired),
        (PacketStatus.Active, PacketEvent.FundingRefused, PacketStatus.Expired),
        (PacketStatus.Expired, PacketEvent.RefundStarted, PacketStatus.Refunding),
        // The end may be heard of before the start.
        (PacketStatus.Expired, PacketEvent.RefundEnded, PacketStatus.Refunded),
        (PacketStatus.Refunding, PacketEvent.RefundEnded, PacketStatus.Refunded));
}
