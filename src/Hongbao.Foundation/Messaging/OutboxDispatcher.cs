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
/// slow or failing one holds no other up; within a topic every handler gets every message whatever the others do with it, and
/// is not bothered again while the message waits for the others.
/// A topic that nobody in this process listens to stays where it is, for a process that does.
/// </summary>
/// <param name="store">The sending module's.</param>
/// <param name="outbox">Tells when something was committed.</param>
/// <param name="bus">Who listens.</param>
/// <param name="alerts">Where people are called: about dead messages, and when delivery is behind.</param>
/// <param name="log">Logs.</param>
/// <param name="behindAfter">Age from which a waiting message calls a person; 10 minutes when not said.</param>
public sealed class OutboxDispatcher(IStore store, Outbox outbox, MessageBus bus, AlertSink alerts, ILogger log, TimeSpan? behindAfter = null)
{
    private const int PortionMax = 100;

    // A message may carry a thousand claims, in some twenty bytes each: beyond this many bytes no further message joins a portion, so that
    // a handler's transaction stays far below the deadlines of statements, leases and calls.
    private const int PortionBytes = 256 * 1024;
    private const int FailuresMax = 20;

    // Enough to halve a full portion down to one message; more of them in one portion mean that the store is in trouble, not a message.
    private const int StoreFaultsMax = 8;
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RestFirst = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan RestMax = TimeSpan.FromSeconds(60);

