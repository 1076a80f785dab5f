using Hongbao.Contracts;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Faults;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Hongbao.Foundation.Messaging;

/// <summary>
/// Delivers one module's outbox to the subscribers in this process, at least once: leases rows for a while, hands them over
/// in portions, deletes what every handler has committed. A portion that fails is halved until the bad message stands alone;
/// that one is tried again with back-off and in the end is dead, which alerts.
/// </summary>
public sealed class OutboxDispatcher(IStore store, Outbox outbox, MessageBus bus, AlertSink alerts, ILogger log)
{
    private const int PortionMax = 100;
    private const int AttemptsMax = 20;
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    private sealed class Row
    {
        public long Id { get; init; }
        public string Topic { get; init; } = "";
        public string Context { get; init; } = "";
        public string Payload { get; init; } = "";
        public int Attempts { get; init; }
    }

    private static readonly Sql LeaseDue = new(
        """
        update outbox set attempts = attempts + 1, visible_at = now_ms() + @leaseMs
        where id in (select id from outbox where state = 0 and visible_at <= now_ms() order by id limit @portionMax)
        returning id, topic, context, payload, attempts
        """,
        """
        update outbox set attempts = attempts + 1, visible_at = now_ms() + @leaseMs
        where id = any(array(select id from outbox where state = 0 and visible_at <= now_ms() order by id limit @portionMax for update skip locked))
        returning id, topic, context, payload, attempts
        """);

    /// <summary>Adds the dispatcher and the inbox's purge as workers.</summary>
    public void Attach(IScheduler scheduler)
    {
        outbox.SetDispatcher(scheduler.Add($"{store.Module}.outbox", StepAsync));
        scheduler.Add($"{store.Module}.inbox.purge", async cancellationToken =>
            await Inbox.PurgeAsync(store, cancellationToken).ConfigureAwait(false) ? NextRun.Now : NextRun.After(TimeSpan.FromMinutes(10)));
    }

    private async Task<NextRun> StepAsync(CancellationToken cancellationToken)
    {
        // Looking costs no write: an idle module does not touch its disk.
        if (!await AnyDueAsync(cancellationToken).ConfigureAwait(false))
        {
            return NextRun.After(PollInterval);
        }

        List<Row> rows;
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            rows = await session.QueryAsync<Row>(LeaseDue, new { leaseMs = (long)Lease.TotalMilliseconds, portionMax = PortionMax }, cancellationToken)
                .ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
        }

        Failpoint.Hit("outbox.after_lease");
        foreach (var topic in rows.OrderBy(r => r.Id).GroupBy(r => r.Topic))
        {
            await DispatchAsync([.. topic], cancellationToken).ConfigureAwait(false);
        }

        return NextRun.Now;
    }

    private async Task<bool> AnyDueAsync(CancellationToken cancellationToken)
    {
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return await session.FirstAsync<int?>(
                "select 1 from outbox where state = 0 and visible_at <= now_ms() limit 1", null, cancellationToken).ConfigureAwait(false) is not null;
        }
    }

    private async Task DispatchAsync(List<Row> rows, CancellationToken cancellationToken)
    {
        try
        {
            var deliveries = rows.ConvertAll(r => new Delivery(
                $"{store.Module}:{r.Id}", r.Topic, JsonSerializer.Deserialize<CallContext>(r.Context, Outbox.Json)!, r.Payload, r.Attempts));
            foreach (var (_, handle) in bus.For(rows[0].Topic))
            {
                await handle(deliveries, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e) when (rows.Count > 1)
        {
            log.LogWarning(e, "A portion of {Count} messages of {Topic} failed; halving it", rows.Count, rows[0].Topic);
            var half = rows.Count / 2;
            await DispatchAsync(rows[..half], cancellationToken).ConfigureAwait(false);
            await DispatchAsync(rows[half..], cancellationToken).ConfigureAwait(false);
            return;
        }
        catch (Exception e)
        {
            await PutBackAsync(rows[0], e, cancellationToken).ConfigureAwait(false);
            return;
        }

        Failpoint.Hit("outbox.before_delete");
        await DeleteAsync(rows, cancellationToken).ConfigureAwait(false);
    }

    private async Task DeleteAsync(List<Row> rows, CancellationToken cancellationToken)
    {
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var gone = await session.ExecuteAsync(
                $"delete from outbox where id {Sql.AnyOf(session.Dialect, "@ids")}", new { ids = session.Longs(rows.Select(r => r.Id)) }, cancellationToken)
                .ConfigureAwait(false);
            await session.ExecuteAsync(
                "insert into outbox_tally (topic, sent) values (@Topic, @gone) on conflict (topic) do update set sent = outbox_tally.sent + excluded.sent",
                new { rows[0].Topic, gone = (long)gone }, cancellationToken).ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task PutBackAsync(Row row, Exception exception, CancellationToken cancellationToken)
    {
        var isDead = row.Attempts >= AttemptsMax && exception is not StoreException { IsTransient: true };
        var delay = TimeSpan.FromMilliseconds(Math.Min(100 * Math.Pow(2, Math.Min(row.Attempts, 12)), 60_000));
        log.LogWarning(exception, "Message {Id} of {Topic} failed at attempt {Attempt}", row.Id, row.Topic, row.Attempts);
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await session.ExecuteAsync(
                "update outbox set state = @state, visible_at = now_ms() + @delayMs, last_error = @error where id = @Id",
                new { state = isDead ? 1 : 0, delayMs = (long)delay.TotalMilliseconds, error = exception.Message, row.Id }, cancellationToken)
                .ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
        }

        if (isDead)
        {
            alerts.Raise(new Alert("outbox.dead", $"{store.Module}:{row.Id}",
                $"Message {row.Id} of {row.Topic} in '{store.Module}' failed {row.Attempts} times and is set aside: {exception.Message}"));
        }
    }
}
