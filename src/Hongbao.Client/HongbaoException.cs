namespace Hongbao.Client;

/// <summary>
/// A request that did not succeed: refused by the service, or without an answer. Without an answer it is not known whether it was carried out: send the same
/// request (for a packet: under the same number) again to find out.
/// </summary>
public sealed class HongbaoException : Exception
{
    private static readonly Dictionary<string, IReadOnlyList<string>> NoFaults = [];

    /// <param name="code">One of <see cref="HongbaoCodes"/>, or one that the service has learnt since.</param>
    /// <param name="status">The HTTP status; 0 without an answer.</param>
    /// <param name="detail">What happened, for people; may be empty.</param>
    /// <param name="cause">What it came from.</param>
    public HongbaoException(string code, int status, string detail = "", Exception? cause = null)
        : base(detail.Length == 0 ? $"{code} ({status})" : $"{code} ({status}): {detail}", cause)
    {
        Code = code;
        Status = status;
        Detail = detail;
    }

    /// <summary>What happened, for programs: one of <see cref="HongbaoCodes"/>, or one that the service has learnt since.</summary>
    public string Code { get; }

    /// <summary>The HTTP status, also of a command in a package; 0 without an answer.</summary>
    public int Status { get; }

    /// <summary>What happened, for people; may be empty. With <see cref="HongbaoCodes.Degraded"/> it may be shown to users.</summary>
    public string Detail { get; }

    /// <summary>Finds the request in the service's logs; empty without an answer.</summary>
    public string TraceId { get; init; } = "";

    /// <summary>With <see cref="HongbaoCodes.ValidationFailed"/>: what is wrong with each field. Never null.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Errors { get; init; } = NoFaults;

    /// <summary>When the service wants to be asked again; null when it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>How often it wants to be asked again at most; null when it does not say.</summary>
    public int? MaxPolls { get; init; }

    /// <summary>After a wrong password: how often another may be said; 0 when none is taken from this user any more, null when it does not apply.</summary>
    public int? TriesLeft { get; init; }

    /// <summary>True when no answer came: the request may or may not have been carried out.</summary>
    public bool IsUnanswered => Status == 0;

    /// <summary>
    /// True when the service decided against it, so that the same request will not be carried out later. What something else answered (a proxy, a portal) decides nothing.
    /// </summary>
    public bool IsRefused => Status is >= 400 and < 500 and not (401 or 408 or 429) && !HongbaoCodes.IsOfThisClient(Code);

    /// <summary>
    /// True when the same request can succeed in a moment: no answer, 408, 429 or a fault of the service (5xx); not when something else answered in its place
    /// (<see cref="HongbaoCodes.BadAnswer"/>).
    /// </summary>
    public bool IsTransient => (IsUnanswered || Status is 408 or 429 or >= 500) && Code != HongbaoCodes.BadAnswer;

    /// <summary>True when the service is there and asks to come again later: 429 and 503.</summary>
    public bool AsksToComeAgain => Status is 429 or 503;
}
