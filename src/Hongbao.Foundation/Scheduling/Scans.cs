namespace Hongbao.Foundation.Scheduling;

/// <summary>Workers that look for what is due, page by page.</summary>
public static class Scans
{
    // Idle scans ask their index this often at least: what is due waits no longer than a person notices.
    private static readonly TimeSpan RestMax = TimeSpan.FromMilliseconds(500);

    /// <summary>Adds a worker that goes on while a page was full, and otherwise rests.</summary>
    /// <param name="scheduler">Runs it.</param>
    /// <param name="name">For logs, such as <c>core.payments.scan</c>.</param>
    /// <param name="rest">How long to rest when nothing is left; 500 ms at most.</param>
    /// <param name="scan">One page; true when there may be more.</param>
    public static void AddScan(this IScheduler scheduler, string name, TimeSpan rest, Func<CancellationToken, Task<bool>> scan)
    {
        var interval = rest < RestMax ? rest : RestMax;
        scheduler.Add(name, async cancellationToken => await scan(cancellationToken).ConfigureAwait(false) ? NextRun.Now : NextRun.After(interval));
    }
}
