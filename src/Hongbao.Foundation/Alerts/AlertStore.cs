using Hongbao.Foundation.Stores;

namespace Hongbao.Foundation.Alerts;

/// <summary>An alert as it waits in the store.</summary>
internal sealed class StoredAlert
{
    public long Id { get; init; }
    public string Kind { get; init; } = "";
    public string Key { get; init; } = "";
    public string Text { get; init; } = "";
    public long Count { get; init; }
    public long FirstAt { get; init; }
    public long LastAt { get; init; }
    public int Attempts { get; init; }
}

/// <summary>
/// The tables <c>alerts</c> and <c>alert_webhook</c>. Times are Unix milliseconds of the process's clock: nothing here decides about
/// money, and seconds between processes only move a message.
/// </summary>
internal sealed class AlertStore(IStore store)
{
    private sealed class WebhookRow
    {
        public string Name { get; init; } = "";
        public long NextAt { get; init; }
        public int Failures { get; init; }
    }

    /// <summary>
    /// Adds what was raised: into the row that waits, into one sent a short while ago, or as a new one. A webhook that got the waiting row
    /// longer ago than the quiet period gets it again: that another webhook is down must not silence this one.
    /// </summary>
    public async Task AddAsync(IEnumerable<RaisedAlert> raised, long now, long quietMs, CancellationToken cancellationToken)
    {
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            // In one order everywhere, so that two processes do not lock each other out.
            foreach (var alert in raised.OrderBy(r => r.Kind, StringComparer.Ordinal).ThenBy(r => r.Key, StringComparer.Ordinal))
            {
                var arguments = new { alert.Kind, alert.Key, alert.Text, alert.Count, alert.FirstAt, alert.LastAt, now, quietSince = now - quietMs };
                var counted = await session.ExecuteAsync("""
                    update alerts set count = count + @Count, last_at = @LastAt
                    where id = (select max(id) from alerts where kind = @Kind and key = @Key and state = 'sent' and sent_at > @quietSince)
                    """, arguments, cancellationToken).ConfigureAwait(false);
                if (counted == 0)
                {
                    await session.ExecuteAsync("""
                        insert into alerts (kind, key, text, count, first_at, last_at, state, next_try_at)
                        values (@Kind, @Key, @Text, @Count, @FirstAt, @LastAt, 'waiting', @now)
                        on conflict (kind, key) where state = 'waiting' do update set
                          count = alerts.count + excluded.count, last_at = excluded.last_at, text = excluded.text,
                          delivered = case when alerts.delivered_at > @quietSince then alerts.delivered else 0 end
                        """, arguments, cancellationToken).ConfigureAwait(false);
                }
            }

            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Marks as sent what every webhook of the settings has; with none of them, everything.</summary>
    public async Task SettleAsync(int allBits, long now, CancellationToken cancellationToken)
    {
        var reader = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            if (await reader.FirstAsync<int?>("select 1 from alerts where state = 'waiting' and (delivered & @allBits) = @allBits limit 1",
                new { allBits }, cancellationToken).ConfigureAwait(false) is null)
            {
                return;
            }
        }

        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await session.ExecuteAsync(
                "update alerts set state = 'sent', sent_at = @now where state = 'waiting' and (delivered & @allBits) = @allBits",
                new { allBits, now }, cancellationToken).ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>When a webhook has something to send and may: null when nothing waits for it.</summary>
    public async Task<long?> DueAtAsync(string webhook, int bit, CancellationToken cancellationToken)
    {
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var first = await session.FirstAsync<long?>(
                "select min(next_try_at) from alerts where state = 'waiting' and (delivered & @bit) = 0", new { bit }, cancellationToken).ConfigureAwait(false);
            var paced = await session.FirstAsync<long?>(
                "select next_at from alert_webhook where name = @webhook", new { webhook }, cancellationToken).ConfigureAwait(false);
            return first is null ? null : Math.Max(first.Value, paced ?? 0);
        }
    }

    /// <summary>
    /// Takes the webhook for one message and the oldest alerts that wait for it. Empty when another process has it or nothing
    /// waits; its failures in a row so far come along.
    /// </summary>
    public async Task<(List<StoredAlert> Alerts, int Failures)> TakeAsync(
        string webhook, int bit, int most, long now, long leaseMs, CancellationToken cancellationToken)
    {
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await session.ExecuteAsync(
                "insert into alert_webhook (name, next_at, failures) values (@webhook, 0, 0) on conflict (name) do nothing",
                new { webhook }, cancellationToken).ConfigureAwait(false);
            var taken = await session.FirstAsync<WebhookRow>(
                "update alert_webhook set next_at = @now + @leaseMs where name = @webhook and next_at <= @now returning name, next_at, failures",
                new { webhook, now, leaseMs }, cancellationToken).ConfigureAwait(false);
            if (taken is null)
            {
                return ([], 0);
            }

            var alerts = await session.QueryAsync<StoredAlert>("""
                select id, kind, key, text, count, first_at, last_at, attempts from alerts
                where state = 'waiting' and (delivered & @bit) = 0 and next_try_at <= @now order by id limit @most
                """, new { bit, now, most }, cancellationToken).ConfigureAwait(false);
            if (alerts.Count > 0)
            {
                await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            }

            return (alerts, taken.Failures);
        }
    }

    /// <summary>The webhook has them; it takes the next message at a later time.</summary>
    public async Task DeliveredAsync(string webhook, int bit, int allBits, List<StoredAlert> alerts, long now, long nextAt, CancellationToken cancellationToken)
    {
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await session.ExecuteAsync($"""
                update alerts set
                  delivered = delivered | @bit,
                  delivered_at = @now,
                  state = case when ((delivered | @bit) & @allBits) = @allBits then 'sent' else 'waiting' end,
                  sent_at = case when ((delivered | @bit) & @allBits) = @allBits then @now else null end
                where state = 'waiting' and id {Sql.AnyOf(session.Dialect, "@ids")}
                """, new { bit, allBits, now, ids = session.Longs(alerts.Select(a => a.Id)) }, cancellationToken).ConfigureAwait(false);
            await session.ExecuteAsync(
                "update alert_webhook set next_at = @nextAt, failures = 0 where name = @webhook", new { webhook, nextAt }, cancellationToken).ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The webhook does not have them; it rests, and they stay, the given ones aside for a while.</summary>
    public async Task FailedAsync(string webhook, List<StoredAlert> alerts, long nextAt, long? asideUntil, CancellationToken cancellationToken)
    {
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await session.ExecuteAsync($"""
                update alerts set attempts = attempts + 1, next_try_at = coalesce(@asideUntil, next_try_at)
                where state = 'waiting' and id {Sql.AnyOf(session.Dialect, "@ids")}
                """, new { asideUntil, ids = session.Longs(alerts.Select(a => a.Id)) }, cancellationToken).ConfigureAwait(false);
            await session.ExecuteAsync(
                "update alert_webhook set next_at = @nextAt, failures = failures + 1 where name = @webhook",
                new { webhook, nextAt }, cancellationToken).ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Forgets what was sent before a time, a bounded piece at a time. True when there may be more.</summary>
    public async Task<bool> PurgeAsync(long before, CancellationToken cancellationToken)
    {
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var gone = await session.ExecuteAsync(
                "delete from alerts where id in (select id from alerts where state = 'sent' and sent_at < @before order by sent_at limit 1000)",
                new { before }, cancellationToken).ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            return gone == 1000;
        }
    }
}
