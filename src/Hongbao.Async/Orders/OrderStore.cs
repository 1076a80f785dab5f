using Hongbao.Contracts;
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
internal sealed class RefundRow
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

/// <summary>Writes orders down, each under its own number, before finance hears of them; and moves them along their graphs.</summary>
internal sealed class OrderStore(IStore store, NumberMinter transferNumbers, NumberMinter refundNumbers, DueTable<DueKind> due, Outbox outbox, AsyncOptions options)
{
    public const string TransferColumns = "transfer_no, slot, app, claim_no, packet_no, pay_order_no, sender_uid, uid, amount, currency, kind, state";
    public const string RefundColumns = "refund_no, slot, app, cause, cause_no, packet_no, pay_order_no, uid, amount, currency, state";

    private static readonly Sql InsertTransfers = new(
        """
        insert into transfers (transfer_no, slot, app, claim_no, packet_no, pay_order_no, sender_uid, uid, amount, currency, kind, state, created_at, updated_at)
        values (@transfer_no, @slot, @app, @claim_no, @packet_no, @pay_order_no, @sender_uid, @uid, @amount, @currency, @kind, 1, now_ms(), now_ms())
        """,
        """
        insert into transfers (transfer_no, slot, app, claim_no, packet_no, pay_order_no, sender_uid, uid, amount, currency, kind, state, created_at, updated_at)
        select t.*, 1, now_ms(), now_ms() from unnest(@transfer_no::bigint[], @slot::int[], @app::text[], @claim_no::bigint[], @packet_no::bigint[],
          @pay_order_no::bigint[], @sender_uid::bigint[], @uid::bigint[], @amount::bigint[], @currency::text[], @kind::int[]) as t
        """);

    private static readonly Sql MoveTransfers = new(
        "update transfers set state = @target, reason = @reason, updated_at = now_ms() where transfer_no = @transfer_no and state = @source",
        """
        update transfers t set state = i.target, reason = i.reason, updated_at = now_ms()
        from unnest(@transfer_no::bigint[], @source::int[], @target::int[], @reason::text[]) as i(transfer_no, source, target, reason)
        where t.transfer_no = i.transfer_no and t.state = i.source
        """);

    /// <summary>The numbers of the orders that are new, in the caller's transaction. Repeating changes nothing.</summary>
    public async Task<List<long>> AddTransfersAsync(StoreSession session, IReadOnlyList<TransferWanted> wanted, CancellationToken cancellationToken)
    {
        var unique = wanted.DistinctBy(w => w.ClaimNo).ToList();
        var known = (await session.QueryAsync<long>(
            $"select claim_no from transfers where claim_no {Sql.AnyOf(session.Dialect, "@nos")}",
            new { nos = session.Longs(unique.Select(w => w.ClaimNo)) }, cancellationToken).ConfigureAwait(false)).ToHashSet();
        var added = unique.Where(w => !known.Contains(w.ClaimNo)).Select(w => (No: transferNumbers.Mint(Number.SlotFrom(w.ClaimNo)), Wanted: w)).ToList();
        if (added.Count == 0)
        {
            return [];
        }

        await session.ExecuteRowsAsync(
            InsertTransfers,
            new ColumnBatch()
                .Add("transfer_no", added, a => a.No)
                .Add("slot", added, a => Number.SlotFrom(a.No))
                .Add("app", added, a => a.Wanted.App)
                .Add("claim_no", added, a => a.Wanted.ClaimNo)
                .Add("packet_no", added, a => a.Wanted.PacketNo)
                .Add("pay_order_no", added, a => a.Wanted.PayOrderNo)
                .Add("sender_uid", added, a => a.Wanted.SenderUid)
                .Add("uid", added, a => a.Wanted.Uid)
                .Add("amount", added, a => a.Wanted.Amount)
                .Add("currency", added, a => a.Wanted.Currency)
                .Add("kind", added, a => (int)a.Wanted.Kind),
            cancellationToken).ConfigureAwait(false);
        var nos = added.ConvertAll(a => a.No);
        await PutDueAsync(session, DueKind.Transfer, nos, cancellationToken).ConfigureAwait(false);
        return nos;
    }

    /// <summary>The numbers of the refunds that are new, in the caller's transaction. Repeating changes nothing.</summary>
    public async Task<List<long>> AddRefundsAsync(StoreSession session, IReadOnlyList<RefundWanted> wanted, CancellationToken cancellationToken)
    {
        var nos = new List<long>();
        foreach (var refund in wanted)
        {
            var refundNo = refundNumbers.Mint(Number.SlotFrom(refund.CauseNo));
            var added = await session.ExecuteAsync("""
                insert into refunds (refund_no, slot, app, cause, cause_no, packet_no, pay_order_no, uid, amount, currency, state, created_at, updated_at)
                values (@refundNo, @slot, @App, @cause, @CauseNo, @PacketNo, @PayOrderNo, @Uid, @Amount, @Currency, 1, now_ms(), now_ms())
                on conflict (cause, cause_no) do nothing
                """, new
            {
                refundNo,
                slot = Number.SlotFrom(refundNo),
                refund.App,
                cause = (int)refund.Cause,
                refund.CauseNo,
                refund.PacketNo,
                refund.PayOrderNo,
                refund.Uid,
                refund.Amount,
                refund.Currency,
            }, cancellationToken).ConfigureAwait(false);
            if (added == 1)
            {
                nos.Add(refundNo);
            }
        }

        await PutDueAsync(session, DueKind.Refund, nos, cancellationToken).ConfigureAwait(false);
        return nos;
    }

