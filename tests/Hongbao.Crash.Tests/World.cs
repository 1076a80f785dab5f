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

    /// <summary>Claims whose answers arrived: uid, claim number, amount.</summary>
    public Dictionary<long, (string ClaimNo, long Amount)> Claims { get; } = [];
}

/// <summary>All that clients were told and must never be taken back. Used under its own lock.</summary>
internal sealed class World
{
    public const long FirstUid = 2001;
    public const int Users = 8;

    public List<SentPacket> Packets { get; } = [];

    public List<string> Faults { get; } = [];

    public void Fault(string text)
    {
        lock (this)
        {
            Faults.Add(text);
        }
    }
}
