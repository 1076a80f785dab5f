using Hongbao.Foundation.Chance;

namespace Hongbao.Foundation.Signing;

/// <summary>Puts the signature's headers on an outgoing request.</summary>
internal static class SignedRequest
{
    public static void AddTo(this CallbackSignature signature, HttpRequestMessage message, string body, TimeProvider clock, IRandomSource chance)
    {
        var timestamp = clock.GetUtcNow().ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
        var nonce = chance.Hex(16);
        message.Headers.Add(CallbackSignature.TimestampHeader, timestamp);
        message.Headers.Add(CallbackSignature.NonceHeader, nonce);
        message.Headers.Add(CallbackSignature.SignatureHeader, signature.Sign(timestamp, nonce, body));
    }
}
