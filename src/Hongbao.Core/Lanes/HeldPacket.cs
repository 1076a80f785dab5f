using Hongbao.Contracts;
using Hongbao.Core.Splits;
using Hongbao.Foundation.Opening;

namespace Hongbao.Core.Lanes;

/// <summary>
/// A packet's committed state in a lane's memory. Only its lane changes it, after a commit (but for the ends of claims); others may read it to answer
/// early what can never become untrue: a known claim, and states that nothing leaves towards claiming.
/// </summary>
internal sealed class HeldPacket
{
    private Split? _draw;

    public required long PacketNo { get; init; }
    public required int Slot { get; init; }
    public required string App { get; init; }
    public required long SenderUid { get; init; }
    public required PacketKind Kind { get; init; }
    public required string Currency { get; init; }
    public required long Amount { get; init; }
    public required int Count { get; init; }
    public required SplitKind SplitKind { get; init; }
    public required long Cap { get; init; }
    public required ScopeKind Scope { get; init; }
    public required IReadOnlySet<long> ScopeUids { get; init; }
    public required byte[] Seed { get; init; }
    public required long PayOrderNo { get; init; }

    /// <summary>The campaign that funds it; 0 when the sender paid.</summary>
    public required long CampaignId { get; init; }

    public required long CreatedAtMs { get; init; }
    public required int TtlSeconds { get; init; }

    /// <summary>Shares are taken from here on; 0 for at once.</summary>
    public required long OpensAtMs { get; init; }

    /// <summary>What has to be met by everyone who claims; null for nothing.</summary>
    public required KeptCondition? Condition { get; init; }

    public required ClaimBook Claims { get; init; }

    /// <summary>The part that changes, replaced as a whole.</summary>
    public required PacketNow Now { get; set; }

    /// <summary>When it was last asked for, monotonic timestamp.</summary>
    public long LastUsed { get; set; }

    /// <summary>What drawing ahead keeps in memory, counted in claims: a claim takes about 64 bytes, a share of a fair split 8.</summary>
    public int DrawSize => SplitKind == SplitKind.Fair ? Count / 8 : 0;

    public Split Draw => _draw ??= Split.Of(SplitKind, Seed, PacketNo, Amount, Count, Cap);
}

/// <summary>What a packet's row says that can change.</summary>
internal sealed record PacketNow(
    PacketStatus Status, long Version, long ClaimedAmount, int ClaimedCount, long ClosedAmount, int ClosedCount,
    string? ContentId, long? ActivatedAtMs, long? ExpiresAtMs, long? ClosedAtMs)
{
    public int LeftCount(int count) => count - ClaimedCount - ClosedCount;

    public long LeftAmount(long amount) => amount - ClaimedAmount - ClosedAmount;
}
