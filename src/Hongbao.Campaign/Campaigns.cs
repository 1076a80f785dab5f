using Hongbao.Campaign.Plans;
using Hongbao.Campaign.Rain;
using Hongbao.Campaign.Wins;
using Hongbao.Contracts;
using Hongbao.Foundation.Stores;
using Microsoft.Extensions.Logging;

namespace Hongbao.Campaign;

/// <summary>The contract's door for users and other modules. Passing trouble of the store is told as such, wherever the caller is.</summary>
internal sealed class Campaigns(CampaignBoard board, RainDraw rain, WinBook wins, StoreClock storeClock, ILogger log) : ICampaigns
{
    public Task<CampaignListResponse> ListCampaignsAsync(CallContext context, CancellationToken cancellationToken)
    {
        var now = storeClock.NowMs();
        return Task.FromResult(new CampaignListResponse
        {
            Items = [.. board.Of(context.App).OrderBy(static p => p.EndsAtMs).ThenBy(static p => p.CampaignId).Select(p => CampaignViews.Of(p, context.Uid, now))],
            NowMs = now,
        });
    }

    // The one call that a crowd makes: losers get a finished task, and only the others something to wait for.
    public Task<RainDrawResponse> DrawAsync(CallContext context, RainDrawRequest request, CancellationToken cancellationToken)
    {
        var drawn = rain.DrawAsync(context, request, cancellationToken);
        return drawn.IsCompletedSuccessfully ? drawn : drawn.OrAskAgainAsync(log);
    }

    public Task<WinListResponse> ListWinsAsync(CallContext context, CancellationToken cancellationToken) => wins.ListAsync(context, cancellationToken).OrAskAgainAsync(log);

    public Task<VerifyWinsResponse> VerifyWinsAsync(CallContext context, VerifyWinsRequest request, CancellationToken cancellationToken) =>
        wins.VerifyAsync(request, cancellationToken).OrAskAgainAsync(log);

    public Task<PullWinsResponse> PullWinsAsync(CallContext context, PullWinsRequest request, CancellationToken cancellationToken) =>
        wins.PullAsync(request, cancellationToken).OrAskAgainAsync(log);
}
