using Hongbao.Jce.Bench.Contracts;

namespace Hongbao.Jce.Bench.Codec;

/// <summary>The packet that is encoded and decoded, in each codec's own types. Nothing in it is at its default, so that everybody writes every field.</summary>
internal static class PacketSample
{
    private const long PacketNo = 7_301_000_000_000_001_234;
    private const long CreatedAtMs = 1_795_000_000_000;

    /// <summary>In ours.</summary>
    public static Packet Create() => new()
    {
        PacketNo = PacketNo,
        Kind = 1,
        Status = 2,
        Sender = 10_012_345,
        SenderName = "王小明",
        SenderAvatar = "https://cdn.example.com/a/10012345.png",
        Greeting = "恭喜发财，大吉大利",
        ContentId = "video-881",
        Split = 1,
        Scope = 1,
        Amount = 10_000,
        Currency = "CNY",
        Count = 100,
        Cap = 20_000,
        ClaimedAmount = 4_321,
        ClaimedCount = 20,
        CreatedAtMs = CreatedAtMs,
        ExpiresAtMs = CreatedAtMs + 86_400_000,
        SeedHash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        Claims = [.. Enumerable.Range(1, 20).Select(seq => new Claim
        {
            ClaimNo = 7_301_000_000_000_005_000 + seq,
            PacketNo = PacketNo,
            Uid = 10_020_000 + seq,
            Seq = seq,
            Amount = 100 + (seq * 7),
            Status = 3,
            ClaimedAtMs = CreatedAtMs + (seq * 1000),
        })],
    };

    /// <summary>In the types of System.Text.Json.</summary>
    public static JsonPacket ToJson(Packet p) => new()
    {
        PacketNo = p.PacketNo,
        Kind = p.Kind,
        Status = p.Status,
        Sender = p.Sender,
        SenderName = p.SenderName,
        SenderAvatar = p.SenderAvatar,
        Greeting = p.Greeting,
        ContentId = p.ContentId,
        Split = p.Split,
        Scope = p.Scope,
        Amount = p.Amount,
        Currency = p.Currency,
        Count = p.Count,
        Cap = p.Cap,
        ClaimedAmount = p.ClaimedAmount,
        ClaimedCount = p.ClaimedCount,
        CreatedAtMs = p.CreatedAtMs,
        ExpiresAtMs = p.ExpiresAtMs,
        SeedHash = p.SeedHash,
        Claims = p.Claims.ConvertAll(static c => new JsonClaim
        {
            ClaimNo = c.ClaimNo,
            PacketNo = c.PacketNo,
            Uid = c.Uid,
            Seq = c.Seq,
            Amount = c.Amount,
            Status = c.Status,
            ClaimedAtMs = c.ClaimedAtMs,
        }),
    };

    /// <summary>In the types of Protocol Buffers.</summary>
    public static Contracts.Proto.Packet ToProto(Packet p) => new()
    {
        PacketNo = p.PacketNo,
        Kind = p.Kind,
        Status = p.Status,
        Sender = p.Sender,
        SenderName = p.SenderName,
        SenderAvatar = p.SenderAvatar,
        Greeting = p.Greeting,
        ContentId = p.ContentId,
        Split = p.Split,
        Scope = p.Scope,
        Amount = p.Amount,
        Currency = p.Currency,
        Count = p.Count,
        Cap = p.Cap,
        ClaimedAmount = p.ClaimedAmount,
        ClaimedCount = p.ClaimedCount,
        CreatedAtMs = p.CreatedAtMs,
        ExpiresAtMs = p.ExpiresAtMs,
        SeedHash = p.SeedHash,
        Claims =
        {
            p.Claims.Select(static c => new Contracts.Proto.Claim
            {
                ClaimNo = c.ClaimNo,
                PacketNo = c.PacketNo,
                Uid = c.Uid,
                Seq = c.Seq,
                Amount = c.Amount,
                Status = c.Status,
                ClaimedAtMs = c.ClaimedAtMs,
            }),
        },
    };

    /// <summary>Back into ours.</summary>
    public static Packet FromProto(Contracts.Proto.Packet p) => new()
    {
        PacketNo = p.PacketNo,
        Kind = p.Kind,
        Status = p.Status,
        Sender = p.Sender,
        SenderName = p.SenderName,
        SenderAvatar = p.SenderAvatar,
        Greeting = p.Greeting,
        ContentId = p.ContentId,
        Split = p.Split,
        Scope = p.Scope,
        Amount = p.Amount,
        Currency = p.Currency,
        Count = p.Count,
        Cap = p.Cap,
        ClaimedAmount = p.ClaimedAmount,
        ClaimedCount = p.ClaimedCount,
        CreatedAtMs = p.CreatedAtMs,
        ExpiresAtMs = p.ExpiresAtMs,
        SeedHash = p.SeedHash,
        Claims = [.. p.Claims.Select(static c => new Claim
        {
            ClaimNo = c.ClaimNo,
            PacketNo = c.PacketNo,
            Uid = c.Uid,
            Seq = c.Seq,
            Amount = c.Amount,
            Status = c.Status,
            ClaimedAtMs = c.ClaimedAtMs,
        })],
    };
}
