using Hongbao.Async.Orders.Fundings;
using Hongbao.Contracts;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Stores;

namespace Hongbao.Async.Orders.Refunds;

/// <summary>
/// Writes refunds down, each with the number that finance will know it by, before finance hears of them; and moves them along their
/// graph. Those of a packet that a campaign pays for wait for its funding. What a person has to see is raised once it is committed.
/// </summary>
internal sealed class RefundStore(IStore store, NumberMinter refundNumbers, OrderSchedule schedule, Outbox outbox, AlertSink alerts)
{
    private static readonly Sql InsertRefunds = new(
        """
        insert into refunds (refund_no, slot, app, cause, cause_no, packet_no, pay_order_no, uid, amount, currency, campaign_id, state, created_at, updated_at)
        values (@refund_no, @slot, @app, @cause, @cause_no, @packet_no, @pay_order_no, @uid, @amount, @currency, @campaign_id, 1, now_ms(), now_ms())
        on conflict (cause, cause_no) do nothing
        """,
        """
        insert into refunds (refund_no, slot, app, cause, cause_no, packet_no, pay_order_no, uid, amount, currency, campaign_id, state, created_at, updated_at)
        select t.*, 1, now_ms(), now_ms() from unnest(@refund_no::bigint[], @slot::int[], @app::text[], @cause::int[], @cause_no::bigint[], @packet_no::bigint[],
          @pay_order_no::bigint[], @uid::bigint[], @amount::bigint[], @currency::text[], @campaign_id::bigint[]) as t
        on conflict (cause, cause_no) do nothing
        """);

    /// <summary>
    /// The numbers of the refunds that are new and can be sent, with the message that they are under way, in the caller's transaction.
    /// Repeating changes nothing; a cause that comes again with other content is refused with an alert. Of a packet without a funding
    /// they wait; of one whose funding failed they end at once.
    /// </summary>
    public async Task<List<long>> AddAsync(StoreSession session, IReadOnlyList<RefundWanted> wanted, CancellationToken cancellationToken)
    {
        var unique = wanted.DistinctBy(w => (w.Cause, w.CauseNo)).OrderBy(w => w.Cause).ThenBy(w => w.CauseNo).ToList();
        var known = await RefundsOfAsync(session, unique, cancellationToken).ConfigureAwait(false);
        // Only what is not there costs a number: the pull brings the open ones again and again.
        var fresh = unique.Where(w => !known.ContainsKey((w.Cause, w.CauseNo))).Select(w => RefundRow.Of(refundNumbers.Mint(Number.SlotFrom(w.CauseNo)), w)).ToList();
        var inserted = await session.ExecuteRowsAsync(
            InsertRefunds,
            new ColumnBatch()
                .Add("refund_no", fresh, r => r.RefundNo)
                .Add("slot", fresh, r => r.Slot)
                .Add("app", fresh, r => r.App)
                .Add("cause", fresh, r => (int)r.Cause)
                .Add("cause_no", fresh, r => r.CauseNo)
                .Add("packet_no", fresh, r => r.PacketNo)
                .Add("pay_order_no", fresh, r => r.PayOrderNo)
                .Add("uid", fresh, r => r.Uid)
                .Add("amount", fresh, r => r.Amount)
                .Add("currency", fresh, r => r.Currency)
                .Add("campaign_id", fresh, r => r.CampaignId),
            cancellationToken).ConfigureAwait(false);
        if (inserted < fresh.Count)
        {
            known = await RefundsOfAsync(session, unique, cancellationToken).ConfigureAwait(false);
            fresh.RemoveAll(f => known[(f.Cause, f.CauseNo)].RefundNo != f.RefundNo);
        }

        var contents = known.ToDictionary(k => k.Key, k => k.Value.Content);
        fresh.ForEach(f => contents.TryAdd((f.Cause, f.CauseNo), f.Content));
        foreach (var other in wanted.Where(w => contents[(w.Cause, w.CauseNo)] != RefundRow.Of(0, w).Content))
        {
            alerts.RaiseOtherContent(session, $"The refund for {other.Cause}", other.CauseNo);
        }

        await schedule.PutAsync(session, DueKind.Refund, fresh.ConvertAll(f => f.RefundNo), cancellationToken).ConfigureAwait(false);
        await TellAsync(session, fresh.ConvertAll(f => (f, OrderStatus.Pending)), cancellationToken).ConfigureAwait(false);
        var ready = fresh.Exists(f => f.NeedsFunding) ? await FundedAsync(session, fresh, cancellationToken).ConfigureAwait(false) : fresh;
        return ready.ConvertAll(f => f.RefundNo);
    }

