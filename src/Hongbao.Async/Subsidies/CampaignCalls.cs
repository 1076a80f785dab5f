using Hongbao.Async.Orders;
using Hongbao.Contracts;

namespace Hongbao.Async.Subsidies;

/// <summary>
/// Asks campaigns about wins, with a deadline. Hanging, throwing, refusing to answer and an answer that does not fit the question all
/// mean that nothing is known.
/// </summary>
internal sealed class CampaignCalls(Lazy<ICampaigns> campaigns, AsyncOptions options, TimeProvider clock)
{
    /// <summary>Most wins of one question.</summary>
    public const int WinsMax = 1000;

    /// <summary>Whether wins of one app are their campaigns' own: one verdict for each, in their order, or null when nothing is known.</summary>
    public async Task<List<WinVerdict>?> VerifyAsync(string app, List<SubsidyIssued> wins, Patience patience, CancellationToken cancellationToken)
    {
        var left = patience.Within(TimeSpan.FromMilliseconds(options.CampaignTimeoutMs), clock);
        if (left <= TimeSpan.Zero)
        {
            return null;
        }

        using var timeout = new CancellationTokenSource(left, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            // The wait ends also for one that does not look at its token.
            var answer = await campaigns.Value.VerifyWinsAsync(
                CallContext.ForSystem(app, clock.GetUtcNow() + left), new VerifyWinsRequest { Items = wins }, either.Token).WaitAsync(either.Token).ConfigureAwait(false);
            return answer.Result.IsOk() && Fits(wins, answer.Items) ? answer.Items : null;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    // "Not genuine" is final: it must be about the win that was asked about.
    private static bool Fits(List<SubsidyIssued> wins, List<WinVerdict> verdicts)
    {
        if (verdicts.Count != wins.Count)
        {
            return false;
        }

        for (var i = 0; i < wins.Count; i++)
        {
            if (!string.Equals(verdicts[i].ExternalNo, wins[i].ExternalNo, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }
}
