using Hongbao.Async.Orders;
using Hongbao.Contracts;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;

namespace Hongbao.Async.Pulls;

/// <summary>
/// The pull of the answering side: what Core asked for and has no end for is fetched by age, so that a lost message loses
/// nothing. A watermark over claim numbers passes every claim once; a slower one passes again, for late commits. Ages are
/// counted by the store's clock: a machine that is ahead would push a watermark past numbers that commit later.
/// </summary>
internal sealed class RequestPull(IStore store, Lazy<IRedPacketCore> core, OrderStore orders, OrderAdvancer advancer, AsyncOptions options, TimeProvider clock)
{
    private const int PageSize = 500;

    // Claims that a watermark passes in one step; nearly all of them have their end.
    private const int SweepSize = 4000;
    private const int SlowFactor = 60;

    // For a page, as long as Core's store gives a statement: one that is cut off would be cut off again, and with every message lost all ends rest on the pull.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // Longer than any transaction of Core can live by the store's own deadlines, however short the ordinary age is set.
    private const long SlowAgeMsMin = 10 * 60_000;

    // Where the present pass over the open refunds is; a restart begins another.
    private long _refundsAfter;

    /// <summary>One page of claims for each watermark. True when there is more.</summary>
    public async Task<bool> PullTransfersAsync(CancellationToken cancellationToken)
    {
        var more = await PullTransfersAsync("claims", options.PullAfterMs, cancellationToken).ConfigureAwait(false);
        return await PullTransfersAsync("claims.slow", Math.Max((long)options.PullAfterMs * SlowFactor, SlowAgeMsMin), cancellationToken).ConfigureAwait(false) || more;
    }

    /// <summary>
    /// One page of the refunds that Core waits for. They leave Core's list when they are final, so passes begin again and again, one in
    /// the time that makes a refund old enough; what is written down already costs no write.
    /// </summary>
    public async Task<NextRun> PullRefundsAsync(CancellationToken cancellationToken)
    {
        var rest = NextRun.After(TimeSpan.FromMilliseconds(options.PullAfterMs));
        long now;
        var read = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (read.ConfigureAwait(false))
        {
            now = await read.NowMsAsync(cancellationToken).ConfigureAwait(false);
        }

        var page = await core.Value.PullRefundsAsync(
            Context(), Request(_refundsAfter, now - options.PullAfterMs, PageSize), cancellationToken).ConfigureAwait(false);
        if (!page.Result.IsOk())
        {
            return rest;
        }

        if (!await orders.HasAllAsync(page.Items, cancellationToken).ConfigureAwait(false))
        {
            List<long> added;
            var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
            await using (session.ConfigureAwait(false))
            {
                added = await orders.AddRefundsAsync(session, page.Items, cancellationToken).ConfigureAwait(false);
                await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            }

            advancer.SendSoon([], added);
        }

        var isLast = page.Items.Count < PageSize;
        // A packet and a payment may have the same number: the last one's twin may stand on the next page.
        _refundsAfter = isLast ? 0 : page.Items[^1].CauseNo - 1;
        return isLast ? rest : NextRun.Now;
    }

    private async Task<bool> PullTransfersAsync(string cursor, long ageMs, CancellationToken cancellationToken)
    {
        long after, now;
        var read = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (read.ConfigureAwait(false))
        {
            after = await read.FirstAsync<long>("select after_no from pull_cursors where name = @cursor", new { cursor }, cancellationToken).ConfigureAwait(false);
            now = await read.NowMsAsync(cancellationToken).ConfigureAwait(false);
        }

        var page = await core.Value.PullTransfersAsync(
            Context(), Request(after, now - ageMs, SweepSize), cancellationToken).ConfigureAwait(false);
        if (!page.Result.IsOk() || page.NextAfterNo == after)
        {
            return false;
        }

        List<TransferRow> added;
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            added = await orders.AddTransfersAsync(session, page.Items, cancellationToken).ConfigureAwait(false);
            await session.ExecuteAsync("""
                insert into pull_cursors (name, after_no) values (@cursor, @NextAfterNo)
                on conflict (name) do update set after_no = excluded.after_no where excluded.after_no > pull_cursors.after_no
                """, new { cursor, page.NextAfterNo }, cancellationToken).ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
        }

        advancer.SendSoon(added, []);
        return !page.Finished;
    }

    private CallContext Context() => CallContext.ForSystem(CallContext.DefaultApp, clock.GetUtcNow() + Patience);

    private static PullRequest Request(long after, long olderThanMs, int limit) => new()
    {
        SlotFrom = 0,
        SlotTo = Number.Slots - 1,
        OlderThanMs = olderThanMs,
        AfterNo = after,
        Limit = limit,
    };
}
