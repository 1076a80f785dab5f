using Hongbao.Contracts;
using Hongbao.Foundation.Subsidies;

namespace Hongbao.Campaign.Rain;

/// <summary>Whose draw it is. By construction a user has one outcome of a campaign's round.</summary>
internal readonly record struct DrawKey(long CampaignId, int Round, long Uid);

/// <summary>A committed outcome of a draw: a loss has amount 0.</summary>
/// <param name="Amount">Minor units.</param>
/// <param name="KeyId">The key of the token; null for a loss.</param>
/// <param name="DrawnAtMs">Unix milliseconds.</param>
/// <param name="ExpiresAtMs">Unix milliseconds; 0 for a loss.</param>
internal readonly record struct Outcome(long Amount, string? KeyId, long DrawnAtMs, long ExpiresAtMs)
{
    public bool IsWin => Amount > 0;
}

/// <summary>A win as everybody else knows it: the reward number is made of campaign, round and user, so that nobody can have two.</summary>
internal static class RewardNumber
{
    public static string Of(DrawKey key) => string.Create(null, $"{key.CampaignId}.{key.Round}.{key.Uid}");

    /// <summary>What an external number is made of; false when it is none of ours.</summary>
    public static bool TryRead(string externalNo, out DrawKey key)
    {
        key = default;
        var parts = externalNo.Split('.');
        if (parts.Length != 3 || !long.TryParse(parts[0], System.Globalization.NumberStyles.None, null, out var campaignId)
            || !int.TryParse(parts[1], System.Globalization.NumberStyles.None, null, out var round)
            || !long.TryParse(parts[2], System.Globalization.NumberStyles.None, null, out var uid))
        {
            return false;
        }

        key = new DrawKey(campaignId, round, uid);
        return Of(key) == externalNo;
    }

    public static SubsidyIssued Issued(DrawKey key, string app, string currency, Outcome outcome) => new()
    {
        App = app,
        ExternalNo = Of(key),
        Uid = key.Uid,
        CampaignId = key.CampaignId,
        Amount = outcome.Amount,
        Currency = currency,
        ExpiresAtMs = outcome.ExpiresAtMs,
        IssuedAtMs = outcome.DrawnAtMs,
    };

    /// <summary>The token of a win: the same at every repetition as long as its key is there, and with the present key after that.</summary>
    public static string Token(SubsidyTokens tokens, SubsidyIssued win, string keyId) => tokens.Make(win, tokens.Has(keyId) ? keyId : tokens.CurrentKey);
}
