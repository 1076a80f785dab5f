using System.Text.Json;
using Hongbao.Contracts;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;
using Hongbao.Jce;

namespace Hongbao.Foundation.Messaging;

/// <summary>
/// A module's outgoing messages, written in the transaction of the change that they tell about. One row can carry many
/// items: a batch writes one row, not one per item.
/// </summary>
public sealed class Outbox
{
    private IWorker? _dispatcher;

    private const string InsertSql = """
        insert into outbox (slot, topic, context, payload, created_at, visible_at)
        values (@slot, @topic, @context, @payload, now_ms(), now_ms() + @delayMs)
        """;

    private static readonly Sql InsertRows = new(
        "insert into outbox (slot, topic, context, payload, created_at, visible_at) values (@slot, @topic, @context, @payload, now_ms(), now_ms())",
        """
        insert into outbox (slot, topic, context, payload, created_at, visible_at)
        select slot, topic, context, payload, now_ms(), now_ms() from unnest(@slot::int[], @topic::text[], @context::bytea[], @payload::bytea[])
          as t(slot, topic, context, payload)
        """);

    /// <summary>Adds a message to the caller's transaction.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="slot">The slot of the owner, 0 to 1,023.</param>
    /// <param name="topic">One of <see cref="Topics"/>.</param>
    /// <param name="context">Travels with the message.</param>
    /// <param name="payload">A struct of Messages.jce.</param>
    /// <param name="delay">Not delivered before; zero for at once.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task AddAsync<T>(
        StoreSession session, int slot, string topic, CallContext context, T payload, TimeSpan delay, CancellationToken cancellationToken)
        where T : class, IJceStruct
    {
        await session.ExecuteAsync(
            InsertSql,
            new { slot, topic, context = JceSerializer.ToBytes(context), payload = JceSerializer.ToBytes(payload), delayMs = (long)delay.TotalMilliseconds },
            cancellationToken).ConfigureAwait(false);
        session.AfterCommit(Wake);
    }

    /// <summary>A message to be delivered at once, as a statement of a batch; the caller calls <see cref="Wake"/> after the commit.</summary>
    public static BatchStatement Insert<T>(int slot, string topic, CallContext context, T payload)
        where T : class, IJceStruct
    {
        int[] one = [0];
        return new BatchStatement(InsertRows, new ColumnBatch()
            .Add("slot", one, _ => slot)
            .Add("topic", one, _ => topic)
            .Add("context", one, _ => JceSerializer.ToBytes(context))
            .Add("payload", one, _ => JceSerializer.ToBytes(payload)));
    }

    /// <summary>Tells the dispatcher that something was committed.</summary>
    public void Wake() => _dispatcher?.Wake();

    internal void SetDispatcher(IWorker dispatcher) => _dispatcher = dispatcher;
}

/// <summary>Makes each message's effect happen once: remembered in the transaction of the effect.</summary>
public static class Inbox
{
    /// <summary>How long a message id is remembered; far beyond every redelivery.</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromDays(7);

    private static readonly Sql AcceptAll = new(
        """
        insert into inbox (message_id, handler, received_at) select value, @handler, now_ms() from json_each(@ids) where true
        on conflict (message_id, handler) do nothing returning message_id
        """,
        """
        insert into inbox (message_id, handler, received_at) select id, @handler, now_ms() from unnest(@ids) as t(id)
        on conflict (message_id, handler) do nothing returning message_id
        """);

    /// <summary>Those of some messages that come for the first time, in their order: the effects of the others are committed already.</summary>
    public static async Task<List<Delivery>> AcceptAsync(
        StoreSession session, IReadOnlyList<Delivery> deliveries, string handler, CancellationToken cancellationToken)
    {
        // In one order everywhere, so that two processes with the same messages wait for each other instead of dying.
        var ids = deliveries.Select(d => d.MessageId).Order(StringComparer.Ordinal).ToArray();
        var accepted = (await session.QueryAsync<string>(
            AcceptAll,
            new { handler, ids = session.Dialect switch { SqlDialect.Sqlite => (object)JsonSerializer.Serialize(ids), SqlDialect.Postgres => ids } },
            cancellationToken).ConfigureAwait(false)).ToHashSet(StringComparer.Ordinal);
        return [.. deliveries.Where(d => accepted.Contains(d.MessageId))];
    }

    /// <summary>Forgets what is older than <see cref="Retention"/>, a bounded piece at a time. True when there may be more.</summary>
    public static async Task<bool> PurgeAsync(IStore store, CancellationToken cancellationToken)
    {
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var gone = await session.ExecuteAsync("""
                delete from inbox where (message_id, handler) in
                  (select message_id, handler from inbox where received_at < (select now_ms()) - @age order by received_at limit 1000)
                """, new { age = (long)Retention.TotalMilliseconds }, cancellationToken).ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            return gone == 1000;
        }
    }
}
