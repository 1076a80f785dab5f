using System.Text.Json;
using Hongbao.Campaign.Budgets;
using Hongbao.Contracts;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Stores;

namespace Hongbao.Campaign.Rain;

/// <summary>An outcome that is to be recorded.</summary>
/// <param name="Key">Whose it is.</param>
/// <param name="App">The tenant.</param>
/// <param name="Currency">ISO 4217 code.</param>
/// <param name="Pool">Who pays; meaningless for a loss.</param>
/// <param name="WinNo">The win's number; null for a loss.</param>
/// <param name="Nth">Which win of the user it is where that is limited, otherwise 0.</param>
/// <param name="Outcome">The outcome.</param>
internal sealed record NewDraw(DrawKey Key, string App, string Currency, PoolKey Pool, long? WinNo, int Nth, Outcome Outcome);

/// <summary>Outcomes of draws, as they are written and read.</summary>
internal sealed class DrawStore(IStore store, Outbox outbox)
{
    // The primary key refuses a second outcome of a user and round, the index on nth a win too many, whatever another process does meanwhile.
    private static readonly Sql s_insert = new(
        """
        insert into draws (uid, campaign_id, round, slot, app, amount, prize, win_no, nth, key_id, drawn_at, expires_at)
        values (@uid, @campaign_id, @round, @slot, @app, @amount, @prize, @win_no, @nth, @key_id, @drawn_at, @expires_at)
        """,
        """
        insert into draws (uid, campaign_id, round, slot, app, amount, prize, win_no, nth, key_id, drawn_at, expires_at)
        select unnest(@uid::bigint[]), unnest(@campaign_id::bigint[]), unnest(@round::int[]), unnest(@slot::int[]), unnest(@app::text[]), unnest(@amount::bigint[]),
          unnest(@prize::int[]), unnest(@win_no::bigint[]), unnest(@nth::int[]), unnest(@key_id::text[]), unnest(@drawn_at::bigint[]), unnest(@expires_at::bigint[])
        """);

    private sealed class DrawRow
    {
        public long Uid { get; init; }
        public long CampaignId { get; init; }
        public int Round { get; init; }
        public long Amount { get; init; }
        public string? KeyId { get; init; }
        public long DrawnAt { get; init; }
        public long? ExpiresAt { get; init; }
    }

    private sealed class CountRow
    {
        public long Uid { get; init; }
        public long CampaignId { get; init; }
        public int Wins { get; init; }
    }

