using System.Text.Json;
using System.Text.RegularExpressions;

namespace Hongbao.Client.Http;

/// <summary>Makes exceptions of the service's errors.</summary>
internal static partial class Problems
{
    /// <summary>Of an answer that is no success. Each field is read by itself: what is missing or of another kind is missing, for a proxy may have answered.</summary>
    public static HongbaoException Read(HttpResponseMessage response, byte[] body, TimeProvider clock)
    {
        var status = (int)response.StatusCode;
        var said = Parse(body);
        var code = TextOf(said, "code");
        return new HongbaoException(code is not null && Code().IsMatch(code) ? code : HongbaoCodes.OfStatus(status), status, TextOf(said, "detail") ?? "")
        {
            TraceId = TextOf(said, "traceId") ?? "",
            Errors = ErrorsOf(said),
            RetryAfter = NumberOf(said, "retryAfterMs") is { } ms ? TimeSpan.FromMilliseconds(ms) : Told(response, clock),
            MaxPolls = NumberOf(said, "maxPolls"),
            TriesLeft = NumberOf(said, "triesLeft"),
        };
    }

    /// <summary>Of an answer that a Hongbao service would not give.</summary>
    public static HongbaoException NotOurs(int status, string detail = "The answer is not what a Hongbao service says.", Exception? cause = null) =>
        new(HongbaoCodes.BadAnswer, status, detail, cause);

    private static JsonElement Parse(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return default;
        }
    }

    private static JsonElement FieldOf(JsonElement said, string name) =>
        Readable(() => said.ValueKind == JsonValueKind.Object && said.TryGetProperty(name, out var field) ? field : default);

    private static string? TextOf(JsonElement said, string name) => TextOf(FieldOf(said, name));

    private static string? TextOf(JsonElement text) => Readable(() => text.ValueKind == JsonValueKind.String ? text.GetString() : null);

    /// <summary>Half a character in a text is found only when the text is read.</summary>
    private static T? Readable<T>(Func<T?> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException)
        {
            return default;
        }
    }

    // 1e3 is an integer too.
    private static int? NumberOf(JsonElement said, string name) =>
        FieldOf(said, name) is { ValueKind: JsonValueKind.Number } number && number.TryGetDecimal(out var value) && value is >= int.MinValue and <= int.MaxValue ? (int)value : null;

    private static Dictionary<string, IReadOnlyList<string>> ErrorsOf(JsonElement said)
    {
        var errors = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        if (FieldOf(said, "errors") is { ValueKind: JsonValueKind.Object } fields)
        {
            foreach (var field in fields.EnumerateObject().Where(f => f.Value.ValueKind == JsonValueKind.Array))
            {
                if (Readable(() => field.Name) is { } name)
                {
                    errors[name] = [.. field.Value.EnumerateArray().Select(TextOf).OfType<string>()];
                }
            }
        }

        return errors;
    }

    // A date is compared with the answer's own: clocks of phones are minutes off.
    private static TimeSpan? Told(HttpResponseMessage response, TimeProvider clock) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - (response.Headers.Date ?? clock.GetUtcNow()),
        _ => null,
    };

    [GeneratedRegex(@"^[A-Z][A-Z0-9_]{0,63}\z")]
    private static partial Regex Code();
}
