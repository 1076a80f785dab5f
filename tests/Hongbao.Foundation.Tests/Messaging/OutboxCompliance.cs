using System.Collections.Concurrent;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;
using Hongbao.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hongbao.Foundation.Tests.Messaging;

public sealed class SqliteOutboxTests() : OutboxCompliance(SqlDialect.Sqlite);

public sealed class PostgresOutboxTests() : OutboxCompliance(SqlDialect.Postgres)
{
    [Fact]
    public async Task A_portion_is_leased_and_settled_by_one_statement_each_however_many_of_it_go_back()
    {
        var isAway = true;
        Office.Bus.Subscribe("notes", "a", (_, _) => isAway ? throw new HandlerUnreachableException("away") : Task.CompletedTask);
        Office.Dispatcher().Attach(Office.Scheduler);
        await Office.WriteAsync(Office.Sender, s => s.ExecuteAsync("""
            create table statement (kind text not null);
            create function count_statement() returns trigger language plpgsql as $$ begin insert into sender.statement values (tg_op); return null; end $$;
            create trigger counted after update or delete on outbox for each statement execute function count_statement()
            """));
        await Office.SendAsync("notes", Enumerable.Range(0, 100));
        // Of different ages, so of different rests.
        await Office.WriteAsync(Office.Sender, s => s.ExecuteAsync("update outbox set attempts = id % 30"));
        await Office.WriteAsync(Office.Sender, s => s.ExecuteAsync("delete from statement"));

        await Office.Scheduler.RunUntilIdleAsync();

        // A full portion is followed by a look whether there is more.
        Assert.Equal(["UPDATE", "UPDATE", "UPDATE"], await StatementsAsync());
        Assert.Equal(100, await Office.ReadAsync<long>("select count(*) from outbox where last_error = 'away' and visible_at > now_ms()"));
        isAway = false;
        await Office.WriteAsync(Office.Sender, s => s.ExecuteAsync("update outbox set visible_at = 0"));
        await Office.WriteAsync(Office.Sender, s => s.ExecuteAsync("delete from statement"));
        await Office.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(100, await Office.SentAsync());
        Assert.Equal(["DELETE", "UPDATE", "UPDATE"], await StatementsAsync());
    }

    private async Task<List<string>> StatementsAsync()
    {
        await using var session = await Office.Sender.ReadAsync(default);
        return await session.QueryAsync<string>("select kind from statement order by kind");
    }

    [Fact]
    public async Task Rows_that_another_process_is_leasing_are_passed_over_not_waited_for()
    {
        Office.Bus.Subscribe("notes", "a", Office.Effects("a"));
        Office.Dispatcher().Attach(Office.Scheduler);
        await Office.SendAsync("notes", [1, 2]);
        await using (var leasing = await Office.Sender.WriteAsync(default))
        {
            await leasing.FirstAsync<long>("select id from outbox order by id limit 1 for update");
            await Office.Scheduler.RunUntilIdleAsync();

            Assert.Equal([2], await Office.EffectsOfAsync("a"));
        }

        await Office.AdvanceAsync(TimeSpan.FromSeconds(2));
        Assert.Equal([1, 2], await Office.EffectsOfAsync("a"));
    }
}

