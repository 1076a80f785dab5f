using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Hongbao.Gateway.Auth;

/// <summary>A key together with the one algorithm that it may be used with.</summary>
internal sealed record TokenKey(string Algorithm, SecurityKey Key, bool CanSign)
{
    /// <summary>An ECDsa object is not made for several threads at once.</summary>
    public Lock Gate { get; } = new();
}

/// <summary>The configured keys by <c>kid</c>.</summary>
internal sealed class TokenKeys
{
    private readonly Dictionary<string, TokenKey> _byKid;

    public TokenKeys(IOptions<GatewayOptions> options) =>
        _byKid = options.Value.Keys.ToDictionary(k => k.Kid, Open, StringComparer.Ordinal);

    public TokenKey? Find(string kid) => _byKid.GetValueOrDefault(kid);

    /// <summary>A key that development tokens can be signed with.</summary>
    public TokenKey? Signing => _byKid.Values.FirstOrDefault(k => k.CanSign);

    /// <summary>What is wrong with the configured keys, for people.</summary>
    public static IEnumerable<string> Faults(IReadOnlyList<TokenKeyOptions> keys)
    {
        if (keys.Count == 0)
        {
            yield return "Gateway:Keys must name at least one key that tokens are signed with.";
        }

        for (var i = 0; i < keys.Count; i++)
        {
            var name = $"Gateway:Keys:{i}";
            if (keys[i].Kid.Length is 0 or > 64)
            {
                yield return $"{name}:Kid must have 1 to 64 characters.";
            }

            if (keys.Take(i).Any(k => k.Kid == keys[i].Kid))
            {
                yield return $"{name}:Kid is used twice.";
            }

            if (keys[i].Algorithm is not (SecurityAlgorithms.HmacSha256 or SecurityAlgorithms.EcdsaSha256))
            {
                yield return $"{name}:Algorithm must be HS256 or ES256.";
                continue;
            }

            TokenKey? opened = null;
            try
            {
                opened = Open(keys[i]);
            }
            catch (Exception e) when (e is FormatException or ArgumentException or CryptographicException)
            {
                // The exception may quote the key: it is not passed on.
            }

            if (opened is null)
            {
                yield return keys[i].Algorithm == SecurityAlgorithms.HmacSha256
                    ? $"{name}:Key must be at least 32 bytes in Base64, and Pem empty."
                    : $"{name}:Pem must be a P-256 key in PEM, and Key empty.";
            }
        }
    }

    private static TokenKey Open(TokenKeyOptions options) => options.Algorithm switch
    {
        SecurityAlgorithms.HmacSha256 => OpenHmac(options),
        SecurityAlgorithms.EcdsaSha256 => OpenEcdsa(options),
        _ => throw new ArgumentException("unknown algorithm"),
    };

    private static TokenKey OpenHmac(TokenKeyOptions options)
    {
        var bytes = Convert.FromBase64String(options.Key);
        return bytes.Length >= 32 && options.Pem.Length == 0
            ? new TokenKey(options.Algorithm, new SymmetricSecurityKey(bytes) { KeyId = options.Kid }, CanSign: true)
            : throw new ArgumentException("too short");
    }

    private static TokenKey OpenEcdsa(TokenKeyOptions options)
    {
        var ecdsa = ECDsa.Create();
        ecdsa.ImportFromPem(options.Pem);
        var isP256 = ecdsa.ExportParameters(false).Curve.Oid.Value == ECCurve.NamedCurves.nistP256.Oid.Value;
        return isP256 && options.Key.Length == 0
            ? new TokenKey(options.Algorithm, new ECDsaSecurityKey(ecdsa) { KeyId = options.Kid }, options.Pem.Contains("PRIVATE KEY", StringComparison.Ordinal))
            : throw new ArgumentException("not P-256");
    }
}

/// <summary>Refuses to start with settings that could not work.</summary>
internal sealed class GatewayOptionsValidation : IValidateOptions<GatewayOptions>
{
    public ValidateOptionsResult Validate(string? name, GatewayOptions options)
    {
        var faults = TokenKeys.Faults(options.Keys).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
