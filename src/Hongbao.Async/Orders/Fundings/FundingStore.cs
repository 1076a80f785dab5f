using Hongbao.Async.Orders.Refunds;
using Hongbao.Async.Orders.Transfers;
using Hongbao.Contracts;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Stores;

namespace Hongbao.Async.Orders.Fundings;

/// <summary>What waited for the money of packets and can be sent now.</summary>
/// <param name="Transfers">Transfers without an end.</param>
/// <param name="RefundNos">Numbers of refunds without an end.</param>
internal sealed record Released(List<TransferRow> Transfers, List<long> RefundNos);

/// <summary>
/// Writes fundings down under their packets' numbers, before anybody is asked about them, and moves them along their graph together with
/// what waits for them. What a person has to see is raised once it is committed; external numbers name their users and are never shown.
/// </summary>
internal sealed class FundingStore(IStore store, TransferStore transfers, RefundStore refunds, OrderSchedule schedule, AlertSink alerts)
{
    private static readonly Sql InsertFundings = new(
        """
        insert into fundings (packet_no, slot, app, campaign_id, external_no, uid, amount, currency, issued_at, expires_at, state, created_at, updated_at)
        values (@packet_no, @slot, @app, @campaign_id, @external_no, @uid, @amount, @currency, @issued_at, @expires_at, 1, now_ms(), now_ms())
        on conflict do nothing returning packet_no
        """,
        """
        insert into fundings (packet_no, slot, app, campaign_id, external_no, uid, amount, currency, issued_at, expires_at, state, created_at, updated_at)
        select t.*, 1, now, now from unnest(@packet_no::bigint[], @slot::int[], @app::text[], @campaign_id::bigint[], @external_no::text[], @uid::bigint[],
          @amount::bigint[], @currency::text[], @issued_at::bigint[], @expires_at::bigint[]) as t, now_ms() as now
        on conflict do nothing returning packet_no
        """);

    private static readonly Sql MarkVerified = new(
        "update fundings set verified_at = coalesce(verified_at, now_ms()), updated_at = now_ms() where packet_no = @packet_no and state = 1 returning packet_no",
        """
        update fundings set verified_at = coalesce(verified_at, now), updated_at = now from now_ms() as now
        where packet_no = any(array(select packet_no from fundings where packet_no = any(@packet_no::bigint[]) order by packet_no for update)) and state = 1
        returning packet_no
        """);

    private static readonly Sql MoveFundings = new(
        "update fundings set state = @target, reason = @reason, updated_at = now_ms() where packet_no = @packet_no and state = 1",
        """
        update fundings f set state = i.target, reason = i.reason, updated_at = now
        from unnest(@packet_no::bigint[], @target::int[], @reason::text[]) as i(packet_no, target, reason), now_ms() as now
        where f.packet_no = i.packet_no and f.state = 1
        """);

    /// <summary>
    /// The orders that are new, in the caller's transaction. Repeating changes nothing; a packet that comes again with other content, and a
    /// win that funds another packet already, are refused with an alert.
    /// </summary>
    public async Task<List<FundingRow>> AddAsync(StoreSession session, IReadOnlyList<FundingWanted> wanted, CancellationToken cancellationToken)
    {
        // In order of packets, so that two instances with the same ones wait for each other instead of dying.
        var fresh = wanted.DistinctBy(w => w.PacketNo).OrderBy(w => w.PacketNo).Select(FundingRow.Of).ToList();
        var added = (await session.QueryRowsAsync(
            InsertFundings,
            new ColumnBatch()
                .Add("packet_no", fresh, r => r.PacketNo)
                .Add("slot", fresh, r => r.Slot)
                .Add("app", fresh, r => r.App)
                .Add("campaign_id", fresh, r => r.CampaignId)
                .Add("external_no", fresh, r => r.ExternalNo)
                .Add("uid", fresh, r => r.Uid)
                .Add("amount", fresh, r => r.Amount)
                .Add("currency", fresh, r => r.Currency)
                .Add("issued_at", fresh, r => r.IssuedAt)
                .Add("expires_at", fresh, r => r.ExpiresAt),
            cancellationToken).ConfigureAwait(false)).ToHashSet();
        if (added.Count < wanted.Count)
        {
            await RaiseOthersAsync(session, wanted, fresh, added, cancellationToken).ConfigureAwait(false);
        }

        var rows = fresh.FindAll(r => added.Contains(r.PacketNo));
        await schedule.PutAsync(session, DueKind.Funding, rows.ConvertAll(r => r.PacketNo), cancellationToken).ConfigureAwait(false);
        return rows;
    }

    // Some of them were there before, or came twice.
    private async Task RaiseOthersAsync(
        StoreSession session, IReadOnlyList<FundingWanted> wanted, List<FundingRow> fresh, HashSet<long> added, CancellationToken cancellationToken)
    {
        var contents = (await FundingsAsync(session, fresh.Select(r => r.PacketNo), cancellationToken).ConfigureAwait(false)).ToDictionary(r => r.PacketNo, r => r.Content);
        foreach (var row in wanted.Select(FundingRow.Of))
        {
            if (!contents.TryGetValue(row.PacketNo, out var content))
            {
                alerts.RaiseAfterCommit(
                    session, "order.mismatch", row.PacketNo,
                    $"Packet {row.PacketNo} is to be funded by a win of campaign {row.CampaignId} that funds another packet already. "
                    + "It gets no money; compare with Core.");
            }
            else if (content != row.Content)
            {
                alerts.RaiseOtherContent(session, "The funding of packet", row.PacketNo);
            }
        }
    }

