namespace Hongbao.Host.Draws;

/// <summary>Recomputes a round of a rain by the rule of docs/rain.md and compares.</summary>
/// <param name="Verdict">What it came to.</param>
/// <param name="Reasons">What is wrong.</param>
/// <param name="Rule">Says who was aimed at what; null when that is not shown.</param>
internal sealed record RainCheck(DrawVerdict Verdict, IReadOnlyList<string> Reasons, RainRule? Rule)
{
    private const decimal Whole = 1_000_000_000;

    /// <summary>Compares what is shown with what must be.</summary>
    /// <param name="campaign">What is shown.</param>
    /// <param name="round">One of its rounds.</param>
    /// <param name="notedHash">The commitment noted before the round, lower-case hex; null when nobody noted it.</param>
    public static RainCheck Of(ShownCampaign campaign, ShownRound round, string? notedHash = null)
    {
        var reasons = new List<string>();
        if (notedHash is not null && notedHash != round.SecretHash)
        {
            reasons.Add("The commitment shown now is not the one noted before.");
        }

        if (round.Secret is not { } secret)
        {
            // A changed commitment is a lie already now.
            return new RainCheck(reasons.Count > 0 ? DrawVerdict.NotGenuine : DrawVerdict.NotShownYet, reasons, null);
        }

        if (WhyUnusable(campaign, secret) is { } fault)
        {
            return new RainCheck(DrawVerdict.Unusable, [fault], null);
        }

        var rule = new RainRule(
            [.. campaign.Prizes.Select(static p => new PrizeTerms(p.Amount, p.Quantity ?? 0, Ppb(p.Probability)))], Ppb(campaign.PassRate), campaign.CampaignId);
        if (rule.Commitment(round.Round, secret) != round.SecretHash)
        {
            reasons.Add("Secret, prizes and pass rate are not those that were committed to.");
        }

        return new RainCheck(reasons.Count == 0 ? DrawVerdict.Genuine : DrawVerdict.NotGenuine, reasons, rule);
    }

    private static string? WhyUnusable(ShownCampaign campaign, string secret) =>
        !DrawCheck.IsHash(secret) ? "The secret must be 64 digits of lower-case hex."
        : campaign.Prizes.Count == 0 ? "A secret is shown, but the prizes are not."
        : campaign.Prizes.Exists(static p => p.Amount < 1 || (p.Quantity is null) == (p.Probability is null) || p.Quantity < 1 || !IsRatio(p.Probability)) || !IsRatio(campaign.PassRate)
            || campaign.Prizes.Sum(static p => (decimal)(p.Quantity ?? 0)) > long.MaxValue || campaign.Prizes.Sum(static p => p.Probability ?? 0) > 1
            ? "Prizes and pass rate are none that a campaign can have."
        : null;

    private static bool IsRatio(decimal? part) => part is null or (> 0 and <= 1) && decimal.IsInteger(part.GetValueOrDefault() * Whole);

    // Exact: nine decimals at most.
    private static long Ppb(decimal? part) => (long)(part.GetValueOrDefault() * Whole);
}
