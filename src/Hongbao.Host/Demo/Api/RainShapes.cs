using Hongbao.Contracts;
using Hongbao.Host.Demo.Audits;

namespace Hongbao.Host.Demo.Api;

/// <summary>A campaign's status after a change.</summary>
internal sealed record CampaignShape(long CampaignId, CampaignStatus Status);

/// <summary>Campaigns as users see them.</summary>
internal sealed record CampaignsShape(List<CampaignRowShape> Items, DateTimeOffset ServerTime);

/// <summary>A campaign as users see it.</summary>
internal sealed record CampaignRowShape(long CampaignId, CampaignStatus Status, List<RoundShape> Rounds);

/// <summary>A round as users see it.</summary>
internal sealed record RoundShape(int Round, DateTimeOffset StartsAt, DateTimeOffset EndsAt, string SecretHash)
{
    public string? Secret { get; init; }
}

/// <summary>What a plan would give.</summary>
internal sealed record PreviewShape(long Budget, long Amount, long Wins);

/// <summary>An answer to a draw.</summary>
internal sealed record DrawShape(bool Won)
{
    public long? Amount { get; init; }

    public string? Currency { get; init; }

    public string? Token { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The win; null for a loss.</summary>
    /// <exception cref="DemoStoppedException">It is a win without its parts.</exception>
    public ToldWin? ToWin() => !Won ? null
        : this is { Amount: { } amount, Currency: { } currency, Token: { } token, ExpiresAt: { } expiresAt } ? new ToldWin(amount, currency, token, expiresAt)
        : throw new DemoStoppedException("The server does not answer like a hongbao server (a win without amount, currency, token or expiresAt).");
}

/// <summary>A user's subsidies.</summary>
internal sealed record SubsidiesShape(List<SeenSubsidy> Items, List<string> Degraded);

/// <summary>A withdrawal that was asked for.</summary>
internal sealed record WithdrawalShape(long WithdrawalNo, long Amount, WithdrawalStatus Status);
