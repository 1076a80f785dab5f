using Hongbao.Contracts;

namespace Hongbao.Query.Packets;

/// <summary>What a packet's committed status means for showing it. Restates Core's graph, which is not Query's to call.</summary>
internal static class PacketPhase
{
    /// <summary>True once its money was there: not for one that waits for payment, or was closed without.</summary>
    public static bool IsPaid(PacketStatus status) => status switch
    {
        PacketStatus.PendingPayment or PacketStatus.Closed => false,
        PacketStatus.Active or PacketStatus.Exhausted or PacketStatus.Expired or PacketStatus.Refunding or PacketStatus.Refunded => true,
    };

    /// <summary>True once nothing can be drawn any more, so that no share can be taken and the seed may be shown.</summary>
    public static bool IsDrawOver(PacketStatus status) => status switch
    {
        PacketStatus.PendingPayment or PacketStatus.Active => false,
        PacketStatus.Exhausted or PacketStatus.Expired or PacketStatus.Refunding or PacketStatus.Refunded or PacketStatus.Closed => true,
    };
}
