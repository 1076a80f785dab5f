namespace Hongbao.Client.Calling;

/// <summary>
/// When, and how often, one request is sent again. Two things are counted apart: requests that were not answered (or failed inside the service), which are sent
/// again after a growing rest, and answers that ask to come again, which are polled when they say and as often as they say. A wait that would
/// outlast the deadline is not begun.
/// </summary>
internal sealed class Patience(ClientOptions options)
{
    /// <summary>What timers can count.</summary>
    public static readonly TimeSpan LongestTimer = TimeSpan.FromMilliseconds(int.MaxValue);

    private static readonly TimeSpan FirstRest = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan UntoldWait = TimeSpan.FromMilliseconds(500);

    // A busy packet spreads its people by itself; a service that sheds tells all of them the same time, so that they wait up to twice as long.
    private static readonly TimeSpan BusySpread = TimeSpan.FromMilliseconds(150);

    private int _polls;
    private int _unanswered;

    /// <summary>The wait before the next request; null when there was enough, or the failure is not worth another.</summary>
    /// <param name="failure">What the last request ended with.</param>
    /// <param name="left">Until the deadline.</param>
    public CallWait? Next(HongbaoException failure, TimeSpan left)
    {
        var wait = !options.Repeats(failure) ? null : failure.AsksToComeAgain ? Poll(failure) : Rest(failure);
        return wait is not null && wait.Duration < left && wait.Duration <= LongestTimer ? wait : null;
    }

    private double Chance() => Math.Clamp(options.Jitter(), 0, 1);

    private CallWait? Poll(HongbaoException failure)
    {
        var most = Math.Min(failure.MaxPolls ?? options.MaxPolls, options.MaxPolls);
        if (_polls >= most)
        {
            return null;
        }

        _polls++;
        var told = failure.RetryAfter is { } after ? (after > TimeSpan.Zero ? after : TimeSpan.Zero) : UntoldWait;
        return new CallWait(failure, told + (SpreadOf(failure, told) * Chance()), _polls, most);
    }

    private CallWait? Rest(HongbaoException failure)
    {
        _unanswered++;
        if (_unanswered >= options.Attempts)
        {
            return null;
        }

        var rest = FirstRest * Math.Pow(2, Math.Min(_unanswered - 1, 10));
        return new CallWait(failure, (rest < LongestRest ? rest : LongestRest) * (0.5 + (Chance() / 2)), 0, 0);
    }

    // Who is told to come at once must not come with everybody else.
    private static TimeSpan SpreadOf(HongbaoException failure, TimeSpan told) =>
        failure.Code == HongbaoCodes.ClaimBusy && told > TimeSpan.Zero ? BusySpread : told > UntoldWait ? told : UntoldWait;
}
