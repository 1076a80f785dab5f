using Hongbao.Async.Orders.Fundings;
using Hongbao.Async.Orders.Refunds;
using Hongbao.Contracts;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Stores;

namespace Hongbao.Async.Orders.Transfers;

/// <summary>
/// Writes transfers down before finance hears of them, and moves them along their graph. Those of a packet that a campaign pays for wait
/// for its funding; of the others nothing more is asked. What a person has to see is raised once it is committed.
/// </summary>
internal sealed class TransferStore(IStore store, RefundStore refunds, OrderSchedule schedule, Outbox outbox, AlertSink alerts)
{
    // A transfer's number is its claim's: whatever becomes of this table, a row written again is the same order at finance, which
    // pays a number once.
    private static readonly Sql InsertTransfers = new(
        """
        insert into transfers (transfer_no, slot, app, claim_no, packet_no, pay_order_no, sender_uid, uid, amount, currency, kind, campaign_id, state, created_at, updated_at)
        values (@claim_no, @slot, @app, @claim_no, @packet_no, @pay_order_no, @sender_uid, @uid, @amount, @currency, @kind, @campaign_id, 1, now_ms(), now_ms())
        on conflict do nothing returning claim_no
        """,
        """
        insert into transfers (transfer_no, slot, app, claim_no, packet_no, pay_order_no, sender_uid, uid, amount, currency, kind, campaign_id, state, created_at, updated_at)
        select t.*, 1, now, now from unnest(@claim_no::bigint[], @slot::int[], @app::text[], @claim_no::bigint[], @packet_no::bigint[],
          @pay_order_no::bigint[], @sender_uid::bigint[], @uid::bigint[], @amount::bigint[], @currency::text[], @kind::int[], @campaign_id::bigint[]) as t, now_ms() as now
        on conflict do nothing returning claim_no
        """);

    private static readonly Sql MoveTransfers = new(
        "update transfers set state = @target, reason = @reason, updated_at = now_ms() where transfer_no = @transfer_no and state = @source returning transfer_no",
        """
        update transfers t set state = i.target, reason = i.reason, updated_at = now
        from unnest(@transfer_no::bigint[], @source::int[], @target::int[], @reason::text[]) as i(transfer_no, source, target, reason), now_ms() as now
        where t.transfer_no = i.transfer_no and t.state = i.source returning t.transfer_no
        """);

    private static readonly Sql InsertAwaiting = new(
        "insert into awaiting_funding (packet_no, transfer_no, slot) values (@packet_no, @transfer_no, @slot) on conflict do nothing",
        """
        insert into awaiting_funding (packet_no, transfer_no, slot)
        select * from unnest(@packet_no::bigint[], @transfer_no::bigint[], @slot::int[]) on conflict do nothing
        """);

    private static readonly Sql TakeAwaiting = new(
        "delete from awaiting_funding where packet_no in (select value from json_each(@nos)) returning transfer_no",
        "delete from awaiting_funding where packet_no = any(@nos) returning transfer_no");

