namespace Hongbao.Client;

public static partial class HongbaoCodes
{
    /// <summary>The service cannot be reached, or the connection broke; said by this client.</summary>
    public const string Offline = "OFFLINE";

    /// <summary>No answer in <see cref="ClientOptions.AttemptTimeout"/>; said by this client.</summary>
    public const string Timeout = "TIMEOUT";

    /// <summary>Something answered that is not a Hongbao service, such as a proxy; said by this client.</summary>
    public const string BadAnswer = "BAD_ANSWER";

    /// <summary>An interface or user limit.</summary>
    public const string RateLimited = "RATE_LIMITED";
}
