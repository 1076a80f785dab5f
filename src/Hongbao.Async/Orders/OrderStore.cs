using System.Globalization;
using Hongbao.Contracts;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Orders;
using Hongbao.Foundation.Stores;

namespace Hongbao.Async.Orders;

/// <summary>A transfer order's row.</summary>
internal sealed class TransferRow
{
    public long TransferNo { get; init; }
    public int Slot { get; init; }
    public string App { get; init; } = "";
    public long ClaimNo { get; init; }
    public long PacketNo { get; init; }
    public long PayOrderNo { get; init; }
    public long SenderUid { get; init; }
    public long Uid { get; init; }
    public long Amount { get; init; }
    public string Currency { get; init; } = "";
    public PacketKind Kind { get; init; }
    public OrderStatus State { get; init; }
}

/// <summary>A refund order's row.</summary>
internal sealed record RefundRow
{
    public long RefundNo { get; init; }
    public int Slot { get; init; }
    public string App { get; init; } = "";
    public RefundCause Cause { get; init; }
    public long CauseNo { get; init; }
    public long PacketNo { get; init; }
    public long PayOrderNo { get; init; }
    public long Uid { get; init; }
    public long Amount { get; init; }
    public string Currency { get; init; } = "";
    public OrderStatus State { get; init; }
}

