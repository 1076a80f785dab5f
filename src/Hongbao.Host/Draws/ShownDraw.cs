using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hongbao.Host.Draws;

/// <summary>A draw as <c>GET /api/v1/packets/{packetNo}/draw</c> shows it; amounts in minor units.</summary>
internal sealed record ShownDraw
{
    /// <summary>How what a server shows is read: numbers also as text, nothing that is required missing.</summary>
    internal static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.AllowReadingFromString,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public required long PacketNo { get; init; }

    public required int Algorithm { get; init; }

    public required string Split { get; init; }

    public required long Amount { get; init; }

    public required int Count { get; init; }

    public required long Cap { get; init; }

    public required string SeedHash { get; init; }

    /// <summary>Lower-case hex; null while a draw is still possible.</summary>
    public string? Seed { get; init; }

    public required List<ShownShare> Draws { get; init; }

    /// <exception cref="JsonException">The text is no draw.</exception>
    public static ShownDraw Read(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize<ShownDraw>(json, Json) is { } draw && !draw.Draws.Contains(null!) ? draw : throw new JsonException("it is empty");
}

/// <summary>One share of a draw.</summary>
internal sealed record ShownShare
{
    public required int Seq { get; init; }

    public required long Amount { get; init; }
}
