using Hongbao.Campaign.Plans;
using Hongbao.Foundation.Faults;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Stores;

namespace Hongbao.Campaign.Budgets;

/// <summary>Names a pool of money: a round's prize, or its chances.</summary>
internal readonly record struct PoolKey(long CampaignId, int Round, int Prize) : IComparable<PoolKey>
{
    public int CompareTo(PoolKey other) => (CampaignId, Round, Prize).CompareTo((other.CampaignId, other.Round, other.Prize));
}

/// <summary>What a holder may give away of a pool.</summary>
/// <param name="Epoch">What the chunk's row must say.</param>
/// <param name="Left">Minor units.</param>
internal readonly record struct Chunk(long Epoch, long Left);

/// <summary>
/// The budget in chunks. A chunk is one process's part of a pool: its holder adds to what is issued in the transaction of the wins, only while the row is open, at the epoch that it knows, and before the
/// round's end by the database's clock. Closing a chunk raises the epoch and takes its rest back to the pool, so whatever was under way at that moment either counted before or is refused whole.
/// </summary>
internal sealed class ChunkStore(IStore store, CampaignOptions options)
{
    private const int ClosedAtOnce = 500;

    private const string Key = "campaign_id = @CampaignId and round = @Round and prize = @Prize and holder = @holder";

    // Nobody keeps it, or nothing may be issued of it any more.
    private const string Left = "(lease_until < (select now_ms()) or closes_at <= (select now_ms()))";

    // PostgreSQL locks in order of keys first, so that a holder and who closes several chunks wait for each other instead of dying.
    private static readonly Sql s_issue = new(
        """
        update chunks set issued = issued + @add
        where campaign_id = @campaign_id and round = @round and prize = @prize and holder = @holder and epoch = @epoch and state = 1
          and issued + @add <= size and closes_at > now_ms()
        """,
        """
        with i as (select * from unnest(@campaign_id::bigint[], @round::int[], @prize::int[], @epoch::bigint[], @add::bigint[]) as t(campaign_id, round, prize, epoch, add)),
        locked as materialized (
          select 1 from chunks c join i using (campaign_id, round, prize) where c.holder = @holder order by c.campaign_id, c.round, c.prize for update of c),
        changed as (
          update chunks c set issued = c.issued + i.add from i
          where (select count(*) from locked) > 0 and c.campaign_id = i.campaign_id and c.round = i.round and c.prize = i.prize and c.holder = @holder
            and c.epoch = i.epoch and c.state = 1 and c.issued + i.add <= c.size and c.closes_at > now_ms()
          returning 1)
        select require_rows((select count(*) from changed), @must)
        """);

    private sealed class PoolRow
    {
        public long Planned { get; init; }
        public long Allocated { get; init; }
    }

    private sealed class ChunkRow
    {
        public int State { get; init; }
        public long Epoch { get; init; }
        public long Size { get; init; }
        public long Issued { get; init; }
    }

    private sealed class OpenRow
    {
        public long CampaignId { get; init; }
        public int Round { get; init; }
        public int Prize { get; init; }
        public string Holder { get; init; } = "";
    }

    /// <summary>What wins take of chunks, as a statement of their transaction.</summary>
    public static BatchStatement Issue(string holder, IReadOnlyList<(PoolKey Pool, long Epoch, long Amount)> taken)
    {
        var sorted = taken.OrderBy(static t => t.Pool).ToArray();
        return new BatchStatement(s_issue, new ColumnBatch()
            .Add("campaign_id", sorted, static t => t.Pool.CampaignId)
            .Add("round", sorted, static t => t.Pool.Round)
            .Add("prize", sorted, static t => t.Pool.Prize)
            .Add("epoch", sorted, static t => t.Epoch)
            .Add("add", sorted, static t => t.Amount)
            .AddCommon("holder", holder), "chunks as their holder knows them");
    }

