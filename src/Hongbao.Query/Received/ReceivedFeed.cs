using Hongbao.Contracts;
using Hongbao.Foundation.Faults;
using Hongbao.Foundation.Messaging;
using Hongbao.Query.Sources;

namespace Hongbao.Query.Received;

/// <summary>Writes the read model from messages, as they come; what they miss the repair finds.</summary>
internal sealed class ReceivedFeed(ReceivedStore store, CoreClaims claims)
{
    /// <summary>Core accepted claims: their receivers have shares.</summary>
    public async Task HandleClaimsAsync(IReadOnlyList<Delivery> deliveries, CancellationToken cancellationToken)
    {
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var news = new List<ReceivedRow>();
            foreach (var delivery in await Inbox.AcceptAsync(session, deliveries, Listener.WriteReceived.Handler, cancellationToken).ConfigureAwait(false))
            {
                news.AddRange(delivery.Read<ClaimsAccepted>().Wanted().Select(ReceivedRow.Of));
            }

            await ReceivedStore.PutAsync(session, news, cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("query.received_written.before_commit");
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("query.received_written.after_commit");
        }
    }

    /// <summary>Async ended transfers: those that failed no longer count. Needs no inbox: marking twice is marking once.</summary>
    public async Task HandleOutcomesAsync(IReadOnlyList<Delivery> deliveries, CancellationToken cancellationToken)
    {
        var failed = deliveries.SelectMany(d => d.Read<TransfersSettled>().Items).Where(o => o.Status == OrderStatus.Failed).Select(o => o.ClaimNo).ToHashSet();
        if (failed.Count == 0)
        {
            return;
        }

        // With the claim's own row, for this message may come before the one about the claim.
        var rows = await claims.ByNumberAsync(failed, cancellationToken).ConfigureAwait(false);
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await ReceivedStore.PutAsync(session, rows.Select(r => ReceivedRow.Of(r, failed: true)), cancellationToken).ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
