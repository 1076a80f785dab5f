using System.Text.Json;
using Hongbao.Contracts;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Subsidies;

/// <summary>Reads subsidies, writes new ones, and moves them along their graph.</summary>
internal static class SubsidyStore
{
    private const string Columns = "s.subsidy_no, s.app, s.external_no, s.uid, s.campaign_id, s.amount, s.currency, s.state, s.issued_at, s.expires_at, s.packet_no";

    private static readonly Sql FindAllSql = new(
        $"""
        select {Columns} from subsidy_numbers n join subsidies s on s.subsidy_no = n.subsidy_no
        where n.app = @app and n.external_no in (select value from json_each(@nos))
        """,
        $"""
        select {Columns} from subsidy_numbers n join subsidies s on s.subsidy_no = n.subsidy_no
        where n.app = @app and n.external_no = any(@nos)
        """);

    private static readonly Sql InsertNumbers = new(
        """
        insert into subsidy_numbers (app, external_no, slot, uid, campaign_id, amount, currency, expires_at, subsidy_no)
        values (@app, @external_no, @number_slot, @uid, @campaign_id, @amount, @currency, @expires_at, @subsidy_no)
        on conflict (app, external_no) do nothing returning subsidy_no
        """,
        """
        insert into subsidy_numbers (app, external_no, slot, uid, campaign_id, amount, currency, expires_at, subsidy_no)
        select * from unnest(@app::text[], @external_no::text[], @number_slot::int[], @uid::bigint[], @campaign_id::bigint[], @amount::bigint[], @currency::text[],
          @expires_at::bigint[], @subsidy_no::bigint[])
        on conflict (app, external_no) do nothing returning subsidy_no
        """);

    // Gives the number of one whose time was over already, and 0 for the others.
    private static readonly Sql InsertSubsidies = new(
        """
        insert into subsidies (subsidy_no, slot, app, uid, external_no, campaign_id, amount, currency, state, issued_at, expires_at, created_at, updated_at)
        select @subsidy_no, @slot, @app, @uid, @external_no, @campaign_id, @amount, @currency, case when @expires_at <= now then 4 else 2 end, @issued_at, @expires_at,
          now, now
        from (select now_ms() as now)
        returning case state when 4 then subsidy_no else 0 end
        """,
        """
        insert into subsidies (subsidy_no, slot, app, uid, external_no, campaign_id, amount, currency, state, issued_at, expires_at, created_at, updated_at)
        select t.subsidy_no, t.slot, t.app, t.uid, t.external_no, t.campaign_id, t.amount, t.currency, case when t.expires_at <= now then 4 else 2 end, t.issued_at,
          t.expires_at, now, now
        from unnest(@subsidy_no::bigint[], @slot::int[], @app::text[], @uid::bigint[], @external_no::text[], @campaign_id::bigint[], @amount::bigint[],
          @currency::text[], @issued_at::bigint[], @expires_at::bigint[])
          as t(subsidy_no, slot, app, uid, external_no, campaign_id, amount, currency, issued_at, expires_at), now_ms() as now
        returning case state when 4 then subsidy_no else 0 end
        """);

    /// <summary>A subsidy that is to be stored under a fresh number.</summary>
    public readonly record struct Fresh(SubsidyIssued Issued, long SubsidyNo);

    /// <summary>A user's own subsidy, or null.</summary>
    public static Task<StoredSubsidy?> FindAsync(StoreSession session, CallContext context, long subsidyNo, CancellationToken cancellationToken) =>
        session.FirstAsync<StoredSubsidy>(
            $"select {Columns} from subsidies s where s.subsidy_no = @subsidyNo and s.app = @App and s.uid = @Uid",
            new { subsidyNo, context.App, context.Uid }, cancellationToken);

