using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Hongbao.Contracts;
using Hongbao.Jce;

namespace Hongbao.Foundation.Subsidies;

/// <summary>
/// Tokens of subsidies: <c>h1.KEY.BODY</c>, where KEY names the key and BODY is base64url of a nonce, the subsidy under AES-256-GCM, and its tag. Nobody without the key can make, change or read
/// one. The same subsidy under the same key is always the same token, so that a repeated draw has the same answer: the nonce is a MAC of the content. Thread safe.
/// </summary>
public sealed class SubsidyTokens
{
    /// <summary>Bytes of a key.</summary>
    public const int KeyBytes = 32;

    /// <summary>Longest name of a key.</summary>
    public const int KeyIdMax = 16;

    /// <summary>No genuine token is longer.</summary>
    public const int LengthMax = 1024;

    private const string Version = "h1";
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private readonly Dictionary<string, Key> _keys;

    /// <summary>Uses the keys of validated settings.</summary>
    public SubsidyTokens(SubsidyOptions options)
    {
        _keys = options.TokenKeys.ToDictionary(static k => k.Id, static k => new Key(k), StringComparer.Ordinal);
        CurrentKey = options.TokenKeys[0].Id;
    }

    // One key for the content and one for nonces, both made from the one that is configured.
    private sealed class Key
    {
        public Key(SubsidyKeyOptions options)
        {
            if (!SubsidyOptions.TryReadKey(options.Key, out var master))
            {
                throw new ArgumentException($"the key '{options.Id}' is not base64 of {KeyBytes} bytes", nameof(options));
            }

            Content = HKDF.DeriveKey(HashAlgorithmName.SHA256, master, KeyBytes, info: "hongbao subsidy token content"u8.ToArray());
            Nonce = HKDF.DeriveKey(HashAlgorithmName.SHA256, master, KeyBytes, info: "hongbao subsidy token nonce"u8.ToArray());
            Bound = Encoding.ASCII.GetBytes($"{Version}.{options.Id}.");
        }

        public byte[] Content { get; }

        public byte[] Nonce { get; }

        /// <summary>What stands before the body; the tag holds for it too.</summary>
        public byte[] Bound { get; }
    }

    /// <summary>The key that new tokens are made with.</summary>
    public string CurrentKey { get; }

    /// <summary>True for a key that is configured here.</summary>
    public bool Has(string keyId) => _keys.ContainsKey(keyId);

    /// <summary>The token of a subsidy.</summary>
    /// <param name="subsidy">As the campaign recorded it.</param>
    /// <param name="keyId">The key that was current when it was won.</param>
    /// <exception cref="KeyNotFoundException">That key is not configured any more.</exception>
    public string Make(SubsidyIssued subsidy, string keyId)
    {
        var key = _keys[keyId];
        var content = JceSerializer.ToBytes(subsidy);
        var body = new byte[NonceBytes + content.Length + TagBytes];
        var nonce = body.AsSpan(0, NonceBytes);
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key.Nonce, content, mac);
        mac[..NonceBytes].CopyTo(nonce);
        using var cipher = new AesGcm(key.Content, TagBytes);
        cipher.Encrypt(nonce, content, body.AsSpan(NonceBytes, content.Length), body.AsSpan(NonceBytes + content.Length), key.Bound);
        return $"{Version}.{keyId}.{Base64Url.EncodeToString(body)}";
    }

    /// <summary>
    /// Opens a token. False when it is cut, altered, forged, or of a key that is not configured. Whether it has expired, whose it is and whether it was used is for the caller to look at, by the
    /// store's clock and tables.
    /// </summary>
    public bool TryRead(string token, out SubsidyIssued subsidy)
    {
        subsidy = new SubsidyIssued();
        var parts = token.Length > LengthMax ? [] : token.Split('.');
        if (parts is not [Version, var keyId, var text] || !_keys.TryGetValue(keyId, out var key))
        {
            return false;
        }

        try
        {
            var body = Base64Url.DecodeFromChars(text);
            // Of several texts that stand for the same bytes only the one that is made is taken: a token is one string.
            if (body.Length <= NonceBytes + TagBytes || Base64Url.EncodeToString(body) != text)
            {
                return false;
            }

            var content = new byte[body.Length - NonceBytes - TagBytes];
            using var cipher = new AesGcm(key.Content, TagBytes);
            cipher.Decrypt(body.AsSpan(0, NonceBytes), body.AsSpan(NonceBytes, content.Length), body.AsSpan(NonceBytes + content.Length), content, key.Bound);
            return JceSerializer.TryRead(content, out subsidy, out _);
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            return false;
        }
    }

    internal static bool IsKeyId(string id) => id.Length is > 0 and <= KeyIdMax && id.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}
