using Hongbao.Contracts;
using Hongbao.Core.Orders;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Claims;

/// <summary>Claims that are given and whose transfer has no end yet.</summary>
/// <param name="Count">How many.</param>
/// <param name="Oldest">Since when the oldest waits, by the store's clock; zero without any.</param>
public sealed record UnsettledClaims(long Count, TimeSpan Oldest);

/// <summary>
/// Reads how far the chain behind the claim (transfer order, ledger, final state) is behind. It costs the claims themselves nothing:
/// numbers order by time, and what is older than the pull's watermark and has no end stands in the due table, so only what came since
/// the oldest unsettled claim is looked at.
/// </summary>
public sealed class ClaimBacklog
{
    // A claim is committed at most so long after its number was minted; one that is later shows once the pull has met it.
    private static readonly TimeSpan CommitMax = TimeSpan.FromSeconds(3);
    private readonly IStore _store;

    // Below it this process saw no unsettled claim.
    private long _below;

    internal ClaimBacklog(IStore store) => _store = store;

    private sealed class Row
    {
        public long Count { get; init; }
        public long? FirstNo { get; init; }
        public long? SinceMs { get; init; }
    }

    /// <summary>The unsettled claims of all apps; changes nothing. The first reading of a process looks at the last half minute of claims, later ones at less.</summary>
    /// <exception cref="StoreException">Unavailable.</exception>
    public async Task<UnsettledClaims> ReadAsync(CancellationToken cancellationToken)
    {
        var session = await _store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var now = await session.NowMsAsync(cancellationToken).ConfigureAwait(false);
            var pulled = await session.FirstAsync<long>("select after_no from pull_cursors where name = 'claims'", null, cancellationToken).ConfigureAwait(false);
            var after = Math.Max(pulled, Volatile.Read(ref _below));
            var recent = (await session.FirstAsync<Row>(
                "select count(*) as count, min(claim_no) as first_no, min(claimed_at) as since_ms from claims where claim_no > @after and state = 1",
                new { after }, cancellationToken).ConfigureAwait(false))!;
            var stragglers = (await session.FirstAsync<Row>(
                $"""
                select count(*) as count, min(c.claim_no) as first_no, min(c.claimed_at) as since_ms
                from due d join claims c on c.claim_no = d.no where d.kind = {(int)DueKind.Claim} and d.no <= @after and c.state = {(int)ClaimStatus.Claimed}
                """, new { after }, cancellationToken).ConfigureAwait(false))!;

            var safe = Number.LowestAt(now - (long)CommitMax.TotalMilliseconds);
            Volatile.Write(ref _below, Math.Max(after, recent.FirstNo is { } first ? Math.Min(first - 1, safe) : safe));
            var since = Math.Min(recent.SinceMs ?? now, stragglers.SinceMs ?? now);
            return new UnsettledClaims(recent.Count + stragglers.Count, TimeSpan.FromMilliseconds(Math.Max(0, now - since)));
        }
    }
}
