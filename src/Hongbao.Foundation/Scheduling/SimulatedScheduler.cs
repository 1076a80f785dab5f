using Hongbao.Foundation.Chance;

namespace Hongbao.Foundation.Scheduling;

/// <summary>
/// Runs workers one step at a time, in an order drawn from a seed, on a clock that only <see cref="AdvanceAsync"/> moves.
/// A run is repeatable when every step completes without real waiting.
/// </summary>
public sealed class SimulatedScheduler(ManualClock clock, IRandomSource chance) : IScheduler
{
    private readonly List<SimulatedWorker> _workers = [];

    /// <summary>Failures of steps, in order; a failed worker rests for a second of simulated time, woken or not.</summary>
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

    /// <summary>Moves the clock from due time to due time of workers and timers, running what is due, up to the given distance.</summary>
    public async Task AdvanceAsync(TimeSpan distance)
    {
        var end = clock.GetUtcNow() + distance;
        await RunUntilIdleAsync().ConfigureAwait(false);
        while (true)
        {
            var now = clock.GetUtcNow();
            var next = _workers.Select(w => w.NextAt(now)).Append(clock.NextTimerAt()).Where(d => d <= end).Min() ?? end;
            clock.MoveTo(next > now ? next : now);
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
        worker.RestsUntil = null;
        NextRun next;
        try
        {
            next = await worker.Step(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Failures.Add(e);
            next = NextRun.After(TimeSpan.FromSeconds(1));
            worker.RestsUntil = clock.GetUtcNow() + next.Delay;
        }

        worker.DueAt = next.Delay is { } delay ? clock.GetUtcNow() + delay : null;
    }

    private sealed class SimulatedWorker(string name, Func<CancellationToken, Task<NextRun>> step) : IWorker
    {
        public string Name { get; } = name;
        public Func<CancellationToken, Task<NextRun>> Step { get; } = step;
        public DateTimeOffset? DueAt { get; set; }
        public volatile bool Woken;

        /// <summary>After a failure: before this time no wake counts.</summary>
        public DateTimeOffset? RestsUntil { get; set; }

        public bool IsReady(DateTimeOffset now) => NextAt(now) <= now;

        public DateTimeOffset? NextAt(DateTimeOffset now) => Woken ? RestsUntil ?? now : DueAt;

        public void Wake() => Woken = true;
    }
}
