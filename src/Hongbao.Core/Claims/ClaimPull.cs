using Hongbao.Contracts;
using Hongbao.Core.Orders;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Orders;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Claims;

/// <summary>
/// The pull of the asking side: claims without an end are asked about at Async by their own number. Claim numbers order by
/// time, so a watermark passes every claim once; what is not final then goes to the due table and is asked again with
/// back-off. A second, slower watermark passes again, for a commit that came later than any transaction should live.
/// </summary>
internal sealed class ClaimPull(
    IStore store, Lazy<IRedPacketAsync> async, ClaimSettlement settlement, DueTable<DueKind> due, StoreClock storeClock, CoreOptions options, AlertSink alerts, TimeProvider clock)
{
    private const int PageSize = 500;

    // Claims that the watermark passes in one step; nearly all of them have their end.
    private const int SweepSize = 4000;

    // Claims of one question to Async.
    private const int QuestionMax = 1000;

    // For a whole question: Async reads its rows in a busy database, perhaps, and asking the same again would take as long.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // How many times the ordinary age the second watermark keeps behind, and the least: above what one statement may take.
    private const int SlowFactor = 60;
    private const long SlowAgeMsMin = 60_000;

    // How many times the first rest of a straggler the longest is.
    private const int RestFactorMax = 10;

    private sealed class PageRow
    {
        public long Size { get; init; }
        public long LastNo { get; init; }
    }

    /// <summary>One page of each watermark. True when there is more.</summary>
    public async Task<bool> SweepAsync(CancellationToken cancellationToken)
    {
        var more = await SweepAsync("claims", options.PullAfterMs, cancellationToken).ConfigureAwait(false);
        return await SweepAsync("claims.slow", Math.Max((long)options.PullAfterMs * SlowFactor, SlowAgeMsMin), cancellationToken).ConfigureAwait(false) || more;
    }

    /// <summary>Asks again about stragglers. True when there were any.</summary>
    public async Task<bool> ScanAsync(CancellationToken cancellationToken)
    {
        var rest = TimeSpan.FromMilliseconds(options.PullAfterMs);
        var rows = await due.TakeAsync(DueKind.Claim, PageSize, rest, TimeSpan.FromTicks(rest.Ticks * RestFactorMax), cancellationToken).ConfigureAwait(false);
        if (rows.Count == 0)
        {
            return false;
        }

        var ended = await AskAsync([.. rows.Select(r => r.No)], cancellationToken).ConfigureAwait(false);
        alerts.RaiseOverdue(
            "claim.overdue", "Claims without a final transfer", "They go on being asked about; check Async and finance.",
            rows.FindAll(r => !ended.Contains(r.No)), storeClock.NowMs());
        if (ended.Count > 0)
        {
            await due.RemoveAllAsync(DueKind.Claim, ended, cancellationToken).ConfigureAwait(false);
        }

        return rows.Count == PageSize;
    }

    private async Task<bool> SweepAsync(string cursor, long ageMs, CancellationToken cancellationToken)
    {
        var now = storeClock.NowMs();
        PageRow page;
        List<long> open;
        var read = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (read.ConfigureAwait(false))
        {
            var after = await read.FirstAsync<long>("select after_no from pull_cursors where name = @cursor", new { cursor }, cancellationToken).ConfigureAwait(false);
            page = (await read.FirstAsync<PageRow>("""
                select count(*) as size, coalesce(max(claim_no), 0) as last_no
                from (select claim_no from claims where claim_no > @after and claim_no < @below order by claim_no limit @SweepSize) as page
                """, new { after, below = Number.LowestAt(now - ageMs), SweepSize }, cancellationToken).ConfigureAwait(false))!;
            if (page.Size == 0)
            {
                return false;
            }

            open = await read.QueryAsync<long>(
                $"select claim_no from claims where claim_no > @after and claim_no <= @LastNo and state = {(int)ClaimStatus.Claimed} order by claim_no",
                new { after, page.LastNo }, cancellationToken).ConfigureAwait(false);
        }

        var ended = await AskAsync(open, cancellationToken).ConfigureAwait(false);
        var stragglers = open.Where(no => !ended.Contains(no)).ToList();
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await due.PutAllAsync(session, DueKind.Claim, stragglers, now + options.PullAfterMs, now + (options.DeadlineSeconds * 1000L), cancellationToken).ConfigureAwait(false);
            await session.ExecuteAsync("""
                insert into pull_cursors (name, after_no) values (@cursor, @last)
                on conflict (name) do update set after_no = excluded.after_no where excluded.after_no > pull_cursors.after_no
                """, new { cursor, last = page.LastNo }, cancellationToken).ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
        }

        return page.Size == SweepSize;
    }

    // The claims that have their end now.
    private async Task<HashSet<long>> AskAsync(List<long> claimNos, CancellationToken cancellationToken)
    {
        var all = new HashSet<long>();
        foreach (var some in claimNos.Chunk(QuestionMax))
        {
            all.UnionWith(await AskOnceAsync([.. some], cancellationToken).ConfigureAwait(false));
        }

        return all;
    }

    private async Task<IEnumerable<long>> AskOnceAsync(List<long> claimNos, CancellationToken cancellationToken)
    {
        TransferResultsResponse answer;
        try
        {
            answer = await async.Value.GetTransferResultsAsync(
                CallContext.ForSystem(CallContext.DefaultApp, clock.GetUtcNow() + Patience), new TransferResultsRequest { ClaimNos = claimNos }, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Async is another process, perhaps: no answer means that nothing is known, and must not keep the deadlines from alerting.
            return [];
        }

        if (!answer.Result.IsOk())
        {
            return [];
        }

        var ended = answer.Items.FindAll(o => o.Status is OrderStatus.Succeeded or OrderStatus.Failed);
        if (ended.Count > 0)
        {
            await settlement.SettleAsync(ended, cancellationToken).ConfigureAwait(false);
        }

        return ended.Select(o => o.ClaimNo);
    }
}
