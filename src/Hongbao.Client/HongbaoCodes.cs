using System.Globalization;

namespace Hongbao.Client;

public static partial class HongbaoCodes
{
    /// <summary>The service cannot be reached, or the connection broke; said by this client.</summary>
    public const string Offline = "OFFLINE";

    /// <summary>No answer in <see cref="ClientOptions.AttemptTimeout"/>; said by this client.</summary>
    public const string Timeout = "TIMEOUT";

    /// <summary>Something answered that is not a Hongbao service, such as a proxy; said by this client.</summary>
    public const string BadAnswer = "BAD_ANSWER";

    private const string StatusPrefix = "HTTP_";
    private const string NumberPrefix = "CODE_";

    /// <summary>What an answer is called that has a status and no code: something else than the service answered.</summary>
    internal static string OfStatus(int status) => StatusPrefix + status.ToString(CultureInfo.InvariantCulture);

    /// <summary>What a number of the package for apps is called that this client does not know.</summary>
    internal static string OfNumber(int number) => NumberPrefix + number.ToString(CultureInfo.InvariantCulture);

    /// <summary>True for what is said here and not by a service.</summary>
    internal static bool IsOfThisClient(string code) => code is Offline or Timeout or BadAnswer
        || code.StartsWith(StatusPrefix, StringComparison.Ordinal) || code.StartsWith(NumberPrefix, StringComparison.Ordinal);
}
