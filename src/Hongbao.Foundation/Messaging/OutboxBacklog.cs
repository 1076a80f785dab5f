using Hongbao.Foundation.Stores;

namespace Hongbao.Foundation.Messaging;

/// <summary>What waits in one topic of an outbox.</summary>
/// <param name="Topic">One of the contract's topics.</param>
/// <param name="Waiting">Messages that are committed and not delivered to every handler yet, delayed ones included; each may carry many items.</param>
/// <param name="Dead">Messages that were set aside after too many failures.</param>
/// <param name="Oldest">Age of the oldest waiting message by the store's clock; zero without any.</param>
public sealed record TopicBacklog(string Topic, long Waiting, long Dead, TimeSpan Oldest);

/// <summary>Reads how far the delivery of an outbox is behind. It reads the waiting rows alone, which are few while delivery keeps up.</summary>
public static class OutboxBacklog
{
    private sealed class Row
    {
        public string Topic { get; init; } = "";
        public long Waiting { get; init; }
        public long Dead { get; init; }
        public long OldestMs { get; init; }
    }

    /// <summary>Topics that have waiting or dead messages, by name; changes nothing.</summary>
    /// <param name="store">The store of the module that sends.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="StoreException">Unavailable.</exception>
    public static async Task<List<TopicBacklog>> ReadAsync(IReadStore store, CancellationToken cancellationToken)
    {
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var rows = await session.QueryAsync<Row>("""
                select topic, sum(case when state = 0 then 1 else 0 end) as waiting, sum(case when state = 1 then 1 else 0 end) as dead,
                  coalesce(now_ms() - min(case when state = 0 then created_at end), 0) as oldest_ms
                from outbox group by topic order by topic
                """, null, cancellationToken).ConfigureAwait(false);
            return rows.ConvertAll(r => new TopicBacklog(r.Topic, r.Waiting, r.Dead, TimeSpan.FromMilliseconds(Math.Max(0, r.OldestMs))));
        }
    }
}
