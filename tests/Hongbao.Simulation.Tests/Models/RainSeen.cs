using Hongbao.Contracts;

namespace Hongbao.Simulation.Tests.Models;

/// <summary>A campaign's row.</summary>
internal sealed class CampaignSeen
{
    public long CampaignId { get; init; }
    public CampaignStatus State { get; init; }
    public long Budget { get; init; }
    public long StartsAt { get; init; }
    public long EndsAt { get; init; }
}

/// <summary>A round's row: when it is, and what decides who may win.</summary>
internal sealed class RoundSeen
{
    public long CampaignId { get; init; }
    public int Round { get; init; }
    public long StartsAt { get; init; }
    public long EndsAt { get; init; }
    public byte[] Secret { get; init; } = [];
}

/// <summary>A recorded outcome.</summary>
internal sealed record DrawSeen
{
    public long CampaignId { get; init; }
    public int Round { get; init; }
    public long Uid { get; init; }
    public long Amount { get; init; }
    public int Prize { get; init; }
    public long DrawnAt { get; init; }
    public long? ExpiresAt { get; init; }

    public string ExternalNo => $"{CampaignId}.{Round}.{Uid}";
}

/// <summary>A pool with what its chunks have.</summary>
internal sealed class PoolSeen
{
    public long CampaignId { get; init; }
    public int Round { get; init; }
    public int Prize { get; init; }
    public long Planned { get; init; }
    public long Allocated { get; init; }
    public long Sized { get; init; }
    public long Issued { get; init; }
}

/// <summary>A subsidy of Core.</summary>
internal sealed class SubsidySeen
{
    public long SubsidyNo { get; init; }
    public string ExternalNo { get; init; } = "";
    public long Uid { get; init; }
    public long CampaignId { get; init; }
    public long Amount { get; init; }
    public SubsidyStatus State { get; init; }
    public long ExpiresAt { get; init; }
    public long? PacketNo { get; init; }
}

/// <summary>A packet that a campaign pays for.</summary>
internal sealed class WonPacketSeen
{
    public long PacketNo { get; init; }
    public long SenderUid { get; init; }
    public long CampaignId { get; init; }
    public long SubsidyNo { get; init; }
    public PacketStatus State { get; init; }
    public long Version { get; init; }
    public long Amount { get; init; }
    public int Count { get; init; }
    public long ClaimedAmount { get; init; }
    public int ClaimedCount { get; init; }
    public long ClosedAmount { get; init; }
    public long ActivatedAt { get; init; }
    public long ExpiresAt { get; init; }
}

/// <summary>A withdrawal of Core.</summary>
internal sealed class WithdrawalSeen
{
    public long WithdrawalNo { get; init; }
    public string RequestId { get; init; } = "";
    public long Uid { get; init; }
    public long Amount { get; init; }
    public WithdrawalStatus State { get; init; }
    public long CreatedAt { get; init; }
}
