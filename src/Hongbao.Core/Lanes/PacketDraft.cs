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
    /// <summary>Not expired yet, of a packet that opens at a time: that has come.</summary>
    Opened = 3,
}

/// <summary>A claim that a batch decided on, and whose it is.</summary>
internal readonly record struct NewClaim(CallContext Context, HeldClaim Claim);

/// <summary>A packet as it will be after the batch: commands change it, the commit makes it the held state.</summary>
internal sealed class PacketDraft
{
    // So many new claims are searched one by one; beyond that an index pays.
    private const int SearchedMax = 8;
    private PacketDraft? _beneath;
    private PacketNow _now;

    // Shares given away since, not in _now yet: one row of figures for a batch, not one for each claim.
    private long _drawnAmount;
    private int _drawnCount;
    private Dictionary<long, HeldClaim>? _newByUid;

    /// <summary>On the committed state.</summary>
    public PacketDraft(HeldPacket held) => (Held, Before, _now) = (held, held.Now, held.Now);

    /// <summary>On the draft of a batch that is being written.</summary>
    public PacketDraft(PacketDraft beneath) => (_beneath, Held, Before, _now) = (beneath, beneath.Held, beneath.Outcome, beneath.Outcome);

    public HeldPacket Held { get; }

    /// <summary>What the packet's row must say for this draft to be written.</summary>
    public PacketNow Before { get; }

    /// <summary>What the packet's row will say.</summary>
    public PacketNow Now
    {
        get => _drawnCount == 0 ? _now : Fold();
        set => (_now, _drawnAmount, _drawnCount) = (value, 0, 0);
    }

    /// <summary>In order of seq.</summary>
    public List<NewClaim> NewClaims { get; } = [];

    public TimeGuard Guard { get; set; }

    public bool IsChanged => !ReferenceEquals(Now, Before);

    private PacketNow Outcome => IsChanged ? Now with { Version = Before.Version + 1 } : Before;

    public PacketStatus Status => _now.Status;

    public long? ExpiresAtMs => _now.ExpiresAtMs;

    public int ClaimedCount => _now.ClaimedCount + _drawnCount;

    public int LeftCount => _now.LeftCount(Held.Count) - _drawnCount;

    public long LeftAmount => _now.LeftAmount(Held.Amount) - _drawnAmount;

    public HeldClaim? ClaimOf(long uid) => Held.Claims.TryGet(uid, out var claim) ? claim : NewClaimOf(uid) ?? _beneath?.NewClaimOf(uid);

    /// <summary>Gives the next share away.</summary>
    public void Add(CallContext context, HeldClaim claim)
    {
        NewClaims.Add(new NewClaim(context, claim));
        _drawnAmount += claim.Amount;
        _drawnCount++;
        Guard = Held.OpensAtMs == 0 ? TimeGuard.Open : TimeGuard.Opened;
        if (_newByUid is not null)
        {
            _newByUid.Add(context.Uid, claim);
        }
        else if (NewClaims.Count > SearchedMax)
        {
            _newByUid = NewClaims.ToDictionary(c => c.Context.Uid, c => c.Claim);
        }
    }

    /// <summary>Moves the state along the graph; false when the pair is not declared.</summary>
    public bool TryMove(PacketEvent on)
    {
        if (!PacketGraph.Packet.TryMove(Status, on, out var to))
        {
            return false;
        }

        Now = Now with { Status = to };
        return true;
    }

    /// <summary>After the commit: what was a draft is the state.</summary>
    public void Apply()
    {
        foreach (var (context, claim) in NewClaims)
        {
            Held.Claims.Add(context.Uid, claim);
        }

        Held.Now = Outcome;
        _beneath = null;
    }

    private HeldClaim? NewClaimOf(long uid)
    {
        if (_newByUid is not null)
        {
            return _newByUid.TryGetValue(uid, out var claim) ? claim : null;
        }

        var at = NewClaims.FindIndex(c => c.Context.Uid == uid);
        return at < 0 ? null : NewClaims[at].Claim;
    }

    private PacketNow Fold()
    {
        _now = _now with { ClaimedAmount = _now.ClaimedAmount + _drawnAmount, ClaimedCount = _now.ClaimedCount + _drawnCount };
        (_drawnAmount, _drawnCount) = (0, 0);
        return _now;
    }
}
