using System.Security.Cryptography;
using System.Text;

namespace Hongbao.Foundation.Signing;

/// <summary>Signs and checks callbacks and calls between us and outside services: HMAC-SHA256 over timestamp, nonce and body.</summary>
public sealed class CallbackSignature
{
    /// <summary>Header of the Unix second at which the attempt was signed.</summary>
    public const string TimestampHeader = "X-Hongbao-Timestamp";

    /// <summary>Header of the attempt's nonce, unique per attempt: 8 to 64 letters, digits, <c>-</c> or <c>_</c>.</summary>
    public const string NonceHeader = "X-Hongbao-Nonce";

    /// <summary>Header of the lower-case hex signature.</summary>
    public const string SignatureHeader = "X-Hongbao-Signature";

    /// <summary>How far a timestamp may be from our clock in either direction.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    private readonly byte[] _key;

    /// <summary>Uses a shared key of at least 32 bytes.</summary>
    public CallbackSignature(byte[] key)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(key.Length, 32, nameof(key));
        _key = [.. key];
    }

    /// <summary>The signature of an attempt, lower-case hex.</summary>
    public string Sign(string timestamp, string nonce, string body) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{timestamp}\n{nonce}\n{body}")));

    /// <summary>True for a genuine signature of our time. Compares in constant time. Replay is the caller's to find, by the nonce.</summary>
    public bool IsGenuine(string timestamp, string nonce, string body, string signature, DateTimeOffset now)
    {
        // A line end in a nonce would move the border to the body: another nonce, and so a replay, under the same signature.
        if (nonce.Length is < 8 or > 64
            || !nonce.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            || !long.TryParse(timestamp, System.Globalization.NumberStyles.None, null, out var seconds)
            || Math.Abs(now.ToUnixTimeSeconds() - seconds) > (long)Tolerance.TotalSeconds)
        {
            return false;
        }

        var expected = Encoding.ASCII.GetBytes(Sign(timestamp, nonce, body));
        return CryptographicOperations.FixedTimeEquals(expected, Encoding.UTF8.GetBytes(signature));
    }
}
