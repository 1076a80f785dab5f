using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Scheduling;

namespace Hongbao.Foundation.Tests.Scheduling;

public sealed class SimulationTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch.AddYears(60);

    [Fact]
    public async Task The_same_seed_gives_the_same_order_and_other_seeds_give_others()
    {
        var orders = new HashSet<string>();
        for (var seed = 1; seed <= 20; seed++)
        {
            var first = await RunAsync(seed);
            Assert.Equal(first, await RunAsync(seed));
            orders.Add(first);
        }

        Assert.True(orders.Count > 15, $"{orders.Count} orders of 20 seeds");

        static async Task<string> RunAsync(long seed)
        {
            var scheduler = new SimulatedScheduler(new ManualClock(Start), new SeededRandomSource(seed));
            var order = new List<char>();
            foreach (var name in "abcde")
            {
                var left = 4;
                scheduler.Add(name.ToString(), _ =>
                {
                    order.Add(name);
                    return Task.FromResult(--left > 0 ? NextRun.Now : NextRun.WhenWoken);
                });
            }

            await scheduler.RunUntilIdleAsync();
            return new string([.. order]);
        }
    }

    [Fact]
    public async Task Advancing_runs_workers_at_their_times_in_order_and_stops_at_the_end()
    {
        var clock = new ManualClock(Start);
        var scheduler = new SimulatedScheduler(clock, new SeededRandomSource(1));
        var ran = new List<(string Name, double Second)>();
        void AddEvery(string name, int seconds) => scheduler.Add(name, _ =>
        {
            ran.Add((name, (clock.GetUtcNow() - Start).TotalSeconds));
            return Task.FromResult(NextRun.After(TimeSpan.FromSeconds(seconds)));
        });
        AddEvery("three", 3);
        AddEvery("four", 4);

        await scheduler.AdvanceAsync(TimeSpan.FromSeconds(9));

        Assert.Equal(Start.AddSeconds(9), clock.GetUtcNow());
        Assert.Equal([("four", 0), ("three", 0), ("three", 3), ("four", 4), ("three", 6), ("four", 8), ("three", 9)],
            ran.OrderBy(r => r.Second).ThenBy(r => r.Name, StringComparer.Ordinal));
        Assert.Equal(ran.Select(r => r.Second).Order(), ran.Select(r => r.Second));
    }

    [Fact]
    public async Task A_timer_that_wakes_a_worker_does_so_at_its_own_time()
    {
        var clock = new ManualClock(Start);
        var scheduler = new SimulatedScheduler(clock, new SeededRandomSource(1));
        var seconds = new List<double>();
        var worker = scheduler.Add("sleeper", _ =>
        {
            seconds.Add((clock.GetUtcNow() - Start).TotalSeconds);
            return Task.FromResult(NextRun.WhenWoken);
        });
        await using var timer = clock.CreateTimer(_ => worker.Wake(), null, TimeSpan.FromSeconds(5), Timeout.InfiniteTimeSpan);

        await scheduler.AdvanceAsync(TimeSpan.FromSeconds(60));

        Assert.Equal([0, 5], seconds);
    }

    [Fact]
    public async Task A_woken_worker_runs_once_more_and_a_failed_one_rests_though_woken()
    {
        var clock = new ManualClock(Start);
        var scheduler = new SimulatedScheduler(clock, new SeededRandomSource(1));
        var steps = 0;
        IWorker worker = null!;
        worker = scheduler.Add("one", _ =>
        {
            steps++;
            worker.Wake();
            return steps is 1 or 3 ? throw new InvalidDataException("bad") : Task.FromResult(NextRun.WhenWoken);
        });

        await scheduler.RunUntilIdleAsync();
        Assert.Equal(1, steps);
        Assert.Single(scheduler.Failures);

        // The rest is over at the second; the steps 2 and 3 follow each other by their wakes.
        await scheduler.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(3, steps);
        Assert.Equal(2, scheduler.Failures.Count);
    }

    [Fact]
    public async Task A_worker_that_never_rests_is_named_instead_of_hanging_the_run()
    {
        var scheduler = new SimulatedScheduler(new ManualClock(Start), new SeededRandomSource(1));
        scheduler.Add("restless", _ => Task.FromResult(NextRun.Now));

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => scheduler.RunUntilIdleAsync(stepsMax: 50));

        Assert.Contains("restless", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_that_waits_for_another_workers_step_stands_open_meanwhile()
    {
        var clock = new ManualClock(Start);
        var scheduler = new SimulatedScheduler(clock, new SeededRandomSource(1), settle: async () => await Task.Yield());
        var answered = new TaskCompletionSource();
        var order = new List<string>();
        IWorker asked = scheduler.Add("asked", _ =>
        {
            order.Add("asked");
            return Task.FromResult(NextRun.WhenWoken);
        });
        await scheduler.RunUntilIdleAsync();
        var asking = scheduler.Add("asking", async _ =>
        {
            order.Add("begun");
            asked.Wake();
            await answered.Task;
            order.Add("ended");
            return NextRun.After(TimeSpan.FromSeconds(9));
        });

        await scheduler.RunUntilIdleAsync();
        asking.Wake();
        await scheduler.RunUntilIdleAsync();

        // Woken while it stands open it does not overlap itself.
        Assert.Equal(["asked", "begun", "asked"], order);
        Assert.Equal(1, scheduler.OpenSteps);
        Assert.Null(scheduler.NextAt());

        answered.SetResult();
        Assert.Equal(0, scheduler.OpenSteps);
        Assert.True(await scheduler.RunOneAsync());
        Assert.Equal(["asked", "begun", "asked", "ended", "begun", "ended"], order);
        Assert.Equal(clock.GetUtcNow(), scheduler.NextAt());
        Assert.Empty(scheduler.Failures);
    }

    [Fact]
    public async Task Single_steps_can_be_run_until_nothing_is_ready()
    {
        var scheduler = new SimulatedScheduler(new ManualClock(Start), new SeededRandomSource(1));
        var steps = 0;
        scheduler.Add("one", _ =>
        {
            steps++;
            return Task.FromResult(NextRun.WhenWoken);
        });

        Assert.True(await scheduler.RunOneAsync());
        Assert.False(await scheduler.RunOneAsync());
        Assert.Equal(1, steps);
    }

    [Fact]
    public void A_manual_clock_moves_only_forward()
    {
        var clock = new ManualClock(Start);
        var timestamp = clock.GetTimestamp();
        clock.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(TimeSpan.FromSeconds(3), clock.GetElapsedTime(timestamp));
        Assert.Throws<ArgumentOutOfRangeException>(() => clock.MoveTo(Start));
        Assert.Equal(Start.AddSeconds(3), clock.GetUtcNow());
    }

    [Fact]
    public void Timers_fire_in_order_of_time_at_their_time_again_and_again_until_disposed()
    {
        var clock = new ManualClock(Start);
        var fired = new List<string>();
        void Fire(object? name) => fired.Add($"{name}{(clock.GetUtcNow() - Start).TotalSeconds}");
        using var once = clock.CreateTimer(Fire, "once", TimeSpan.FromSeconds(5), Timeout.InfiniteTimeSpan);
        var often = clock.CreateTimer(Fire, "often", TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2));
        using var never = clock.CreateTimer(Fire, "never", Timeout.InfiniteTimeSpan, TimeSpan.FromSeconds(1));

        clock.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal(["often2", "often4", "once5", "often6"], fired);

        often.Dispose();
        once.Change(TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        clock.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal("once8", fired[^1]);
        Assert.Equal(5, fired.Count);
    }

    [Fact]
    public async Task Waits_of_the_platform_follow_the_clock()
    {
        var clock = new ManualClock(Start);
        var wait = Task.Delay(TimeSpan.FromSeconds(5), clock);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(8), clock);

        clock.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(wait.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(0.1));
        await wait.WaitAsync(TimeSpan.FromSeconds(5));
        Assert.False(deadline.IsCancellationRequested);
        clock.Advance(TimeSpan.FromSeconds(3));
        Assert.True(deadline.IsCancellationRequested);
    }
}