    /// <summary>
    /// The orders that are new and can be sent, in the caller's transaction. Repeating changes nothing; a claim that comes again with
    /// other content is refused with an alert. Of a packet without a funding they wait; of one whose funding failed they end at once.
    /// </summary>
    public async Task<List<TransferRow>> AddAsync(StoreSession session, IReadOnlyList<TransferWanted> wanted, CancellationToken cancellationToken)
    {
        // In order of claims, so that two instances with the same ones wait for each other instead of dying.
        var fresh = wanted.DistinctBy(w => w.ClaimNo).OrderBy(w => w.ClaimNo).ToList();
        var added = (await session.QueryRowsAsync(
            InsertTransfers,
            new ColumnBatch()
                .Add("claim_no", fresh, w => w.ClaimNo)
                .Add("slot", fresh, w => Number.SlotFrom(w.ClaimNo))
                .Add("app", fresh, w => w.App)
                .Add("packet_no", fresh, w => w.PacketNo)
                .Add("pay_order_no", fresh, w => w.PayOrderNo)
                .Add("sender_uid", fresh, w => w.SenderUid)
                .Add("uid", fresh, w => w.Uid)
                .Add("amount", fresh, w => w.Amount)
                .Add("currency", fresh, w => w.Currency)
                .Add("kind", fresh, w => (int)w.Kind)
                .Add("campaign_id", fresh, w => w.CampaignId),
            cancellationToken).ConfigureAwait(false)).ToHashSet();
        if (added.Count < wanted.Count)
        {
            await RaiseOtherContentAsync(session, wanted, fresh, added, cancellationToken).ConfigureAwait(false);
        }

        var rows = fresh.Where(w => added.Contains(w.ClaimNo)).Select(TransferRow.Of).ToList();
        await schedule.PutAsync(session, DueKind.Transfer, rows.ConvertAll(r => r.TransferNo), cancellationToken).ConfigureAwait(false);
        return rows.Exists(r => r.NeedsFunding) ? await FundedAsync(session, rows, cancellationToken).ConfigureAwait(false) : rows;
    }

    // Some of them were there before, or came twice.
    private async Task RaiseOtherContentAsync(
        StoreSession session, IReadOnlyList<TransferWanted> wanted, List<TransferWanted> fresh, HashSet<long> added, CancellationToken cancellationToken)
    {
        var known = await session.QueryAsync<TransferRow>(
            $"select {TransferRow.Columns} from transfers where claim_no {Sql.AnyOf(session.Dialect, "@nos")}",
            new { nos = session.Longs(fresh.Where(w => !added.Contains(w.ClaimNo)).Select(w => w.ClaimNo)) }, cancellationToken).ConfigureAwait(false);
        var contents = known.ToDictionary(r => r.ClaimNo, r => r.Content);
        fresh.ForEach(w => contents.TryAdd(w.ClaimNo, TransferRow.Of(w).Content));
        foreach (var other in wanted.Where(w => contents[w.ClaimNo] != TransferRow.Of(w).Content))
        {
            alerts.RaiseOtherContent(session, "The transfer of claim", other.ClaimNo);
        }
    }

    // What was just written, without those that wait. The fundings are locked: one that ends meanwhile waits for us and finds what waits for it.
    private async Task<List<TransferRow>> FundedAsync(StoreSession session, List<TransferRow> rows, CancellationToken cancellationToken)
    {
        var fundings = await FundingStates.LockAsync(session, rows.Where(r => r.NeedsFunding).Select(r => r.PacketNo), cancellationToken).ConfigureAwait(false);
        var byState = rows.ToLookup(r => r.NeedsFunding ? fundings.GetValueOrDefault(r.PacketNo) : OrderStatus.Succeeded);
        var waiting = byState[OrderStatus.None].Concat(byState[OrderStatus.Pending]).OrderBy(r => r.PacketNo).ThenBy(r => r.TransferNo).ToList();
        await session.ExecuteRowsAsync(
            InsertAwaiting,
            new ColumnBatch().Add("packet_no", waiting, r => r.PacketNo).Add("transfer_no", waiting, r => r.TransferNo).Add("slot", waiting, r => r.Slot),
            cancellationToken).ConfigureAwait(false);
        await EndUnfundedAsync(session, [.. byState[OrderStatus.Failed].Select(r => r.TransferNo)], cancellationToken).ConfigureAwait(false);
        return [.. byState[OrderStatus.Succeeded]];
    }

