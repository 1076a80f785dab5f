using Hongbao.Contracts;
using Hongbao.Foundation.Faults;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Subsidies;

/// <summary>
/// Ends subsidies whose time is over. A watermark passes them in the order of their expiry; what is passed never comes again, so a second, slower one passes
/// again for what was committed late. Several instances may do it: the database decides on each.
/// </summary>
internal sealed class SubsidyExpiry(IStore store, CoreOptions options)
{
    private const int PageSize = 2000;

    // How many times the age above which no transaction lives the second watermark keeps behind, and the least.
    private const int SlowFactor = 4;
    private const long SlowAgeMsMin = 60_000;

    private static readonly Sql ExpireSql = new(
        """
        update subsidies set state = @to, updated_at = now_ms()
        where subsidy_no in (select value from json_each(@nos)) and state = @from and expires_at <= now_ms()
        """,
        // Locked in order, so that two instances at the same page wait for each other instead of dying.
        """
        update subsidies set state = @to, updated_at = now_ms()
        where subsidy_no = any(array(select subsidy_no from subsidies where subsidy_no = any(@nos) order by subsidy_no for update))
          and state = @from and expires_at <= now_ms()
        """);

    private sealed class Row
    {
        public long ExpiresAt { get; init; }
        public long SubsidyNo { get; init; }
        public SubsidyStatus State { get; init; }
    }

    /// <summary>One page of each watermark. True when there is more.</summary>
    public async Task<bool> SweepAsync(CancellationToken cancellationToken)
    {
        var more = await SweepAsync("subsidies", 0, cancellationToken).ConfigureAwait(false);
        return await SweepAsync("subsidies.slow", Math.Max((long)options.PullAfterMs * SlowFactor, SlowAgeMsMin), cancellationToken).ConfigureAwait(false) || more;
    }

    private async Task<bool> SweepAsync(string cursor, long ageMs, CancellationToken cancellationToken)
    {
        List<Row> page;
        var read = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (read.ConfigureAwait(false))
        {
            var after = await read.FirstAsync<Row>("select expires_at, subsidy_no from expiry_cursors where name = @cursor", new { cursor }, cancellationToken).ConfigureAwait(false)
                ?? new Row();
            page = await read.QueryAsync<Row>("""
                select expires_at, subsidy_no, state from subsidies
                where (expires_at, subsidy_no) > (@ExpiresAt, @SubsidyNo) and expires_at <= (select now_ms()) - @ageMs
                order by expires_at, subsidy_no limit @PageSize
                """, new { after.ExpiresAt, after.SubsidyNo, ageMs, PageSize }, cancellationToken).ConfigureAwait(false);
        }

        if (page.Count == 0)
        {
            return false;
        }

        var open = page.FindAll(r => r.State == SubsidyStatus.Available);
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            if (open.Count > 0 && SubsidyGraph.Subsidy.TryMove(SubsidyStatus.Available, SubsidyEvent.TimeOver, out var to))
            {
                await session.ExecuteAsync(
                    ExpireSql, new { to = (int)to, from = (int)SubsidyStatus.Available, nos = session.Longs(open.Select(r => r.SubsidyNo)) }, cancellationToken)
                    .ConfigureAwait(false);
            }

            await session.ExecuteAsync("""
                insert into expiry_cursors (name, expires_at, subsidy_no) values (@cursor, @ExpiresAt, @SubsidyNo)
                on conflict (name) do update set expires_at = excluded.expires_at, subsidy_no = excluded.subsidy_no
                where (excluded.expires_at, excluded.subsidy_no) > (expiry_cursors.expires_at, expiry_cursors.subsidy_no)
                """, new { cursor, page[^1].ExpiresAt, page[^1].SubsidyNo }, cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("core.subsidy_expire.before_commit");
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("core.subsidy_expire.after_commit");
        }

        return page.Count == PageSize;
    }
}