    /// <summary>Makes the pools of a campaign, in the caller's transaction.</summary>
    public static async Task AddPoolsAsync(StoreSession session, Plan plan, CancellationToken cancellationToken)
    {
        foreach (var round in plan.Rounds)
        {
            foreach (var (pool, planned) in Pacing.PoolsOf(plan, round))
            {
                await session.ExecuteAsync(
                    "insert into pools (campaign_id, round, prize, planned) values (@CampaignId, @round, @pool, @planned)",
                    new { plan.CampaignId, round = round.No, pool, planned }, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// Takes chunks, or what there is of them now: a pool gives what its pacing has released and nobody has. Nothing is left in a chunk where there is nothing; null where the round takes no draws.
    /// One transaction for all.
    /// </summary>
    /// <param name="holder">Who takes.</param>
    /// <param name="wanted">Pools of plans as they were read, and how much is needed at least, minor units.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<Dictionary<PoolKey, Chunk?>> LeaseAsync(
        string holder, IReadOnlyCollection<(Plan Plan, Round Round, int Prize, long Need)> wanted, CancellationToken cancellationToken)
    {
        var leased = new Dictionary<PoolKey, Chunk?>();
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var now = await session.NowMsAsync(cancellationToken).ConfigureAwait(false);
            foreach (var (plan, round, prize, need) in wanted.OrderBy(static w => new PoolKey(w.Plan.CampaignId, w.Round.No, w.Prize)))
            {
                var key = new PoolKey(plan.CampaignId, round.No, prize);
                leased[key] = await LeaseAsync(session, holder, key, plan, round, need, now, cancellationToken).ConfigureAwait(false);
            }

            Failpoint.Hit("campaign.lease.before_commit");
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("campaign.lease.after_commit");
        }

        return leased;
    }

    private async Task<Chunk?> LeaseAsync(
        StoreSession session, string holder, PoolKey key, Plan plan, Round round, long need, long now, CancellationToken cancellationToken)
    {
        // The pool's row orders everybody who takes from it; its campaign's state is read under that lock, and pausing takes the same locks.
        var pool = await session.FirstAsync<PoolRow>(new Sql(
            "select planned, allocated from pools where campaign_id = @CampaignId and round = @Round and prize = @Prize",
            "select planned, allocated from pools where campaign_id = @CampaignId and round = @Round and prize = @Prize for update"), key, cancellationToken).ConfigureAwait(false);
        var isOpen = pool is not null && now >= round.StartsAtMs && now < round.EndsAtMs && await session.FirstAsync<long>(
            "select count(*) from campaigns where campaign_id = @CampaignId and state = 2", key, cancellationToken).ConfigureAwait(false) == 1;
        if (!isOpen)
        {
            return null;
        }

        var chunk = await session.FirstAsync<ChunkRow>(new Sql(
            "select state, epoch, size, issued from chunks where campaign_id = @CampaignId and round = @Round and prize = @Prize and holder = @holder",
            "select state, epoch, size, issued from chunks where campaign_id = @CampaignId and round = @Round and prize = @Prize and holder = @holder for update"),
            new { key.CampaignId, key.Round, key.Prize, holder }, cancellationToken).ConfigureAwait(false);
        var left = chunk is { State: 1 } ? chunk.Size - chunk.Issued : 0;
        long grant = 0;
        if (left < need)
        {
            var free = Math.Max(0, Pacing.Released(plan, round, key.Prize, pool!.Planned, now) - pool.Allocated);
            // Whole prizes: what is left of one with each of several holders would be nobody's.
            var unit = Pacing.Unit(plan, key.Prize);
            grant = Math.Min(free, (Math.Max(need - left, pool.Planned / options.ChunksPerPool) + unit - 1) / unit * unit);
            if (left + grant == 0)
            {
                return new Chunk(0, 0);
            }
        }

        var epoch = (chunk?.Epoch ?? 0) + 1;
        await session.ExecuteAsync(
            "update pools set allocated = allocated + @grant where campaign_id = @CampaignId and round = @Round and prize = @Prize",
            new { grant, key.CampaignId, key.Round, key.Prize }, cancellationToken).ConfigureAwait(false);
        await session.ExecuteAsync("""
            insert into chunks (campaign_id, round, prize, holder, epoch, state, size, closes_at, lease_until)
            values (@CampaignId, @Round, @Prize, @holder, @epoch, 1, @grant, @closesAt, @until)
            on conflict (campaign_id, round, prize, holder) do update set epoch = excluded.epoch, state = 1, size = chunks.size + excluded.size, lease_until = excluded.lease_until
            """, new
        {
            key.CampaignId,
            key.Round,
            key.Prize,
            holder,
            epoch,
            grant,
            closesAt = round.EndsAtMs,
            until = now + (options.LeaseSeconds * 1000L),
        }, cancellationToken).ConfigureAwait(false);
        return new Chunk(epoch, left + grant);
    }

    /// <summary>Keeps a holder's open chunks of some pools his for another while.</summary>
    public async Task RenewAsync(string holder, IEnumerable<PoolKey> pools, CancellationToken cancellationToken)
    {
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            foreach (var key in pools.Order())
            {
                await session.ExecuteAsync(
                    $"update chunks set lease_until = now_ms() + @leaseMs where {Key} and state = 1",
                    new { key.CampaignId, key.Round, key.Prize, holder, leaseMs = options.LeaseSeconds * 1000L }, cancellationToken).ConfigureAwait(false);
            }

            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Closes chunks of holders who do not renew, and those of rounds that are over. True when there may be more.</summary>
    public Task<bool> CloseLeftAsync(CancellationToken cancellationToken) => CloseAsync(Left, "", cancellationToken);

    /// <summary>Closes all chunks of a holder who leaves.</summary>
    public async Task CloseAllAsync(string holder, CancellationToken cancellationToken)
    {
        while (await CloseAsync("holder = @holder", holder, cancellationToken).ConfigureAwait(false))
        {
        }
    }

    /// <summary>Closes all chunks of a campaign, in the caller's transaction: no win that is not committed now will be.</summary>
    public static async Task CloseCampaignAsync(StoreSession session, long campaignId, CancellationToken cancellationToken)
    {
        // Pools first, as who takes chunks does: nobody opens one that was closed here.
        if (session.Dialect == SqlDialect.Postgres)
        {
            await session.QueryAsync<int>(
                "select round from pools where campaign_id = @campaignId order by round, prize for update", new { campaignId }, cancellationToken).ConfigureAwait(false);
        }

        var open = await session.QueryAsync<OpenRow>(
            "select campaign_id, round, prize, holder from chunks where campaign_id = @campaignId and state = 1", new { campaignId }, cancellationToken).ConfigureAwait(false);
        await CloseAsync(session, open, "1 = 1", cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> CloseAsync(string which, string holder, CancellationToken cancellationToken)
    {
        List<OpenRow> open;
        var read = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (read.ConfigureAwait(false))
        {
            open = await read.QueryAsync<OpenRow>(
                $"select campaign_id, round, prize, holder from chunks where state = 1 and {which} limit {ClosedAtOnce}", new { holder }, cancellationToken).ConfigureAwait(false);
        }

        if (open.Count == 0)
        {
            return false;
        }

        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            if (session.Dialect == SqlDialect.Postgres)
            {
                foreach (var key in open.Select(static o => new PoolKey(o.CampaignId, o.Round, o.Prize)).Distinct().Order())
                {
                    await session.ExecuteAsync(
                        "select 1 from pools where campaign_id = @CampaignId and round = @Round and prize = @Prize for update", key, cancellationToken).ConfigureAwait(false);
                }
            }

            await CloseAsync(session, open, which, cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("campaign.close.before_commit");
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("campaign.close.after_commit");
        }

        return open.Count == ClosedAtOnce;
    }

    // First the chunk, under its lock; then what it had left goes back to its pool, for somebody else to take.
    private static async Task CloseAsync(StoreSession session, IEnumerable<OpenRow> open, string which, CancellationToken cancellationToken)
    {
        foreach (var chunk in open.OrderBy(static o => new PoolKey(o.CampaignId, o.Round, o.Prize)).ThenBy(static o => o.Holder, StringComparer.Ordinal))
        {
            var key = new { chunk.CampaignId, chunk.Round, chunk.Prize, holder = chunk.Holder };
            var still = await session.FirstAsync<ChunkRow>(new Sql(
                $"select state, epoch, size, issued from chunks where {Key} and state = 1 and {which}",
                $"select state, epoch, size, issued from chunks where {Key} and state = 1 and {which} for update"), key, cancellationToken).ConfigureAwait(false);
            if (still is null)
            {
                continue;
            }

            await session.ExecuteAsync($"update chunks set state = 2, epoch = epoch + 1, size = issued where {Key}", key, cancellationToken).ConfigureAwait(false);
            await session.ExecuteAsync(
                "update pools set allocated = allocated - @rest where campaign_id = @CampaignId and round = @Round and prize = @Prize",
                new { rest = still.Size - still.Issued, chunk.CampaignId, chunk.Round, chunk.Prize }, cancellationToken).ConfigureAwait(false);
        }
    }
}
