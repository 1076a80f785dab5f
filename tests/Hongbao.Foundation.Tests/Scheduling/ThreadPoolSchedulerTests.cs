using Hongbao.Foundation.Scheduling;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hongbao.Foundation.Tests.Scheduling;

public sealed class ThreadPoolSchedulerTests : IAsyncLifetime
{
    private readonly ManualClock _clock = new(DateTimeOffset.UnixEpoch.AddYears(60));
    private readonly RecordingLogger _log = new();
    private ThreadPoolScheduler _scheduler = null!;

    public ValueTask InitializeAsync()
    {
        _scheduler = new ThreadPoolScheduler(_clock, _log);
        return ValueTask.CompletedTask;
    }

    // Its own patience is counted by the manual clock; every test leaves workers that end when told to.
    public async ValueTask DisposeAsync() => await _scheduler.DisposeAsync();

    [Fact]
    public async Task A_worker_runs_only_after_the_start_and_one_added_later_at_once()
    {
        int early = 0, late = 0;
        _scheduler.Add("early", _ => Step(ref early, NextRun.WhenWoken));
        await Task.Yield();
        Assert.Equal(0, early);

        _scheduler.Start();
        _scheduler.Add("late", _ => Step(ref late, NextRun.WhenWoken));

        await PollAsync(() => Volatile.Read(ref early) == 1 && Volatile.Read(ref late) == 1);
    }

    [Fact]
    public async Task A_second_start_does_not_run_a_worker_twice()
    {
        var steps = 0;
        _scheduler.Add("one", _ => Step(ref steps, NextRun.WhenWoken));
        var other = 0;
        _scheduler.Start();
        _scheduler.Start();
        _scheduler.Add("fence", _ => Step(ref other, NextRun.WhenWoken));

        await PollAsync(() => Volatile.Read(ref other) == 1 && Volatile.Read(ref steps) >= 1);
        Assert.Equal(1, steps);
    }

