using Hongbao.Contracts;
using Hongbao.Core.Lanes;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Faults;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Claims;

/// <summary>Ends claims by the outcome of their transfers; message and pull call the same transition.</summary>
internal sealed class ClaimSettlement(IStore store, LaneSet lanes, AlertSink alerts)
{
    private static readonly Sql SettleSql = new(
        "update claims set state = @to where claim_no = @claim_no and state = @from",
        """
        update claims c set state = i.target from unnest(@claim_no::bigint[], @from::int[], @to::int[]) as i(claim_no, source, target)
        where c.claim_no = i.claim_no and c.state = i.source
        """);

    private static readonly Sql EndCredits = new(
        "delete from reward_credits where claim_no = @claim_no",
        "delete from reward_credits where claim_no = any(@claim_no::bigint[])");

    private sealed class StateRow
    {
        public long ClaimNo { get; init; }
        public ClaimStatus State { get; init; }
    }

    public async Task HandleAsync(IReadOnlyList<Delivery> deliveries, CancellationToken cancellationToken)
    {
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var outcomes = new List<TransferOutcome>();
            foreach (var delivery in await Inbox.AcceptAsync(session, deliveries, Listener.SettleClaims.Handler, cancellationToken).ConfigureAwait(false))
            {
                outcomes.AddRange(delivery.Read<TransfersSettled>().Items);
            }

            // All in one, in order of claim number: settling by message and by pull never wait for each other in a circle.
            await SettleAsync(session, outcomes, cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("core.settle.before_commit");
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("core.settle.after_commit");
        }
    }

    /// <summary>Moves claims along their graph; those that are there already stay.</summary>
    public async Task SettleAsync(IReadOnlyList<TransferOutcome> outcomes, CancellationToken cancellationToken)
    {
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await SettleAsync(session, outcomes, cancellationToken).ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task SettleAsync(StoreSession session, IReadOnlyList<TransferOutcome> outcomes, CancellationToken cancellationToken)
    {
        var ends = outcomes.Where(o => o.Status is OrderStatus.Succeeded or OrderStatus.Failed)
            .OrderBy(o => o.ClaimNo)
            .Select(o =>
            {
                ClaimGraph.Claim.TryMove(ClaimStatus.Claimed, o.Status == OrderStatus.Succeeded ? ClaimEvent.TransferSucceeded : ClaimEvent.TransferFailed, out var to);
                return (o.ClaimNo, o.PacketNo, To: to);
            }).ToArray();
        var moves = ends.DistinctBy(e => e.ClaimNo).ToArray();
        var moved = await session.ExecuteRowsAsync(
            SettleSql,
            new ColumnBatch().Add("claim_no", moves, m => m.ClaimNo).Add("from", moves, _ => (int)ClaimStatus.Claimed).Add("to", moves, m => (int)m.To),
            cancellationToken).ConfigureAwait(false);

        // Packets that were claimed a moment ago are in memory, nearly always in this process: where senders pay, nothing is looked for here.
        var credits = moves.Where(m => lanes.KindOf(m.PacketNo) != PacketKind.C2C).ToArray();
        await session.ExecuteRowsAsync(EndCredits, new ColumnBatch().Add("claim_no", credits, c => c.ClaimNo), cancellationToken).ConfigureAwait(false);
        if (moved == ends.Length)
        {
            return;
        }

        // Some had their end before: the same end is a repetition, another one must never happen.
        var states = (await session.QueryAsync<StateRow>(
            $"select claim_no, state from claims where claim_no {Sql.AnyOf(session.Dialect, "@nos")}",
            new { nos = session.Longs(moves.Select(m => m.ClaimNo)) }, cancellationToken).ConfigureAwait(false)).ToDictionary(r => r.ClaimNo, r => r.State);
        foreach (var (claimNo, _, to) in ends)
        {
            if (!states.TryGetValue(claimNo, out var state) || state != to)
            {
                alerts.Raise(new Alert("claim.contradiction", claimNo.ToString(System.Globalization.CultureInfo.InvariantCulture),
                    $"The transfer of claim {claimNo} ended {to}, but the claim is {(states.ContainsKey(claimNo) ? state.ToString() : "missing")}. Nothing was changed; reconcile it."));
            }
        }
    }
}