    /// <summary>The transfers that waited for these packets' money, which is there now: they can be sent. In the transaction of the fundings' end.</summary>
    public async Task<List<TransferRow>> ReleaseAsync(StoreSession session, IReadOnlyCollection<long> packetNos, CancellationToken cancellationToken)
    {
        var nos = await TakeAwaitingAsync(session, packetNos, cancellationToken).ConfigureAwait(false);
        if (nos.Count == 0)
        {
            return [];
        }

        await schedule.BringForwardAsync(session, DueKind.Transfer, nos, cancellationToken).ConfigureAwait(false);
        var rows = await TransfersAsync(session, nos, cancellationToken).ConfigureAwait(false);
        return rows.FindAll(r => r.State == OrderStatus.Pending);
    }

    /// <summary>Ends the transfers that waited for these packets' money, which never comes. In the transaction of the fundings' end.</summary>
    public async Task FailWaitingAsync(StoreSession session, IReadOnlyCollection<long> packetNos, CancellationToken cancellationToken) =>
        await EndUnfundedAsync(session, await TakeAwaitingAsync(session, packetNos, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    private static async Task<List<long>> TakeAwaitingAsync(StoreSession session, IReadOnlyCollection<long> packetNos, CancellationToken cancellationToken)
    {
        if (packetNos.Count == 0)
        {
            return [];
        }

        var nos = await session.QueryAsync<long>(TakeAwaiting, new { nos = session.Longs(packetNos) }, cancellationToken).ConfigureAwait(false);
        nos.Sort();
        return nos;
    }

    private Task EndUnfundedAsync(StoreSession session, List<long> transferNos, CancellationToken cancellationToken) => transferNos.Count == 0
        ? Task.CompletedTask
        : EndAsync(
            session, transferNos.ConvertAll(no => new FinalWord(no, OrderEvent.Unfunded, "the packet was not funded")), new Dictionary<long, TransferRow>(), cancellationToken);

    /// <summary>Those of some packets for which transfers still wait.</summary>
    public static async Task<HashSet<long>> AwaitedAsync(StoreSession session, IEnumerable<long> packetNos, CancellationToken cancellationToken) =>
        [.. await session.QueryAsync<long>(
            $"select distinct packet_no from awaiting_funding where packet_no {Sql.AnyOf(session.Dialect, "@nos")}",
            new { nos = session.Longs(packetNos) }, cancellationToken).ConfigureAwait(false)];

    /// <summary>
    /// Ends transfers by final words, in one transaction with what follows from them: the message to Core, and for one that finance
    /// refused its refund order. Those that have their end already stay; a word against that end is raised as an alert.
    /// </summary>
    /// <param name="session">The transaction.</param>
    /// <param name="words">The words.</param>
    /// <param name="known">Orders whose content the caller has at hand, whatever their state; others are read.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The numbers of the new refund orders.</returns>
    public async Task<List<long>> EndAsync(
        StoreSession session, IReadOnlyList<FinalWord> words, IReadOnlyDictionary<long, TransferRow> known, CancellationToken cancellationToken)
    {
        var said = new List<(FinalWord Word, OrderStatus To)>();
        var torn = new HashSet<long>();
        // In order of numbers, in which their rows are locked everywhere.
        foreach (var ofOne in words.GroupBy(w => w.Number).OrderBy(g => g.Key))
        {
            var word = ofOne.First();
            if (!OrderGraphs.Transfer.TryMove(OrderStatus.Pending, word.On, out var to))
            {
                throw new InvalidOperationException($"{word.On} does not move a transfer");
            }

            if (ofOne.Any(w => w.On != word.On))
            {
                torn.Add(word.Number);
            }
            else
            {
                said.Add((word, to));
            }
        }

        // Only what is pending moves.
        var moved = (await session.QueryRowsAsync(
            MoveTransfers,
            new ColumnBatch()
                .Add("transfer_no", said, m => m.Word.Number)
                .Add("source", said, _ => (int)OrderStatus.Pending)
                .Add("target", said, m => (int)m.To)
                .Add("reason", said, m => m.Word.ReasonOrNull),
            cancellationToken).ConfigureAwait(false)).ToHashSet();
        var others = said.FindAll(s => !moved.Contains(s.Word.Number));
        if (others.Count + torn.Count > 0)
        {
            await RaiseContradictionsAsync(session, others, torn, cancellationToken).ConfigureAwait(false);
        }

        if (moved.Count == 0)
        {
            return [];
        }

        await schedule.RemoveAsync(session, DueKind.Transfer, moved, cancellationToken).ConfigureAwait(false);
        var unknown = moved.Where(no => !known.ContainsKey(no)).ToList();
        var read = unknown.Count == 0 ? [] : (await TransfersAsync(session, unknown, cancellationToken).ConfigureAwait(false)).ToDictionary(r => r.TransferNo);
        var moves = said.FindAll(s => moved.Contains(s.Word.Number))
            .ConvertAll(s => (Row: known.TryGetValue(s.Word.Number, out var row) ? row : read[s.Word.Number], s.To, s.Word.On));
        foreach (var ofApp in moves.GroupBy(m => m.Row.App))
        {
            await outbox.AddAsync(
                session, ofApp.First().Row.Slot, Topics.TransfersSettled, CallContext.ForSystem(ofApp.Key),
                new TransfersSettled
                {
                    Items = [.. ofApp.Select(m => new TransferOutcome { ClaimNo = m.Row.ClaimNo, PacketNo = m.Row.PacketNo, Status = m.To })],
                },
                TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        }

        // Of a packet that was never funded there is nothing to give back.
        return await refunds.AddAsync(
            session, [.. moves.Where(m => m.To == OrderStatus.Failed && m.On != OrderEvent.Unfunded).Select(m => m.Row.ToRefund())], cancellationToken).ConfigureAwait(false);
    }

    // Words about transfers that they did not move: the same end again is a repetition, anything else a contradiction.
    private async Task RaiseContradictionsAsync(
        StoreSession session, List<(FinalWord Word, OrderStatus To)> others, HashSet<long> torn, CancellationToken cancellationToken)
    {
        var rows = (await TransfersAsync(session, torn.Concat(others.Select(o => o.Word.Number)), cancellationToken).ConfigureAwait(false)).ToDictionary(r => r.TransferNo);
        foreach (var transferNo in torn.Where(rows.ContainsKey))
        {
            alerts.RaiseContradiction(session, "transfer", transferNo, "both Succeeded and Refused", rows[transferNo].State);
        }

        foreach (var (word, to) in others)
        {
            if (rows.TryGetValue(word.Number, out var row) && row.State != to)
            {
                alerts.RaiseContradiction(session, "transfer", word.Number, word.On.ToString(), row.State);
            }
        }
    }

    /// <summary>Those of some claims that are not written down as they are wanted.</summary>
    public async Task<List<TransferWanted>> MissingAsync(List<TransferWanted> wanted, CancellationToken cancellationToken)
    {
        if (wanted.Count == 0)
        {
            return [];
        }

        var known = (await FindAsync(wanted.Select(w => w.ClaimNo), cancellationToken).ConfigureAwait(false)).ToDictionary(r => r.ClaimNo, r => r.Content);
        return wanted.FindAll(w => !known.TryGetValue(w.ClaimNo, out var content) || content != TransferRow.Of(w).Content);
    }

    public async Task<List<TransferRow>> FindAsync(IEnumerable<long> transferNos, CancellationToken cancellationToken)
    {
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return await TransfersAsync(session, transferNos, cancellationToken).ConfigureAwait(false);
        }
    }

    private static Task<List<TransferRow>> TransfersAsync(StoreSession session, IEnumerable<long> transferNos, CancellationToken cancellationToken) =>
        session.QueryAsync<TransferRow>(
            $"select {TransferRow.Columns} from transfers where transfer_no {Sql.AnyOf(session.Dialect, "@nos")} order by transfer_no",
            new { nos = session.Longs(transferNos) }, cancellationToken);
}