    /// <summary>What is stored under external numbers of an app, in any order.</summary>
    public static Task<List<StoredSubsidy>> FindAllAsync(StoreSession session, string app, IEnumerable<string> externalNos, CancellationToken cancellationToken)
    {
        var nos = externalNos.ToArray();
        return session.QueryAsync<StoredSubsidy>(
            FindAllSql,
            new { app, nos = session.Dialect switch { SqlDialect.Sqlite => (object)JsonSerializer.Serialize(nos), SqlDialect.Postgres => nos } }, cancellationToken);
    }

    /// <summary>
    /// Writes those whose external number is new, and gives their rows; the others stay as they are. The order should be the same everywhere, so that two
    /// bookings of the same numbers wait for each other instead of dying.
    /// </summary>
    public static async Task<List<StoredSubsidy>> AddAsync(StoreSession session, IReadOnlyList<Fresh> subsidies, CancellationToken cancellationToken)
    {
        var taken = (await session.QueryRowsAsync(
            InsertNumbers,
            BatchOf(subsidies).Add("number_slot", subsidies, s => Number.SlotOfText(s.Issued.ExternalNo)), cancellationToken).ConfigureAwait(false)).ToHashSet();
        var added = taken.Count == subsidies.Count ? subsidies : [.. subsidies.Where(s => taken.Contains(s.SubsidyNo))];
        var late = (await session.QueryRowsAsync(
            InsertSubsidies,
            BatchOf(added).Add("slot", added, s => Number.SlotFrom(s.SubsidyNo)).Add("issued_at", added, s => s.Issued.IssuedAtMs),
            cancellationToken).ConfigureAwait(false)).ToHashSet();
        return [.. added.Select(s => ToRow(s, late.Contains(s.SubsidyNo) ? SubsidyStatus.Expired : SubsidyStatus.Available))];
    }

    /// <summary>Writes a subsidy off for a packet of its user, compare-and-set against the store's own clock. False when it cannot be used any more.</summary>
    public static async Task<bool> TryUseAsync(StoreSession session, StoredSubsidy subsidy, long packetNo, CancellationToken cancellationToken) =>
        SubsidyGraph.Subsidy.TryMove(SubsidyStatus.Available, SubsidyEvent.WrittenOff, out var to)
        && await session.ExecuteAsync("""
            update subsidies set state = @to, packet_no = @packetNo, updated_at = now_ms()
            where subsidy_no = @SubsidyNo and app = @App and uid = @Uid and state = @from and expires_at > now_ms()
            """, new { to = (int)to, from = (int)SubsidyStatus.Available, subsidy.SubsidyNo, subsidy.App, subsidy.Uid, packetNo }, cancellationToken).ConfigureAwait(false) == 1;

    private static ColumnBatch BatchOf(IReadOnlyList<Fresh> subsidies) => new ColumnBatch()
        .Add("app", subsidies, s => s.Issued.App)
        .Add("external_no", subsidies, s => s.Issued.ExternalNo)
        .Add("uid", subsidies, s => s.Issued.Uid)
        .Add("campaign_id", subsidies, s => s.Issued.CampaignId)
        .Add("amount", subsidies, s => s.Issued.Amount)
        .Add("currency", subsidies, s => s.Issued.Currency)
        .Add("expires_at", subsidies, s => s.Issued.ExpiresAtMs)
        .Add("subsidy_no", subsidies, s => s.SubsidyNo);

    private static StoredSubsidy ToRow(Fresh fresh, SubsidyStatus state) => new()
    {
        SubsidyNo = fresh.SubsidyNo,
        App = fresh.Issued.App,
        ExternalNo = fresh.Issued.ExternalNo,
        Uid = fresh.Issued.Uid,
        CampaignId = fresh.Issued.CampaignId,
        Amount = fresh.Issued.Amount,
        Currency = fresh.Issued.Currency,
        State = state,
        IssuedAt = fresh.Issued.IssuedAtMs,
        ExpiresAt = fresh.Issued.ExpiresAtMs,
    };
}
