namespace Hongbao.Foundation.Scheduling;

/// <summary>When a worker wants its next step.</summary>
public readonly record struct NextRun
{
    // Beyond what timers can count; nobody rests longer on purpose.
    private static readonly TimeSpan DelayMax = TimeSpan.FromDays(40);

    private NextRun(TimeSpan? delay) => Delay = delay;

    /// <summary>How long to rest; null means until woken.</summary>
    public TimeSpan? Delay { get; }

    /// <summary>There is more to do.</summary>
    public static NextRun Now => new(TimeSpan.Zero);

    /// <summary>Only after <see cref="IWorker.Wake"/>.</summary>
    public static NextRun WhenWoken => new(null);

    /// <summary>After a rest, or when woken before.</summary>
    /// <param name="delay">A time that has passed already means now; at most 40 days.</param>
    public static NextRun After(TimeSpan delay) =>
        new(delay < TimeSpan.Zero ? TimeSpan.Zero : delay > DelayMax ? DelayMax : delay);
}

/// <summary>A registered worker.</summary>
public interface IWorker
{
    /// <summary>Asks for a step soon. Cheap, callable from anywhere, and never lost: a step that runs now is followed by another.</summary>
    void Wake();
}

/// <summary>
/// Runs the steps of all workers. Modules start no threads or timers of their own, so that the whole system can run on a
/// thread pool or, from a seed, on one thread.
/// </summary>
public interface IScheduler
{
    /// <summary>
    /// Adds a worker, also while others run. Steps of one worker never overlap. A step that throws is logged and followed by
    /// a rest that grows from 1 s to 30 s and that no wake cuts short; the wake takes effect after it.
    /// </summary>
    /// <param name="name">For logs, such as <c>core.expiry</c>.</param>
    /// <param name="step">One bounded piece of work; its token is cancelled when the process stops.</param>
    IWorker Add(string name, Func<CancellationToken, Task<NextRun>> step);
}
