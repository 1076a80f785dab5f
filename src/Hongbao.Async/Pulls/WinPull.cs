using Hongbao.Async.Subsidies;
using Hongbao.Contracts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Async.Pulls;

/// <summary>
/// The pull of the booking side: campaigns' wins are fetched by age, so that a lost message loses no subsidy. What Core has is not booked
/// again; what comes from the campaigns themselves needs no verdict of theirs.
/// </summary>
internal sealed class WinPull(
    IStore store, Lazy<ICampaigns> campaigns, Lazy<IRedPacketCore> core, SubsidyBooking booking, AsyncOptions options, TimeProvider clock)
{
    // Wins that a watermark passes in one step; nearly all of them are booked.
    private const int SweepSize = 4000;

    // For a page of Campaign, and for a question to Core.
    private static readonly TimeSpan PageTime = TimeSpan.FromSeconds(30);

    /// <summary>One page of wins for each watermark. True when there is more.</summary>
    public async Task<bool> PullAsync(CancellationToken cancellationToken)
    {
        var more = await PullAsync("wins", options.PullAfterMs, cancellationToken).ConfigureAwait(false);
        return await PullAsync("wins.slow", PullCursors.SlowAgeMs(options), cancellationToken).ConfigureAwait(false) || more;
    }

    private async Task<bool> PullAsync(string cursor, long ageMs, CancellationToken cancellationToken)
    {
        var (after, now) = await PullCursors.ReadAsync(store, cursor, cancellationToken).ConfigureAwait(false);
        var page = await campaigns.Value.PullWinsAsync(
            Context(CallContext.DefaultApp), new PullWinsRequest { OlderThanMs = now - ageMs, AfterNo = after, Limit = SweepSize }, cancellationToken).ConfigureAwait(false);
        if (!page.Result.IsOk() || page.NextAfterNo == after)
        {
            return false;
        }

        foreach (var (app, wins) in SubsidyBooking.Batches(page.Items))
        {
            if (!await BookMissingAsync(app, wins, cancellationToken).ConfigureAwait(false))
            {
                // The watermark stays, and the page comes again.
                return false;
            }
        }

        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await PullCursors.MoveAsync(session, cursor, page.NextAfterNo, cancellationToken).ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
        }

        return !page.Finished;
    }

    private async Task<bool> BookMissingAsync(string app, List<SubsidyIssued> wins, CancellationToken cancellationToken)
    {
        var answer = await core.Value.GetSubsidiesAsync(
            Context(app), new SubsidyNumbersRequest { ExternalNos = wins.ConvertAll(static w => w.ExternalNo) }, cancellationToken).ConfigureAwait(false);
        if (!answer.Result.IsOk())
        {
            return false;
        }

        var known = answer.Items.Where(static s => s.Status != SubsidyStatus.None).Select(static s => s.ExternalNo).ToHashSet(StringComparer.Ordinal);
        return (await booking.BookAsync(app, wins.FindAll(w => !known.Contains(w.ExternalNo)), cancellationToken).ConfigureAwait(false)).IsOk();
    }

    private CallContext Context(string app) => CallContext.ForSystem(app, clock.GetUtcNow() + PageTime);
}
