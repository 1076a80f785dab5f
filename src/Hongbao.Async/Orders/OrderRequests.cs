using Hongbao.Async.Orders.Fundings;
using Hongbao.Async.Orders.Payouts;
using Hongbao.Async.Orders.Refunds;
using Hongbao.Async.Orders.Transfers;
using Hongbao.Contracts;
using Hongbao.Foundation.Faults;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Stores;

namespace Hongbao.Async.Orders;

/// <summary>Turns Core's messages into orders: written down first, sent right after the commit. And takes our own delayed messages.</summary>
internal sealed class OrderRequests(
    IStore store, TransferStore transferStore, TransferAdvancer transfers, RefundStore refundStore, RefundAdvancer refunds, FundingStore fundingStore,
    FundingAdvancer fundings, PayoutStore payoutStore, PayoutAdvancer payouts)
{
    public async Task HandleClaimsAsync(IReadOnlyList<Delivery> deliveries, CancellationToken cancellationToken)
    {
        List<TransferRow> added;
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var wanted = new List<TransferWanted>();
            foreach (var delivery in await Inbox.AcceptAsync(session, deliveries, Listener.WriteTransfers.Handler, cancellationToken).ConfigureAwait(false))
            {
                wanted.AddRange(delivery.Read<ClaimsAccepted>().Wanted());
            }

            added = await transferStore.AddAsync(session, wanted, cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("async.transfers_written.before_commit");
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("async.transfers_written.after_commit");
        }

        transfers.SendSoon(added);
    }

    public async Task HandleRefundsAsync(IReadOnlyList<Delivery> deliveries, CancellationToken cancellationToken)
    {
        List<long> added;
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var wanted = new List<RefundWanted>();
            foreach (var delivery in await Inbox.AcceptAsync(session, deliveries, Listener.WriteRefunds.Handler, cancellationToken).ConfigureAwait(false))
            {
                wanted.AddRange(delivery.Read<RefundsRequested>().Items);
            }

            added = await refundStore.AddAsync(session, wanted, cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("async.refunds_written.before_commit");
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("async.refunds_written.after_commit");
        }

        refunds.SendSoon(added);
    }

    public async Task HandleFundingsAsync(IReadOnlyList<Delivery> deliveries, CancellationToken cancellationToken)
    {
        List<FundingRow> added;
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var wanted = new List<FundingWanted>();
            foreach (var delivery in await Inbox.AcceptAsync(session, deliveries, Listener.WriteFundings.Handler, cancellationToken).ConfigureAwait(false))
            {
                wanted.AddRange(delivery.Read<FundingsRequested>().Items);
            }

            added = await fundingStore.AddAsync(session, wanted, cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("async.fundings_written.before_commit");
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("async.fundings_written.after_commit");
        }

        fundings.SendSoon(added);
    }

    public async Task HandlePayoutsAsync(IReadOnlyList<Delivery> deliveries, CancellationToken cancellationToken)
    {
        List<PayoutRow> added;
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var wanted = new List<PayoutWanted>();
            foreach (var delivery in await Inbox.AcceptAsync(session, deliveries, Listener.WritePayouts.Handler, cancellationToken).ConfigureAwait(false))
            {
                wanted.AddRange(delivery.Read<PayoutsRequested>().Items);
            }

            added = await payoutStore.AddAsync(session, wanted, cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("async.payouts_written.before_commit");
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("async.payouts_written.after_commit");
        }

        payouts.SendSoon(added);
    }

    /// <summary>The delayed message: those still unanswered are asked about.</summary>
    public async Task HandleDueAsync(IReadOnlyList<Delivery> deliveries, CancellationToken cancellationToken)
    {
        foreach (var delivery in deliveries)
        {
            var still = delivery.Read<OrdersDue>();
            await fundings.AskAsync(still.FundingNos, cancellationToken).ConfigureAwait(false);
            await transfers.AskAsync(still.TransferNos, cancellationToken).ConfigureAwait(false);
            await refunds.AskAsync(still.RefundNos, cancellationToken).ConfigureAwait(false);
            await payouts.AskAsync(still.PayoutNos, cancellationToken).ConfigureAwait(false);
        }
    }
}