    // What was just written, without those that wait. The fundings are locked: one that ends meanwhile waits for us and finds what waits for it.
    private async Task<List<RefundRow>> FundedAsync(StoreSession session, List<RefundRow> fresh, CancellationToken cancellationToken)
    {
        var fundings = await FundingStates.LockAsync(session, fresh.Where(f => f.NeedsFunding).Select(f => f.PacketNo), cancellationToken).ConfigureAwait(false);
        var byState = fresh.ToLookup(f => f.NeedsFunding ? fundings.GetValueOrDefault(f.PacketNo) : OrderStatus.Succeeded);
        await VoidAsync(session, [.. byState[OrderStatus.Failed].Select(f => f.RefundNo)], cancellationToken).ConfigureAwait(false);
        return [.. byState[OrderStatus.Succeeded]];
    }

    /// <summary>The refunds that waited for these packets' money, which is there now: they can be sent. In the transaction of the fundings' end.</summary>
    public async Task<List<long>> ReleaseAsync(StoreSession session, IReadOnlyCollection<long> packetNos, CancellationToken cancellationToken)
    {
        var nos = await WaitingAsync(session, packetNos, cancellationToken).ConfigureAwait(false);
        await schedule.BringForwardAsync(session, DueKind.Refund, nos, cancellationToken).ConfigureAwait(false);
        return nos;
    }

