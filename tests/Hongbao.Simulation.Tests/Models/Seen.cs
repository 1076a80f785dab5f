using Hongbao.Contracts;

namespace Hongbao.Simulation.Tests.Models;

/// <summary>A packet's row of Core with its payment order in Core and at finance.</summary>
internal sealed class PacketSeen
{
    public long PacketNo { get; init; }
    public PacketStatus State { get; init; }
    public long Version { get; init; }
    public long ClaimedAmount { get; init; }
    public int ClaimedCount { get; init; }
    public long ClosedAmount { get; init; }
    public int ClosedCount { get; init; }
    public long? ActivatedAt { get; init; }
    public long? ExpiresAt { get; init; }
    public string? ContentId { get; init; }
    public PaymentStatus Payment { get; init; }
}

/// <summary>A claim's row of Core.</summary>
internal sealed class ClaimSeen
{
    public long ClaimNo { get; init; }
    public long PacketNo { get; init; }
    public long Uid { get; init; }
    public int Seq { get; init; }
    public long Amount { get; init; }
    public ClaimStatus State { get; init; }
    public long ClaimedAt { get; init; }
}
