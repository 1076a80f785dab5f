using Hongbao.Contracts;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Faults;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;
using Hongbao.Foundation.Time;
using Hongbao.Jce;
using Microsoft.Extensions.Logging;

namespace Hongbao.Foundation.Messaging;

/// <summary>
/// Delivers one module's outbox to the subscribers in this process, at least once: leases rows for a while, hands them over
/// in portions, deletes what every handler has committed. A portion that fails is halved until the bad message stands alone;
/// that one is tried again with back-off and in the end is dead, which alerts. Every topic has a worker of its own, so that a
/// slow or failing one holds no other up; within a topic every handler gets every message whatever the others do with it.
/// A topic that nobody in this process listens to stays where it is, for a process that does.
/// </summary>
public sealed class OutboxDispatcher(IStore store, Outbox outbox, MessageBus bus, AlertSink alerts, ILogger log)
{
    private const int PortionMax = 100;

    // A message may carry a thousand claims: beyond this much text no further message joins a portion, so that a handler's transaction
    // stays far below the deadlines of statements and leases.
    private const int PortionBytes = 512 * 1024;
    private const int FailuresMax = 20;

    // Enough to halve a full portion down to one message; more of them in one portion mean that the store is in trouble, not a message.
    private const int StoreFaultsMax = 8;
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RestFirst = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan RestMax = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);
    private readonly Dictionary<string, IWorker> _topics = new(StringComparer.Ordinal);
    private readonly HashSet<string> _unheard = new(StringComparer.Ordinal);

    private sealed class Row
    {
        public long Id { get; init; }
        public byte[] Context { get; init; } = [];
        public byte[] Payload { get; init; } = [];
        public int Attempts { get; init; }
        public int Failures { get; init; }

        public Delivery? Delivery { get; set; }
        public int HandlersPassed { get; set; }
        public Exception? Fault { get; set; }
    }

    // One step of the index per topic, however long the backlog. The clock is asked in a sub-select: compared directly, PostgreSQL would
    // call it for every row instead of searching the index.
    private const string DueTopics = """
        with recursive topics (topic) as (
          select min(topic) from outbox where state = 0
          union all
          select (select min(o.topic) from outbox o where o.state = 0 and o.topic > t.topic) from topics t where t.topic is not null
        )
        select topic from topics t where topic is not null
          and (select min(o.visible_at) from outbox o where o.state = 0 and o.topic = t.topic) <= (select now_ms())
        """;

    private static readonly Sql LeaseDue = new(
        """
        update outbox set attempts = attempts + 1, visible_at = now_ms() + @leaseMs
        where id in (
          select id from (
            select id, size, sum(size) over (order by visible_at, id) as total from (
              select id, visible_at, length(payload) as size from outbox
              where state = 0 and topic = @topic and visible_at <= (select now_ms()) order by visible_at, id limit @portionMax))
          where total - size < @portionBytes)
        returning id, context, payload, attempts, failures
        """,
        """
        update outbox set attempts = attempts + 1, visible_at = now_ms() + @leaseMs
        where id = any(array(
          select id from (
            select id, size, sum(size) over (order by visible_at, id) as total from (
              select id, visible_at, octet_length(payload) as size from outbox
              where state = 0 and topic = @topic and visible_at <= (select now_ms()) order by visible_at, id limit @portionMax
              for update skip locked) as due) as summed
          where total - size < @portionBytes))
        returning id, context, payload, attempts, failures
        """);

    /// <summary>Adds the dispatcher and the inbox's purge as workers; a topic's worker follows with its first message.</summary>
    public void Attach(IScheduler scheduler)
    {
        outbox.SetDispatcher(scheduler.Add($"{store.Module}.outbox", cancellationToken => WatchAsync(scheduler, cancellationToken)));
        scheduler.Add($"{store.Module}.inbox.purge", async cancellationToken =>
            await Inbox.PurgeAsync(store, cancellationToken).ConfigureAwait(false) ? NextRun.Now : NextRun.After(TimeSpan.FromMinutes(10)));
    }

    /// <summary>Wakes the workers of the topics that have something due. Looking costs no write: an idle module does not touch its disk.</summary>
    private async Task<NextRun> WatchAsync(IScheduler scheduler, CancellationToken cancellationToken)
    {
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            foreach (var topic in await session.QueryAsync<string>(DueTopics, null, cancellationToken).ConfigureAwait(false))
            {
                if (_topics.TryGetValue(topic, out var worker))
                {
                    worker.Wake();
                }
                else if (bus.For(topic).Count == 0)
                {
                    if (_unheard.Add(topic))
                    {
                        log.LogWarning("Nobody in this process listens to {Topic} of '{Module}': its messages wait for one that does", topic, store.Module);
                    }
                }
                else
                {
                    _topics.Add(topic, scheduler.Add($"{store.Module}.outbox.{topic}", token => DeliverAsync(topic, token)));
                }
            }
        }

        return NextRun.After(PollInterval);
    }

    private async Task<NextRun> DeliverAsync(string topic, CancellationToken cancellationToken)
    {
        List<Row> rows;
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            rows = await session.QueryAsync<Row>(
                LeaseDue, new { topic, leaseMs = (long)Lease.TotalMilliseconds, portionMax = PortionMax, portionBytes = PortionBytes }, cancellationToken).ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
        }

        if (rows.Count == 0)
        {
            return NextRun.WhenWoken;
        }

        Failpoint.Hit("outbox.after_lease");
        var handlers = bus.For(topic);
        try
        {
            var readable = Read(topic, rows);
            foreach (var (handler, handle) in handlers)
            {
                await HandAsync(topic, handler, handle, readable, new Trouble(), cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            Failpoint.Hit("outbox.before_delete");
            await SettleAsync(topic, rows, handlers.Count).ConfigureAwait(false);
        }

        return rows.Count == PortionMax || rows.Sum(r => (long)r.Payload.Length) >= PortionBytes ? NextRun.Now : NextRun.WhenWoken;
    }

    private List<Row> Read(string topic, List<Row> rows)
    {
        foreach (var row in rows)
        {
            try
            {
                var context = JceSerializer.Read<CallContext>(row.Context);
                row.Delivery = new Delivery($"{store.Module}:{row.Id}", topic, context, row.Payload, row.Attempts);
            }
            catch (JceFormatException e)
            {
                row.Fault = e;
            }
        }

        return [.. rows.Where(r => r.Delivery is not null).OrderBy(r => r.Id)];
    }

    private sealed class Trouble
    {
        public int StoreFaults { get; set; }
        public Exception? Last { get; set; }
    }

    private async Task HandAsync(
        string topic, string handler, MessageHandler handle, List<Row> rows, Trouble trouble, CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
        {
            return;
        }

        if (trouble.StoreFaults >= StoreFaultsMax)
        {
            rows.ForEach(r => r.Fault ??= trouble.Last);
            return;
        }

        try
        {
            await handle(rows.ConvertAll(r => r.Delivery!), cancellationToken).ConfigureAwait(false);
            rows.ForEach(r => r.HandlersPassed++);
            return;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (HandlerUnreachableException e)
        {
            log.LogWarning("{Count} messages of {Topic} wait: {Reason}", rows.Count, topic, e.Message);
            trouble.StoreFaults = StoreFaultsMax;
            trouble.Last = e;
            rows.ForEach(r => r.Fault ??= e);
            return;
        }
        catch (Exception e)
        {
            if (e is StoreException fault && IsOfTheStore(fault))
            {
                trouble.StoreFaults++;
                trouble.Last = fault;
            }

            if (rows.Count == 1)
            {
                log.LogWarning(e, "Message {Id} of {Topic} failed in {Handler} at attempt {Attempt}", rows[0].Id, topic, handler, rows[0].Attempts);
                // Of several handlers' faults one that counts stands for all.
                rows[0].Fault = rows[0].Fault is null or StoreException or HandlerUnreachableException ? e : rows[0].Fault;
                return;
            }

            log.LogWarning(e, "A portion of {Count} messages of {Topic} failed in {Handler}; halving it", rows.Count, topic, handler);
        }

        var half = rows.Count / 2;
        await HandAsync(topic, handler, handle, rows[..half], trouble, cancellationToken).ConfigureAwait(false);
        await HandAsync(topic, handler, handle, rows[half..], trouble, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Deletes what every handler has committed, puts back what failed, and gives back what was not tried because the process
    /// stops. It is not cancelled, and when it fails the rows come back with the end of their lease.
    /// </summary>
    private async Task SettleAsync(string topic, List<Row> rows, int handlers)
    {
        var done = rows.Where(r => r.Fault is null && r.HandlersPassed == handlers).Select(r => r.Id).ToArray();
        var untried = rows.Where(r => r.Fault is null && r.HandlersPassed < handlers).Select(r => r.Id).ToArray();
        var dead = new List<Row>();
        try
        {
            var session = await store.WriteAsync(CancellationToken.None).ConfigureAwait(false);
            await using (session.ConfigureAwait(false))
            {
                if (done.Length > 0)
                {
                    var gone = await session.ExecuteAsync(
                        $"delete from outbox where id {Sql.AnyOf(session.Dialect, "@ids")}", new { ids = session.Longs(done) }).ConfigureAwait(false);
                    await session.ExecuteAsync(
                        "insert into outbox_tally (topic, sent) values (@topic, @gone) on conflict (topic) do update set sent = outbox_tally.sent + excluded.sent",
                        new { topic, gone = (long)gone }).ConfigureAwait(false);
                }

                if (untried.Length > 0)
                {
                    await session.ExecuteAsync(
                        $"update outbox set visible_at = now_ms(), attempts = attempts - 1 where state = 0 and id {Sql.AnyOf(session.Dialect, "@ids")}",
                        new { ids = session.Longs(untried) }).ConfigureAwait(false);
                }

                foreach (var row in rows.Where(r => r.Fault is not null))
                {
                    if (await PutBackAsync(session, row, row.Fault!).ConfigureAwait(false))
                    {
                        dead.Add(row);
                    }
                }

                await session.CommitAsync().ConfigureAwait(false);
            }
        }
        catch (StoreException e)
        {
            log.LogWarning(e, "{Count} messages of {Topic} could not be settled; they come again in {Lease}", rows.Count, topic, Lease);
            return;
        }

        foreach (var row in dead)
        {
            alerts.Raise(new Alert("outbox.dead", $"{store.Module}:{row.Id}",
                $"Message {row.Id} of {topic} in '{store.Module}' failed {row.Failures + 1} times and is set aside: {row.Fault!.Message}"));
        }
    }

    /// <summary>True when the message is dead now.</summary>
    private static async Task<bool> PutBackAsync(StoreSession session, Row row, Exception fault)
    {
        var failures = fault is HandlerUnreachableException || (fault is StoreException e && IsOfTheStore(e)) ? row.Failures : row.Failures + 1;
        var isDead = failures >= FailuresMax;
        // Not by who lost the lease meanwhile: the attempt of the row tells.
        var changed = await session.ExecuteAsync(
            """
            update outbox set state = @state, failures = @failures, visible_at = now_ms() + @delayMs, last_error = @error
            where id = @Id and attempts = @Attempts and state = 0
            """,
            new
            {
                state = isDead ? 1 : 0,
                failures,
                delayMs = BackOff.Doubling(RestFirst, row.Attempts, RestMax).Ticks / TimeSpan.TicksPerMillisecond,
                // Databases refuse NUL and halves of characters, and messages may quote a payload.
                error = new string([.. fault.Message.Where(c => !char.IsControl(c) && !char.IsSurrogate(c)).Take(500)]),
                row.Id,
                row.Attempts,
            }).ConfigureAwait(false);
        return isDead && changed == 1;
    }

    /// <summary>Trouble of a database, not of the message; it never kills one.</summary>
    internal static bool IsOfTheStore(StoreException fault) =>
        fault.Fault is StoreFault.Transient or StoreFault.Unavailable or StoreFault.UnknownOutcome;
}
