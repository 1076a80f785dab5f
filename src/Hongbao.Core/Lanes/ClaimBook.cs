using Hongbao.Contracts;

namespace Hongbao.Core.Lanes;

/// <summary>A claim as a lane remembers it.</summary>
internal readonly record struct HeldClaim(long ClaimNo, int Seq, long Amount, long ClaimedAtMs, ClaimStatus Status);

/// <summary>
/// One packet's committed claims by uid, complete. One lane adds, anybody reads meanwhile without a lock. Claims lie in an array, not in objects of
/// their own: a hot packet has a hundred thousand, and the garbage collector would walk over each.
/// </summary>
internal sealed class ClaimBook
{
    private const int CapacityMin = 4;
    private Page _page;

    public ClaimBook(IReadOnlyCollection<KeyValuePair<long, HeldClaim>> claims)
    {
        _page = new Page(Math.Max(CapacityMin, claims.Count));
        foreach (var (uid, claim) in claims)
        {
            Add(uid, claim);
        }
    }

    private struct Entry
    {
        public long Uid;
        public long ClaimNo;
        public long Amount;
        public long ClaimedAtMs;
        public int Seq;
        public ClaimStatus Status;
    }

    // Entries with room for some more, and where to find them: open addressing, 0 is nothing, else the entry's place from 1. At most half full.
    private sealed class Page(int capacity)
    {
        public readonly Entry[] Entries = new Entry[capacity];
        public readonly int[] Places = new int[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)capacity * 2)];

        /// <summary>The entry of a uid, from 1; 0 without one. What it gives is what it compared: an empty place may be somebody's a moment later.</summary>
        public int Find(long uid)
        {
            for (var at = FirstPlace(uid); ; at = Next(at))
            {
                var entry = Volatile.Read(ref Places[at]);
                if (entry == 0 || Entries[entry - 1].Uid == uid)
                {
                    return entry;
                }
            }
        }

        /// <summary>Lets a whole entry be found. Only the lane.</summary>
        public void Show(int entry)
        {
            var at = FirstPlace(Entries[entry - 1].Uid);
            while (Places[at] != 0)
            {
                at = Next(at);
            }

            Volatile.Write(ref Places[at], entry);
        }

        private int FirstPlace(long uid) => unchecked((int)(((ulong)uid * 0x9E3779B97F4A7C15UL) >> 32)) & (Places.Length - 1);

        private int Next(int at) => (at + 1) & (Places.Length - 1);
    }

    public int Count { get; private set; }

    /// <summary>Any thread.</summary>
    public bool TryGet(long uid, out HeldClaim claim)
    {
        var page = Volatile.Read(ref _page);
        var entry = page.Find(uid);
        if (entry == 0)
        {
            claim = default;
            return false;
        }

        ref var found = ref page.Entries[entry - 1];
        claim = new HeldClaim(found.ClaimNo, found.Seq, found.Amount, found.ClaimedAtMs, found.Status);
        return true;
    }

    /// <summary>Only the lane, and only for a uid that has none.</summary>
    public void Add(long uid, HeldClaim claim)
    {
        if (Count == _page.Entries.Length)
        {
            Volatile.Write(ref _page, Larger(_page));
        }

        // The entry is whole before anybody can find it.
        _page.Entries[Count] = new Entry
        {
            Uid = uid,
            ClaimNo = claim.ClaimNo,
            Amount = claim.Amount,
            ClaimedAtMs = claim.ClaimedAtMs,
            Seq = claim.Seq,
            Status = claim.Status,
        };
        Count++;
        _page.Show(Count);
    }

    /// <summary>Notes how a claim ended. Any thread; should the book grow just then it may be lost, and is looked up again.</summary>
    public void End(long uid, ClaimStatus status)
    {
        var page = Volatile.Read(ref _page);
        var entry = page.Find(uid);
        if (entry != 0)
        {
            page.Entries[entry - 1].Status = status;
        }
    }

    private Page Larger(Page page)
    {
        var larger = new Page(page.Entries.Length * 2);
        Array.Copy(page.Entries, larger.Entries, Count);
        for (var entry = 1; entry <= Count; entry++)
        {
            larger.Show(entry);
        }

        return larger;
    }
}
