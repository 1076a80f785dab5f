using Hongbao.Foundation.Chance;

namespace Hongbao.Foundation.Scheduling;

/// <summary>
/// Runs workers one step at a time, in an order drawn from a seed, on a clock that only <see cref="AdvanceAsync"/> moves.
/// A run is repeatable when every step completes without real waiting.
/// </summary>
/// <param name="clock">When workers are due.</param>
/// <param name="chance">Draws who is next.</param>
/// <param name="settle">
/// Lets steps that wait for another worker's step stand open while others run; null awaits every step to its end. It is awaited
/// after each step and returns when all that the step set free has run, so that the run stays repeatable.
/// </param>
public sealed class SimulatedScheduler(ManualClock clock, IRandomSource chance, Func<Task>? settle = null) : IScheduler
{
    private readonly List<SimulatedWorker> _workers = [];

    /// <summary>Failures of steps, in order; a failed worker rests for a second of simulated time, woken or not.</summary>
    public List<Exception> Failures { get; } = [];

    /// <summary>How many steps stand open: begun, and waiting for another worker's step or for the clock.</summary>
    public int OpenSteps
    {
        get
        {
            Collect();
            return _workers.Count(static w => w.Open is not null);
        }
    }

    /// <summary>When the next step is due, not later than now if one is ready; null when all wait to be woken or stand open.</summary>
    public DateTimeOffset? NextAt()
    {
        Collect();
        var now = clock.GetUtcNow();
        return _workers.Where(static w => w.Open is null).Min(w => w.NextAt(now));
    }

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
            var ready = Ready();
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
        var ready = Ready();
        if (ready.Length == 0)
        {
            return false;
        }

        await RunStepAsync(ready[chance.Below(ready.Length)]).ConfigureAwait(false);
        return true;
    }

    /// <summary>Moves the clock from due time to due time of workers and timers, running what is due, up to the given distance.</summary>
    public async Task AdvanceAsync(TimeSpan distance)
    {
        var end = clock.GetUtcNow() + distance;
        await RunUntilIdleAsync().ConfigureAwait(false);
        while (true)
        {
            var now = clock.GetUtcNow();
            var next = new[] { NextAt(), clock.NextTimerAt() }.Where(d => d <= end).Min() ?? end;
            clock.MoveTo(next > now ? next : now);
            await SettleAsync().ConfigureAwait(false);
            await RunUntilIdleAsync().ConfigureAwait(false);
            if (clock.GetUtcNow() >= end)
            {
                return;
            }
        }
    }

    private SimulatedWorker[] Ready()
    {
        Collect();
        var now = clock.GetUtcNow();
        return [.. _workers.Where(w => w.Open is null && w.IsReady(now))];
    }

    private void Collect()
    {
        foreach (var worker in _workers)
        {
            if (worker.Open is { IsCompleted: true })
            {
                End(worker);
            }
        }
    }

    private async Task RunStepAsync(SimulatedWorker worker)
    {
        worker.Woken = false;
        worker.DueAt = null;
        worker.RestsUntil = null;
        worker.Open = BeginAsync(worker);
        if (settle is null)
        {
            await Task.WhenAny(worker.Open).ConfigureAwait(false);
        }

        await SettleAsync().ConfigureAwait(false);
        Collect();
    }

    private static async Task<NextRun> BeginAsync(SimulatedWorker worker) => await worker.Step(CancellationToken.None).ConfigureAwait(false);

    private Task SettleAsync() => settle is null ? Task.CompletedTask : settle();

    private void End(SimulatedWorker worker)
    {
        var step = worker.Open!;
        worker.Open = null;
        var next = NextRun.After(TimeSpan.FromSeconds(1));
        if (step.IsCompletedSuccessfully)
        {
            next = step.Result;
        }
        else
        {
            Failures.Add(step.Exception?.InnerException ?? new OperationCanceledException($"a step of {worker.Name} was cancelled"));
            worker.RestsUntil = clock.GetUtcNow() + next.Delay;
        }

        worker.DueAt = next.Delay is { } delay ? clock.GetUtcNow() + delay : null;
    }

    private sealed class SimulatedWorker(string name, Func<CancellationToken, Task<NextRun>> step) : IWorker
    {
        public string Name { get; } = name;
        public Func<CancellationToken, Task<NextRun>> Step { get; } = step;

        /// <summary>The step that was begun and is not accounted for yet.</summary>
        public Task<NextRun>? Open { get; set; }

        public DateTimeOffset? DueAt { get; set; }
        public volatile bool Woken;

        /// <summary>After a failure: before this time no wake counts.</summary>
        public DateTimeOffset? RestsUntil { get; set; }

        public bool IsReady(DateTimeOffset now) => NextAt(now) <= now;

        public DateTimeOffset? NextAt(DateTimeOffset now) => Woken ? RestsUntil ?? now : DueAt;

        public void Wake() => Woken = true;
    }
}
