using System.Globalization;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;

namespace Hongbao.Foundation.Messaging;

/// <summary>
/// Calls a person about messages that are dead, and about delivery that is behind: one alert for a topic, raised again for as long as it is so.
/// </summary>
internal sealed class OutboxWatch(IStore store, AlertSink alerts, TimeSpan behindAfter)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private sealed class Row
    {
        public long Id { get; init; }
        public int Failures { get; init; }
        public string? LastError { get; init; }
    }

    public async Task<NextRun> LookAsync(CancellationToken cancellationToken)
    {
        foreach (var topic in await OutboxBacklog.ReadAsync(store, cancellationToken).ConfigureAwait(false))
        {
            var key = $"{store.Module}:{topic.Topic}";
            if (topic.Dead > 0 && await FirstAsync(topic.Topic, 1, cancellationToken).ConfigureAwait(false) is { } dead)
            {
                alerts.Raise(new Alert("outbox.dead", key, string.Create(CultureInfo.InvariantCulture,
                    $"Messages of {topic.Topic} in '{store.Module}' that are set aside: {topic.Dead}. The first, {dead.Id}, failed {dead.Failures} times: {dead.LastError} "
                    + $"Look at it, then send it again or delete it (docs/operating.md, Messages).")));
            }

            if (topic.Oldest >= behindAfter && await FirstAsync(topic.Topic, 0, cancellationToken).ConfigureAwait(false) is { } oldest)
            {
                alerts.Raise(new Alert("outbox.behind", key, string.Create(CultureInfo.InvariantCulture,
                    $"Messages of {topic.Topic} in '{store.Module}' that wait: {topic.Waiting}, the first, {oldest.Id}, for {topic.Oldest.TotalMinutes:0} minutes. {oldest.LastError} "
                    + $"They go on being tried; see that the processes run that take them (docs/operating.md, Messages).")));
            }
        }

        return NextRun.After(Interval);
    }

    private async Task<Row?> FirstAsync(string topic, int state, CancellationToken cancellationToken)
    {
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return await session.FirstAsync<Row>(
                "select id, failures, last_error from outbox where state = @state and topic = @topic order by id limit 1",
                new { state, topic }, cancellationToken).ConfigureAwait(false);
        }
    }
}
