using Hongbao.Contracts;

namespace Hongbao.Core.Orders;

/// <summary>Asking others while a caller waits. They may hang or throw, and both mean that nothing is known.</summary>
internal static class PatientCalls
{
    /// <summary>An answer in time, or <see cref="ResultCode.Degraded"/>. Who is asked is told how long anybody waits, which a module in another process needs.</summary>
    /// <param name="clock">This machine's.</param>
    /// <param name="context">The caller's; nobody waits beyond his deadline.</param>
    /// <param name="patience">How long to wait at most.</param>
    /// <param name="ask">The call, by the caller's context with the nearer deadline.</param>
    /// <param name="cancellationToken">The caller's own end, which is the only exception.</param>
    public static async Task<T> AskWithinAsync<T>(
        this TimeProvider clock, CallContext context, TimeSpan patience, Func<CallContext, CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
        where T : IAnswer, new()
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var until = now + (long)patience.TotalMilliseconds;
        if (context.DeadlineMs != 0)
        {
            until = Math.Min(until, context.DeadlineMs);
        }

        if (until <= now)
        {
            return NoAnswer<T>();
        }

        using var timeout = new CancellationTokenSource(TimeSpan.FromMilliseconds(until - now), clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await ask(context with { DeadlineMs = until }, either.Token).WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return NoAnswer<T>();
        }
    }

    private static T NoAnswer<T>()
        where T : IAnswer, new() => new() { Result = Result.Of(ResultCode.Degraded, "There was no answer in time.") };
}
