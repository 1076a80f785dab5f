using Hongbao.Campaign.Rain;
using Hongbao.Contracts;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Opening;
using Hongbao.Foundation.Stores;

namespace Hongbao.Campaign.Plans;

/// <summary>Campaigns with their rounds and prizes, as they are written and read.</summary>
internal sealed class PlanStore(IStore store)
{
    private const string Columns = """
        campaign_id, slot, app, name, currency, budget, state, version, starts_at, ends_at, per_user_limit, token_ttl_seconds, pass_ppb, pacing_first, pacing_full,
        jitter_ms, trouble, condition_kind, condition_uid, condition_content, password_hash
        """;

    private sealed class CampaignRow
    {
        public long CampaignId { get; init; }
        public int Slot { get; init; }
        public string App { get; init; } = "";
        public string Name { get; init; } = "";
        public string Currency { get; init; } = "";
        public long Budget { get; init; }
        public CampaignStatus State { get; init; }
        public long Version { get; init; }
        public long StartsAt { get; init; }
        public long EndsAt { get; init; }
        public int PerUserLimit { get; init; }
        public int TokenTtlSeconds { get; init; }
        public long PassPpb { get; init; }
        public int PacingFirst { get; init; }
        public int PacingFull { get; init; }
        public int JitterMs { get; init; }
        public string? Trouble { get; init; }
        public ConditionKind ConditionKind { get; init; }
        public long? ConditionUid { get; init; }
        public string? ConditionContent { get; init; }
        public byte[]? PasswordHash { get; init; }
    }

    private sealed class RoundRow
    {
        public long CampaignId { get; init; }
        public int Round { get; init; }
        public long StartsAt { get; init; }
        public long EndsAt { get; init; }
        public byte[] Secret { get; init; } = [];
        public string SecretHash { get; init; } = "";
    }

    private sealed class PrizeRow
    {
        public long CampaignId { get; init; }
        public int Prize { get; init; }
        public long Amount { get; init; }
        public long Quantity { get; init; }
        public long ChancePpb { get; init; }
    }

    /// <summary>A campaign and how new it is.</summary>
    internal sealed class VersionRow
    {
        public long CampaignId { get; init; }
        public long Version { get; init; }
    }

