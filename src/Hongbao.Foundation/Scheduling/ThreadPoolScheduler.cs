using Microsoft.Extensions.Logging;

namespace Hongbao.Foundation.Scheduling;

/// <summary>The scheduler of a running process: every worker is a loop on the thread pool.</summary>
public sealed class ThreadPoolScheduler(TimeProvider clock, ILogger<ThreadPoolScheduler> log) : IScheduler, IAsyncDisposable
{
    private static readonly TimeSpan RestAfterFailureMax = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(30);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly List<Loop> _loops = [];
    private bool _started;
    private Task? _stopped;

    /// <inheritdoc/>
    public IWorker Add(string name, Func<CancellationToken, Task<NextRun>> step)
    {
        var loop = new Loop(this, name, step);
        lock (_gate)
        {
            _loops.Add(loop);
            if (_started)
            {
                loop.Start();
            }
        }

        return loop;
    }

    /// <summary>Starts the workers, those added later as well.</summary>
    public void Start()
    {
        lock (_gate)
        {
            _started = true;
            foreach (var loop in _loops)
            {
                loop.Start();
            }
        }
    }

    /// <summary>Cancels the steps and waits for them to end, as <see cref="StopAsync"/> with 30 s.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(StopPatience).ConfigureAwait(false);
        // The source is not disposed: a step that outlived the patience still looks at its token.
    }

    /// <summary>Cancels the steps and waits for them to end. Repeating it waits for the same end.</summary>
    /// <param name="patience">Steps that run longer are named in the log and left behind.</param>
    public Task StopAsync(TimeSpan patience)
    {
        lock (_gate)
        {
            return _stopped ??= StopOnceAsync(patience);
        }
    }

    private async Task StopOnceAsync(TimeSpan patience)
    {
        await Task.Yield();
        await _stopping.CancelAsync().ConfigureAwait(false);
        Loop[] loops;
        lock (_gate)
        {
            loops = [.. _loops];
        }

        try
        {
            await Task.WhenAll(loops.Select(l => l.Running)).WaitAsync(patience, clock).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            log.LogError("Workers still at work after {Patience}: {Workers}", patience,
                string.Join(", ", loops.Where(l => !l.Running.IsCompleted).Select(l => l.Name)));
        }
    }

#pragma warning disable CA1001 // A semaphore whose wait handle is never asked for holds nothing to dispose; a late Wake must stay harmless.
    private sealed class Loop(ThreadPoolScheduler owner, string name, Func<CancellationToken, Task<NextRun>> step) : IWorker
    {
        // Capacity 1: any number of wakes during a step mean one more step.
        private readonly SemaphoreSlim _wakes = new(0, 1);

        private bool _started;

        public string Name => name;

        public Task Running { get; private set; } = Task.CompletedTask;

        /// <summary>Only with the scheduler's lock; repeating it does nothing, so that steps never overlap.</summary>
        public void Start()
        {
            if (!_started && !owner._stopping.IsCancellationRequested)
            {
                _started = true;
                Running = RunAsync(owner._stopping.Token);
            }
        }

        public void Wake()
        {
            try
            {
                if (_wakes.CurrentCount == 0)
                {
                    _wakes.Release();
                }
            }
            catch (SemaphoreFullException)
            {
                // Another wake was faster; one is enough.
            }
        }

        private async Task RunAsync(CancellationToken stopping)
        {
            await Task.Yield();
            var failures = 0;
            while (!stopping.IsCancellationRequested)
            {
                try
                {
                    var next = await step(stopping).ConfigureAwait(false);
                    failures = 0;
                    await RestAsync(next, stopping).ConfigureAwait(false);
                }
                catch (OperationCanceledException) when (stopping.IsCancellationRequested)
                {
                    return;
                }
                catch (Exception e)
                {
                    failures = Math.Min(failures + 1, 6);
                    var rest = TimeSpan.FromSeconds(Math.Min(1 << (failures - 1), RestAfterFailureMax.TotalSeconds));
                    owner.LogFailure(e, name, rest);
                    // A wake does not cut it short: else a busy module would retry its failure at full speed.
                    await Task.Delay(rest, owner.Clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }
        }

        private async Task RestAsync(NextRun next, CancellationToken stopping)
        {
            if (next.Delay == TimeSpan.Zero)
            {
                await Task.Yield();
                return;
            }

            if (next.Delay is not { } delay)
            {
                await _wakes.WaitAsync(stopping).ConfigureAwait(false);
                return;
            }

            using var rest = new CancellationTokenSource(delay, owner.Clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(rest.Token, stopping);
            try
            {
                await _wakes.WaitAsync(either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
            {
                // The rest is over.
            }
        }
    }

#pragma warning restore CA1001

    private TimeProvider Clock => clock;

    private void LogFailure(Exception exception, string name, TimeSpan rest) =>
        log.LogError(exception, "Worker {Worker} failed; next step in {Rest}", name, rest);
}