/// <summary>
/// Writes orders down, each with the number that finance will know it by, before finance hears of them; and moves them along their
/// graphs. What a person has to see is raised once it is committed.
/// </summary>
internal sealed class OrderStore(
    IStore store, NumberMinter refundNumbers, DueTable<DueKind> due, Outbox outbox, AsyncOptions options, AlertSink alerts)
{
    public const string TransferColumns = "transfer_no, slot, app, claim_no, packet_no, pay_order_no, sender_uid, uid, amount, currency, kind, state";
    public const string RefundColumns = "refund_no, slot, app, cause, cause_no, packet_no, pay_order_no, uid, amount, currency, state";

    // A transfer's number is its claim's: whatever becomes of this table, a row written again is the same order at finance, which
    // pays a number once.
    private static readonly Sql InsertTransfers = new(
        """
        insert into transfers (transfer_no, slot, app, claim_no, packet_no, pay_order_no, sender_uid, uid, amount, currency, kind, state, created_at, updated_at)
        values (@claim_no, @slot, @app, @claim_no, @packet_no, @pay_order_no, @sender_uid, @uid, @amount, @currency, @kind, 1, now_ms(), now_ms())
        on conflict do nothing returning claim_no
        """,
        """
        insert into transfers (transfer_no, slot, app, claim_no, packet_no, pay_order_no, sender_uid, uid, amount, currency, kind, state, created_at, updated_at)
        select t.*, 1, now, now from unnest(@claim_no::bigint[], @slot::int[], @app::text[], @claim_no::bigint[], @packet_no::bigint[],
          @pay_order_no::bigint[], @sender_uid::bigint[], @uid::bigint[], @amount::bigint[], @currency::text[], @kind::int[]) as t, now_ms() as now
        on conflict do nothing returning claim_no
        """);

    private static readonly Sql InsertRefunds = new(
        """
        insert into refunds (refund_no, slot, app, cause, cause_no, packet_no, pay_order_no, uid, amount, currency, state, created_at, updated_at)
        values (@refund_no, @slot, @app, @cause, @cause_no, @packet_no, @pay_order_no, @uid, @amount, @currency, 1, now_ms(), now_ms())
        on conflict (cause, cause_no) do nothing
        """,
        """
        insert into refunds (refund_no, slot, app, cause, cause_no, packet_no, pay_order_no, uid, amount, currency, state, created_at, updated_at)
        select t.*, 1, now_ms(), now_ms() from unnest(@refund_no::bigint[], @slot::int[], @app::text[], @cause::int[], @cause_no::bigint[], @packet_no::bigint[],
          @pay_order_no::bigint[], @uid::bigint[], @amount::bigint[], @currency::text[]) as t
        on conflict (cause, cause_no) do nothing
        """);

    private static readonly Sql MoveTransfers = new(
        "update transfers set state = @target, reason = @reason, updated_at = now_ms() where transfer_no = @transfer_no and state = @source returning transfer_no",
        """
        update transfers t set state = i.target, reason = i.reason, updated_at = now
        from unnest(@transfer_no::bigint[], @source::int[], @target::int[], @reason::text[]) as i(transfer_no, source, target, reason), now_ms() as now
        where t.transfer_no = i.transfer_no and t.state = i.source returning t.transfer_no
        """);

    /// <summary>
    /// The orders that are new, in the caller's transaction. Repeating changes nothing; a claim that comes again with other content is
    /// refused with an alert.
    /// </summary>
    public async Task<List<TransferRow>> AddTransfersAsync(StoreSession session, IReadOnlyList<TransferWanted> wanted, CancellationToken cancellationToken)
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
                .Add("kind", fresh, w => (int)w.Kind),
            cancellationToken).ConfigureAwait(false)).ToHashSet();
        if (added.Count < wanted.Count)
        {
            await RaiseOtherContentAsync(session, wanted, fresh, added, cancellationToken).ConfigureAwait(false);
        }

        var rows = fresh.Where(w => added.Contains(w.ClaimNo)).Select(ToRow).ToList();
        await PutDueAsync(session, DueKind.Transfer, rows.ConvertAll(r => r.TransferNo), cancellationToken).ConfigureAwait(false);
        return rows;
    }

    // Some of them were there before, or came twice.
    private async Task RaiseOtherContentAsync(
        StoreSession session, IReadOnlyList<TransferWanted> wanted, List<TransferWanted> fresh, HashSet<long> added, CancellationToken cancellationToken)
    {
        var known = await TransfersOfAsync(session, fresh.Where(w => !added.Contains(w.ClaimNo)), cancellationToken).ConfigureAwait(false);
        var contents = known.ToDictionary(k => k.Key, k => ContentOf(k.Value));
        fresh.ForEach(w => contents.TryAdd(w.ClaimNo, ContentOf(w)));
        foreach (var other in wanted.Where(w => contents[w.ClaimNo] != ContentOf(w)))
        {
            RaiseAfterCommit(session, "order.mismatch", other.ClaimNo,
                $"The transfer of claim {other.ClaimNo} was asked for again with other content. It stays as it was first; compare with Core.");
        }
    }

    /// <summary>
    /// The numbers of the refunds that are new, with the message that they are under way, in the caller's transaction. Repeating changes
    /// nothing; a cause that comes again with other content is refused with an alert.
    /// </summary>
    public async Task<List<long>> AddRefundsAsync(StoreSession session, IReadOnlyList<RefundWanted> wanted, CancellationToken cancellationToken)
    {
        var unique = wanted.DistinctBy(w => (w.Cause, w.CauseNo)).OrderBy(w => w.Cause).ThenBy(w => w.CauseNo).ToList();
        var known = await RefundsOfAsync(session, unique, cancellationToken).ConfigureAwait(false);
        // Only what is not there costs a number: the pull brings the open ones again and again.
        var fresh = unique.Where(w => !known.ContainsKey((w.Cause, w.CauseNo))).Select(w => ToRow(refundNumbers.Mint(Number.SlotFrom(w.CauseNo)), w)).ToList();
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
                .Add("currency", fresh, r => r.Currency),
            cancellationToken).ConfigureAwait(false);
        if (inserted < fresh.Count)
        {
            known = await RefundsOfAsync(session, unique, cancellationToken).ConfigureAwait(false);
            fresh.RemoveAll(f => known[(f.Cause, f.CauseNo)].RefundNo != f.RefundNo);
        }

        var contents = known.ToDictionary(k => k.Key, k => ContentOf(k.Value));
        fresh.ForEach(f => contents.TryAdd((f.Cause, f.CauseNo), ContentOf(f)));
        foreach (var other in wanted.Where(w => contents[(w.Cause, w.CauseNo)] != ContentOf(ToRow(0, w))))
        {
            RaiseAfterCommit(session, "order.mismatch", other.CauseNo,
                $"The refund for {other.Cause} {other.CauseNo} was asked for again with other content. It stays as it was first; compare with Core.");
        }

        var nos = fresh.ConvertAll(f => f.RefundNo);
        await PutDueAsync(session, DueKind.Refund, nos, cancellationToken).ConfigureAwait(false);
        await TellAsync(session, fresh.ConvertAll(f => (f, OrderStatus.Pending)), cancellationToken).ConfigureAwait(false);
        return nos;
    }

    /// <summary>True when all of these are written down as they are wanted, and adding them would change nothing.</summary>
    public async Task<bool> HasAllAsync(List<RefundWanted> wanted, CancellationToken cancellationToken)
    {
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var known = await RefundsOfAsync(session, wanted, cancellationToken).ConfigureAwait(false);
            return wanted.TrueForAll(w => known.TryGetValue((w.Cause, w.CauseNo), out var row) && ContentOf(row) == ContentOf(ToRow(0, w)));
        }
    }

    /// <summary>
    /// Ends transfers by finance's final word, in one transaction with what follows from it: the message to Core, and for a
    /// refused one its refund order. Those that have their end already stay; a word against that end is raised as an alert.
    /// </summary>
    /// <param name="session">The transaction.</param>
    /// <param name="ends">Finance's words.</param>
    /// <param name="known">Orders whose content the caller has at hand, whatever their state; others are read.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The numbers of the new refund orders.</returns>
    public async Task<List<long>> EndTransfersAsync(
        StoreSession session, IReadOnlyList<(long TransferNo, OrderEvent On, string Reason)> ends, IReadOnlyDictionary<long, TransferRow> known,
        CancellationToken cancellationToken)
    {
        var said = new List<(long TransferNo, OrderEvent On, OrderStatus To, string Reason)>();
        var torn = new HashSet<long>();
        // In order of numbers, in which their rows are locked everywhere.
        foreach (var words in ends.GroupBy(e => e.TransferNo).OrderBy(g => g.Key))
        {
            var (transferNo, on, reason) = words.First();
            if (!OrderGraphs.Transfer.TryMove(OrderStatus.Pending, on, out var to))
            {
                throw new InvalidOperationException($"{on} does not move a transfer");
            }

            if (words.Any(w => w.On != on))
            {
                torn.Add(transferNo);
            }
            else
            {
                said.Add((transferNo, on, to, reason));
            }
        }

        // Only what is pending moves.
        var moved = (await session.QueryRowsAsync(
            MoveTransfers,
            new ColumnBatch()
                .Add("transfer_no", said, m => m.TransferNo)
                .Add("source", said, _ => (int)OrderStatus.Pending)
                .Add("target", said, m => (int)m.To)
                .Add("reason", said, m => m.Reason.Length == 0 ? null : m.Reason),
            cancellationToken).ConfigureAwait(false)).ToHashSet();
        var others = said.FindAll(s => !moved.Contains(s.TransferNo));
        if (others.Count + torn.Count > 0)
        {
            await RaiseContradictionsAsync(session, others, torn, cancellationToken).ConfigureAwait(false);
        }

        if (moved.Count == 0)
        {
            return [];
        }

        await due.RemoveAllAsync(session, DueKind.Transfer, moved.Order(), cancellationToken).ConfigureAwait(false);
        var unknown = moved.Where(no => !known.ContainsKey(no)).ToList();
        var read = unknown.Count == 0 ? [] : (await TransfersAsync(session, unknown, cancellationToken).ConfigureAwait(false)).ToDictionary(r => r.TransferNo);
        var moves = said.FindAll(s => moved.Contains(s.TransferNo)).ConvertAll(s => (Row: known.TryGetValue(s.TransferNo, out var row) ? row : read[s.TransferNo], s.To));
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

        return await AddRefundsAsync(session, [.. moves.Where(m => m.To == OrderStatus.Failed).Select(m => RefundOf(m.Row))], cancellationToken).ConfigureAwait(false);
    }

    // Words about transfers that they did not move: the same end again is a repetition, anything else a contradiction.
    private async Task RaiseContradictionsAsync(
        StoreSession session, List<(long TransferNo, OrderEvent On, OrderStatus To, string Reason)> others, HashSet<long> torn, CancellationToken cancellationToken)
    {
        var rows = (await TransfersAsync(session, torn.Concat(others.Select(o => o.TransferNo)), cancellationToken).ConfigureAwait(false)).ToDictionary(r => r.TransferNo);
        foreach (var transferNo in torn.Where(rows.ContainsKey))
        {
            RaiseContradiction(session, "transfer", transferNo, "both Succeeded and Refused", rows[transferNo].State);
        }

        foreach (var (transferNo, on, to, _) in others)
        {
            if (rows.TryGetValue(transferNo, out var row) && row.State != to)
            {
                RaiseContradiction(session, "transfer", transferNo, on.ToString(), row.State);
            }
        }
    }

    /// <summary>
    /// Moves refunds along their graph, with their message and, when refused, their case. Those that were moved before stay; a word against
    /// where they are is raised as an alert.
    /// </summary>
    public async Task MoveRefundsAsync(
        StoreSession session, IReadOnlyList<(long RefundNo, OrderEvent On, string Reason)> words, CancellationToken cancellationToken)
    {
        var rows = (await session.QueryAsync<RefundRow>(new Sql(
            $"select {RefundColumns} from refunds where refund_no in (select value from json_each(@nos)) order by refund_no",
            $"select {RefundColumns} from refunds where refund_no = any(@nos) order by refund_no for update"),
            new { nos = session.Longs(words.Select(w => w.RefundNo).Distinct()) }, cancellationToken).ConfigureAwait(false)).ToDictionary(r => r.RefundNo);
        var moved = new List<(RefundRow Row, OrderStatus To)>();
        // Rows in the order in which they are locked everywhere, the words about one as they were said.
        foreach (var (refundNo, on, reason) in words.Where(w => rows.ContainsKey(w.RefundNo)).OrderBy(w => w.RefundNo))
        {
            var row = rows[refundNo];
            if (OrderGraphs.Refund.TryMove(row.State, on, out var to))
            {
                await MoveRefundAsync(session, row, to, reason, cancellationToken).ConfigureAwait(false);
                moved.Add((row, to));
                rows[refundNo] = row with { State = to };
            }
            else if (!SaysAgain(row.State, on))
            {
                RaiseContradiction(session, "refund", refundNo, on.ToString(), row.State);
            }
        }

        await TellAsync(session, moved, cancellationToken).ConfigureAwait(false);
    }

    public async Task<List<TransferRow>> FindTransfersAsync(IEnumerable<long> transferNos, CancellationToken cancellationToken)
    {
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return await TransfersAsync(session, transferNos, cancellationToken).ConfigureAwait(false);
        }
    }

    private static Task<List<TransferRow>> TransfersAsync(StoreSession session, IEnumerable<long> transferNos, CancellationToken cancellationToken) =>
        session.QueryAsync<TransferRow>(
            $"select {TransferColumns} from transfers where transfer_no {Sql.AnyOf(session.Dialect, "@nos")} order by transfer_no",
            new { nos = session.Longs(transferNos) }, cancellationToken);

    public async Task<List<RefundRow>> FindRefundsAsync(IEnumerable<long> refundNos, CancellationToken cancellationToken)
    {
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return await session.QueryAsync<RefundRow>(
                $"select {RefundColumns} from refunds where refund_no {Sql.AnyOf(session.Dialect, "@nos")} order by refund_no",
                new { nos = session.Longs(refundNos) }, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task MoveRefundAsync(StoreSession session, RefundRow row, OrderStatus to, string reason, CancellationToken cancellationToken)
    {
        var moved = await session.ExecuteAsync(
            "update refunds set state = @to, reason = coalesce(@reason, reason), updated_at = now_ms() where refund_no = @RefundNo and state = @from",
            new { to = (int)to, reason = reason.Length == 0 ? null : reason, row.RefundNo, from = (int)row.State }, cancellationToken).ConfigureAwait(false);
        StoreSession.Require(moved, 1, "refund");
        if (to != OrderStatus.Refused)
        {
            await due.RemoveAsync(session, DueKind.Refund, row.RefundNo, cancellationToken).ConfigureAwait(false);
            return;
        }

        await session.ExecuteAsync("""
            insert into cases (kind, no, slot, app, detail, opened_at) values ('refund.refused', @RefundNo, @Slot, @App, @reason, now_ms())
            on conflict (kind, no) do nothing
            """, new { row.RefundNo, row.Slot, row.App, reason }, cancellationToken).ConfigureAwait(false);
        var now = await session.NowMsAsync(cancellationToken).ConfigureAwait(false);
        await due.RestartAsync(session, DueKind.Refund, row.RefundNo, now, now + (options.DeadlineSeconds * 1000L), cancellationToken).ConfigureAwait(false);
        RaiseAfterCommit(session, "refund.refused", row.RefundNo,
            $"Finance refuses refund {row.RefundNo} of packet {row.PacketNo} for good: {reason}. Its money is being set aside and a case is open; find out how to pay the sender.");
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

    private static async Task<Dictionary<long, TransferRow>> TransfersOfAsync(
        StoreSession session, IEnumerable<TransferWanted> wanted, CancellationToken cancellationToken) =>
        (await session.QueryAsync<TransferRow>(
            $"select {TransferColumns} from transfers where claim_no {Sql.AnyOf(session.Dialect, "@nos")}",
            new { nos = session.Longs(wanted.Select(w => w.ClaimNo)) }, cancellationToken).ConfigureAwait(false)).ToDictionary(r => r.ClaimNo);

    // Also those of another cause with the same number, which do no harm.
    private static async Task<Dictionary<(RefundCause Cause, long CauseNo), RefundRow>> RefundsOfAsync(
        StoreSession session, IEnumerable<RefundWanted> wanted, CancellationToken cancellationToken) =>
        (await session.QueryAsync<RefundRow>(
            $"select {RefundColumns} from refunds where cause in (1, 2, 3) and cause_no {Sql.AnyOf(session.Dialect, "@nos")}",
            new { nos = session.Longs(wanted.Select(w => w.CauseNo)) }, cancellationToken).ConfigureAwait(false)).ToDictionary(r => (r.Cause, r.CauseNo));

    private static (string App, long PacketNo, long PayOrderNo, long SenderUid, long Uid, long Amount, string Currency, PacketKind Kind) ContentOf(TransferRow row) =>
        (row.App, row.PacketNo, row.PayOrderNo, row.SenderUid, row.Uid, row.Amount, row.Currency, row.Kind);

    private static (string App, long PacketNo, long PayOrderNo, long SenderUid, long Uid, long Amount, string Currency, PacketKind Kind) ContentOf(TransferWanted wanted) =>
        (wanted.App, wanted.PacketNo, wanted.PayOrderNo, wanted.SenderUid, wanted.Uid, wanted.Amount, wanted.Currency, wanted.Kind);

    private static (string App, long PacketNo, long PayOrderNo, long Uid, long Amount, string Currency) ContentOf(RefundRow row) =>
        (row.App, row.PacketNo, row.PayOrderNo, row.Uid, row.Amount, row.Currency);

    private static TransferRow ToRow(TransferWanted wanted) => new()
    {
        TransferNo = wanted.ClaimNo,
        Slot = Number.SlotFrom(wanted.ClaimNo),
        App = wanted.App,
        ClaimNo = wanted.ClaimNo,
        PacketNo = wanted.PacketNo,
        PayOrderNo = wanted.PayOrderNo,
        SenderUid = wanted.SenderUid,
        Uid = wanted.Uid,
        Amount = wanted.Amount,
        Currency = wanted.Currency,
        Kind = wanted.Kind,
        State = OrderStatus.Pending,
    };

    private static RefundRow ToRow(long refundNo, RefundWanted wanted) => new()
    {
        RefundNo = refundNo,
        Slot = Number.SlotFrom(refundNo),
        App = wanted.App,
        Cause = wanted.Cause,
        CauseNo = wanted.CauseNo,
        PacketNo = wanted.PacketNo,
        PayOrderNo = wanted.PayOrderNo,
        Uid = wanted.Uid,
        Amount = wanted.Amount,
        Currency = wanted.Currency,
        State = OrderStatus.Pending,
    };

    private static RefundWanted RefundOf(TransferRow row) => new()
    {
        App = row.App,
        Cause = RefundCause.FailedClaim,
        CauseNo = row.ClaimNo,
        PacketNo = row.PacketNo,
        PayOrderNo = row.PayOrderNo,
        Uid = row.SenderUid,
        Amount = row.Amount,
        Currency = row.Currency,
    };

    /// <summary>True when a word that moves nothing only repeats how the refund came where it is.</summary>
    private static bool SaysAgain(OrderStatus state, OrderEvent on) => (state, on) is
        (OrderStatus.Succeeded, OrderEvent.Succeeded) or (OrderStatus.Refused or OrderStatus.SetAside, OrderEvent.Refused) or (OrderStatus.SetAside, OrderEvent.SetAside);

    // Finance's word is final: two of them that differ mean that money may have moved twice.
    private void RaiseContradiction(StoreSession session, string kind, long number, string said, OrderStatus state) => RaiseAfterCommit(
        session, "order.contradiction", number,
        $"Finance says {said} of {kind} {number}, which is {state} by what it said before. Nothing was changed; its money may have moved twice, compare with finance now.");

    private void RaiseAfterCommit(StoreSession session, string kind, long number, string text) =>
        session.AfterCommit(() => alerts.Raise(new Alert(kind, number.ToString(CultureInfo.InvariantCulture), text)));

    // Sent at once by whoever wrote it down; the scan comes when that did not end it.
    private Task PutDueAsync(StoreSession session, DueKind kind, List<long> nos, CancellationToken cancellationToken) => nos.Count == 0
        ? Task.CompletedTask
        : due.PutAllAsync(session, kind, nos, TimeSpan.FromMilliseconds(options.CheckMs), TimeSpan.FromSeconds(options.DeadlineSeconds), cancellationToken);
}