    /// <summary>Records outcomes, what they take of the budget, and the message about the wins: all or nothing, on PostgreSQL in one round trip.</summary>
    /// <exception cref="StoreException">
    /// UniqueViolation when one of them is recorded already; Fenced when a chunk is not as its holder knows it; UnknownOutcome when the commit's answer was lost.
    /// </exception>
    public async Task CommitAsync(string holder, IReadOnlyList<NewDraw> draws, IReadOnlyList<(PoolKey Pool, long Epoch, long Amount)> taken, CancellationToken cancellationToken)
    {
        // In one order everywhere, so that two processes with the same users wait for each other instead of dying.
        var sorted = draws.OrderBy(static d => (d.Key.Uid, d.Key.CampaignId, d.Key.Round)).ToArray();
        var statements = new List<BatchStatement>
        {
            ChunkStore.Issue(holder, taken),
            new(s_insert, new ColumnBatch()
                .Add("uid", sorted, static d => d.Key.Uid)
                .Add("campaign_id", sorted, static d => d.Key.CampaignId)
                .Add("round", sorted, static d => d.Key.Round)
                .Add("slot", sorted, static d => Number.SlotOf(d.Key.Uid))
                .Add("app", sorted, static d => d.App)
                .Add("amount", sorted, static d => d.Outcome.Amount)
                .Add("prize", sorted, static d => d.Pool.Prize)
                .Add("win_no", sorted, static d => d.WinNo)
                .Add("nth", sorted, static d => d.Nth)
                .Add("key_id", sorted, static d => d.Outcome.KeyId)
                .Add("drawn_at", sorted, static d => d.Outcome.DrawnAtMs)
                .Add("expires_at", sorted, static d => d.Outcome.IsWin ? d.Outcome.ExpiresAtMs : (long?)null)),
        };
        var wins = sorted.Where(static d => d.Outcome.IsWin).ToArray();
        if (wins.Length > 0)
        {
            statements.Add(Outbox.Insert(Number.SlotOf(wins[0].Key.Uid), Topics.SubsidiesIssued, CallContext.ForSystem(wins[0].App), new SubsidiesIssued
            {
                Items = [.. wins.Select(static w => RewardNumber.Issued(w.Key, w.App, w.Currency, w.Outcome))],
            }));
        }

        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            session.AfterCommit(outbox.Wake);
            await session.CommitAsync(statements, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Those of some draws that are recorded.</summary>
    public async Task<Dictionary<DrawKey, Outcome>> FindAsync(IReadOnlyCollection<DrawKey> keys, CancellationToken cancellationToken)
    {
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var rows = await session.QueryAsync<DrawRow>(new Sql(
                """
                select d.uid, d.campaign_id, d.round, d.amount, d.key_id, d.drawn_at, d.expires_at from json_each(@keys) k
                join draws d on d.uid = json_extract(k.value, '$[0]') and d.campaign_id = json_extract(k.value, '$[1]') and d.round = json_extract(k.value, '$[2]')
                """,
                """
                select d.uid, d.campaign_id, d.round, d.amount, d.key_id, d.drawn_at, d.expires_at
                from unnest(@uids::bigint[], @campaigns::bigint[], @rounds::int[]) as k(uid, campaign_id, round) join draws d using (uid, campaign_id, round)
                """), ArgumentsOf(session.Dialect, keys), cancellationToken).ConfigureAwait(false);
            return rows.ToDictionary(
                static r => new DrawKey(r.CampaignId, r.Round, r.Uid), static r => new Outcome(r.Amount, r.KeyId, r.DrawnAt, r.ExpiresAt ?? 0));
        }
    }

    /// <summary>How many wins some users have in their campaigns; users without any are missing.</summary>
    public async Task<Dictionary<(long CampaignId, long Uid), int>> WinsOfAsync(IReadOnlyCollection<DrawKey> keys, CancellationToken cancellationToken)
    {
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var rows = await session.QueryAsync<CountRow>(new Sql(
                """
                select d.uid, d.campaign_id, count(*) as wins from json_each(@keys) k
                join draws d on d.uid = json_extract(k.value, '$[0]') and d.campaign_id = json_extract(k.value, '$[1]') and d.amount > 0 group by d.uid, d.campaign_id
                """,
                """
                select d.uid, d.campaign_id, count(*)::int as wins
                from unnest(@uids::bigint[], @campaigns::bigint[]) as k(uid, campaign_id) join draws d using (uid, campaign_id) where d.amount > 0 group by d.uid, d.campaign_id
                """), ArgumentsOf(session.Dialect, [.. keys.DistinctBy(static k => (k.CampaignId, k.Uid))]), cancellationToken).ConfigureAwait(false);
            return rows.ToDictionary(static r => (r.CampaignId, r.Uid), static r => r.Wins);
        }
    }

    private static object ArgumentsOf(SqlDialect dialect, IReadOnlyCollection<DrawKey> keys) => dialect switch
    {
        SqlDialect.Sqlite => new { keys = JsonSerializer.Serialize(keys.Select(static k => new[] { k.Uid, k.CampaignId, k.Round })) },
        SqlDialect.Postgres => new
        {
            uids = keys.Select(static k => k.Uid).ToArray(),
            campaigns = keys.Select(static k => k.CampaignId).ToArray(),
            rounds = keys.Select(static k => k.Round).ToArray(),
        },
    };
}