/// <summary>Outbox, dispatcher and inbox on both databases.</summary>
public abstract class OutboxCompliance(SqlDialect dialect) : IAsyncLifetime
{
    private const string Topic = "notes";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2);
    private PostOffice _office = null!;

    private protected PostOffice Office => _office;

    public async ValueTask InitializeAsync() => _office = await PostOffice.OpenAsync(dialect);

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _office.DisposeAsync();
    }

    [Fact]
    public async Task A_committed_message_arrives_with_its_context_and_is_counted()
    {
        var seen = new List<Delivery>();
        _office.Bus.Subscribe(Topic, "a", (deliveries, _) => Add(seen, deliveries));
        _office.Dispatcher().Attach(_office.Scheduler);
        await _office.SendAsync(Topic, [5]);

        await _office.Scheduler.RunUntilIdleAsync();

        var delivery = Assert.Single(seen);
        Assert.Equal((Topic, "shop", 5L, "trace-5", 1), (delivery.Topic, delivery.Context.App, delivery.Context.Uid, delivery.Context.TraceId, delivery.Attempt));
        Assert.Equal(5, delivery.Read<Note>().No);
        Assert.StartsWith("sender:", delivery.MessageId, StringComparison.Ordinal);
        Assert.Equal((1, 0, 0), (await _office.SentAsync(), await _office.WaitingAsync(), await _office.DeadAsync()));
        Assert.Empty(_office.Scheduler.Failures);
    }

    [Fact]
    public async Task On_demand_messages_come_late_out_of_order_and_again_and_have_their_effects_once()
    {
        var seen = new List<int>();
        var effects = _office.Effects("a");
        _office.Bus.Subscribe(Topic, "a", async (deliveries, cancellationToken) =>
        {
            seen.AddRange(deliveries.Select(d => d.Read<Note>().No));
            await effects(deliveries, cancellationToken);
        });
        _office.Bus.Subscribe(Topic, "b", _office.Effects("b"));
        _office.Bus.Faults = new MessageFaults(new MessageFaultOptions { DelayMsMax = 5000, RepeatPermille = 500 }, new SeededRandomSource(11));
        _office.Dispatcher().Attach(_office.Scheduler);
        var sent = Enumerable.Range(1, 60).ToArray();
        await _office.SendAsync(Topic, sent);

        await _office.AdvanceAsync(TimeSpan.FromSeconds(2));
        var early = (await _office.EffectsOfAsync("a")).Count;
        await _office.AdvanceAsync(TimeSpan.FromSeconds(20));

        Assert.InRange(early, 1, sent.Length - 1);
        Assert.NotEqual(sent, seen.Distinct());
        Assert.InRange(seen.Count, sent.Length + 10, 3 * sent.Length);
        Assert.Equal(sent, await _office.EffectsOfAsync("a"));
        Assert.Equal(sent, await _office.EffectsOfAsync("b"));
        Assert.Equal((sent.Length, 0, 0), (await _office.SentAsync(), await _office.WaitingAsync(), await _office.DeadAsync()));
    }

    [Fact]
    public async Task The_worst_faults_on_demand_let_every_message_through()
    {
        _office.Bus.Subscribe(Topic, "a", _office.Effects("a"));
        _office.Bus.Faults = new MessageFaults(new MessageFaultOptions { DelayMsMax = 1000, RepeatPermille = 1000 }, new SeededRandomSource(3));
        _office.Dispatcher().Attach(_office.Scheduler);
        await _office.SendAsync(Topic, [1, 2, 3]);

        await _office.AdvanceAsync(TimeSpan.FromSeconds(15));

        Assert.Equal([1, 2, 3], await _office.EffectsOfAsync("a"));
        Assert.Equal((3, 0), (await _office.SentAsync(), await _office.WaitingAsync()));
    }

    [Fact]
    public async Task The_backlog_tells_what_waits_in_each_topic_and_since_when()
    {
        Assert.Empty(await OutboxBacklog.ReadAsync(_office.Sender, default));
        await _office.SendAsync("notes", [1, 2]);
        await _office.AdvanceAsync(TimeSpan.FromSeconds(30), step: TimeSpan.FromSeconds(10));
        await _office.SendAsync("notes", [3]);
        await _office.SendAsync("other", [4, 5]);
        await _office.WriteAsync(_office.Sender, s => s.ExecuteAsync("update outbox set state = 1 where id = (select max(id) from outbox)"));

        var backlog = await OutboxBacklog.ReadAsync(_office.Sender, default);

        Assert.Equal([("notes", 3L, 0L), ("other", 1, 1)], backlog.Select(t => (t.Topic, t.Waiting, t.Dead)));
        Assert.InRange(backlog[0].Oldest, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(40));
        Assert.InRange(backlog[1].Oldest, TimeSpan.Zero, TimeSpan.FromSeconds(9));
    }

    [Fact]
    public async Task Of_several_messages_each_handler_accepts_those_that_are_new_to_it_in_their_order()
    {
        Delivery[] three = [.. new[] { "m:9", "m:10", "m:1" }.Select(id => new Delivery(id, Topic, new(), [], 1))];
        await _office.WriteAsync(_office.Receiver, async s => Assert.Equal([three[1]], await Inbox.AcceptAsync(s, [three[1]], "a", default)));

        await _office.WriteAsync(_office.Receiver, async s => Assert.Equal(["m:9", "m:1"], (await Inbox.AcceptAsync(s, three, "a", default)).Select(d => d.MessageId)));
        await _office.WriteAsync(_office.Receiver, async s => Assert.Empty(await Inbox.AcceptAsync(s, three, "a", default)));
        await _office.WriteAsync(_office.Receiver, async s => Assert.Equal(3, (await Inbox.AcceptAsync(s, three, "b", default)).Count));
    }

    [Fact]
    public async Task A_message_of_a_rolled_back_change_does_not_exist()
    {
        var seen = new List<Delivery>();
        _office.Bus.Subscribe(Topic, "a", (deliveries, _) => Add(seen, deliveries));
        _office.Dispatcher().Attach(_office.Scheduler);
        await using (var session = await _office.Sender.WriteAsync(default))
        {
            await _office.Outbox.AddAsync(session, 1, Topic, new(), new Note { No = 1 }, TimeSpan.Zero, default);
        }

        await _office.AdvanceAsync(Soon);

        Assert.Empty(seen);
        Assert.Equal(0, await _office.WaitingAsync());
    }

    [Fact]
    public async Task A_delayed_message_does_not_come_before_its_time()
    {
        _office.Bus.Subscribe(Topic, "a", _office.Effects("a"));
        _office.Dispatcher().Attach(_office.Scheduler);
        await _office.SendAsync(Topic, [1], TimeSpan.FromSeconds(60));
        await _office.SendAsync(Topic, [2]);

        await _office.AdvanceAsync(TimeSpan.FromSeconds(45), step: TimeSpan.FromSeconds(5));
        Assert.Equal([2], await _office.EffectsOfAsync("a"));

        await _office.AdvanceAsync(TimeSpan.FromSeconds(17));
        Assert.Equal([1, 2], await _office.EffectsOfAsync("a"));
    }

    [Fact]
    public async Task A_message_added_while_a_step_runs_is_delivered_without_waiting_for_the_next_look()
    {
        var followUps = 0;
        _office.Bus.Subscribe(Topic, "a", _office.Effects("a"));
        _office.Bus.Subscribe(Topic, "again", async (_, _) =>
        {
            if (followUps++ < 3)
            {
                await _office.SendAsync(Topic, [100 + followUps]);
            }
        });
        _office.Dispatcher().Attach(_office.Scheduler);
        await _office.SendAsync(Topic, [1]);

        // The clock stands still: only wakes can bring the follow-ups.
        await _office.Scheduler.RunUntilIdleAsync();

        Assert.Equal([1, 101, 102, 103], await _office.EffectsOfAsync("a"));
    }

    [Fact]
    public async Task The_dispatcher_is_woken_by_the_commit_not_before()
    {
        _office.Bus.Subscribe(Topic, "a", _office.Effects("a"));
        _office.Dispatcher().Attach(_office.Scheduler);
        await _office.Scheduler.RunUntilIdleAsync();
        await using (var session = await _office.Sender.WriteAsync(default))
        {
            await _office.Outbox.AddAsync(session, 1, Topic, new(), new Note { No = 1 }, TimeSpan.Zero, default);
            await _office.Scheduler.RunUntilIdleAsync();
            await session.CommitAsync();
        }

        await _office.Scheduler.RunUntilIdleAsync();

        Assert.Equal([1], await _office.EffectsOfAsync("a"));
    }

    [Fact]
    public async Task A_poison_message_is_isolated_and_all_others_are_delivered_at_once()
    {
        var poison = new HashSet<int> { 13, 170 };
        _office.Bus.Subscribe(Topic, "a", async (deliveries, cancellationToken) =>
        {
            await _office.Effects("a")(deliveries, cancellationToken);
            if (deliveries.Any(d => poison.Contains(d.Read<Note>().No)))
            {
                throw new InvalidDataException("poison\0 \ud800 here");
            }
        });
        _office.Dispatcher().Attach(_office.Scheduler);
        await _office.SendAsync(Topic, Enumerable.Range(0, 250));

        await _office.Scheduler.RunUntilIdleAsync();

        Assert.Equal(Enumerable.Range(0, 250), await _office.EffectsOfAsync("a"));
        Assert.Equal((248, 2), (await _office.SentAsync(), await _office.WaitingAsync()));
        Assert.Equal("poison  here", await _office.ReadAsync<string>("select last_error from outbox order by id limit 1"));
        poison.Clear();
        await _office.AdvanceAsync(Soon);
        Assert.Equal((250, 0), (await _office.SentAsync(), await _office.WaitingAsync()));
        Assert.Equal(Enumerable.Range(0, 250), await _office.EffectsOfAsync("a"));
    }

    [Fact]
    public async Task A_message_that_cannot_be_read_is_isolated_too()
    {
        _office.Bus.Subscribe(Topic, "a", _office.Effects("a"));
        _office.Dispatcher().Attach(_office.Scheduler);
        await _office.SendAsync(Topic, [1, 2, 3]);
        await _office.WriteAsync(_office.Sender, s => s.ExecuteAsync("update outbox set context = @broken where id = (select min(id) from outbox)", new { broken = "{broken"u8.ToArray() }));

        await _office.Scheduler.RunUntilIdleAsync();

        Assert.Equal([2, 3], await _office.EffectsOfAsync("a"));
        Assert.Equal(1, await _office.WaitingAsync());
    }

    [Fact]
    public async Task A_failing_message_rests_longer_each_time_and_after_twenty_failures_is_dead()
    {
        var times = new List<DateTimeOffset>();
        var attempts = new List<int>();
        _office.Bus.Subscribe(Topic, "a", (deliveries, _) =>
        {
            times.Add(_office.Clock.GetUtcNow());
            attempts.Add(deliveries[0].Attempt);
            throw new InvalidDataException("bad");
        });
        _office.Dispatcher().Attach(_office.Scheduler);
        await _office.SendAsync(Topic, [1]);

        await _office.AdvanceAsync(TimeSpan.FromMinutes(5), step: TimeSpan.FromSeconds(2));
        Assert.InRange(attempts.Count, 11, 14);
        // As the clock goes in steps, the shortest rests look alike.
        var rests = times.Zip(times.Skip(1), (a, b) => b - a).ToArray();
        Assert.All(rests.Zip(rests.Skip(1)), pair => Assert.True(pair.Second >= pair.First - TimeSpan.FromSeconds(2), $"{pair.First} then {pair.Second}"));
        Assert.InRange(rests[^1], TimeSpan.FromSeconds(55), TimeSpan.FromSeconds(64));
        Assert.Equal(0, await _office.DeadAsync());

        await _office.AdvanceAsync(TimeSpan.FromMinutes(12), step: TimeSpan.FromSeconds(10));
        Assert.Equal(Enumerable.Range(1, 20), attempts);
        Assert.Equal((0, 1), (await _office.WaitingAsync(), await _office.DeadAsync()));
        await _office.AdvanceAsync(TimeSpan.FromMinutes(2), step: TimeSpan.FromSeconds(30));
        Assert.Equal(20, attempts.Count);
    }

    [Fact]
    public async Task A_dead_message_calls_a_person_at_once_and_every_minute_until_it_was_looked_at()
    {
        _office.Bus.Subscribe(Topic, "a", (_, _) => throw new InvalidDataException("no such packet"));
        _office.Dispatcher().Attach(_office.Scheduler);
        await _office.SendAsync(Topic, [1, 2]);
        await _office.Scheduler.RunUntilIdleAsync();
        Assert.Empty(_office.Alerts.Drain());
        await _office.WriteAsync(_office.Sender, s => s.ExecuteAsync("update outbox set failures = 19, visible_at = 0"));

        await _office.AdvanceAsync(TimeSpan.FromSeconds(2));

        var alerts = _office.Alerts.Drain();
        // One for the topic, whenever they died.
        Assert.Equal(("outbox.dead", "sender:notes"), Assert.Single(alerts.Select(a => (a.Kind, a.Key)).Distinct()));
        Assert.Contains("set aside: 2.", alerts[^1].Text, StringComparison.Ordinal);
        Assert.Contains("failed 20 times: no such packet", alerts[^1].Text, StringComparison.Ordinal);

        // As after a restart of the process, which knows nothing of it.
        await _office.AdvanceAsync(TimeSpan.FromMinutes(2), step: TimeSpan.FromSeconds(10));
        Assert.InRange(_office.Alerts.Drain().Count(a => a is { Kind: "outbox.dead", Key: "sender:notes" }), 1, 3);
        await _office.WriteAsync(_office.Sender, s => s.ExecuteAsync("delete from outbox where state = 1"));
        await _office.AdvanceAsync(TimeSpan.FromMinutes(2), step: TimeSpan.FromSeconds(10));
        Assert.Empty(_office.Alerts.Drain());
    }

    [Fact]
    public async Task Delivery_that_is_behind_calls_a_person_until_it_is_not()
    {
        var isAway = true;
        _office.Bus.Subscribe(Topic, "a", (_, _) => isAway ? throw new HandlerUnreachableException("a is away") : Task.CompletedTask);
        _office.Dispatcher(behindAfter: TimeSpan.FromMinutes(5)).Attach(_office.Scheduler);
        await _office.SendAsync(Topic, [1, 2, 3]);
        await _office.AdvanceAsync(TimeSpan.FromMinutes(4), step: TimeSpan.FromSeconds(10));
        Assert.Empty(_office.Alerts.Drain());

        await _office.AdvanceAsync(TimeSpan.FromMinutes(3), step: TimeSpan.FromSeconds(10));

        var alert = _office.Alerts.Drain()[0];
        Assert.Equal(("outbox.behind", "sender:notes"), (alert.Kind, alert.Key));
        Assert.Contains("that wait: 3,", alert.Text, StringComparison.Ordinal);
        Assert.Contains("a is away", alert.Text, StringComparison.Ordinal);
        isAway = false;
        await _office.AdvanceAsync(TimeSpan.FromMinutes(11), step: TimeSpan.FromSeconds(10));
        _office.Alerts.Drain();
        await _office.AdvanceAsync(TimeSpan.FromMinutes(3), step: TimeSpan.FromSeconds(10));
        Assert.Empty(_office.Alerts.Drain());
    }

    [Fact]
    public async Task Who_has_a_message_is_not_bothered_again_while_it_waits_for_another()
    {
        var isAway = true;
        var handed = new List<int>();
        _office.Bus.Subscribe(Topic, "away", (deliveries, cancellationToken) =>
            isAway ? throw new HandlerUnreachableException("away") : _office.Effects("away")(deliveries, cancellationToken));
        _office.Bus.Subscribe(Topic, "here", (deliveries, _) =>
        {
            handed.AddRange(deliveries.Select(d => d.Read<Note>().No));
            return Task.CompletedTask;
        });
        var log = new Warnings();
        new OutboxDispatcher(_office.Sender, _office.Outbox, _office.Bus, _office.Alerts, log).Attach(_office.Scheduler);
        await _office.SendAsync(Topic, Enumerable.Range(0, 150));
        await _office.AdvanceAsync(TimeSpan.FromSeconds(40), step: TimeSpan.FromSeconds(4));
        Assert.Equal(Enumerable.Range(0, 150), handed.Order());
        Assert.Equal((150, 0), (await _office.WaitingAsync(), await _office.SentAsync()));
        Assert.True(await _office.ReadAsync<int>("select min(attempts) from outbox") > 3);
        // Told by who knows when it began.
        Assert.Empty(log.Texts);

        // Another process has it from the row.
        var other = new SimulatedScheduler(_office.Clock, new Hongbao.Foundation.Chance.SeededRandomSource(1));
        _office.Dispatcher(_office.Database.OpenAnother("sender")).Attach(other);
        await _office.WriteAsync(_office.Sender, s => s.ExecuteAsync("update outbox set visible_at = 0"));
        isAway = false;
        await other.RunUntilIdleAsync();

        Assert.Equal(Enumerable.Range(0, 150), handed.Order());
        Assert.Equal(Enumerable.Range(0, 150), await _office.EffectsOfAsync("away"));
        Assert.Equal((0, 150), (await _office.WaitingAsync(), await _office.SentAsync()));
    }

    [Fact]
    public async Task What_waits_for_a_process_that_stays_away_is_tried_ever_more_seldom()
    {
        _office.Bus.Subscribe(Topic, "a", (_, _) => throw new HandlerUnreachableException("away"));
        _office.Dispatcher().Attach(_office.Scheduler);
        await _office.SendAsync(Topic, [1]);

        await _office.AdvanceAsync(TimeSpan.FromHours(1), step: TimeSpan.FromSeconds(15));

        // 200 ms doubled twelve times are 14 minutes; from then on every 10.
        Assert.InRange(await _office.ReadAsync<int>("select attempts from outbox"), 12, 18);
        Assert.Equal((1, 0), (await _office.WaitingAsync(), await _office.DeadAsync()));
    }

    [Fact]
    public async Task What_a_stopping_process_handed_to_one_handler_only_is_known()
    {
        var handed = 0;
        var started = new TaskCompletionSource();
        _office.Bus.Subscribe(Topic, "first", (deliveries, _) =>
        {
            handed += deliveries.Count;
            return Task.CompletedTask;
        });
        var isStuck = true;
        _office.Bus.Subscribe(Topic, "second", async (_, cancellationToken) =>
        {
            started.TrySetResult();
            await Task.Delay(isStuck ? Timeout.InfiniteTimeSpan : TimeSpan.Zero, cancellationToken);
        });
        await using (var scheduler = new ThreadPoolScheduler(TimeProvider.System, NullLogger<ThreadPoolScheduler>.Instance))
        {
            _office.Dispatcher().Attach(scheduler);
            scheduler.Start();
            await _office.SendAsync(Topic, [1, 2]);
            await started.Task.WaitAsync(TimeSpan.FromSeconds(10));
        }

        Assert.Equal(2, await _office.ReadAsync<long>("select count(*) from outbox where attempts = 0 and visible_at <= now_ms() and passed = 'first'"));
        isStuck = false;
        _office.Dispatcher().Attach(_office.Scheduler);
        await _office.Scheduler.RunUntilIdleAsync();
        Assert.Empty(_office.Scheduler.Failures);
        Assert.Equal((2, 2, 0), (handed, await _office.SentAsync(), await _office.WaitingAsync()));
    }

    [Fact]
    public async Task A_portion_that_gets_no_answer_in_time_comes_in_smaller_pieces_which_grow_again()
    {
        var most = 13;
        var calls = new List<int>();
        _office.Bus.Subscribe(Topic, "a", (deliveries, cancellationToken) =>
        {
            calls.Add(deliveries.Count);
            return deliveries.Count > most ? throw new HandlerUnreachableException("no answer", fewerMayPass: true) : _office.Effects("a")(deliveries, cancellationToken);
        });
        _office.Dispatcher().Attach(_office.Scheduler);
        await _office.SendAsync(Topic, Enumerable.Range(0, 100));

        await _office.AdvanceAsync(TimeSpan.FromMinutes(2), step: TimeSpan.FromSeconds(2));

        Assert.Equal([100, 50, 25, 12, 12, 12, 12, 12, 12, 12, 12, 4], calls);
        Assert.Equal(Enumerable.Range(0, 100), await _office.EffectsOfAsync("a"));
        Assert.Equal((100, 0), (await _office.SentAsync(), await _office.DeadAsync()));
        most = 100;
        await _office.SendAsync(Topic, Enumerable.Range(100, 400));
        await _office.AdvanceAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(500, await _office.SentAsync());
        Assert.Equal(100, calls[^1]);
    }

    [Theory]
    [InlineData(StoreFault.Transient)]
    [InlineData(StoreFault.Unavailable)]
    [InlineData(StoreFault.UnknownOutcome)]
    public async Task Trouble_of_a_store_never_kills_a_message_however_long_it_lasts(StoreFault fault)
    {
        var isDown = true;
        _office.Bus.Subscribe(Topic, "a", (deliveries, cancellationToken) =>
            isDown ? throw new StoreException(fault, "no database") : _office.Effects("a")(deliveries, cancellationToken));
        _office.Dispatcher().Attach(_office.Scheduler);
        await _office.SendAsync(Topic, [1]);
        await _office.Scheduler.RunUntilIdleAsync();
        // As after many hours of it, one failure before the end.
        await _office.WriteAsync(_office.Sender, s => s.ExecuteAsync("update outbox set attempts = 500, failures = 19, visible_at = 0"));
        await _office.AdvanceAsync(TimeSpan.FromSeconds(65), step: TimeSpan.FromSeconds(5));
        Assert.Equal((1, 0), (await _office.WaitingAsync(), await _office.DeadAsync()));
        Assert.True(await _office.ReadAsync<int>("select attempts from outbox") > 500);

        isDown = false;
        await _office.AdvanceAsync(TimeSpan.FromSeconds(65), step: TimeSpan.FromSeconds(5));

        Assert.Equal([1], await _office.EffectsOfAsync("a"));
        Assert.Empty(_office.Alerts.Drain());
    }

    [Fact]
    public async Task While_a_store_is_down_a_full_portion_costs_few_attempts()
    {
        var calls = 0;
        _office.Bus.Subscribe(Topic, "a", (_, _) =>
        {
            calls++;
            throw new StoreException(StoreFault.Unavailable, "no database");
        });
        _office.Dispatcher().Attach(_office.Scheduler);
        await _office.SendAsync(Topic, Enumerable.Range(0, 100));

        await _office.Scheduler.RunUntilIdleAsync();

        Assert.InRange(calls, 1, 8);
        Assert.Equal(100, await _office.WaitingAsync());
    }

    [Fact]
    public async Task One_message_that_always_finds_its_store_down_holds_no_other_up()
    {
        _office.Bus.Subscribe(Topic, "a", (deliveries, cancellationToken) =>
            deliveries.Any(d => d.Read<Note>().No == 63)
                ? throw new StoreException(StoreFault.Unavailable, "no database")
                : _office.Effects("a")(deliveries, cancellationToken));
        _office.Dispatcher().Attach(_office.Scheduler);
        await _office.SendAsync(Topic, Enumerable.Range(0, 100));

        await _office.AdvanceAsync(Soon);

        Assert.Equal(Enumerable.Range(0, 100).Where(n => n != 63), await _office.EffectsOfAsync("a"));
    }

    [Fact]
    public async Task An_effect_happens_once_when_the_process_fails_between_commit_and_clean_up()
    {
        var failures = 0;
        _office.Bus.Subscribe(Topic, "a", async (deliveries, cancellationToken) =>
        {
            await _office.Effects("a")(deliveries, cancellationToken);
            if (failures++ < 5)
            {
                throw new IOException("gone after the commit");
            }
        });
        _office.Dispatcher().Attach(_office.Scheduler);
        await _office.SendAsync(Topic, [1, 2, 3]);

        await _office.AdvanceAsync(TimeSpan.FromSeconds(10));

        Assert.True(failures > 5);
        Assert.Equal([1, 2, 3], await _office.EffectsOfAsync("a"));
        Assert.Equal((3, 0), (await _office.SentAsync(), await _office.WaitingAsync()));
    }

    [Fact]
    public async Task Rows_that_could_not_be_deleted_come_again_after_their_lease_and_have_no_second_effect()
    {
        var calls = 0;
        _office.Bus.Subscribe(Topic, "a", async (deliveries, cancellationToken) =>
        {
            await _office.Effects("a")(deliveries, cancellationToken);
            calls++;
        });
        _office.Dispatcher().Attach(_office.Scheduler);
        await _office.WriteAsync(_office.Sender, s => s.ExecuteAsync("alter table outbox_tally rename to hidden"));
        await _office.SendAsync(Topic, [1, 2]);
        await _office.Scheduler.RunUntilIdleAsync();
        await _office.WriteAsync(_office.Sender, s => s.ExecuteAsync("alter table hidden rename to outbox_tally"));
        Assert.Equal((1, 2), (calls, await _office.WaitingAsync()));

        await _office.AdvanceAsync(TimeSpan.FromSeconds(33));

        Assert.Equal([1, 2], await _office.EffectsOfAsync("a"));
        Assert.Equal((2, 2, 0), (calls, await _office.SentAsync(), await _office.WaitingAsync()));
        Assert.Empty(_office.Scheduler.Failures);
    }

    [Fact]
    public async Task A_lease_that_ran_out_is_taken_over_and_the_late_finisher_counts_nothing_twice()
    {
        var stuck = new TaskCompletionSource();
        var calls = 0;
        _office.Bus.Subscribe(Topic, "a", async (deliveries, cancellationToken) =>
        {
            if (calls++ == 0)
            {
                await stuck.Task;
            }

            await _office.Effects("a")(deliveries, cancellationToken);
        });
        var other = new SimulatedScheduler(_office.Clock, new Hongbao.Foundation.Chance.SeededRandomSource(1));
        _office.Dispatcher(_office.Database.OpenAnother("sender")).Attach(other);
        await _office.SendAsync(Topic, [1]);
        var held = other.RunUntilIdleAsync();
        await PollAsync(() => calls == 1);
        _office.Dispatcher().Attach(_office.Scheduler);

        await _office.AdvanceAsync(TimeSpan.FromSeconds(25));
        Assert.Equal(1, calls);

        await _office.AdvanceAsync(TimeSpan.FromSeconds(8));
        Assert.Equal(2, calls);
        stuck.SetResult();
        await held;

        Assert.Equal([1], await _office.EffectsOfAsync("a"));
        Assert.Equal((1, 0), (await _office.SentAsync(), await _office.WaitingAsync()));
    }

    [Fact]
    public async Task A_late_failure_does_not_touch_the_row_of_who_took_the_lease_over()
    {
        TaskCompletionSource late = new(), next = new();
        var calls = 0;
        _office.Bus.Subscribe(Topic, "a", (_, _) => calls++ == 0 ? late.Task : next.Task);
        var other = new SimulatedScheduler(_office.Clock, new Hongbao.Foundation.Chance.SeededRandomSource(1));
        _office.Dispatcher(_office.Database.OpenAnother("sender")).Attach(other);
        await _office.SendAsync(Topic, [1]);
        var first = other.RunUntilIdleAsync();
        await PollAsync(() => calls == 1);
        await _office.SkewAsync(TimeSpan.FromSeconds(31));
        _office.Clock.Advance(TimeSpan.FromSeconds(31));
        _office.Dispatcher().Attach(_office.Scheduler);
        var second = _office.Scheduler.RunUntilIdleAsync();
        await PollAsync(() => calls == 2);

        late.SetException(new InvalidDataException("too late"));
        await first;

        Assert.Equal(0, await _office.ReadAsync<int>("select failures from outbox"));
        next.SetResult();
        await second;
        Assert.Equal((1, 0), (await _office.SentAsync(), await _office.WaitingAsync()));
    }

    [Fact]
    public async Task Two_dispatchers_on_one_store_deliver_everything_and_every_effect_once()
    {
        var handedOver = new ConcurrentBag<string>();
        _office.Bus.Subscribe(Topic, "a", async (deliveries, cancellationToken) =>
        {
            foreach (var delivery in deliveries)
            {
                handedOver.Add(delivery.MessageId);
            }

            await _office.Effects("a")(deliveries, cancellationToken);
        });
        await using var first = new ThreadPoolScheduler(TimeProvider.System, NullLogger<ThreadPoolScheduler>.Instance);
        await using var second = new ThreadPoolScheduler(TimeProvider.System, NullLogger<ThreadPoolScheduler>.Instance);
        _office.Dispatcher(_office.Database.OpenAnother("sender")).Attach(first);
        _office.Dispatcher().Attach(second);
        first.Start();
        second.Start();

        for (var i = 0; i < 600; i += 60)
        {
            await _office.SendAsync(Topic, Enumerable.Range(i, 60));
        }

        await PollAsync(async () => await _office.SentAsync() == 600);
        Assert.Equal(Enumerable.Range(0, 600), await _office.EffectsOfAsync("a"));
        Assert.Equal(0, await _office.WaitingAsync());
        Assert.Equal(600, handedOver.Distinct().Count());
    }

    [Fact]
    public async Task One_handlers_failure_neither_repeats_nor_prevents_the_effect_of_another()
    {
        var isBroken = true;
        _office.Bus.Subscribe(Topic, "broken", (deliveries, cancellationToken) =>
            isBroken ? throw new InvalidDataException("broken") : _office.Effects("broken")(deliveries, cancellationToken));
        _office.Bus.Subscribe(Topic, "sound", _office.Effects("sound"));
        _office.Dispatcher().Attach(_office.Scheduler);
        await _office.SendAsync(Topic, Enumerable.Range(0, 10));

        await _office.AdvanceAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(Enumerable.Range(0, 10), await _office.EffectsOfAsync("sound"));
        Assert.Equal(10, await _office.WaitingAsync());

        isBroken = false;
        await _office.AdvanceAsync(TimeSpan.FromSeconds(15));
        Assert.Equal(Enumerable.Range(0, 10), await _office.EffectsOfAsync("sound"));
        Assert.Equal(Enumerable.Range(0, 10), await _office.EffectsOfAsync("broken"));
        Assert.Equal(10, await _office.SentAsync());
    }

    [Fact]
    public void A_second_handler_of_the_same_name_is_refused()
    {
        _office.Bus.Subscribe(Topic, "a", (_, _) => Task.CompletedTask);
        _office.Bus.Subscribe("other", "a", (_, _) => Task.CompletedTask);

        Assert.Throws<InvalidOperationException>(() => _office.Bus.Subscribe(Topic, "a", (_, _) => Task.CompletedTask));
    }

    [Fact]
    public async Task A_handler_that_hangs_holds_no_other_topic_up()
    {
        var stuck = new TaskCompletionSource();
        _office.Bus.Subscribe("stuck", "a", (_, _) => stuck.Task);
        _office.Bus.Subscribe(Topic, "a", _office.Effects("a"));
        await using var scheduler = new ThreadPoolScheduler(TimeProvider.System, NullLogger<ThreadPoolScheduler>.Instance);
        _office.Dispatcher().Attach(scheduler);
        scheduler.Start();
        await _office.SendAsync("stuck", [1]);
        await PollAsync(async () => await _office.ReadAsync<int>("select attempts from outbox") == 1);

        await _office.SendAsync(Topic, [2]);

        await PollAsync(async () => (await _office.EffectsOfAsync("a")).Count == 1);
        stuck.SetResult();
    }

    [Fact]
    public async Task A_topic_of_which_everything_fails_holds_no_other_topic_up()
    {
        var isBroken = true;
        _office.Bus.Subscribe("broken", "a", (_, _) => isBroken ? throw new InvalidDataException("broken") : Task.CompletedTask);
        _office.Bus.Subscribe(Topic, "a", _office.Effects("a"));
        await _office.SendAsync("broken", Enumerable.Range(0, 300));
        await _office.SendAsync(Topic, [1]);
        _office.Dispatcher().Attach(_office.Scheduler);

        // In whatever order: one step of each worker is enough for the sound one.
        for (var steps = 0; steps < 6; steps++)
        {
            await _office.Scheduler.RunOneAsync();
        }

        Assert.Equal([1], await _office.EffectsOfAsync("a"));
        isBroken = false;
        await _office.AdvanceAsync(TimeSpan.FromSeconds(3));
        Assert.Equal(301, await _office.SentAsync());
    }

    [Fact]
    public async Task Fresh_messages_pass_the_failing_ones_of_their_own_topic()
    {
        _office.Bus.Subscribe(Topic, "a", (deliveries, cancellationToken) =>
            deliveries.Any(d => d.Read<Note>().No < 150) ? throw new InvalidDataException("bad") : _office.Effects("a")(deliveries, cancellationToken));
        _office.Dispatcher().Attach(_office.Scheduler);
        await _office.SendAsync(Topic, Enumerable.Range(0, 150));
        await _office.Scheduler.RunUntilIdleAsync();

        await _office.SendAsync(Topic, [1000]);
        await _office.Scheduler.RunUntilIdleAsync();

        Assert.Equal([1000], await _office.EffectsOfAsync("a"));
    }

    [Fact]
    public async Task What_a_stopping_process_did_not_deliver_is_given_back_at_once()
    {
        var started = new TaskCompletionSource();
        _office.Bus.Subscribe(Topic, "a", async (_, cancellationToken) =>
        {
            started.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
        });
        await using (var scheduler = new ThreadPoolScheduler(TimeProvider.System, NullLogger<ThreadPoolScheduler>.Instance))
        {
            _office.Dispatcher().Attach(scheduler);
            scheduler.Start();
            await _office.SendAsync(Topic, [1, 2]);
            await started.Task.WaitAsync(TimeSpan.FromSeconds(10));
        }

        Assert.Equal(2, await _office.ReadAsync<long>("select count(*) from outbox where attempts = 0 and visible_at <= now_ms()"));
    }

    [Fact]
    public async Task A_portion_is_bounded_by_the_size_of_its_messages_and_one_of_any_size_is_delivered()
    {
        var portions = new List<List<(int No, int Length)>>();
        _office.Bus.Subscribe(Topic, "a", (deliveries, _) =>
        {
            portions.Add([.. deliveries.Select(d => d.Read<Letter>()).Select(l => (l.No, l.Text.Length))]);
            return Task.CompletedTask;
        });
        _office.Dispatcher().Attach(_office.Scheduler);
        // Two of them fill a portion; one alone is larger than any portion; small ones go together.
        int[] sizes = [150_000, 150_000, 150_000, 3_000_000, 10, 10, 10, 150_000, 150_000, 10];
        await _office.WriteAsync(_office.Sender, async s =>
        {
            for (var no = 0; no < sizes.Length; no++)
            {
                await _office.Outbox.AddAsync(s, 1, Topic, new(), new Letter { No = no, Text = new string('x', sizes[no]) }, TimeSpan.Zero, default);
            }
        });

        // Without waiting for the next look.
        await _office.Scheduler.RunUntilIdleAsync();

        Assert.Equal(["0 1", "2 3", "4 5 6 7 8", "9"], portions.ConvertAll(p => string.Join(' ', p.Select(l => l.No))));
        Assert.Equal(sizes, portions.SelectMany(p => p).Select(l => l.Length));
        Assert.Equal((0, 10), (await _office.WaitingAsync(), await _office.SentAsync()));
    }


    [Fact]
    public async Task A_topic_that_nobody_here_listens_to_waits_for_a_process_that_does()
    {
        var log = new Warnings();
        new OutboxDispatcher(_office.Sender, _office.Outbox, _office.Bus, _office.Alerts, log).Attach(_office.Scheduler);
        _office.Bus.Subscribe("other", "a", _office.Effects("other"));
        await _office.SendAsync(Topic, [1, 2]);
        await _office.SendAsync("other", [3]);
        await _office.AdvanceAsync(TimeSpan.FromMinutes(2), step: TimeSpan.FromSeconds(10));

        Assert.Equal((2, 1, 0), (await _office.WaitingAsync(), await _office.SentAsync(), await _office.DeadAsync()));
        Assert.Equal(0, await _office.ReadAsync<long>("select cast(sum(attempts) as bigint) from outbox"));
        Assert.Contains($"Nobody in this process listens to {Topic} of 'sender'", Assert.Single(log.Texts), StringComparison.Ordinal);

        // The process of the next release.
        var bus = new MessageBus();
        bus.Subscribe(Topic, "a", _office.Effects("a"));
        new OutboxDispatcher(_office.Sender, new Outbox(), bus, _office.Alerts, NullLogger.Instance).Attach(_office.Scheduler);
        await _office.AdvanceAsync(Soon);
        Assert.Equal([1, 2], await _office.EffectsOfAsync("a"));
        Assert.Equal((0, 3), (await _office.WaitingAsync(), await _office.SentAsync()));
        Assert.Empty(_office.Scheduler.Failures);
    }

    [Fact]
    public async Task Everything_written_is_sent_waiting_or_dead()
    {
        _office.Bus.Subscribe(Topic, "a", (deliveries, _) =>
            deliveries.Any(d => d.Read<Note>().No % 10 == 3) ? throw new InvalidDataException("bad") : Task.CompletedTask);
        _office.Dispatcher().Attach(_office.Scheduler);
        await _office.SendAsync(Topic, Enumerable.Range(0, 40));
        await _office.SendAsync("nobody.listens", Enumerable.Range(0, 5));
        await _office.Scheduler.RunUntilIdleAsync();
        await _office.WriteAsync(_office.Sender, s => s.ExecuteAsync("update outbox set failures = 19, visible_at = 0 where id in (select min(id) from outbox)"));
        await _office.AdvanceAsync(Soon);
        await _office.SendAsync(Topic, [50], TimeSpan.FromHours(1));

        Assert.Equal((36, 9, 1), (await _office.SentAsync(), await _office.WaitingAsync(), await _office.DeadAsync()));
    }

    [Fact]
    public async Task The_inbox_forgets_what_is_old_and_nothing_else()
    {
        await _office.WriteAsync(_office.Receiver, async s =>
        {
            var old = (long)(Inbox.Retention + TimeSpan.FromMinutes(1)).TotalMilliseconds;
            var kept = (long)(Inbox.Retention - TimeSpan.FromMinutes(1)).TotalMilliseconds;
            await s.ExecuteAsync("""
                insert into inbox
                with recursive i (n) as (select 1 union all select n + 1 from i where n < 1001)
                select 'old:' || n, 'a', now_ms() - @old from i
                """, new { old });

            await s.ExecuteAsync("insert into inbox values ('young', 'a', now_ms() - @kept)", new { kept });
        });

        Assert.True(await Inbox.PurgeAsync(_office.Receiver, default));
        Assert.False(await Inbox.PurgeAsync(_office.Receiver, default));

        await using var session = await _office.Receiver.ReadAsync(default);
        Assert.Equal(["young"], await session.QueryAsync<string>("select message_id from inbox"));
    }

    private static Task Add(List<Delivery> seen, IReadOnlyList<Delivery> deliveries)
    {
        seen.AddRange(deliveries);
        return Task.CompletedTask;
    }

    private static Task PollAsync(Func<bool> condition) => PollAsync(() => Task.FromResult(condition()));

    private static async Task PollAsync(Func<Task<bool>> condition)
    {
        for (var deadline = TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(15); !await condition();)
        {
            Assert.True(TimeProvider.System.GetUtcNow() < deadline, "did not happen within 15 s");
            await Task.Delay(5);
        }
    }
}
