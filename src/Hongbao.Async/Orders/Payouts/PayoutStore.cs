using Hongbao.Contracts;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Stores;

namespace Hongbao.Async.Orders.Payouts;

/// <summary>
/// Writes payouts down under their withdrawals' numbers, before finance hears of them, and moves them along their graph. What a person has
/// to see is raised once it is committed.
/// </summary>
internal sealed class PayoutStore(IStore store, OrderSchedule schedule, Outbox outbox, AlertSink alerts)
{
    private static readonly Sql InsertPayouts = new(
        """
        insert into payouts (withdrawal_no, slot, app, uid, amount, currency, state, created_at, updated_at)
        values (@withdrawal_no, @slot, @app, @uid, @amount, @currency, 1, now_ms(), now_ms())
        on conflict do nothing returning withdrawal_no
        """,
        """
        insert into payouts (withdrawal_no, slot, app, uid, amount, currency, state, created_at, updated_at)
        select t.*, 1, now, now from unnest(@withdrawal_no::bigint[], @slot::int[], @app::text[], @uid::bigint[], @amount::bigint[], @currency::text[]) as t, now_ms() as now
        on conflict do nothing returning withdrawal_no
        """);

    private static readonly Sql MovePayouts = new(
        "update payouts set state = @target, reason = @reason, updated_at = now_ms() where withdrawal_no = @withdrawal_no and state = 1",
        """
        update payouts p set state = i.target, reason = i.reason, updated_at = now
        from unnest(@withdrawal_no::bigint[], @target::int[], @reason::text[]) as i(withdrawal_no, target, reason), now_ms() as now
        where p.withdrawal_no = i.withdrawal_no and p.state = 1
        """);

    /// <summary>
    /// The orders that are new, in the caller's transaction. Repeating changes nothing; a withdrawal that comes again with other content is
    /// refused with an alert.
    /// </summary>
    public async Task<List<PayoutRow>> AddAsync(StoreSession session, IReadOnlyList<PayoutWanted> wanted, CancellationToken cancellationToken)
    {
        // In order of withdrawals, so that two instances with the same ones wait for each other instead of dying.
        var fresh = wanted.DistinctBy(w => w.WithdrawalNo).OrderBy(w => w.WithdrawalNo).Select(PayoutRow.Of).ToList();
        var added = (await session.QueryRowsAsync(
            InsertPayouts,
            new ColumnBatch()
                .Add("withdrawal_no", fresh, r => r.WithdrawalNo)
                .Add("slot", fresh, r => r.Slot)
                .Add("app", fresh, r => r.App)
                .Add("uid", fresh, r => r.Uid)
                .Add("amount", fresh, r => r.Amount)
                .Add("currency", fresh, r => r.Currency),
            cancellationToken).ConfigureAwait(false)).ToHashSet();
        if (added.Count < wanted.Count)
        {
            var contents = (await PayoutsAsync(session, fresh.Select(r => r.WithdrawalNo), cancellationToken).ConfigureAwait(false))
                .ToDictionary(r => r.WithdrawalNo, r => r.Content);
            foreach (var other in wanted.Where(w => contents[w.WithdrawalNo] != PayoutRow.Of(w).Content))
            {
                alerts.RaiseOtherContent(session, "The payout of withdrawal", other.WithdrawalNo);
            }
        }

        var rows = fresh.FindAll(r => added.Contains(r.WithdrawalNo));
        await schedule.PutAsync(session, DueKind.Payout, rows.ConvertAll(r => r.WithdrawalNo), cancellationToken).ConfigureAwait(false);
        return rows;
    }

    /// <summary>Those of some withdrawals that are not written down as they are wanted.</summary>
    public async Task<List<PayoutWanted>> MissingAsync(List<PayoutWanted> wanted, CancellationToken cancellationToken)
    {
        if (wanted.Count == 0)
        {
            return [];
        }

        var known = (await FindAsync(wanted.Select(w => w.WithdrawalNo), cancellationToken).ConfigureAwait(false)).ToDictionary(r => r.WithdrawalNo, r => r.Content);
        return wanted.FindAll(w => !known.TryGetValue(w.WithdrawalNo, out var content) || content != PayoutRow.Of(w).Content);
    }

    /// <summary>
    /// Ends payouts by finance's final words, in one transaction with the message to Core. Those that have their end already stay; a word
    /// against that end is raised as an alert.
    /// </summary>
    public async Task EndAsync(StoreSession session, IReadOnlyList<FinalWord> words, CancellationToken cancellationToken)
    {
        var rows = (await session.QueryAsync<PayoutRow>(new Sql(
            $"select {PayoutRow.Columns} from payouts where withdrawal_no in (select value from json_each(@nos)) order by withdrawal_no",
            $"select {PayoutRow.Columns} from payouts where withdrawal_no = any(@nos) order by withdrawal_no for update"),
            new { nos = session.Longs(words.Select(w => w.Number).Distinct()) }, cancellationToken).ConfigureAwait(false)).ToDictionary(r => r.WithdrawalNo);
        var moves = NumberedOrders.Moves(alerts, session, "payout", OrderGraphs.Payout, rows.ToDictionary(r => r.Key, r => r.Value.State), words);
        if (moves.Count == 0)
        {
            return;
        }

        var moved = await session.ExecuteRowsAsync(
            MovePayouts,
            new ColumnBatch()
                .Add("withdrawal_no", moves, m => m.Word.Number)
                .Add("target", moves, m => (int)m.To)
                .Add("reason", moves, m => m.Word.ReasonOrNull),
            cancellationToken).ConfigureAwait(false);
        StoreSession.Require(moved, moves.Count, "payout");
        await schedule.RemoveAsync(session, DueKind.Payout, moves.Select(m => m.Word.Number), cancellationToken).ConfigureAwait(false);
        foreach (var ofApp in moves.GroupBy(m => rows[m.Word.Number].App))
        {
            await outbox.AddAsync(
                session, rows[ofApp.First().Word.Number].Slot, Topics.PayoutsSettled, CallContext.ForSystem(ofApp.Key),
                new PayoutsSettled { Items = [.. ofApp.Select(m => new NumberedOutcome { Number = m.Word.Number, Status = m.To })] },
                TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task<List<PayoutRow>> FindAsync(IEnumerable<long> withdrawalNos, CancellationToken cancellationToken)
    {
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return await PayoutsAsync(session, withdrawalNos, cancellationToken).ConfigureAwait(false);
        }
    }

    private static Task<List<PayoutRow>> PayoutsAsync(StoreSession session, IEnumerable<long> withdrawalNos, CancellationToken cancellationToken) =>
        session.QueryAsync<PayoutRow>(
            $"select {PayoutRow.Columns} from payouts where withdrawal_no {Sql.AnyOf(session.Dialect, "@nos")} order by withdrawal_no",
            new { nos = session.Longs(withdrawalNos) }, cancellationToken);
}
