using Hongbao.Foundation.Chance;

namespace Hongbao.Foundation.Scheduling;

/// <summary>
/// Runs workers one step at a time, in an order drawn from a seed, on a clock that only <see cref="AdvanceAsync"/> moves.
/// A run is repeatable when every step completes without real waiting.
/// </summary>
public sealed class SimulatedScheduler(ManualClock clock, IRandomSource chance) : IScheduler
{
    private readonly List<SimulatedWorker> _workers = [];

    /// <summary>Failures of steps, in order; a failed worker rests for a second of simulated time.</summary>
    public List<Exception> Failures { get; } = [];

    /// <inheritdoc/>
    public IWorker Add(string name, Func<CancellationToken, Task<NextRun>> step)
    {
        var worker = new SimulatedWorker(name, step) { DueAt = clock.GetUtcNow() };
        _workers.Add(worker);
        return worker;
    }

    /// <summary>Runs steps until nobody has anything due at the present time.</summary>
    /// <param name="stepsMax">Guards against workers that never rest.</param>
    public async Task RunUntilIdleAsync(int stepsMax = 100_000)
    {
        for (var steps = 0; ; steps++)
        {
            var now = clock.GetUtcNow();
            var ready = _workers.Where(w => w.IsReady(now)).ToArray();
            if (ready.Length == 0)
            {
                return;
            }

            if (steps >= stepsMax)
            {
                throw new InvalidOperationException($"not idle after {steps} steps; still ready: {string.Join(", ", ready.Select(w => w.Name))}");
            }

            await RunStepAsync(ready[chance.Below(ready.Length)]).ConfigureAwait(false);
        }
    }

    /// <summary>Runs one step of one ready worker, if there is any.</summary>
    public async Task<bool> RunOneAsync()
    {
        var ready = _workers.Where(w => w.IsReady(clock.GetUtcNow())).ToArray();
        if (ready.Length == 0)
        {
            return false;
        }

        await RunStepAsync(ready[chance.Below(ready.Length)]).ConfigureAwait(false);
        return true;
    }

    /// <summary>Moves the clock from due time to due time, running what is due, up to the given distance.</summary>
    public async Task AdvanceAsync(TimeSpan distance)
    {
        var end = clock.GetUtcNow() + distance;
        await RunUntilIdleAsync().ConfigureAwait(false);
        while (true)
        {
            var next = _workers.Where(w => w.DueAt is not null).Select(w => w.DueAt!.Value).Where(d => d <= end).DefaultIfEmpty(end).Min();
            clock.MoveTo(next > clock.GetUtcNow() ? next : clock.GetUtcNow());
            await RunUntilIdleAsync().ConfigureAwait(false);
            if (clock.GetUtcNow() >= end)
            {
                return;
            }
        }
    }

    private async Task RunStepAsync(SimulatedWorker worker)
    {
        worker.Woken = false;
        worker.DueAt = null;
        NextRun next;
        try
        {
            next = await worker.Step(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Failures.Add(e);
            next = NextRun.After(TimeSpan.FromSeconds(1));
        }

        worker.DueAt = next.Delay is { } delay ? clock.GetUtcNow() + delay : null;
    }

    private sealed class SimulatedWorker(string name, Func<CancellationToken, Task<NextRun>> step) : IWorker
    {
        public string Name { get; } = name;
        public Func<CancellationToken, Task<NextRun>> Step { get; } = step;
        public DateTimeOffset? DueAt { get; set; }
        public volatile bool Woken;

        public bool IsReady(DateTimeOffset now) => Woken || DueAt <= now;

        public void Wake() => Woken = true;
    }
}

/// <summary>A clock that stands still until it is moved. Timers made from it fire when it passes them.</summary>
public sealed class ManualClock(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private DateTimeOffset _now = start;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _now;
        }
    }

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override long GetTimestamp() => GetUtcNow().Ticks;

    /// <summary>Moves forward by a distance.</summary>
    public void Advance(TimeSpan distance) => MoveTo(GetUtcNow() + distance);

    /// <summary>Moves forward to a time; never back.</summary>
    public void MoveTo(DateTimeOffset time)
    {
        ManualTimer[] due;
        lock (_gate)
        {
            if (time < _now)
            {
                throw new ArgumentOutOfRangeException(nameof(time), "time does not run backwards");
            }

            _now = time;
            due = [.. _timers.Where(t => t.DueAt <= _now)];
            foreach (var timer in due)
            {
                timer.DueAt = null;
            }
        }

        foreach (var timer in due)
        {
            timer.Fire();
        }
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        lock (_gate)
        {
            _timers.Add(timer);
        }

        return timer;
    }

    private sealed class ManualTimer(ManualClock clock, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset? DueAt { get; set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            DueAt = dueTime < TimeSpan.Zero ? null : clock.GetUtcNow() + dueTime;
            return true;
        }

        public void Dispose()
        {
            lock (clock._gate)
            {
                clock._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
