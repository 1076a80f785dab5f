using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace Hongbao.Testing;

/// <summary>A key of users' tokens, as an app's own login would have it; signs without any code of the platform.</summary>
public sealed class UserTokenKey
{
    private const string Kid = "test";
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    /// <summary>What a gateway has to be told, for its environment.</summary>
    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["HONGBAO_Gateway__Keys__0__Kid"] = Kid,
        ["HONGBAO_Gateway__Keys__0__Algorithm"] = "HS256",
        ["HONGBAO_Gateway__Keys__0__Key"] = Convert.ToBase64String(_key),
    };

    /// <summary>A token by docs/security.md.</summary>
    public string Sign(long uid, string? role = null, string? app = null)
    {
        var payload = new Dictionary<string, object> { ["sub"] = uid.ToString(), ["aud"] = "hongbao", ["exp"] = (TimeProvider.System.GetUtcNow() + Lifetime).ToUnixTimeSeconds() };
        if (role is not null)
        {
            payload["role"] = role;
        }

        if (app is not null)
        {
            payload["app"] = app;
        }

        var text = $"{Part(new { alg = "HS256", kid = Kid, typ = "JWT" })}.{Part(payload)}";
        return $"{text}.{Base64Url.EncodeToString(HMACSHA256.HashData(_key, System.Text.Encoding.ASCII.GetBytes(text)))}";
    }

    private static string Part(object part) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(part));
}
