using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Hongbao.Gateway.Tests;

/// <summary>Makes tokens by hand, so that a test can make any wrong one.</summary>
internal static class Tokens
{
    public const string HmacKid = "h1";
    public const string EcdsaKid = "e1";
    public static readonly byte[] HmacKey = SHA256.HashData("the tests' key"u8);
    public static readonly ECDsa Ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public static string PublicPem => Ecdsa.ExportSubjectPublicKeyInfoPem();

    public static Dictionary<string, object> Claims(TimeProvider clock, object? sub = null, string? role = null, string? app = null)
    {
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var claims = new Dictionary<string, object> { ["sub"] = sub ?? "1001", ["aud"] = "hongbao", ["exp"] = now + 3600 };
        if (role is not null)
        {
            claims["role"] = role;
        }

        if (app is not null)
        {
            claims["app"] = app;
        }

        return claims;
    }

    public static string Sign(object payload, string algorithm = "HS256", string? kid = HmacKid, byte[]? key = null, Dictionary<string, object>? header = null)
    {
        header ??= [];
        header.TryAdd("alg", algorithm);
        header.TryAdd("typ", "JWT");
        if (kid is not null)
        {
            header.TryAdd("kid", kid);
        }

        var text = payload as string ?? JsonSerializer.Serialize(payload);
        var signed = Part(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(header))) + "." + Part(Encoding.UTF8.GetBytes(text));
        var bytes = Encoding.ASCII.GetBytes(signed);
        return signed + "." + Part(algorithm == "ES256" ? Ecdsa.SignData(bytes, HashAlgorithmName.SHA256) : HMACSHA256.HashData(key ?? HmacKey, bytes));
    }

    public static string Part(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
