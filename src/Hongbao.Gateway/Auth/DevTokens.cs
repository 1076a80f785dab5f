using System.Text.Json;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using CallContext = Hongbao.Contracts.CallContext;

namespace Hongbao.Gateway.Auth;

/// <summary>Signs tokens for trying the platform out; they are verified like any other.</summary>
internal sealed class DevTokens(TokenKeys keys, IOptions<GatewayOptions> options, TimeProvider clock)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };

    /// <summary>A token, or null when no configured key can sign.</summary>
    public string? Issue(Caller caller)
    {
        if (keys.Signing is not { } key)
        {
            return null;
        }

        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var payload = new Dictionary<string, object>
        {
            ["sub"] = caller.Uid.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["aud"] = options.Value.Audience,
            ["iat"] = now,
            ["exp"] = now + (long)Lifetime.TotalSeconds,
        };
        if (options.Value.Issuer.Length > 0)
        {
            payload["iss"] = options.Value.Issuer;
        }

        if (caller.Role != CallerRole.User)
        {
            payload["role"] = caller.Role == CallerRole.Admin ? "admin" : "operator";
        }

        if (caller.App != CallContext.DefaultApp)
        {
            payload["app"] = caller.App;
        }

        lock (key.Gate)
        {
            return _handler.CreateToken(JsonSerializer.Serialize(payload), new SigningCredentials(key.Key, key.Algorithm));
        }
    }
}
