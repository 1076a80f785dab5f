using System.Text.Json;
using Hongbao.Gateway.Json;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using CallContext = Hongbao.Contracts.CallContext;

namespace Hongbao.Gateway.Auth;

/// <summary>
/// Turns a bearer token into a caller. Only signed tokens of three parts reach the library: it has known faults in decompressing
/// encrypted ones (docs/security.md).
/// </summary>
internal sealed class TokenVerifier(TokenKeys keys, IOptions<GatewayOptions> options, TimeProvider clock, ILogger<TokenVerifier> log)
{
    /// <summary>How far the issuer's clock may be from ours.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    private const int LengthMax = 4096;
    private readonly JsonWebTokenHandler _handler = new();
    private readonly TokenCache _verified = new(options.Value.TokensCached);

    /// <summary>The caller, or null when the token is not acceptable for whatever reason.</summary>
    public Caller? Verify(ReadOnlySpan<char> token)
    {
        if (token.Length > LengthMax)
        {
            return Refuse("it is too long");
        }

        var hash = SecretHash.Of(token);
        if (_verified.Find(hash) is { } known && clock.GetUtcNow() < known.Until)
        {
            return known.Caller;
        }

        try
        {
            return VerifyAfresh(token.ToString(), hash);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidOperationException or OverflowException or JsonException or SecurityTokenException)
        {
            // A hostile token can make the library throw many things; none of their texts is logged, for they quote the token.
            return Refuse("it cannot be read: " + e.GetType().Name);
        }
    }

    private Caller? VerifyAfresh(string token, SecretHash hash)
    {
        var parts = token.Split('.');
        if (parts.Length != 3 || parts.Any(p => p.Length == 0))
        {
            return Refuse("it has not three parts");
        }

        using var header = Decode(parts[0]);
        using var payload = Decode(parts[1]);
        if (!TryText(header.RootElement, "alg", out var algorithm) || !TryText(header.RootElement, "kid", out var kid)
            || header.RootElement.TryGetProperty("crit", out _) || header.RootElement.TryGetProperty("zip", out _)
            || header.RootElement.TryGetProperty("enc", out _))
        {
            return Refuse("its header names no algorithm and key, or asks for more than a signature");
        }

        // The key decides the algorithm, never the token: else a public key could be used as an HMAC secret.
        if (keys.Find(kid) is not { } key || key.Algorithm != algorithm)
        {
            return Refuse("its key is unknown or is for another algorithm");
        }

        if (ValidateSigned(token, key) is not { } until)
        {
            return null;
        }

        return Accept(payload.RootElement) is { } caller ? Remember(hash, caller, until) : null;
    }

    private DateTimeOffset? ValidateSigned(string token, TokenKey key)
    {
        var parameters = new TokenValidationParameters
        {
            IssuerSigningKey = key.Key,
            ValidAlgorithms = [key.Algorithm],
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            LifetimeValidator = IsTimely,
            ValidAudience = options.Value.Audience,
            IgnoreTrailingSlashWhenValidatingAudience = false,
            ValidateIssuer = options.Value.Issuer.Length > 0,
            ValidIssuer = options.Value.Issuer,
        };
        TokenValidationResult result;
        if (key.Algorithm == SecurityAlgorithms.EcdsaSha256)
        {
            lock (key.Gate)
            {
                result = _handler.ValidateToken(token, parameters);
            }
        }
        else
        {
            result = _handler.ValidateToken(token, parameters);
        }

        if (!result.IsValid)
        {
            Refuse(result.Exception?.GetType().Name ?? "it is not valid");
            return null;
        }

        return new DateTimeOffset(DateTime.SpecifyKind(result.SecurityToken.ValidTo, DateTimeKind.Utc));
    }

    private bool IsTimely(DateTime? notBefore, DateTime? expires, SecurityToken token, TokenValidationParameters parameters)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        return expires is { } end && now - end < Skew && (notBefore is not { } start || start - now <= Skew);
    }

    private Caller? Accept(JsonElement claims)
    {
        if (!TryText(claims, "sub", out var sub) || !DecimalNumber.TryParse(sub, out var uid))
        {
            return Refuse("its sub is not a uid");
        }

        var app = CallContext.DefaultApp;
        if (claims.TryGetProperty("app", out _) && (!TryText(claims, "app", out app) || !IsApp(app)))
        {
            return Refuse("its app is not a name of an app");
        }

        var role = TryText(claims, "role", out var name) ? RoleOf(name) : CallerRole.User;
        return new Caller(app, uid, role);
    }

    /// <summary>1 to 32 of a to z, 0 to 9 and hyphen.</summary>
    public static bool IsApp(string app) => app.Length is >= 1 and <= 32 && app.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-');

    private static CallerRole RoleOf(string name) => name switch
    {
        "operator" => CallerRole.Operator,
        "admin" => CallerRole.Admin,
        _ => CallerRole.User,
    };

    private Caller Remember(SecretHash hash, Caller caller, DateTimeOffset until)
    {
        _verified.Add(hash, new TokenCache.Entry(caller, until));
        return caller;
    }

    private static JsonDocument Decode(string part)
    {
        // A name that occurs twice could mean one thing here and another in the library.
        var document = JsonDocument.Parse(Base64UrlEncoder.DecodeBytes(part), new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 8 });
        return document.RootElement.ValueKind == JsonValueKind.Object ? document : throw new JsonException("not an object");
    }

    private static bool TryText(JsonElement element, string name, out string text)
    {
        text = element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        return text.Length > 0;
    }

    private Caller? Refuse(string why)
    {
        log.LogDebug("A token was refused: {Reason}", why);
        return null;
    }
}
