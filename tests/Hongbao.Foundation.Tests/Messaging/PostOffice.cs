using Hongbao.Contracts;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;
using Hongbao.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hongbao.Foundation.Tests.Messaging;

/// <summary>A sending module, a receiving module with a table of effects, and a clock that both databases follow.</summary>
internal sealed class PostOffice : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    // Gives PostgreSQL a clock that a test can move as well.
    private const string MovableClock = """
        create table skew (ms bigint not null);
        insert into skew values (0);
        create or replace function now_ms() returns bigint language sql volatile as
        $$ select (extract(epoch from clock_timestamp()) * 1000)::bigint + (select ms from sender.skew) $$
        """;

    private PostOffice(TestDatabase database)
    {
        Database = database;
        Sender = database.Open("sender");
        Receiver = database.Open("receiver");
    }

    public TestDatabase Database { get; }
    public IStore Sender { get; }
    public IStore Receiver { get; }
    public Outbox Outbox { get; } = new();
    public MessageBus Bus { get; } = new();
    public AlertSink Alerts { get; } = new(NullLogger<AlertSink>.Instance);
    public ManualClock Clock { get; private init; } = null!;
    public SimulatedScheduler Scheduler { get; private init; } = null!;

    public static async Task<PostOffice> OpenAsync(SqlDialect dialect)
    {
        var clock = new ManualClock(Start);
        var office = new PostOffice(await TestDatabase.CreateAsync(dialect, clock))
        {
            Clock = clock,
            Scheduler = new SimulatedScheduler(clock, new SeededRandomSource(7)),
        };
        await office.Sender.MigrateAsync(MigrationSet.FromAssembly(typeof(IStore).Assembly), default);
        await office.Receiver.MigrateAsync(MigrationSet.FromAssembly(typeof(IStore).Assembly), default);
        await office.WriteAsync(office.Receiver, s => s.ExecuteAsync("create table effect (no int not null, handler text not null)"));
        if (dialect == SqlDialect.Postgres)
        {
            await office.WriteAsync(office.Sender, s => s.ExecuteAsync(MovableClock));
        }

        return office;
    }

    public OutboxDispatcher Dispatcher(IStore? store = null, TimeSpan? behindAfter = null) =>
        new(store ?? Sender, Outbox, Bus, Alerts, NullLogger.Instance, behindAfter);

    public async Task SendAsync(string topic, IEnumerable<int> numbers, TimeSpan delay = default)
    {
        await WriteAsync(Sender, async s =>
        {
            foreach (var no in numbers)
            {
                await Outbox.AddAsync(s, no % 1024, topic, new CallContext { App = "shop", Uid = no, TraceId = $"trace-{no}" }, new Note { No = no }, delay, default);
            }
        });
    }

    /// <summary>A handler that writes down its effects, once each.</summary>
    public MessageHandler Effects(string handler) => async (deliveries, cancellationToken) =>
    {
        await using var session = await Receiver.WriteAsync(cancellationToken);
        foreach (var delivery in await Inbox.AcceptAsync(session, deliveries, handler, cancellationToken))
        {
            await session.ExecuteAsync("insert into effect values (@No, @handler)", new { delivery.Read<Note>().No, handler }, cancellationToken);
        }

        await session.CommitAsync(cancellationToken);
    };

    /// <summary>Moves the clock in steps, by default of a second, so that both databases see the same times as the workers.</summary>
    public async Task AdvanceAsync(TimeSpan distance, TimeSpan? step = null)
    {
        await Scheduler.RunUntilIdleAsync();
        for (var left = distance; left > TimeSpan.Zero; left -= step ?? TimeSpan.FromSeconds(1))
        {
            var next = TimeSpan.FromTicks(Math.Min(left.Ticks, (step ?? TimeSpan.FromSeconds(1)).Ticks));
            await SkewAsync(next);
            Clock.Advance(next);
            await Scheduler.RunUntilIdleAsync();
        }
    }

    /// <summary>Moves only PostgreSQL's clock; SQLite's is <see cref="Clock"/>.</summary>
    public async Task SkewAsync(TimeSpan distance)
    {
        if (Sender.Dialect == SqlDialect.Postgres)
        {
            await WriteAsync(Sender, s => s.ExecuteAsync("update skew set ms = ms + @ms", new { ms = (long)distance.TotalMilliseconds }));
        }
    }

    public async Task<List<int>> EffectsOfAsync(string handler)
    {
        await using var session = await Receiver.ReadAsync(default);
        return await session.QueryAsync<int>("select no from effect where handler = @handler order by no", new { handler });
    }

    public async Task<T> ReadAsync<T>(Sql sql)
    {
        await using var session = await Sender.ReadAsync(default);
        return (await session.FirstAsync<T>(sql))!;
    }

    public Task<long> WaitingAsync() => ReadAsync<long>("select count(*) from outbox where state = 0");

    public Task<long> DeadAsync() => ReadAsync<long>("select count(*) from outbox where state = 1");

    public Task<long> SentAsync() => ReadAsync<long>("select cast(coalesce(sum(sent), 0) as bigint) from outbox_tally");

    public async Task WriteAsync(IStore store, Func<StoreSession, Task> work)
    {
        await using var session = await store.WriteAsync(default);
        await work(session);
        await session.CommitAsync();
    }

    public ValueTask DisposeAsync() => Database.DisposeAsync();
}