    [Fact]
    public async Task No_wake_is_lost_and_steps_of_one_worker_never_overlap()
    {
        int written = 0, seen = 0, inside = 0, overlaps = 0;
        var worker = _scheduler.Add("one", async _ =>
        {
            if (Interlocked.Increment(ref inside) > 1)
            {
                Interlocked.Increment(ref overlaps);
            }

            Volatile.Write(ref seen, Volatile.Read(ref written));
            await Task.Yield();
            Interlocked.Decrement(ref inside);
            return NextRun.WhenWoken;
        });
        _scheduler.Start();

        // After every round the worker has to see the newest value, though it has no timer to fall back on.
        for (var round = 0; round < 200; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
            {
                Interlocked.Increment(ref written);
                worker.Wake();
            })));
            await PollAsync(() => Volatile.Read(ref seen) == Volatile.Read(ref written));
        }

        Assert.Equal(0, overlaps);
    }

    [Fact]
    public async Task Any_number_of_wakes_during_a_step_cause_one_more()
    {
        var gate = new TaskCompletionSource();
        var steps = 0;
        var worker = _scheduler.Add("one", async _ =>
        {
            if (Interlocked.Increment(ref steps) == 1)
            {
                await gate.Task;
            }

            return NextRun.WhenWoken;
        });
        _scheduler.Start();
        await PollAsync(() => Volatile.Read(ref steps) == 1);

        for (var i = 0; i < 10; i++)
        {
            worker.Wake();
        }

        gate.SetResult();
        await PollAsync(() => Volatile.Read(ref steps) == 2);
        var fence = 0;
        var other = _scheduler.Add("fence", _ => Step(ref fence, fence < 20 ? NextRun.Now : NextRun.WhenWoken));
        await PollAsync(() => Volatile.Read(ref fence) >= 20);
        Assert.Equal(2, steps);
    }

    [Fact]
    public async Task A_rest_ends_with_its_time_or_with_a_wake()
    {
        var steps = 0;
        var worker = _scheduler.Add("one", _ => Step(ref steps, NextRun.After(TimeSpan.FromSeconds(10))));
        _scheduler.Start();
        await PollAsync(() => Volatile.Read(ref steps) == 1);

        await AdvanceUntilAsync(() => Volatile.Read(ref steps) == 2, TimeSpan.FromSeconds(10));
        worker.Wake();
        await PollAsync(() => Volatile.Read(ref steps) == 3);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(-5000)]
    [InlineData(0)]
    public async Task A_rest_that_is_over_already_means_now(int delayMs)
    {
        var steps = 0;
        _scheduler.Add("one", _ => Step(ref steps, steps < 3 ? NextRun.After(TimeSpan.FromMilliseconds(delayMs)) : NextRun.WhenWoken));
        _scheduler.Start();

        await PollAsync(() => Volatile.Read(ref steps) == 4);
    }

    [Fact]
    public async Task A_rest_longer_than_any_timer_leaves_the_worker_alive()
    {
        var steps = 0;
        var worker = _scheduler.Add("one", _ => Step(ref steps, NextRun.After(TimeSpan.MaxValue)));
        _scheduler.Start();
        await PollAsync(() => Volatile.Read(ref steps) == 1);

        worker.Wake();

        await PollAsync(() => Volatile.Read(ref steps) == 2);
        Assert.Empty(_log.Errors);
    }

    [Fact]
    public async Task A_failing_step_is_logged_rests_longer_each_time_whatever_wakes_it_and_goes_on()
    {
        var times = new List<DateTimeOffset>();
        var worker = _scheduler.Add("shaky", _ =>
        {
            lock (times)
            {
                times.Add(_clock.GetUtcNow());
                if (times.Count <= 7)
                {
                    throw new InvalidDataException("not yet");
                }
            }

            return Task.FromResult(NextRun.WhenWoken);
        });
        _scheduler.Start();

        for (var step = 1; step <= 8; step++)
        {
            await AdvanceUntilAsync(() => { lock (times) { return times.Count >= step; } }, TimeSpan.FromSeconds(1), worker.Wake);
        }

        var rests = times.Zip(times.Skip(1), (a, b) => (b - a).TotalSeconds).ToArray();
        int[] least = [1, 2, 4, 8, 16, 30, 30];
        // The clock may run ahead of the loop by some of its own steps, never behind.
        Assert.All(rests.Zip(least), pair => Assert.True(pair.First >= pair.Second, string.Join(", ", rests)));
        Assert.Equal(7, _log.Errors.Count(e => e.Contains("shaky", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_step_that_fails_before_it_becomes_a_task_or_with_a_foreign_cancellation_goes_on_too()
    {
        var steps = 0;
        _scheduler.Add("one", _ => Interlocked.Increment(ref steps) switch
        {
            1 => throw new InvalidDataException("at once"),
            2 => Task.FromCanceled<NextRun>(new CancellationToken(canceled: true)),
            _ => Task.FromResult(NextRun.WhenWoken),
        });
        _scheduler.Start();

        await AdvanceUntilAsync(() => Volatile.Read(ref steps) == 3, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Stopping_cancels_steps_and_rests_and_nothing_runs_after()
    {
        var wasCancelled = false;
        var steps = 0;
        var resting = _scheduler.Add("resting", _ => Step(ref steps, NextRun.After(TimeSpan.FromHours(1))));
        _scheduler.Add("working", async stopping =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, stopping);
            }
            finally
            {
                wasCancelled = true;
            }

            return NextRun.Now;
        });
        _scheduler.Start();
        await PollAsync(() => Volatile.Read(ref steps) == 1);

        await _scheduler.DisposeAsync();
        resting.Wake();
        _scheduler.Add("too late", _ => Step(ref steps, NextRun.Now));
        _scheduler.Start();
        await _scheduler.DisposeAsync();

        Assert.True(wasCancelled);
        Assert.Equal(1, steps);
        Assert.Empty(_log.Errors);
    }

    [Fact]
    public async Task A_step_that_ignores_its_token_is_named_and_left_behind_at_the_deadline()
    {
        var release = new TaskCompletionSource();
        var started = 0;
        _scheduler.Add("deaf", async _ =>
        {
            Interlocked.Increment(ref started);
            await release.Task;
            return NextRun.WhenWoken;
        });
        _scheduler.Start();
        await PollAsync(() => Volatile.Read(ref started) == 1);

        var stopping = _scheduler.StopAsync(TimeSpan.FromSeconds(5));
        await AdvanceUntilAsync(() => stopping.IsCompleted, TimeSpan.FromSeconds(5));

        await stopping;
        Assert.Contains(_log.Errors, e => e.Contains("deaf", StringComparison.Ordinal));
        release.SetResult();
    }

    private static Task<NextRun> Step(ref int steps, NextRun next)
    {
        Interlocked.Increment(ref steps);
        return Task.FromResult(next);
    }

    // The loop sets its timer at a moment that a test cannot see: the clock is moved until it was.
    private async Task AdvanceUntilAsync(Func<bool> condition, TimeSpan step, Action? each = null)
    {
        for (var deadline = TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(10); !condition();)
        {
            Assert.True(TimeProvider.System.GetUtcNow() < deadline, "did not happen within 10 s");
            _clock.Advance(step);
            each?.Invoke();
            await Task.Delay(1);
        }
    }

    private static async Task PollAsync(Func<bool> condition)
    {
        for (var deadline = TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(10); !condition();)
        {
            Assert.True(TimeProvider.System.GetUtcNow() < deadline, "did not happen within 10 s");
            await Task.Delay(1);
        }
    }

    private sealed class RecordingLogger : ILogger<ThreadPoolScheduler>
    {
        private readonly List<string> _errors = [];

        public IReadOnlyList<string> Errors
        {
            get
            {
                lock (_errors)
                {
                    return [.. _errors];
                }
            }
        }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => NullLogger.Instance.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Error)
            {
                lock (_errors)
                {
                    _errors.Add(formatter(state, exception));
                }
            }
        }
    }
}
