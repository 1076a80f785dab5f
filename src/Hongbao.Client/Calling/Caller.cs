using System.Text.RegularExpressions;

namespace Hongbao.Client.Calling;

/// <summary>
/// Sends one request until there is an answer to keep. Two things are counted apart: requests that were not answered (or failed inside the service), which are sent
/// again after a growing rest, and answers that ask to come again, which are polled when they say and as often as they say. A wait that would
/// outlast the deadline is not begun.
/// </summary>
internal sealed partial class Caller
{
    private static readonly TimeSpan FirstRest = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan UntoldWait = TimeSpan.FromMilliseconds(500);

    // A busy packet spreads its people by itself; a service that sheds tells all of them the same time, so that they wait up to twice as long.
    private static readonly TimeSpan BusySpread = TimeSpan.FromMilliseconds(150);

    // What timers can count.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromMilliseconds(int.MaxValue);
    private readonly ClientOptions _options;

    public Caller(ClientOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.AttemptTimeout, TimeSpan.Zero, nameof(ClientOptions.AttemptTimeout));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.AttemptTimeout, LongestTimer, nameof(ClientOptions.AttemptTimeout));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.Deadline, TimeSpan.Zero, nameof(ClientOptions.Deadline));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Attempts, 1, nameof(ClientOptions.Attempts));
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxPolls, nameof(ClientOptions.MaxPolls));
        if (options.Locale.Length > 0 && !LanguageTag().IsMatch(options.Locale))
        {
            throw new ArgumentException($"{nameof(ClientOptions.Locale)} '{options.Locale}' is not a language: it looks like zh-CN.", nameof(options));
        }

        _options = options;
    }

    /// <param name="send">One request with a token, if any; throws what it is answered with when that is no success.</param>
    /// <param name="takesToken">True when a token is sent along.</param>
    /// <param name="call">Of this call alone.</param>
    /// <param name="cancellationToken">Ends it all.</param>
    /// <exception cref="HongbaoException">The last request's.</exception>
    /// <exception cref="OperationCanceledException">The caller ended it.</exception>
    public async Task<T> CallAsync<T>(Func<string?, CancellationToken, Task<T>> send, bool takesToken, CallOptions? call, CancellationToken cancellationToken)
    {
        var deadline = call?.Deadline ?? _options.Deadline;
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(deadline, TimeSpan.Zero, nameof(CallOptions.Deadline));
        var start = _options.Clock.GetTimestamp();
        var progress = new Progress();
        for (; ; )
        {
            var left = deadline - _options.Clock.GetElapsedTime(start);
            HongbaoException failure;
            try
            {
                return await AttemptAsync(send, takesToken, progress, left, cancellationToken).ConfigureAwait(false);
            }
            catch (HongbaoException e)
            {
                failure = e;
            }

            if (failure is { Status: 401, Code: not HongbaoCodes.BadAnswer } && progress.Token is not null && !progress.IsRenewed)
            {
                // At once, and with the same request: it was not carried out.
                progress.Refuse(failure);
                continue;
            }

            if (!_options.Repeats(failure) || Next(failure, progress) is not { } wait
                || wait.Duration >= deadline - _options.Clock.GetElapsedTime(start) || wait.Duration > LongestTimer)
            {
                throw failure;
            }

            call?.Waiting?.Invoke(wait);
            await Task.Delay(wait.Duration, _options.Clock, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<T> AttemptAsync<T>(
        Func<string?, CancellationToken, Task<T>> send, bool takesToken, Progress progress, TimeSpan left, CancellationToken cancellationToken)
    {
        // The last attempt gets what is left, at least a moment: a request that has begun is worth an answer.
        var timeout = left < _options.AttemptTimeout ? TimeSpan.FromTicks(Math.Max(left.Ticks, TimeSpan.TicksPerMillisecond)) : _options.AttemptTimeout;
        using var timer = new CancellationTokenSource(timeout, _options.Clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            if (takesToken && _options.Token is { } source && progress.NeedsToken)
            {
                var refused = progress.Refused;
                var token = await source(refused, end.Token).ConfigureAwait(false);
                if (refused is not null && (token is null || token == refused))
                {
                    throw progress.Refusal!;
                }

                progress.Take(token);
            }

            return await send(progress.Token, end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HongbaoException(HongbaoCodes.Timeout, 0, $"No answer in {timeout.TotalSeconds:0.###} s.", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or System.Net.Sockets.SocketException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new HongbaoException(HongbaoCodes.Offline, 0, e.Message, e);
        }
    }

    /// <summary>The wait before the next request; null when there was enough.</summary>
    private CallWait? Next(HongbaoException failure, Progress progress)
    {
        var chance = Math.Clamp(_options.Jitter(), 0, 1);
        if (failure.AsksToComeAgain)
        {
            var most = Math.Min(failure.MaxPolls ?? _options.MaxPolls, _options.MaxPolls);
            if (progress.Polls >= most)
            {
                return null;
            }

            progress.Polls++;
            var told = failure.RetryAfter is { } after ? (after > TimeSpan.Zero ? after : TimeSpan.Zero) : UntoldWait;
            return new CallWait(failure, told + (SpreadOf(failure, told) * chance), progress.Polls, most);
        }

        progress.Unanswered++;
        if (progress.Unanswered >= _options.Attempts)
        {
            return null;
        }

        var rest = FirstRest * Math.Pow(2, Math.Min(progress.Unanswered - 1, 10));
        return new CallWait(failure, (rest < LongestRest ? rest : LongestRest) * (0.5 + (chance / 2)), 0, 0);
    }

    // Who is told to come at once must not come with everybody else.
    private static TimeSpan SpreadOf(HongbaoException failure, TimeSpan told) =>
        failure.Code == HongbaoCodes.ClaimBusy && told > TimeSpan.Zero ? BusySpread : told > UntoldWait ? told : UntoldWait;

    [GeneratedRegex(@"^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*\z")]
    private static partial Regex LanguageTag();

    /// <summary>How far a call has come.</summary>
    private sealed class Progress
    {
        public int Polls { get; set; }

        public int Unanswered { get; set; }

        public string? Token { get; private set; }

        /// <summary>The token that the service refused, until there is another.</summary>
        public string? Refused { get; private set; }

        /// <summary>What <see cref="Refused"/> was answered with; what becomes of asking for another token does not change it.</summary>
        public HongbaoException? Refusal { get; private set; }

        /// <summary>True once a refused token was asked to be replaced: that is done once.</summary>
        public bool IsRenewed { get; private set; }

        public bool NeedsToken { get; private set; } = true;

        public void Take(string? token)
        {
            Token = token;
            Refused = null;
            NeedsToken = false;
        }

        public void Refuse(HongbaoException refusal)
        {
            Refused = Token;
            Refusal = refusal;
            IsRenewed = true;
            NeedsToken = true;
        }
    }
}