    /// <summary>
    /// Ends transfers by finance's final word, in one transaction with what follows from it: the message to Core, and for a
    /// refused one its refund order. Those that have their end already are left out.
    /// </summary>
    public async Task<List<long>> EndTransfersAsync(
        StoreSession session, IReadOnlyList<(long TransferNo, OrderEvent On, string Reason)> ends, CancellationToken cancellationToken)
    {
        var open = (await session.QueryAsync<TransferRow>(new Sql(
            $"select {TransferColumns} from transfers where transfer_no in (select value from json_each(@nos)) and state = 1 order by transfer_no",
            $"select {TransferColumns} from transfers where transfer_no = any(@nos) and state = 1 order by transfer_no for update"),
            new { nos = session.Longs(ends.Select(e => e.TransferNo)) }, cancellationToken).ConfigureAwait(false)).ToDictionary(r => r.TransferNo);
        var moves = ends.DistinctBy(e => e.TransferNo).Where(e => open.ContainsKey(e.TransferNo)).Select(e =>
        {
            return OrderGraphs.Transfer.TryMove(OrderStatus.Pending, e.On, out var to)
                ? (Row: open[e.TransferNo], To: to, e.Reason)
                : throw new InvalidOperationException($"{e.On} does not move a transfer");
        }).OrderBy(m => m.Row.TransferNo).ToList();
        if (moves.Count == 0)
        {
            return [];
        }

        var moved = await session.ExecuteRowsAsync(
            MoveTransfers,
            new ColumnBatch()
                .Add("transfer_no", moves, m => m.Row.TransferNo)
                .Add("source", moves, _ => (int)OrderStatus.Pending)
                .Add("target", moves, m => (int)m.To)
                .Add("reason", moves, m => m.Reason.Length == 0 ? null : m.Reason),
            cancellationToken).ConfigureAwait(false);
        StoreSession.Require(moved, moves.Count, "pending transfers");
        await due.RemoveAllAsync(session, DueKind.Transfer, moves.Select(m => m.Row.TransferNo), cancellationToken).ConfigureAwait(false);
        await outbox.AddAsync(
            session, moves[0].Row.Slot, Topics.TransfersSettled, CallContext.ForSystem(moves[0].Row.App),
            new TransfersSettled
            {
                Items = moves.ConvertAll(m => new TransferOutcome { ClaimNo = m.Row.ClaimNo, PacketNo = m.Row.PacketNo, Status = m.To }),
            },
            TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        return await AddRefundsAsync(session, [.. moves.Where(m => m.To == OrderStatus.Failed).Select(m => RefundOf(m.Row))], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Moves one refund along its graph, with its message and, when refused, its case. False when it was moved before.</summary>
    public async Task<bool> MoveRefundAsync(StoreSession session, RefundRow row, OrderEvent on, string reason, CancellationToken cancellationToken)
    {
        if (!OrderGraphs.Refund.TryMove(row.State, on, out var to))
        {
            return false;
        }

        var moved = await session.ExecuteAsync(
            "update refunds set state = @to, reason = coalesce(@reason, reason), updated_at = now_ms() where refund_no = @RefundNo and state = @from",
            new { to = (int)to, reason = reason.Length == 0 ? null : reason, row.RefundNo, from = (int)row.State }, cancellationToken).ConfigureAwait(false);
        if (moved == 0)
        {
            return false;
        }

        if (to == OrderStatus.Refused)
        {
            await session.ExecuteAsync("""
                insert into cases (kind, no, slot, app, detail, opened_at) values ('refund.refused', @RefundNo, @Slot, @App, @reason, now_ms())
                on conflict (kind, no) do nothing
                """, new { row.RefundNo, row.Slot, row.App, reason }, cancellationToken).ConfigureAwait(false);
            var now = await session.NowMsAsync(cancellationToken).ConfigureAwait(false);
            await due.RestartAsync(session, DueKind.Refund, row.RefundNo, now, now + (options.DeadlineSeconds * 1000L), cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await due.RemoveAsync(session, DueKind.Refund, row.RefundNo, cancellationToken).ConfigureAwait(false);
        }

        await TellAsync(session, [row], to, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Tells Core how far refunds are.</summary>
    public Task TellAsync(StoreSession session, IReadOnlyList<RefundRow> rows, OrderStatus status, CancellationToken cancellationToken) => outbox.AddAsync(
        session, rows[0].Slot, Topics.RefundsAdvanced, CallContext.ForSystem(rows[0].App),
        new RefundsAdvanced
        {
            Items = [.. rows.Select(r => new RefundProgress { Cause = r.Cause, CauseNo = r.CauseNo, PacketNo = r.PacketNo, Status = status })],
        },
        TimeSpan.Zero, cancellationToken);

    public async Task<List<TransferRow>> FindTransfersAsync(IEnumerable<long> transferNos, CancellationToken cancellationToken)
    {
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return await session.QueryAsync<TransferRow>(
                $"select {TransferColumns} from transfers where transfer_no {Sql.AnyOf(session.Dialect, "@nos")} order by transfer_no",
                new { nos = session.Longs(transferNos) }, cancellationToken).ConfigureAwait(false);
        }
    }

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

    private async Task PutDueAsync(StoreSession session, DueKind kind, List<long> nos, CancellationToken cancellationToken)
    {
        if (nos.Count > 0)
        {
            var now = await session.NowMsAsync(cancellationToken).ConfigureAwait(false);
            // Sent at once by whoever wrote it down; the scan comes when that did not end it.
            await due.PutAllAsync(session, kind, nos, now + options.CheckMs, now + (options.DeadlineSeconds * 1000L), cancellationToken).ConfigureAwait(false);
        }
    }
}
