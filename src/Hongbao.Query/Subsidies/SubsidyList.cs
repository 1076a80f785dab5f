using Hongbao.Contracts;
using Hongbao.Query.Sources;

namespace Hongbao.Query.Subsidies;

/// <summary>
/// A user's subsidies: what Core has stored, and the wins that only the campaign knows yet. Asking stores nothing. A campaign that is slow or away costs its part of the list, and the answer says so.
/// </summary>
internal sealed class SubsidyList(CoreSubsidies stored, ICampaigns campaigns, QueryOptions options, TimeProvider clock)
{
    private const int ListMax = 500;
    private const string Campaign = "campaign";

    public async Task<SubsidyListResponse> ListAsync(CallContext context, CancellationToken cancellationToken)
    {
        // The campaign first: what is stored while it answers is then in both lists, and in neither never.
        var won = await WinsAsync(context, cancellationToken).ConfigureAwait(false);
        var (rows, now) = await stored.OfUserAsync(context.App, context.Uid, ListMax, cancellationToken).ConfigureAwait(false);
        var tokens = (won ?? []).ToDictionary(static w => w.Win.ExternalNo, StringComparer.Ordinal);
        var items = rows.ConvertAll(r => ItemOf(r, tokens.Remove(r.ExternalNo, out var win) ? win.Token : "", now));
        items.AddRange(tokens.Values.Select(w => ItemOf(w, now)));
        return new SubsidyListResponse
        {
            Items =
            [
                .. items.OrderBy(static i => IsUsable(i.Status) ? 0 : 1).ThenBy(static i => IsUsable(i.Status) ? i.ExpiresAtMs : -i.ExpiresAtMs).ThenBy(static i => i.SubsidyNo).Take(ListMax),
            ],
            Degraded = won is null ? [Campaign] : [],
        };
    }

    // Null without an answer in time.
    private async Task<List<WinView>?> WinsAsync(CallContext context, CancellationToken cancellationToken)
    {
        var patience = TimeSpan.FromMilliseconds(options.CampaignTimeoutMs);
        using var timeout = new CancellationTokenSource(patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            var until = (clock.GetUtcNow() + patience).ToUnixTimeMilliseconds();
            var own = context with { DeadlineMs = context.DeadlineMs == 0 ? until : Math.Min(context.DeadlineMs, until) };
            var answer = await campaigns.ListWinsAsync(own, either.Token).WaitAsync(either.Token).ConfigureAwait(false);
            return answer.Result.IsOk() ? answer.Items : null;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private static SubsidyItem ItemOf(SubsidyRow row, string token, long nowMs)
    {
        // Expired by the clock, though the row is not moved yet.
        var status = row.State == SubsidyStatus.Available && row.ExpiresAt <= nowMs ? SubsidyStatus.Expired : row.State;
        return new SubsidyItem
        {
            SubsidyNo = row.SubsidyNo,
            Token = IsUsable(status) ? token : "",
            CampaignId = row.CampaignId,
            Amount = row.Amount,
            Currency = row.Currency,
            Status = status,
            ExpiresAtMs = row.ExpiresAt,
            PacketNo = row.PacketNo ?? 0,
        };
    }

    private static SubsidyItem ItemOf(WinView won, long nowMs)
    {
        var status = won.Win.ExpiresAtMs <= nowMs ? SubsidyStatus.Expired : SubsidyStatus.Issued;
        return new SubsidyItem
        {
            Token = IsUsable(status) ? won.Token : "",
            CampaignId = won.Win.CampaignId,
            Amount = won.Win.Amount,
            Currency = won.Win.Currency,
            Status = status,
            ExpiresAtMs = won.Win.ExpiresAtMs,
        };
    }

    private static bool IsUsable(SubsidyStatus status) => status is SubsidyStatus.Issued or SubsidyStatus.Available;
}
