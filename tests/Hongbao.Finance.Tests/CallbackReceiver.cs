using System.Net;
using System.Text.Json;
using Hongbao.Foundation.Signing;

namespace Hongbao.Finance.Tests;

/// <summary>Takes callbacks in place of the network.</summary>
internal sealed class CallbackReceiver : HttpMessageHandler
{
    public static readonly byte[] Key = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    private readonly Lock _gate = new();
    private readonly List<Received> _all = [];

    /// <summary>One attempt.</summary>
    public sealed record Received(string Timestamp, string Nonce, string Body, bool Genuine)
    {
        public JsonElement[] Items => [.. JsonDocument.Parse(Body).RootElement.GetProperty("items").EnumerateArray()];
    }

    /// <summary>Answers an attempt, given how many came before it.</summary>
    public Func<int, HttpStatusCode> Answer { get; set; } = _ => HttpStatusCode.OK;

    public Received[] All
    {
        get
        {
            lock (_gate)
            {
                return [.. _all];
            }
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = await request.Content!.ReadAsStringAsync(cancellationToken);
        var timestamp = request.Headers.GetValues(CallbackSignature.TimestampHeader).Single();
        var nonce = request.Headers.GetValues(CallbackSignature.NonceHeader).Single();
        var signature = request.Headers.GetValues(CallbackSignature.SignatureHeader).Single();
        var genuine = new CallbackSignature(Key).IsGenuine(timestamp, nonce, body, signature, DateTimeOffset.UtcNow);
        lock (_gate)
        {
            _all.Add(new Received(timestamp, nonce, body, genuine));
            return new HttpResponseMessage(Answer(_all.Count - 1));
        }
    }
}
