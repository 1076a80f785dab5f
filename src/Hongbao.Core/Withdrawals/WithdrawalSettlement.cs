using System.Globalization;
using Hongbao.Contracts;
using Hongbao.Core.Orders;
using Hongbao.Core.Packets;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Faults;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Orders;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Withdrawals;

/// <summary>Ends withdrawals by the outcome of their payouts; message and timed scan call the same transition.</summary>
internal sealed class WithdrawalSettlement(
    IStore store, Lazy<IRedPacketAsync> async, DueTable<DueKind> due, DayTally days, StoreClock storeClock, CoreOptions options, AlertSink alerts, TimeProvider clock)
{
    private const int PageSize = 100;

    // For a question to Async, which reads its rows in a busy database, perhaps.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // How many times the first rest the longest is.
    private const int RestFactorMax = 10;

    private static readonly Sql SettleSql = new(
        "update withdrawals set state = @to, updated_at = now_ms() where withdrawal_no = @withdrawal_no and state = @from returning withdrawal_no",
        """
        update withdrawals w set state = i.target, updated_at = now_ms()
        from unnest(@withdrawal_no::bigint[], @from::int[], @to::int[]) as i(withdrawal_no, source, target)
        where w.withdrawal_no = i.withdrawal_no and w.state = i.source returning w.withdrawal_no
        """);

    private readonly record struct End(long WithdrawalNo, WithdrawalStatus To);

    /// <summary>Payouts that ended, told by Async.</summary>
    public async Task HandleAsync(IReadOnlyList<Delivery> deliveries, CancellationToken cancellationToken)
    {
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var outcomes = new List<NumberedOutcome>();
            foreach (var delivery in await Inbox.AcceptAsync(session, deliveries, Listener.SettleWithdrawals.Handler, cancellationToken).ConfigureAwait(false))
            {
                outcomes.AddRange(delivery.Read<PayoutsSettled>().Items);
            }

            await SettleAsync(session, outcomes, cancellationToken).ConfigureAwait(false);
            await CommitAsync(session, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Asks Async about payouts whose message stays out. True when there may be more.</summary>
    public async Task<bool> ScanAsync(CancellationToken cancellationToken)
    {
        var rest = TimeSpan.FromMilliseconds(options.PullAfterMs);
        var rows = await due.TakeAsync(DueKind.Payout, PageSize, rest, TimeSpan.FromTicks(rest.Ticks * RestFactorMax), cancellationToken).ConfigureAwait(false);
        if (rows.Count == 0)
        {
            return false;
        }

        var ended = await AskAsync(rows.ConvertAll(r => r.No), cancellationToken).ConfigureAwait(false);
        alerts.RaiseOverdue(
            "withdrawal.overdue", "Withdrawals without a final payout", "They go on being asked about; check Async and finance.",
            rows.FindAll(r => !ended.Contains(r.No)), storeClock.NowMs());
        return rows.Count == PageSize;
    }

    // The withdrawals that have their end now.
    private async Task<HashSet<long>> AskAsync(List<long> withdrawalNos, CancellationToken cancellationToken)
    {
        NumberedResultsResponse answer;
        try
        {
            answer = await async.Value.GetPayoutResultsAsync(
                CallContext.ForSystem(CallContext.DefaultApp, clock.GetUtcNow() + Patience), new NumberedResultsRequest { Numbers = withdrawalNos }, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Async is another process, perhaps: no answer means that nothing is known, and must not keep the deadlines from alerting.
            return [];
        }

        var ended = answer.Result.IsOk() ? answer.Items.FindAll(IsEnd) : [];
        if (ended.Count > 0)
        {
            var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
            await using (session.ConfigureAwait(false))
            {
                await SettleAsync(session, ended, cancellationToken).ConfigureAwait(false);
                await CommitAsync(session, cancellationToken).ConfigureAwait(false);
            }
        }

        return [.. ended.Select(o => o.Number)];
    }

    // Withdrawals move along their graph, what was refused counts no more on its day, and nobody asks again; those that are there already stay.
    private async Task SettleAsync(StoreSession session, IReadOnlyList<NumberedOutcome> outcomes, CancellationToken cancellationToken)
    {
        var ends = outcomes.Where(IsEnd)
            .OrderBy(o => o.Number)
            .Select(o =>
            {
                WithdrawalGraph.Withdrawal.TryMove(
                    WithdrawalStatus.Pending, o.Status == OrderStatus.Succeeded ? WithdrawalEvent.PaidOut : WithdrawalEvent.Refused, out var to);
                return new End(o.Number, to);
            }).ToArray();
        if (ends.Length == 0)
        {
            return;
        }

        var moves = ends.DistinctBy(e => e.WithdrawalNo).ToArray();
        var moved = (await session.QueryRowsAsync(
            SettleSql,
            new ColumnBatch()
                .Add("withdrawal_no", moves, m => m.WithdrawalNo)
                .Add("from", moves, _ => (int)WithdrawalStatus.Pending)
                .Add("to", moves, m => (int)m.To),
            cancellationToken).ConfigureAwait(false)).ToHashSet();
        var rows = (await WithdrawalStore.FindAllAsync(session, moves.Select(m => m.WithdrawalNo), cancellationToken).ConfigureAwait(false)).ToDictionary(r => r.WithdrawalNo);

        // A user's days in one order everywhere, so that two who settle wait for each other instead of dying.
        foreach (var row in rows.Values.Where(r => r.State == WithdrawalStatus.Failed && moved.Contains(r.WithdrawalNo))
            .OrderBy(r => r.Uid).ThenBy(r => r.App, StringComparer.Ordinal).ThenBy(r => r.Currency, StringComparer.Ordinal).ThenBy(r => r.CreatedAt))
        {
            await days.GiveBackAsync(session, row.App, row.Uid, row.Currency, row.Amount, row.CreatedAt, cancellationToken).ConfigureAwait(false);
        }

        await due.RemoveAllAsync(session, DueKind.Payout, moves.Select(m => m.WithdrawalNo), cancellationToken).ConfigureAwait(false);

        // Some had their end before: the same end is a repetition, another one must never happen.
        foreach (var (withdrawalNo, to) in ends)
        {
            var state = rows.GetValueOrDefault(withdrawalNo)?.State;
            if (state != to)
            {
                alerts.Raise(new Alert("withdrawal.contradiction", withdrawalNo.ToString(CultureInfo.InvariantCulture),
                    $"The payout of withdrawal {withdrawalNo} ended {to}, but the withdrawal is {(state is null ? "missing" : state.ToString())}. Nothing was changed; reconcile it."));
            }
        }
    }

    private static async Task CommitAsync(StoreSession session, CancellationToken cancellationToken)
    {
        Failpoint.Hit("core.withdrawal_end.before_commit");
        await session.CommitAsync(cancellationToken).ConfigureAwait(false);
        Failpoint.Hit("core.withdrawal_end.after_commit");
    }

    private static bool IsEnd(NumberedOutcome outcome) => outcome.Status is OrderStatus.Succeeded or OrderStatus.Failed;
}
