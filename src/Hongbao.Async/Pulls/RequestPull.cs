using Hongbao.Async.Orders;
using Hongbao.Contracts;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Stores;

namespace Hongbao.Async.Pulls;

/// <summary>
/// The pull of the answering side: what Core asked for and has no end for is fetched by age, so that a lost message loses
/// nothing. A watermark over claim numbers passes every claim once; a slower one passes again, for late commits.
/// </summary>
internal sealed class RequestPull(
    IStore store, Lazy<IRedPacketCore> core, OrderStore orders, OrderRequests requests, OrderAdvancer advancer, AsyncOptions options, TimeProvider clock)
{
    private const int PageSize = 500;
    private const int SlowFactor = 60;

    /// <summary>One page of claims for each watermark. True when there is more.</summary>
    public async Task<bool> PullTransfersAsync(CancellationToken cancellationToken)
    {
        var more = await PullTransfersAsync("claims", options.PullAfterMs, cancellationToken).ConfigureAwait(false);
        return await PullTransfersAsync("claims.slow", (long)options.PullAfterMs * SlowFactor, cancellationToken).ConfigureAwait(false) || more;
    }

    /// <summary>Refunds that Core waits for. True when there may be more.</summary>
    public async Task<bool> PullRefundsAsync(CancellationToken cancellationToken)
    {
        // Few are open at a time, and they leave the list when they are final: no cursor is kept.
        var after = 0L;
        while (true)
        {
            var page = await core.Value.PullRefundsAsync(
                CallContext.ForSystem(CallContext.DefaultApp), Request(after, options.PullAfterMs), cancellationToken).ConfigureAwait(false);
            if (!page.Result.IsOk() || page.Items.Count == 0)
            {
                return false;
            }

            List<long> added;
            var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
            await using (session.ConfigureAwait(false))
            {
                added = await requests.WriteRefundsAsync(session, page.Items, cancellationToken).ConfigureAwait(false);
                await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            }

            advancer.SendSoon([], added);
            if (page.Items.Count < PageSize)
            {
                return false;
            }

            after = page.Items[^1].CauseNo;
        }
    }

    private async Task<bool> PullTransfersAsync(string cursor, long ageMs, CancellationToken cancellationToken)
    {
        long after;
        var read = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (read.ConfigureAwait(false))
        {
            after = await read.FirstAsync<long>("select after_no from pull_cursors where name = @cursor", new { cursor }, cancellationToken).ConfigureAwait(false);
        }

        var page = await core.Value.PullTransfersAsync(
            CallContext.ForSystem(CallContext.DefaultApp), Request(after, ageMs), cancellationToken).ConfigureAwait(false);
        if (!page.Result.IsOk() || page.NextAfterNo == after)
        {
            return false;
        }

        List<long> added;
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

    private PullRequest Request(long after, long ageMs) => new()
    {
        SlotFrom = 0,
        SlotTo = Number.Slots - 1,
        OlderThanMs = clock.GetUtcNow().ToUnixTimeMilliseconds() - ageMs,
        AfterNo = after,
        Limit = PageSize,
    };
}
