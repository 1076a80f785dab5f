using System.Text.RegularExpressions;

namespace Hongbao.Client.Calling;

/// <summary>Sends one request until there is an answer to keep, or nothing is left of its <see cref="Patience"/>, and sees to its token.</summary>
internal sealed partial class Caller
{
    private readonly ClientOptions _options;

    public Caller(ClientOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.AttemptTimeout, TimeSpan.Zero, nameof(ClientOptions.AttemptTimeout));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.AttemptTimeout, Patience.LongestTimer, nameof(ClientOptions.AttemptTimeout));
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
    /// <param name="next">The wait after a failure with so much time left, or null to end with it; by default as one request's patience has it.</param>
    /// <exception cref="HongbaoException">The last request's.</exception>
    /// <exception cref="OperationCanceledException">The caller ended it.</exception>
    public async Task<T> CallAsync<T>(
        Func<string?, CancellationToken, Task<T>> send, bool takesToken, CallOptions? call, CancellationToken cancellationToken, Func<HongbaoException, TimeSpan, CallWait?>? next = null)
    {
        next ??= new Patience(_options).Next;
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

            if (next(failure, deadline - _options.Clock.GetElapsedTime(start)) is not { } wait)
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

    [GeneratedRegex(@"^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*\z")]
    private static partial Regex LanguageTag();

    /// <summary>What a call knows about its token.</summary>
    private sealed class Progress
    {
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
