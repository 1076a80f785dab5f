using System.Diagnostics;
using Hongbao.Gateway.Endpoints;

namespace Hongbao.Gateway.Tests;

public sealed class SharedDeadlineTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task Waits_that_begin_within_a_moment_end_together_and_none_too_early()
    {
        var deadline = new SharedDeadline(Timeout, TimeProvider.System);
        var first = deadline.Next();
        var began = Stopwatch.GetTimestamp();
        var last = deadline.Next();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.Delay(TimeSpan.FromSeconds(10), last));

        Assert.InRange(Stopwatch.GetElapsedTime(began), Timeout - TimeSpan.FromMilliseconds(2), TimeSpan.FromSeconds(5));
        Assert.Equal(first, last);
    }

    [Fact]
    public async Task A_wait_that_begins_later_ends_later()
    {
        var deadline = new SharedDeadline(Timeout, TimeProvider.System);
        var first = deadline.Next();

        // Its end is later than the moment in which it is shared.
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.Delay(TimeSpan.FromSeconds(10), first));

        Assert.False(deadline.Next().IsCancellationRequested);
    }
}