    /// <summary>Writes a draft, in the caller's transaction.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="app">The tenant.</param>
    /// <param name="campaignId">Minted.</param>
    /// <param name="plan">Checked.</param>
    /// <param name="secrets">One for each round.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task AddAsync(StoreSession session, string app, long campaignId, CampaignPlan plan, IReadOnlyList<byte[]> secrets, CancellationToken cancellationToken)
    {
        var condition = plan.Condition;
        await session.ExecuteAsync("""
            insert into campaigns (campaign_id, slot, app, name, currency, budget, state, version, starts_at, ends_at, per_user_limit, token_ttl_seconds, pass_ppb,
              pacing_first, pacing_full, jitter_ms, created_at, updated_at, condition_kind, condition_uid, condition_content, password_hash)
            values (@campaignId, @slot, @app, @Name, @Currency, @Budget, 1, 1, @StartsAtMs, @EndsAtMs, @PerUserLimit, @TokenTtlSeconds, @PassPpb,
              @PacingFirstPercent, @PacingFullPercent, @JitterMs, now_ms(), now_ms(), @conditionKind, @conditionUid, @conditionContent, @passwordHash)
            """, new
        {
            campaignId,
            slot = Number.SlotFrom(campaignId),
            app,
            plan.Name,
            plan.Currency,
            plan.Budget,
            plan.StartsAtMs,
            plan.EndsAtMs,
            plan.PerUserLimit,
            plan.TokenTtlSeconds,
            plan.PassPpb,
            plan.PacingFirstPercent,
            plan.PacingFullPercent,
            plan.JitterMs,
            conditionKind = (int)condition.Kind,
            conditionUid = condition.Kind == ConditionKind.Follow ? condition.Uid : (long?)null,
            conditionContent = condition.Kind == ConditionKind.Share ? condition.ContentId : null,
            passwordHash = condition.Kind == ConditionKind.Password ? OpeningPassword.Hash(condition.Password, campaignId) : null,
        }, cancellationToken).ConfigureAwait(false);
        var aim = new Aim([.. plan.Prizes.Select(static (p, i) => new Prize(i + 1, p.Amount, p.Quantity, p.ChancePpb))], plan.PassPpb);
        for (var i = 0; i < plan.Rounds.Count; i++)
        {
            var round = plan.Rounds[i];
            await session.ExecuteAsync("""
                insert into rounds (campaign_id, round, starts_at, ends_at, secret, secret_hash) values (@campaignId, @Round, @StartsAtMs, @EndsAtMs, @secret, @hash)
                """, new
            {
                campaignId,
                round.Round,
                round.StartsAtMs,
                round.EndsAtMs,
                secret = secrets[i],
                hash = aim.Commitment(campaignId, round.Round, secrets[i]),
            }, cancellationToken).ConfigureAwait(false);
        }

        for (var i = 0; i < plan.Prizes.Count; i++)
        {
            var prize = plan.Prizes[i];
            await session.ExecuteAsync(
                "insert into prizes (campaign_id, prize, amount, quantity, chance_ppb) values (@campaignId, @place, @Amount, @Quantity, @ChancePpb)",
                new { campaignId, place = i + 1, prize.Amount, prize.Quantity, prize.ChancePpb }, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Moves a campaign along its graph, in the caller's transaction.</summary>
    /// <exception cref="StoreException">Fenced when it is not in the state that the event leaves.</exception>
    public static async Task MoveAsync(StoreSession session, long campaignId, CampaignStatus from, CampaignEvent on, CancellationToken cancellationToken)
    {
        if (!CampaignGraph.Campaign.TryMove(from, on, out var to))
        {
            throw new InvalidOperationException($"{on} does not move a campaign that is {from}");
        }

        StoreSession.Require(await session.ExecuteAsync(
            "update campaigns set state = @to, version = version + 1, trouble = null, updated_at = now_ms() where campaign_id = @campaignId and state = @from",
            new { campaignId, from = (int)from, to = (int)to }, cancellationToken).ConfigureAwait(false), 1, $"campaign {campaignId} as {from}");
    }

    /// <summary>Records who changed what, and why, in the caller's transaction.</summary>
    public static Task LogAsync(StoreSession session, long campaignId, long uid, string action, string reason, CancellationToken cancellationToken) => session.ExecuteAsync(
        "insert into campaign_log (campaign_id, at, uid, action, reason) values (@campaignId, now_ms(), @uid, @action, @reason)",
        new { campaignId, uid, action, reason }, cancellationToken);

    /// <summary>A campaign of an app, or null.</summary>
    public async Task<Plan?> FindAsync(string app, long campaignId, CancellationToken cancellationToken) =>
        (await LoadAsync([campaignId], cancellationToken).ConfigureAwait(false)).Find(p => p.App == app);

    /// <summary>An app's campaigns, newest first.</summary>
    public async Task<List<Plan>> ListAsync(string app, int limit, CancellationToken cancellationToken)
    {
        List<long> ids;
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            ids = await session.QueryAsync<long>(
                "select campaign_id from campaigns where app = @app order by campaign_id desc limit @limit", new { app, limit }, cancellationToken).ConfigureAwait(false);
        }

        return [.. (await LoadAsync(ids, cancellationToken).ConfigureAwait(false)).OrderByDescending(static p => p.CampaignId)];
    }

    /// <summary>Campaigns of all apps that users may know of: no drafts, none that was one until its end, and none that ended long ago.</summary>
    public async Task<List<VersionRow>> VersionsAsync(TimeSpan shown, CancellationToken cancellationToken)
    {
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            // Its pools are made when it is scheduled.
            return await session.QueryAsync<VersionRow>("""
                select campaign_id, version from campaigns c where state <> 1 and ends_at > (select now_ms()) - @shown
                  and (state <> 5 or exists (select 1 from pools p where p.campaign_id = c.campaign_id))
                """, new { shown = (long)shown.TotalMilliseconds }, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Campaigns by number; those that do not exist are missing.</summary>
    public async Task<List<Plan>> LoadAsync(IReadOnlyCollection<long> campaignIds, CancellationToken cancellationToken)
    {
        if (campaignIds.Count == 0)
        {
            return [];
        }

        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return await ReadAsync(session, campaignIds, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A campaign as it is, for changes of its state and its money: nobody else changes either until the caller's transaction ends.</summary>
    public static async Task<Plan> LockAsync(StoreSession session, long campaignId, CancellationToken cancellationToken)
    {
        if (session.Dialect == SqlDialect.Postgres)
        {
            await session.ExecuteAsync("select 1 from campaigns where campaign_id = @campaignId for update", new { campaignId }, cancellationToken).ConfigureAwait(false);
        }

        return (await ReadAsync(session, campaignId, cancellationToken).ConfigureAwait(false))!;
    }

    /// <summary>A campaign as the caller's session sees it, or null.</summary>
    public static async Task<Plan?> ReadAsync(StoreSession session, long campaignId, CancellationToken cancellationToken) =>
        (await ReadAsync(session, [campaignId], cancellationToken).ConfigureAwait(false)).FirstOrDefault();

    private static async Task<List<Plan>> ReadAsync(StoreSession session, IReadOnlyCollection<long> campaignIds, CancellationToken cancellationToken)
    {
        var any = Sql.AnyOf(session.Dialect, "@ids");
        var arguments = new { ids = session.Longs(campaignIds) };
        // Rounds and prizes never change: only the campaign's own row has to be of one moment.
        var campaigns = await session.QueryAsync<CampaignRow>($"select {Columns} from campaigns where campaign_id {any}", arguments, cancellationToken).ConfigureAwait(false);
        var rounds = (await session.QueryAsync<RoundRow>(
            $"select campaign_id, round, starts_at, ends_at, secret, secret_hash from rounds where campaign_id {any} order by round", arguments, cancellationToken)
            .ConfigureAwait(false)).ToLookup(static r => r.CampaignId);
        var prizes = (await session.QueryAsync<PrizeRow>(
            $"select campaign_id, prize, amount, quantity, chance_ppb from prizes where campaign_id {any} order by prize", arguments, cancellationToken)
            .ConfigureAwait(false)).ToLookup(static p => p.CampaignId);
        return campaigns.ConvertAll(c => ToPlan(c, rounds[c.CampaignId], prizes[c.CampaignId]));
    }

    private static Plan ToPlan(CampaignRow row, IEnumerable<RoundRow> rounds, IEnumerable<PrizeRow> prizeRows)
    {
        var prizes = prizeRows.Select(static p => new Prize(p.Prize, p.Amount, p.Quantity, p.ChancePpb)).ToArray();
        return new Plan
        {
            CampaignId = row.CampaignId,
            Slot = row.Slot,
            App = row.App,
            Name = row.Name,
            Currency = row.Currency,
            Budget = row.Budget,
            State = row.State,
            Version = row.Version,
            StartsAtMs = row.StartsAt,
            EndsAtMs = row.EndsAt,
            PerUserLimit = row.PerUserLimit,
            TokenTtlSeconds = row.TokenTtlSeconds,
            PassPpb = row.PassPpb,
            PacingFirstPercent = row.PacingFirst,
            PacingFullPercent = row.PacingFull,
            JitterMs = row.JitterMs,
            Trouble = row.Trouble,
            Condition = KeptCondition.Read(row.ConditionKind, row.ConditionUid, row.ConditionContent, row.PasswordHash, row.CampaignId),
            Rounds = [.. rounds.Select(static r => new Round(r.Round, r.StartsAt, r.EndsAt, r.Secret, r.SecretHash))],
            Prizes = prizes,
            Aim = new Aim(prizes, row.PassPpb),
        };
    }
}
