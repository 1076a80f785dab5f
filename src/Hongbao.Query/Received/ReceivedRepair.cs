using Hongbao.Contracts;
using Hongbao.Foundation.Numbers;
using Hongbao.Query.Sources;
using Microsoft.Extensions.Logging;

namespace Hongbao.Query.Received;

/// <summary>
/// Completes the read model without any message. Numbers order by time, so a watermark passes every claim of Core, and every
/// refund order of Async (a failed transfer commits one in its own transaction), once they are old enough to be committed;
/// a second, slower watermark passes again, for a commit that came later than any transaction should live. Ages are counted
/// by the store's clock: a machine that is ahead would push a watermark past numbers that commit later.
/// </summary>
internal sealed class ReceivedRepair(
    ReceivedStore store, CoreClaims claims, AsyncOrders orders, QueryOptions options, ILogger log)
{
    private const int PageSize = 4000;

    // How many times the ordinary age the second watermark keeps behind.
    private const int SlowFactor = 60;

    /// <summary>One page of claims for each watermark. True when there is more.</summary>
    public async Task<bool> SweepClaimsAsync(CancellationToken cancellationToken)
    {
        var more = await SweepClaimsAsync("claims", options.RepairAfterMs, cancellationToken).ConfigureAwait(false);
        return await SweepClaimsAsync("claims.slow", (long)options.RepairAfterMs * SlowFactor, cancellationToken).ConfigureAwait(false) || more;
    }

    /// <summary>One page of refunds for each watermark. True when there is more.</summary>
    public async Task<bool> SweepFailuresAsync(CancellationToken cancellationToken)
    {
        var more = await SweepFailuresAsync("failures", options.RepairAfterMs, cancellationToken).ConfigureAwait(false);
        return await SweepFailuresAsync("failures.slow", (long)options.RepairAfterMs * SlowFactor, cancellationToken).ConfigureAwait(false) || more;
    }

    private async Task<bool> SweepClaimsAsync(string cursor, long ageMs, CancellationToken cancellationToken)
    {
        var (after, now) = await store.CursorAsync(cursor, cancellationToken).ConfigureAwait(false);
        var page = await claims.NumbersAsync(after, Number.LowestAt(now - ageMs), PageSize, cancellationToken).ConfigureAwait(false);
        if (page.Count == 0)
        {
            return false;
        }

        await RepairAsync(cursor, page, failed: false, page[^1], cancellationToken).ConfigureAwait(false);
        return page.Count == PageSize;
    }

    private async Task<bool> SweepFailuresAsync(string cursor, long ageMs, CancellationToken cancellationToken)
    {
        var (after, now) = await store.CursorAsync(cursor, cancellationToken).ConfigureAwait(false);
        var page = await orders.RefundsAsync(after, Number.LowestAt(now - ageMs), PageSize, cancellationToken).ConfigureAwait(false);
        if (page.Count == 0)
        {
            return false;
        }

        var failed = page.Where(r => r.Cause == RefundCause.FailedClaim).Select(r => r.CauseNo).ToList();
        await RepairAsync(cursor, failed, failed: true, page[^1].RefundNo, cancellationToken).ConfigureAwait(false);
        return page.Count == PageSize;
    }

    private async Task RepairAsync(string cursor, List<long> claimNos, bool failed, long last, CancellationToken cancellationToken)
    {
        var missing = await store.MissingAsync(claimNos, failed, cancellationToken).ConfigureAwait(false);
        var rows = await claims.ByNumberAsync(missing, cancellationToken).ConfigureAwait(false);
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var repaired = await ReceivedStore.PutAsync(session, rows.Select(r => ReceivedRow.Of(r, failed)), cancellationToken).ConfigureAwait(false);
            await ReceivedStore.MoveCursorAsync(session, cursor, last, cancellationToken).ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            if (repaired > 0)
            {
                log.LogInformation("Repaired {Count} received shares by {Cursor}: their messages were late or lost", repaired, cursor);
            }
        }
    }
}
