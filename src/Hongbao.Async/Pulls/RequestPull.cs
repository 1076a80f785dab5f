using Hongbao.Async.Orders.Fundings;
using Hongbao.Async.Orders.Payouts;
using Hongbao.Async.Orders.Refunds;
using Hongbao.Async.Orders.Transfers;
using Hongbao.Contracts;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;

namespace Hongbao.Async.Pulls;

/// <summary>
/// The pull of the answering side: what Core asked for and has no end for is fetched by age, so that a lost message loses
/// nothing. Watermarks over claim numbers pass every claim; the lists of what else is open are passed again and again.
/// </summary>
internal sealed class RequestPull(
    IStore store, Lazy<IRedPacketCore> core, TransferStore transferStore, TransferAdvancer transfers, RefundStore refundStore, RefundAdvancer refunds,
    FundingStore fundingStore, FundingAdvancer fundings, PayoutStore payoutStore, PayoutAdvancer payouts, AsyncOptions options, TimeProvider clock)
{
    private const int PageSize = 500;

    // Claims that a watermark passes in one step; nearly all of them have their end.
    private const int SweepSize = 4000;

    // For a page, as long as Core's store gives a statement: one that is cut off would be cut off again, and with every message lost all ends rest on the pull.
    private static readonly TimeSpan PageTime = TimeSpan.FromSeconds(30);

    // Where the present passes over the open ones are; a restart begins others.
    private long _refundsAfter;
    private long _fundingsAfter;
    private long _payoutsAfter;

    /// <summary>One page of claims for each watermark. True when there is more.</summary>
    public async Task<bool> PullTransfersAsync(CancellationToken cancellationToken)
    {
        var more = await PullTransfersAsync("claims", options.PullAfterMs, cancellationToken).ConfigureAwait(false);
        return await PullTransfersAsync("claims.slow", PullCursors.SlowAgeMs(options), cancellationToken).ConfigureAwait(false) || more;
    }

    /// <summary>
    /// One page of the refunds that Core waits for. They leave Core's list when they are final, so passes begin again and again, one in
    /// the time that makes a refund old enough; what is written down already costs no write.
    /// </summary>
    public async Task<NextRun> PullRefundsAsync(CancellationToken cancellationToken)
    {
        var page = await core.Value.PullRefundsAsync(Context(), await OpenAsync(_refundsAfter, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        if (!page.Result.IsOk())
        {
            return Rest;
        }

        if (!await refundStore.HasAllAsync(page.Items, cancellationToken).ConfigureAwait(false))
        {
            refunds.SendSoon(await WriteAsync(session => refundStore.AddAsync(session, page.Items, cancellationToken), cancellationToken).ConfigureAwait(false));
        }

        // A packet and a payment may have the same number: the last one's twin may stand on the next page.
        return Next(page.Items, i => i.CauseNo - 1, ref _refundsAfter);
    }

    /// <summary>One page of the fundings that Core waits for, as of refunds.</summary>
    public async Task<NextRun> PullFundingsAsync(CancellationToken cancellationToken)
    {
        var page = await core.Value.PullFundingsAsync(Context(), await OpenAsync(_fundingsAfter, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        if (!page.Result.IsOk())
        {
            return Rest;
        }

        if (await fundingStore.MissingAsync(page.Items, cancellationToken).ConfigureAwait(false) is { Count: > 0 } missing)
        {
            fundings.SendSoon(await WriteAsync(session => fundingStore.AddAsync(session, missing, cancellationToken), cancellationToken).ConfigureAwait(false));
        }

        return Next(page.Items, i => i.PacketNo, ref _fundingsAfter);
    }

    /// <summary>One page of the payouts that Core waits for, as of refunds.</summary>
    public async Task<NextRun> PullPayoutsAsync(CancellationToken cancellationToken)
    {
        var page = await core.Value.PullPayoutsAsync(Context(), await OpenAsync(_payoutsAfter, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        if (!page.Result.IsOk())
        {
            return Rest;
        }

        if (await payoutStore.MissingAsync(page.Items, cancellationToken).ConfigureAwait(false) is { Count: > 0 } missing)
        {
            payouts.SendSoon(await WriteAsync(session => payoutStore.AddAsync(session, missing, cancellationToken), cancellationToken).ConfigureAwait(false));
        }

        return Next(page.Items, i => i.WithdrawalNo, ref _payoutsAfter);
    }

    private async Task<bool> PullTransfersAsync(string cursor, long ageMs, CancellationToken cancellationToken)
    {
        var (after, now) = await PullCursors.ReadAsync(store, cursor, cancellationToken).ConfigureAwait(false);
        var page = await core.Value.PullTransfersAsync(Context(), Request(after, now - ageMs, SweepSize), cancellationToken).ConfigureAwait(false);
        if (!page.Result.IsOk() || page.NextAfterNo == after)
        {
            return false;
        }

        transfers.SendSoon(await WriteAsync(
            async session =>
            {
                var added = await transferStore.AddAsync(session, page.Items, cancellationToken).ConfigureAwait(false);
                await PullCursors.MoveAsync(session, cursor, page.NextAfterNo, cancellationToken).ConfigureAwait(false);
                return added;
            },
            cancellationToken).ConfigureAwait(false));
        return !page.Finished;
    }

    private async Task<T> WriteAsync<T>(Func<StoreSession, Task<T>> write, CancellationToken cancellationToken)
    {
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var written = await write(session).ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            return written;
        }
    }

    // What is open and old enough by the store's clock.
    private async Task<PullRequest> OpenAsync(long after, CancellationToken cancellationToken)
    {
        var read = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (read.ConfigureAwait(false))
        {
            return Request(after, await read.NowMsAsync(cancellationToken).ConfigureAwait(false) - options.PullAfterMs, PageSize);
        }
    }

    // The last page ends the pass.
    private NextRun Next<T>(List<T> page, Func<T, long> afterOf, ref long after)
    {
        var isLast = page.Count < PageSize;
        after = isLast ? 0 : afterOf(page[^1]);
        return isLast ? Rest : NextRun.Now;
    }

    private NextRun Rest => NextRun.After(TimeSpan.FromMilliseconds(options.PullAfterMs));

    private CallContext Context() => CallContext.ForSystem(CallContext.DefaultApp, clock.GetUtcNow() + PageTime);

    private static PullRequest Request(long after, long olderThanMs, int limit) => new()
    {
        SlotFrom = 0,
        SlotTo = Number.Slots - 1,
        OlderThanMs = olderThanMs,
        AfterNo = after,
        Limit = limit,
    };
}
