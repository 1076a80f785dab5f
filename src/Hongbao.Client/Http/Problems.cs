using System.Globalization;
using System.Text.Json;

namespace Hongbao.Client.Http;

/// <summary>Makes exceptions of the service's errors.</summary>
internal static class Problems
{
    /// <summary>Of an answer that is no success.</summary>
    public static HongbaoException Read(HttpResponseMessage response, byte[] body, TimeProvider clock)
    {
        var status = (int)response.StatusCode;
        var said = Parse(body);
        return new HongbaoException(said.Code ?? "HTTP_" + status.ToString(CultureInfo.InvariantCulture), status, said.Detail ?? "")
        {
            TraceId = said.TraceId ?? "",
            Errors = (said.Errors ?? []).ToDictionary(e => e.Key, IReadOnlyList<string> (e) => e.Value, StringComparer.Ordinal),
            RetryAfter = said.RetryAfterMs is { } ms ? TimeSpan.FromMilliseconds(ms) : Told(response, clock),
            MaxPolls = said.MaxPolls,
        };
    }

    /// <summary>Of a success that cannot be read.</summary>
    public static HongbaoException NotOurs(int status, Exception? cause) =>
        new(HongbaoCodes.BadAnswer, status, "The answer is not what a Hongbao service says.", cause);

    private static ProblemJson Parse(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, WireJson.Default.ProblemJson) ?? new ProblemJson();
        }
        catch (JsonException)
        {
            return new ProblemJson();
        }
    }

    private static TimeSpan? Told(HttpResponseMessage response, TimeProvider clock) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - clock.GetUtcNow(),
        _ => null,
    };
}
