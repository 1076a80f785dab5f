using Hongbao.Contracts;
using Hongbao.Foundation.Faults;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Stores;

namespace Hongbao.Async.Orders;

/// <summary>Turns Core's messages into orders: written down first, sent right after the commit.</summary>
internal sealed class OrderRequests(IStore store, OrderStore orders, OrderAdvancer advancer)
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

            added = await orders.AddTransfersAsync(session, wanted, cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("async.transfers_written.before_commit");
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("async.transfers_written.after_commit");
        }

        advancer.SendSoon(added, []);
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

            added = await orders.AddRefundsAsync(session, wanted, cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("async.refunds_written.before_commit");
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("async.refunds_written.after_commit");
        }

        advancer.SendSoon([], added);
    }
}
