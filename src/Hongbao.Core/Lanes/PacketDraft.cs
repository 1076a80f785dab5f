using Hongbao.Contracts;
using Hongbao.Core.Packets;

namespace Hongbao.Core.Lanes;

/// <summary>Which time the packet row must show against the store's clock when a change is written.</summary>
internal enum TimeGuard
{
    /// <summary>Any.</summary>
    None = 0,
    /// <summary>Not expired yet.</summary>
    Open = 1,
    /// <summary>Expired.</summary>
    Over = 2,
}

/// <summary>A packet as it will be after the batch: commands change it, the commit makes it the held state.</summary>
internal sealed class PacketDraft(HeldPacket held)
{
    public HeldPacket Held { get; } = held;

    public PacketNow Now { get; set; } = held.Now;

    public List<(long Uid, HeldClaim Claim)> NewClaims { get; } = [];

    public TimeGuard Guard { get; set; }

    public bool IsChanged => !ReferenceEquals(Now, Held.Now);

    public int LeftCount => Now.LeftCount(Held.Count);

    public long LeftAmount => Now.LeftAmount(Held.Amount);

    public HeldClaim? ClaimOf(long uid) =>
        Held.Claims.TryGetValue(uid, out var claim) ? claim : NewClaims.Find(c => c.Uid == uid).Claim;

    /// <summary>Moves the state along the graph; false when the pair is not declared.</summary>
    public bool TryMove(PacketEvent on)
    {
        if (!PacketGraph.Packet.TryMove(Now.Status, on, out var to))
        {
            return false;
        }

        Now = Now with { Status = to };
        return true;
    }

    /// <summary>After the commit: what was a draft is the state.</summary>
    public void Apply()
    {
        foreach (var (uid, claim) in NewClaims)
        {
            Held.Claims[uid] = claim;
        }

        if (IsChanged)
        {
            Held.Now = Now with { Version = Held.Now.Version + 1 };
        }
    }
}
