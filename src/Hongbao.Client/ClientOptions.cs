namespace Hongbao.Client;

/// <summary>
/// Gives the token of the user on whose behalf a request is made. Asked before each call's first request with null, and once more in a call with the token that the
/// service has just refused: then it gives a newer one, or null when there is none, and the refusal stands. A source that fails is asked the same again with the next attempt.
/// </summary>
/// <param name="refused">The token that was refused; null at first.</param>
/// <param name="cancellationToken">The end of the attempt: its time is over, or the caller ended the call.</param>
/// <returns>A JWT; null for none.</returns>
public delegate ValueTask<string?> TokenSource(string? refused, CancellationToken cancellationToken);

/// <summary>Whose requests a client makes, and how patient it is. The clients read it when they are made.</summary>
public sealed record ClientOptions
{
    /// <summary>The user's tokens. None by default: only what is open to everybody can be asked.</summary>
    public TokenSource? Token { get; init; }

    /// <summary>How long one request may take before it counts as unanswered. 10 seconds by default; more than zero, less than 25 days.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a call may take with all its repetitions and waits. 60 seconds by default, long enough for every poll that a busy packet grants; more than zero. A wait that would end later is not begun.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often a request is sent that nobody answers or that fails inside the service, the first time included. 6 by default; at least 1.</summary>
    public int Attempts { get; init; } = 6;

    /// <summary>How often a service that asks to come again is asked again; it may ask for fewer (<c>maxPolls</c>). 10 by default; 0 for never.</summary>
    public int MaxPolls { get; init; } = 10;

    /// <summary>The language of texts for people, a BCP 47 tag such as <c>zh-CN</c>; empty for the service's own.</summary>
    public string Locale { get; init; } = "";

    /// <summary>The app's own version, sent along in packages for apps; nothing depends on it.</summary>
    public string AppVersion { get; init; } = "";

    /// <summary>What the waits and deadlines are measured by.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Between 0 and 1: spreads those who were told the same time. A random number by default.</summary>
    public Func<double> Jitter { get; init; } = Calling.Jitter.Next;

    /// <summary>Which failures are worth the same request again, also of the commands in a batch, each by itself; by default <see cref="HongbaoException.IsTransient"/>.</summary>
    public Func<HongbaoException, bool> Repeats { get; init; } = static failure => failure.IsTransient;
}

/// <summary>What one call does otherwise than its client.</summary>
public sealed record CallOptions
{
    /// <summary>In place of <see cref="ClientOptions.Deadline"/>.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>Told before each wait, so that a user can be shown that he is in a line.</summary>
    public Action<CallWait>? Waiting { get; init; }
}

/// <summary>A call is about to wait before it sends its request again.</summary>
/// <param name="Failure">What the last request ended with.</param>
/// <param name="Duration">How long it waits.</param>
/// <param name="Poll">How often it has been told to come again, from 1; 0 when the last request was not answered.</param>
/// <param name="MaxPolls">How often it comes again at most; 0 when the last request was not answered.</param>
public sealed record CallWait(HongbaoException Failure, TimeSpan Duration, int Poll, int MaxPolls);
