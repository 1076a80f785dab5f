using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hongbao.Jce.Bench.Codec;

/// <summary>The twin of packet.jce for System.Text.Json, whose generator does not see what ours writes. What any codec decodes is compared in this form.</summary>
internal sealed class JsonPacket
{
    public long PacketNo { get; set; }

    public int Kind { get; set; }

    public int Status { get; set; }

    public long Sender { get; set; }

    public string SenderName { get; set; } = "";

    public string SenderAvatar { get; set; } = "";

    public string Greeting { get; set; } = "";

    public string ContentId { get; set; } = "";

    public int Split { get; set; }

    public int Scope { get; set; }

    public long Amount { get; set; }

    public string Currency { get; set; } = "";

    public int Count { get; set; }

    public long Cap { get; set; }

    public long ClaimedAmount { get; set; }

    public int ClaimedCount { get; set; }

    public long CreatedAtMs { get; set; }

    public long ExpiresAtMs { get; set; }

    public string SeedHash { get; set; } = "";

    public List<JsonClaim> Claims { get; set; } = [];

    /// <summary>All of it.</summary>
    public override string ToString() => JsonSerializer.Serialize(this, JsonPackets.Default.JsonPacket);
}

/// <summary>As <see cref="JsonPacket"/>.</summary>
internal sealed class JsonClaim
{
    public long ClaimNo { get; set; }

    public long PacketNo { get; set; }

    public long Uid { get; set; }

    public int Seq { get; set; }

    public long Amount { get; set; }

    public int Status { get; set; }

    public long ClaimedAtMs { get; set; }
}

/// <summary>What its generator writes.</summary>
[JsonSerializable(typeof(JsonPacket))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class JsonPackets : JsonSerializerContext;

/// <summary>For what Node says, whose 64-bit numbers are texts.</summary>
[JsonSerializable(typeof(JsonPacket))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowReadingFromString)]
internal sealed partial class LenientJsonPackets : JsonSerializerContext;
