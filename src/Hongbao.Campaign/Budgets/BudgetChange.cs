using Hongbao.Foundation.Stores;

namespace Hongbao.Campaign.Budgets;

/// <summary>Another budget for a campaign whose budget is held: more goes to the prizes by chance of rounds that are not over, less comes from what no process has taken yet.</summary>
internal static class BudgetChange
{
    private sealed class PoolRow
    {
        public int Round { get; init; }
        public long Planned { get; init; }
        public long Allocated { get; init; }
    }

    /// <summary>What of a campaign's budget is in no pool, and what of the pools of chances is taken by nobody, minor units.</summary>
    public static Task<long> CuttableAsync(StoreSession session, long campaignId, CancellationToken cancellationToken) => session.FirstAsync<long>("""
        select cast(c.budget - (select coalesce(sum(p.planned), 0) from pools p where p.campaign_id = c.campaign_id)
          + (select coalesce(sum(p.planned - p.allocated), 0) from pools p where p.campaign_id = c.campaign_id and p.prize = 0) as bigint)
        from campaigns c where c.campaign_id = @campaignId
        """, new { campaignId }, cancellationToken);

    /// <summary>Adds held money to the budget, in the caller's transaction; the campaign's row is locked.</summary>
    public static async Task RaiseAsync(StoreSession session, long campaignId, long amount, CancellationToken cancellationToken)
    {
        await SetBudgetAsync(session, campaignId, amount, cancellationToken).ConfigureAwait(false);
        var pools = await PoolsAsync(session, campaignId, onlyOpen: true, cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < pools.Count; i++)
        {
            await AddAsync(session, campaignId, pools[i].Round, (amount / pools.Count) + (i < amount % pools.Count ? 1 : 0), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes money out of the budget, in the caller's transaction; the campaign's row is locked. False, and nothing is to be committed, when so much is not there.</summary>
    public static async Task<bool> TryLowerAsync(StoreSession session, long campaignId, long amount, CancellationToken cancellationToken)
    {
        var pools = await PoolsAsync(session, campaignId, onlyOpen: false, cancellationToken).ConfigureAwait(false);
        var inNoPool = await CuttableAsync(session, campaignId, cancellationToken).ConfigureAwait(false) - pools.Sum(static p => p.Planned - p.Allocated);
        await SetBudgetAsync(session, campaignId, -amount, cancellationToken).ConfigureAwait(false);
        var left = amount - Math.Min(amount, inNoPool);
        // The last rounds give first: what has begun goes on as planned.
        for (var i = pools.Count - 1; i >= 0 && left > 0; i--)
        {
            var cut = Math.Min(left, pools[i].Planned - pools[i].Allocated);
            await AddAsync(session, campaignId, pools[i].Round, -cut, cancellationToken).ConfigureAwait(false);
            left -= cut;
        }

        return left == 0;
    }

    private static Task<int> SetBudgetAsync(StoreSession session, long campaignId, long change, CancellationToken cancellationToken) => session.ExecuteAsync(
        "update campaigns set budget = budget + @change, version = version + 1, trouble = null, updated_at = now_ms() where campaign_id = @campaignId",
        new { change, campaignId }, cancellationToken);

    private static Task<int> AddAsync(StoreSession session, long campaignId, int round, long change, CancellationToken cancellationToken) => session.ExecuteAsync(
        "update pools set planned = planned + @change where campaign_id = @campaignId and round = @round and prize = 0", new { change, campaignId, round }, cancellationToken);

    // The pools of chances, in the order in which everybody locks them.
    private static Task<List<PoolRow>> PoolsAsync(StoreSession session, long campaignId, bool onlyOpen, CancellationToken cancellationToken)
    {
        const string Select = """
            select p.round, p.planned, p.allocated from pools p join rounds r on r.campaign_id = p.campaign_id and r.round = p.round
            where p.campaign_id = @campaignId and p.prize = 0 and (not @onlyOpen or r.ends_at > now_ms()) order by p.round
            """;
        return session.QueryAsync<PoolRow>(new Sql(Select, Select + " for update of p"), new { campaignId, onlyOpen }, cancellationToken);
    }
}