    /// <summary>Those of some packets that are not written down as they are wanted.</summary>
    public async Task<List<FundingWanted>> MissingAsync(List<FundingWanted> wanted, CancellationToken cancellationToken)
    {
        if (wanted.Count == 0)
        {
            return [];
        }

        var known = (await FindAsync(wanted.Select(w => w.PacketNo), cancellationToken).ConfigureAwait(false)).ToDictionary(r => r.PacketNo, r => r.Content);
        return wanted.FindAll(w => !known.TryGetValue(w.PacketNo, out var content) || content != FundingRow.Of(w).Content);
    }

    /// <summary>Notes that the campaigns know these wins: from now on finance may hear of them. Gives the packets whose funding is still pending.</summary>
    public static async Task<HashSet<long>> MarkVerifiedAsync(StoreSession session, List<long> packetNos, CancellationToken cancellationToken) =>
        [.. await session.QueryRowsAsync(MarkVerified, new ColumnBatch().Add("packet_no", packetNos, no => no), cancellationToken).ConfigureAwait(false)];

    /// <summary>
    /// Ends fundings by final words, in one transaction with what follows from them: what waited for the money can be sent, or ends because it
    /// never comes. Those that have their end already stay; a word against that end is raised as an alert.
    /// </summary>
    public async Task<Released> EndAsync(StoreSession session, IReadOnlyList<FinalWord> words, CancellationToken cancellationToken)
    {
        var rows = (await session.QueryAsync<FundingRow>(new Sql(
            $"select {FundingRow.Columns} from fundings where packet_no in (select value from json_each(@nos)) order by packet_no",
            $"select {FundingRow.Columns} from fundings where packet_no = any(@nos) order by packet_no for update"),
            new { nos = session.Longs(words.Select(w => w.Number).Distinct()) }, cancellationToken).ConfigureAwait(false)).ToDictionary(r => r.PacketNo);
        var heard = new List<FinalWord>();
        foreach (var word in words.Where(w => rows.ContainsKey(w.Number)))
        {
            if (word.On == OrderEvent.Forged && rows[word.Number].VerifiedAt is not null)
            {
                // It may be at finance: only finance's word ends it now.
                alerts.RaiseAfterCommit(
                    session, "order.contradiction", word.Number,
                    $"Campaign {rows[word.Number].CampaignId} does not know the win that funds packet {word.Number}, and knew it before. "
                    + "Nothing was changed; compare with Campaign.");
            }
            else
            {
                heard.Add(word);
            }
        }

        var moves = NumberedOrders.Moves(alerts, session, "funding", OrderGraphs.Funding, rows.ToDictionary(r => r.Key, r => r.Value.State), heard);
        if (moves.Count == 0)
        {
            return new Released([], []);
        }

        var moved = await session.ExecuteRowsAsync(
            MoveFundings,
            new ColumnBatch()
                .Add("packet_no", moves, m => m.Word.Number)
                .Add("target", moves, m => (int)m.To)
                .Add("reason", moves, m => m.Word.ReasonOrNull),
            cancellationToken).ConfigureAwait(false);
        StoreSession.Require(moved, moves.Count, "funding");
        await schedule.RemoveAsync(session, DueKind.Funding, moves.Select(m => m.Word.Number), cancellationToken).ConfigureAwait(false);
        foreach (var (word, _) in moves)
        {
            await RaiseFailureAsync(session, rows[word.Number], word, cancellationToken).ConfigureAwait(false);
        }

        var ended = moves.ToLookup(m => m.To, m => m.Word.Number);
        long[] failed = [.. ended[OrderStatus.Failed]];
        await transfers.FailWaitingAsync(session, failed, cancellationToken).ConfigureAwait(false);
        await refunds.VoidWaitingAsync(session, failed, cancellationToken).ConfigureAwait(false);
        long[] succeeded = [.. ended[OrderStatus.Succeeded]];
        return new Released(
            await transfers.ReleaseAsync(session, succeeded, cancellationToken).ConfigureAwait(false),
            await refunds.ReleaseAsync(session, succeeded, cancellationToken).ConfigureAwait(false));
    }

    private async Task RaiseFailureAsync(StoreSession session, FundingRow row, FinalWord word, CancellationToken cancellationToken)
    {
        if (word.On == OrderEvent.Forged)
        {
            alerts.RaiseAfterCommit(
                session, "funding.forged", row.PacketNo,
                $"Packet {row.PacketNo} was made with a win that campaign {row.CampaignId} does not know. "
                + "It gets no money, and nobody is paid from it; find out who could make such a win.");
        }
        else if (word.On == OrderEvent.Refused)
        {
            await Cases.OpenAsync(session, "funding.refused", row.PacketNo, row.App, word.Reason, cancellationToken).ConfigureAwait(false);
            alerts.RaiseAfterCommit(
                session, "funding.refused", row.PacketNo,
                $"Finance refuses the funding of packet {row.PacketNo} by campaign {row.CampaignId} for good: {word.Reason}. "
                + "Nobody is paid from it and a case is open; find out why.");
        }
    }

    public async Task<List<FundingRow>> FindAsync(IEnumerable<long> packetNos, CancellationToken cancellationToken)
    {
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return await FundingsAsync(session, packetNos, cancellationToken).ConfigureAwait(false);
        }
    }

    private static Task<List<FundingRow>> FundingsAsync(StoreSession session, IEnumerable<long> packetNos, CancellationToken cancellationToken) =>
        session.QueryAsync<FundingRow>(
            $"select {FundingRow.Columns} from fundings where packet_no {Sql.AnyOf(session.Dialect, "@nos")} order by packet_no",
            new { nos = session.Longs(packetNos) }, cancellationToken);
}