    /// <summary>Ends the refunds that waited for these packets' money, which never comes. In the transaction of the fundings' end.</summary>
    public async Task VoidWaitingAsync(StoreSession session, IReadOnlyCollection<long> packetNos, CancellationToken cancellationToken) =>
        await VoidAsync(session, await WaitingAsync(session, packetNos, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    /// <summary>Ends refunds of packets whose funding failed: there is nothing to give back.</summary>
    public Task VoidAsync(StoreSession session, List<long> refundNos, CancellationToken cancellationToken) => refundNos.Count == 0
        ? Task.CompletedTask
        : MoveAsync(session, refundNos.ConvertAll(no => new FinalWord(no, OrderEvent.Unfunded, "the packet was not funded")), cancellationToken);

    private static async Task<List<long>> WaitingAsync(StoreSession session, IReadOnlyCollection<long> packetNos, CancellationToken cancellationToken) => packetNos.Count == 0
        ? []
        : await session.QueryAsync<long>(
            $"select refund_no from refunds where packet_no {Sql.AnyOf(session.Dialect, "@nos")} and campaign_id > 0 and state = 1 order by refund_no",
            new { nos = session.Longs(packetNos) }, cancellationToken).ConfigureAwait(false);

    /// <summary>True when all of these are written down as they are wanted, and adding them would change nothing.</summary>
    public async Task<bool> HasAllAsync(List<RefundWanted> wanted, CancellationToken cancellationToken)
    {
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var known = await RefundsOfAsync(session, wanted, cancellationToken).ConfigureAwait(false);
            return wanted.TrueForAll(w => known.TryGetValue((w.Cause, w.CauseNo), out var row) && row.Content == RefundRow.Of(0, w).Content);
        }
    }

    /// <summary>
    /// Moves refunds along their graph, with their message and, when refused, their case. Those that were moved before stay; a word against
    /// where they are is raised as an alert.
    /// </summary>
    public async Task MoveAsync(StoreSession session, IReadOnlyList<FinalWord> words, CancellationToken cancellationToken)
    {
        var rows = (await session.QueryAsync<RefundRow>(new Sql(
            $"select {RefundRow.Columns} from refunds where refund_no in (select value from json_each(@nos)) order by refund_no",
            $"select {RefundRow.Columns} from refunds where refund_no = any(@nos) order by refund_no for update"),
            new { nos = session.Longs(words.Select(w => w.Number).Distinct()) }, cancellationToken).ConfigureAwait(false)).ToDictionary(r => r.RefundNo);
        var moved = new List<(RefundRow Row, OrderStatus To)>();
        // Rows in the order in which they are locked everywhere, the words about one as they were said.
        foreach (var word in words.Where(w => rows.ContainsKey(w.Number)).OrderBy(w => w.Number))
        {
            var row = rows[word.Number];
            if (OrderGraphs.Refund.TryMove(row.State, word.On, out var to))
            {
                await MoveAsync(session, row, to, word, cancellationToken).ConfigureAwait(false);
                moved.Add((row, to));
                rows[word.Number] = row with { State = to };
            }
            else if (!SaysAgain(row.State, word.On))
            {
                alerts.RaiseContradiction(session, "refund", word.Number, word.On.ToString(), row.State);
            }
        }

        await TellAsync(session, moved, cancellationToken).ConfigureAwait(false);
    }

    public async Task<List<RefundRow>> FindAsync(IEnumerable<long> refundNos, CancellationToken cancellationToken)
    {
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return await session.QueryAsync<RefundRow>(
                $"select {RefundRow.Columns} from refunds where refund_no {Sql.AnyOf(session.Dialect, "@nos")} order by refund_no",
                new { nos = session.Longs(refundNos) }, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task MoveAsync(StoreSession session, RefundRow row, OrderStatus to, FinalWord word, CancellationToken cancellationToken)
    {
        var moved = await session.ExecuteAsync(
            "update refunds set state = @to, reason = coalesce(@reason, reason), updated_at = now_ms() where refund_no = @RefundNo and state = @from",
            new { to = (int)to, reason = word.ReasonOrNull, row.RefundNo, from = (int)row.State }, cancellationToken).ConfigureAwait(false);
        StoreSession.Require(moved, 1, "refund");
        if (to != OrderStatus.Refused)
        {
            await schedule.RemoveAsync(session, DueKind.Refund, [row.RefundNo], cancellationToken).ConfigureAwait(false);
            return;
        }

        await Cases.OpenAsync(session, "refund.refused", row.RefundNo, row.App, word.Reason, cancellationToken).ConfigureAwait(false);
        await schedule.RestartAsync(session, DueKind.Refund, row.RefundNo, cancellationToken).ConfigureAwait(false);
        alerts.RaiseAfterCommit(
            session, "refund.refused", row.RefundNo,
            $"Finance refuses refund {row.RefundNo} of packet {row.PacketNo} for good: {word.Reason}. Its money is being set aside and a case is open; find out how to pay the "
            + (row.NeedsFunding ? "campaign." : "sender."));
    }

    // One message for an app and a status, in the order of the moves: Core hears of each refund's steps one after the other.
    private async Task TellAsync(StoreSession session, List<(RefundRow Row, OrderStatus Status)> progress, CancellationToken cancellationToken)
    {
        foreach (var ofApp in progress.GroupBy(p => p.Row.App))
        {
            await outbox.AddAsync(
                session, ofApp.First().Row.Slot, Topics.RefundsAdvanced, CallContext.ForSystem(ofApp.Key),
                new RefundsAdvanced
                {
                    Items = [.. ofApp.Select(p => new RefundProgress { Cause = p.Row.Cause, CauseNo = p.Row.CauseNo, PacketNo = p.Row.PacketNo, Status = p.Status })],
                },
                TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        }
    }

    // Also those of another cause with the same number, which do no harm.
    private static async Task<Dictionary<(RefundCause Cause, long CauseNo), RefundRow>> RefundsOfAsync(
        StoreSession session, IEnumerable<RefundWanted> wanted, CancellationToken cancellationToken) =>
        (await session.QueryAsync<RefundRow>(
            $"select {RefundRow.Columns} from refunds where cause in (1, 2, 3) and cause_no {Sql.AnyOf(session.Dialect, "@nos")}",
            new { nos = session.Longs(wanted.Select(w => w.CauseNo)) }, cancellationToken).ConfigureAwait(false)).ToDictionary(r => (r.Cause, r.CauseNo));

    /// <summary>True when a word that moves nothing only repeats how the refund came where it is.</summary>
    private static bool SaysAgain(OrderStatus state, OrderEvent on) => (state, on) is
        (OrderStatus.Succeeded, OrderEvent.Succeeded) or (OrderStatus.Refused or OrderStatus.SetAside, OrderEvent.Refused) or (OrderStatus.SetAside, OrderEvent.SetAside)
        or (OrderStatus.Void, OrderEvent.Unfunded);
}
