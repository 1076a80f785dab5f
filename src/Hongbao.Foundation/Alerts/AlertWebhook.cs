using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Outside;
using Hongbao.Foundation.Signing;

namespace Hongbao.Foundation.Alerts;

/// <summary>How a message to a webhook ended.</summary>
internal enum PostOutcome
{
    /// <summary>The webhook has it.</summary>
    Accepted,
    /// <summary>The webhook does not want this message; the same one will hardly do better.</summary>
    Refused,
    /// <summary>No answer, a fault of its own, or too many messages: later.</summary>
    Unavailable,
}

/// <summary>A place where alerts are sent.</summary>
/// <param name="name">In the store and in logs.</param>
/// <param name="bit">Its bit in <c>alerts.delivered</c>; never reused for another.</param>
internal abstract class AlertWebhook(string name, int bit)
{
    /// <summary>Bytes of one message's texts; Feishu takes 20 KB with everything.</summary>
    public const int TextBytesMax = 15_000;

    /// <summary>Alerts of one message.</summary>
    public const int AlertsMax = 20;

    // Chinese stays Chinese: escaped it would be twice as long.
    protected static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public string Name => name;

    public int Bit => bit;

    /// <summary>How many alerts the next message carries at most; fewer after a refusal. Used by this webhook's worker only.</summary>
    public int MostNext { get; set; } = AlertsMax;

    public abstract HttpRequestMessage Message(IReadOnlyList<StoredAlert> alerts);

    /// <summary>Reads the answer of a status below 300.</summary>
    public abstract PostOutcome Judge(byte[] answer);

    protected static HttpRequestMessage Post(string url, string body) => new(HttpMethod.Post, url)
    {
        Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json", "utf-8") } },
    };

    protected static string Time(long unixMs) =>
        DateTimeOffset.FromUnixTimeMilliseconds(unixMs).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}

/// <summary>A custom bot of Feishu or Lark: one text message, signed in the body.</summary>
internal sealed class FeishuBot(AlertOptions options, TimeProvider clock) : AlertWebhook("feishu", 1)
{
    private sealed record Content(string Text);

    private sealed record Body(string? Timestamp, string? Sign, [property: JsonPropertyName("msg_type")] string MsgType, Content Content);

    /// <summary>The bot's signature: the key is what is signed, the message is empty.</summary>
    public static string Sign(string timestamp, string secret) =>
        Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes($"{timestamp}\n{secret}"), ReadOnlySpan<byte>.Empty));

    public override HttpRequestMessage Message(IReadOnlyList<StoredAlert> alerts)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"Hongbao: {alerts.Count} alert{(alerts.Count == 1 ? "" : "s")}");
        foreach (var alert in alerts)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n[{alert.Kind}] {alert.Key}: {alert.Text}");
            if (alert.Count > 1)
            {
                text.Append(CultureInfo.InvariantCulture, $" ({alert.Count} times since {Time(alert.FirstAt)})");
            }
        }

        // An alert's text may quote strangers: it must not call everybody in the group.
        text.Replace("<at", "< at");
        var timestamp = clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var isSigned = options.FeishuSecret.Length > 0;
        return Post(options.FeishuUrl, JsonSerializer.Serialize(
            new Body(isSigned ? timestamp : null, isSigned ? Sign(timestamp, options.FeishuSecret) : null, "text", new Content(text.ToString())), Json));
    }

    public override PostOutcome Judge(byte[] answer)
    {
        try
        {
            using var json = JsonDocument.Parse(answer);
            // The older form of the answer says StatusCode.
            if (!json.RootElement.TryGetProperty("code", out var code) && !json.RootElement.TryGetProperty("StatusCode", out code))
            {
                return PostOutcome.Unavailable;
            }

            return code.GetInt32() switch
            {
                0 => PostOutcome.Accepted,
                // Too many messages.
                11232 => PostOutcome.Unavailable,
                _ => PostOutcome.Refused,
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return PostOutcome.Unavailable;
        }
    }
}

/// <summary>Any receiver: the alerts as JSON, signed in the headers; a status below 300 means that it has them.</summary>
internal sealed class GenericWebhook(AlertOptions options, TimeProvider clock, IRandomSource chance) : AlertWebhook("webhook", 2)
{
    private readonly CallbackSignature _signature = new(Convert.FromBase64String(options.WebhookKey));

    private sealed record Item(string Id, string Kind, string Key, string Text, long Count, string FirstAt, string LastAt);

    private sealed record Body(IEnumerable<Item> Alerts);

    public override HttpRequestMessage Message(IReadOnlyList<StoredAlert> alerts)
    {
        var body = JsonSerializer.Serialize(
            new Body(alerts.Select(a =>
                new Item(a.Id.ToString(CultureInfo.InvariantCulture), a.Kind, a.Key, a.Text, a.Count, Time(a.FirstAt), Time(a.LastAt)))),
            Json);
        var message = Post(options.WebhookUrl, body);
        _signature.AddTo(message, body, clock, chance);
        return message;
    }

    public override PostOutcome Judge(byte[] answer) => PostOutcome.Accepted;
}
