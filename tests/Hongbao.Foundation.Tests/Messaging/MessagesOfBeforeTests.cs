using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;
using Hongbao.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hongbao.Foundation.Tests.Messaging;

/// <summary>Outboxes of releases whose messages were JSON.</summary>
public sealed class MessagesOfBeforeTests
{
    private static readonly MigrationSet All = MigrationSet.FromAssembly(typeof(IStore).Assembly);

    public static TheoryData<SqlDialect> Dialects => [SqlDialect.Sqlite, SqlDialect.Postgres];

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Those_that_wait_are_dropped_and_dead_ones_can_be_looked_at_and_end_dead_again(SqlDialect dialect)
    {
        var clock = new ManualClock(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));
        await using var database = await TestDatabase.CreateAsync(dialect, clock);
        var store = database.Open("sender");
        await store.MigrateAsync(MigrationSet.Of(All.Items[0]), default);
        await RunAsync(store, """
            insert into outbox (slot, topic, context, payload, created_at, visible_at, state, failures, last_error) values
              (1, 'notes', '{"app":"shop"}', '{"no":1}', 1, 1, 0, 0, null), (1, 'notes', '{"app":"shop"}', '{"no":2,"text":"红包"}', 1, 1, 1, 20, 'bad')
            """);

        await store.MigrateAsync(All, default);
        await store.MigrateAsync(All, default);

        await using (var session = await store.ReadAsync(default))
        {
            Assert.Equal([2], await session.QueryAsync<long>("select id from outbox"));
            // As docs/operating.md says.
            Assert.Equal("""{"no":2,"text":"红包"} {"app":"shop"}""", await session.FirstAsync<string>(new Sql(
                "select cast(payload as text) || ' ' || cast(context as text) from outbox where state = 1",
                "select convert_from(payload, 'UTF8') || ' ' || convert_from(context, 'UTF8') from outbox where state = 1")));
        }

        var bus = new MessageBus();
        bus.Subscribe("notes", "a", (_, _) => throw new InvalidOperationException("nobody can read it"));
        var alerts = new AlertSink(NullLogger<AlertSink>.Instance);
        var scheduler = new SimulatedScheduler(clock, new SeededRandomSource(7));
        new OutboxDispatcher(store, new Outbox(), bus, alerts, NullLogger.Instance).Attach(scheduler);
        await RunAsync(store, "update outbox set state = 0, failures = 19, visible_at = 0 where id = 2");

        await scheduler.RunUntilIdleAsync();

        Assert.Contains(alerts.Drain(), a => a.Kind == "outbox.dead" && a.Text.Contains("2, failed 20 times", StringComparison.Ordinal));
        Assert.Empty(scheduler.Failures);
    }

    private static async Task RunAsync(IStore store, string sql)
    {
        await using var session = await store.WriteAsync(default);
        await session.ExecuteAsync(sql);
        await session.CommitAsync();
    }
}