    // What waits for another process waits no longer than that was away, but a long absence must not bring all of it back every minute.
    private static readonly TimeSpan RestUnreachableMax = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);
    private readonly OutboxWatch _watch = new(store, alerts, behindAfter ?? TimeSpan.FromMinutes(10));
    private readonly Dictionary<string, IWorker> _topics = new(StringComparer.Ordinal);
    private readonly HashSet<string> _unheard = new(StringComparer.Ordinal);
    private IWorker? _watcher;

    private sealed class Row
    {
        public long Id { get; init; }
        public byte[] Context { get; init; } = [];
        public byte[] Payload { get; init; } = [];
        public int Attempts { get; init; }
        public int Failures { get; init; }
        public string Passed { get; init; } = "";

        public Delivery? Delivery { get; set; }

        /// <summary>Names of the handlers that have it.</summary>
        public List<string> Holders { get; } = [];

        public Exception? Fault { get; set; }

        /// <summary>For how long it stays although nothing is wrong with it: faults on demand.</summary>
        public TimeSpan? HeldFor { get; set; }

        /// <summary>Trouble of a way or of a store is not the message's own.</summary>
        public bool IsAtFault => Fault is not (null or HandlerUnreachableException) && !(Fault is StoreException e && IsOfTheStore(e));

        public int FailuresNow => Failures + (IsAtFault ? 1 : 0);

        public bool IsDead => IsAtFault && FailuresNow >= FailuresMax;
    }

    // How many messages at a time each handler of a topic gets, where that is fewer than a portion: found by halving and doubling. Used
    // by the topic's worker only.
    private sealed class Pieces
    {
        private readonly Dictionary<string, int> _most = new(StringComparer.Ordinal);

        public int MostFor(string handler) => _most.GetValueOrDefault(handler, PortionMax);

        public void Halve(string handler, int count) => _most[handler] = Math.Max(count / 2, 1);

        public void Grow(string handler)
        {
            if (_most.TryGetValue(handler, out var most))
            {
                _most[handler] = Math.Min(most * 2, PortionMax);
            }
        }
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
        returning id, context, payload, attempts, failures, passed
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
        returning id, context, payload, attempts, failures, passed
        """);

    private static readonly Sql GiveBack = new(
        """
        update outbox set state = @state, failures = @failures, attempts = attempts - @untried, visible_at = now_ms() + @delayMs,
          last_error = coalesce(@error, last_error), passed = @passed
        where id = @id and attempts = @attempts and state = 0
        """,
        """
        update outbox o set state = r.state, failures = r.failures, attempts = o.attempts - r.untried, visible_at = now_ms() + r.delay_ms,
          last_error = coalesce(r.error, o.last_error), passed = r.passed
        from unnest(@id::bigint[], @attempts::int[], @state::int[], @failures::int[], @untried::int[], @delayMs::bigint[], @error::text[], @passed::text[])
          as r(id, attempts, state, failures, untried, delay_ms, error, passed)
        where o.id = r.id and o.attempts = r.attempts and o.state = 0
        """);

    /// <summary>Adds the dispatcher, the watch over what waits, and the inbox's purge as workers; a topic's worker follows with its first message.</summary>
    public void Attach(IScheduler scheduler)
    {
        outbox.SetDispatcher(scheduler.Add($"{store.Module}.outbox", cancellationToken => LookAsync(scheduler, cancellationToken)));
        _watcher = scheduler.Add($"{store.Module}.outbox.watch", _watch.LookAsync);
        scheduler.Add($"{store.Module}.inbox.purge", async cancellationToken =>
            await Inbox.PurgeAsync(store, cancellationToken).ConfigureAwait(false) ? NextRun.Now : NextRun.After(TimeSpan.FromMinutes(10)));
    }

    /// <summary>Wakes the workers of the topics that have something due. Looking costs no write: an idle module does not touch its disk.</summary>
    private async Task<NextRun> LookAsync(IScheduler scheduler, CancellationToken cancellationToken)
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
                    var pieces = new Pieces();
                    _topics.Add(topic, scheduler.Add($"{store.Module}.outbox.{topic}", token => DeliverAsync(topic, pieces, token)));
                }
            }
        }

        return NextRun.After(PollInterval);
    }

    private async Task<NextRun> DeliverAsync(string topic, Pieces pieces, CancellationToken cancellationToken)
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
            var readable = HoldUp(Read(topic, rows));
            foreach (var (handler, handle) in handlers)
            {
                var trouble = new Trouble();
                for (var rest = readable.FindAll(r => !r.Holders.Contains(handler)); rest.Count > 0;)
                {
                    var some = rest[..Math.Min(pieces.MostFor(handler), rest.Count)];
                    rest.RemoveRange(0, some.Count);
                    await HandAsync(topic, handler, handle, some, trouble, pieces, cancellationToken).ConfigureAwait(false);
                }

                if (trouble.StoreFaults == 0)
                {
                    pieces.Grow(handler);
                }
            }
        }
        finally
        {
            Repeat(rows, handlers);
            Failpoint.Hit("outbox.before_delete");
            await SettleAsync(topic, rows, handlers).ConfigureAwait(false);
        }

        return rows.Count == PortionMax || rows.Sum(r => (long)r.Payload.Length) >= PortionBytes ? NextRun.Now : NextRun.WhenWoken;
    }

    private List<Row> Read(string topic, List<Row> rows)
    {
        foreach (var row in rows)
        {
            row.Holders.AddRange(row.Passed.Split(',', StringSplitOptions.RemoveEmptyEntries));
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

    // Those that are not held up by faults on demand.
    private List<Row> HoldUp(List<Row> rows)
    {
        if (bus.Faults is not { } faults)
        {
            return rows;
        }

        foreach (var row in rows)
        {
            row.HeldFor = faults.NextDelay(row.Attempts) is var delay && delay > TimeSpan.Zero ? delay : null;
        }

        return rows.FindAll(static r => r.HeldFor is null);
    }

    // By faults on demand some that everybody has come again, to everybody.
    private void Repeat(List<Row> rows, IReadOnlyList<(string Handler, MessageHandler Handle)> handlers)
    {
        if (bus.Faults is not { } faults)
        {
            return;
        }

        foreach (var row in rows.Where(r => IsDone(r, handlers)))
        {
            if (faults.NextRepetition(row.Attempts) is { } rest)
            {
                row.HeldFor = rest;
                row.Holders.Clear();
            }
        }
    }

    private static bool IsDone(Row row, IReadOnlyList<(string Handler, MessageHandler Handle)> handlers) =>
        row.Fault is null && row.HeldFor is null && handlers.All(h => row.Holders.Contains(h.Handler));

    private sealed class Trouble
    {
        public int StoreFaults { get; set; }
        public Exception? Last { get; set; }
    }

    private async Task HandAsync(
        string topic, string handler, MessageHandler handle, List<Row> rows, Trouble trouble, Pieces pieces, CancellationToken cancellationToken)
    {
        if (trouble.StoreFaults >= StoreFaultsMax)
        {
            rows.ForEach(r => r.Fault ??= trouble.Last);
            return;
        }

        try
        {
            await handle(rows.ConvertAll(r => r.Delivery!), cancellationToken).ConfigureAwait(false);
            rows.ForEach(r => r.Holders.Add(handler));
            return;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (HandlerUnreachableException e)
        {
            // Who throws it says when that begins and ends: this comes with every commit meanwhile.
            log.LogDebug("{Count} messages of {Topic} wait: {Reason}", rows.Count, topic, e.Message);
            if (e.FewerMayPass)
            {
                pieces.Halve(handler, rows.Count);
            }

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
        await HandAsync(topic, handler, handle, rows[..half], trouble, pieces, cancellationToken).ConfigureAwait(false);
        await HandAsync(topic, handler, handle, rows[half..], trouble, pieces, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Deletes what every handler has committed, puts back what failed, and gives back what was not tried because the process
    /// stops. It is not cancelled, and when it fails the rows come back with the end of their lease.
    /// </summary>
    private async Task SettleAsync(string topic, List<Row> rows, IReadOnlyList<(string Handler, MessageHandler Handle)> handlers)
    {
        var isDone = rows.ToLookup(r => IsDone(r, handlers));
        var back = isDone[false].OrderBy(r => r.Id).ToList();
        try
        {
            var session = await store.WriteAsync(CancellationToken.None).ConfigureAwait(false);
            await using (session.ConfigureAwait(false))
            {
                if (isDone[true].Any())
                {
                    var gone = await session.ExecuteAsync(
                        $"delete from outbox where id {Sql.AnyOf(session.Dialect, "@ids")}", new { ids = session.Longs(isDone[true].Select(r => r.Id)) }).ConfigureAwait(false);
                    await session.ExecuteAsync(
                        "insert into outbox_tally (topic, sent) values (@topic, @gone) on conflict (topic) do update set sent = outbox_tally.sent + excluded.sent",
                        new { topic, gone = (long)gone }).ConfigureAwait(false);
                }

                await session.ExecuteRowsAsync(GiveBack, GivenBack(back), CancellationToken.None).ConfigureAwait(false);
                await session.CommitAsync().ConfigureAwait(false);
            }
        }
        catch (StoreException e)
        {
            log.LogWarning(e, "{Count} messages of {Topic} could not be settled; they come again in {Lease}", rows.Count, topic, Lease);
            return;
        }

        if (back.Exists(r => r.IsDead))
        {
            _watcher?.Wake();
        }
    }

    // Not of rows whose lease another has taken meanwhile: the attempt tells.
    private static ColumnBatch GivenBack(List<Row> rows) => new ColumnBatch()
        .Add("id", rows, r => r.Id)
        .Add("attempts", rows, r => r.Attempts)
        .Add("state", rows, r => r.IsDead ? 1 : 0)
        .Add("failures", rows, r => r.FailuresNow)
        .Add("untried", rows, r => r.Fault is null && r.HeldFor is null ? 1 : 0)
        .Add("delayMs", rows, r => (r.HeldFor ?? (r.Fault is null ? TimeSpan.Zero : RestOf(r))).Ticks / TimeSpan.TicksPerMillisecond)
        // Databases refuse NUL and halves of characters, and messages may quote a payload.
        .Add("error", rows, r => r.Fault is { } fault ? new string([.. fault.Message.Where(c => !char.IsControl(c) && !char.IsSurrogate(c)).Take(500)]) : null)
        .Add("passed", rows, r => r.Holders.Count > 0 ? string.Join(',', r.Holders) : null);

    private static TimeSpan RestOf(Row row) =>
        BackOff.Doubling(RestFirst, row.Attempts, row.Fault is HandlerUnreachableException ? RestUnreachableMax : RestMax);

    /// <summary>Trouble of a database, not of the message; it never kills one.</summary>
    internal static bool IsOfTheStore(StoreException fault) =>
        fault.Fault is StoreFault.Transient or StoreFault.Unavailable or StoreFault.UnknownOutcome;
}
