using Hongbao.Testing;

namespace Hongbao.Crash.Tests;

/// <summary>A packet that a client wants; its request is repeated until an answer came.</summary>
internal sealed class SentPacket
{
    public required string RequestId { get; init; }

    public required long Sender { get; init; }

    public required object Body { get; init; }

    public required long Amount { get; init; }

    public required int Count { get; init; }

    /// <summary>False for one that its sender leaves unpaid.</summary>
    public required bool IsToBePaid { get; init; }

    /// <summary>Null until a creation was acknowledged.</summary>
    public string? PacketNo { get; set; }

    public string? PayOrderNo { get; set; }

    /// <summary>True once the cashier said so.</summary>
    public bool IsPaid { get; set; }

    public bool IsPublished { get; set; }

    /// <summary>What funds it; null for one that its sender pays.</summary>
    public Win? Win { get; init; }

    /// <summary>Claims whose answers arrived: uid, claim number, amount.</summary>
    public Dictionary<long, (string ClaimNo, long Amount)> Claims { get; } = [];
}

/// <summary>All that clients were told and must never be taken back. Used under its own lock.</summary>
internal sealed class World
{
    public const long FirstUid = 2001;

    /// <summary>How many users there are, from <see cref="FirstUid"/> on.</summary>
    public int Users { get; init; } = 8;

    public IEnumerable<long> Uids => Enumerable.Range(0, Users).Select(static i => FirstUid + i);

    public List<SentPacket> Packets { get; } = [];

    /// <summary>Campaigns and what was won in them; null where there are none.</summary>
    public Rain? Rain { get; init; }

    public List<string> Faults { get; } = [];

    public void Fault(string text)
    {
        lock (this)
        {
            Faults.Add(text);
        }
    }

    /// <summary>How many claims were told.</summary>
    public int Told
    {
        get
        {
            lock (this)
            {
                return Packets.Sum(p => p.Claims.Count);
            }
        }
    }

    /// <summary>An answer to a claim; true when it is one that a claimer may get.</summary>
    public bool Take(SentPacket packet, long uid, Answer answer)
    {
        if (answer.IsOk)
        {
            Remember(packet, uid, answer);
            return true;
        }

        if (answer.Code is not ("PACKET_NOT_ACTIVE" or "PACKET_EXHAUSTED" or "PACKET_EXPIRED"))
        {
            return false;
        }

        lock (this)
        {
            if (packet.Claims.ContainsKey(uid))
            {
                Faults.Add($"user {uid} has a claim of packet {packet.PacketNo} and is told {answer.Code}");
            }
        }

        return true;
    }

    private void Remember(SentPacket packet, long uid, Answer answer)
    {
        var claim = (answer.Text("claimNo"), answer["amount"].GetInt64());
        lock (this)
        {
            if (packet.Claims.TryGetValue(uid, out var known) && known != claim)
            {
                Faults.Add($"user {uid} has two different claims of packet {packet.PacketNo}: {known} and {claim}");
            }

            packet.Claims[uid] = claim;
        }
    }
}
