using System.Text.Json;

namespace Hongbao.Host.Draws;

/// <summary>Campaigns as <c>GET /api/v1/campaigns</c> shows them, as far as their rain is checked; amounts in minor units.</summary>
internal sealed record ShownCampaigns
{
    public required List<ShownCampaign> Items { get; init; }

    /// <exception cref="JsonException">The text is no list of campaigns.</exception>
    public static ShownCampaigns Read(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize<ShownCampaigns>(json, ShownDraw.Json) is { } list && list.Items.TrueForAll(static c => c is not null && !c.Rounds.Contains(null!) && !c.Prizes.Contains(null!))
            ? list : throw new JsonException("something in it is empty");
}

/// <summary>A campaign of the list.</summary>
internal sealed record ShownCampaign
{
    public required long CampaignId { get; init; }

    public required string Currency { get; init; }

    public required List<ShownRound> Rounds { get; init; }

    /// <summary>Empty until a secret is shown.</summary>
    public List<ShownPrize> Prizes { get; init; } = [];

    /// <summary>A part of one; null means all.</summary>
    public decimal? PassRate { get; init; }
}

/// <summary>A round of a campaign.</summary>
internal sealed record ShownRound
{
    public required int Round { get; init; }

    /// <summary>When it is over.</summary>
    public required DateTimeOffset EndsAt { get; init; }

    public required string SecretHash { get; init; }

    /// <summary>Lower-case hex; null while a draw is still possible.</summary>
    public string? Secret { get; init; }
}

/// <summary>A prize of a campaign.</summary>
internal sealed record ShownPrize
{
    public required long Amount { get; init; }

    /// <summary>How many there are; null when it goes by probability.</summary>
    public long? Quantity { get; init; }

    /// <summary>A part of one; null when it goes by quantity.</summary>
    public decimal? Probability { get; init; }
}
