using System.Text.Json;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using CallContext = Hongbao.Contracts.CallContext;

namespace Hongbao.Gateway.Auth;

/// <summary>Signs tokens for operators and for trying the platform out; they are verified like any other.</summary>
public sealed class TokenIssuer
{
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };
    private readonly TokenKeys _keys;
    private readonly IOptions<GatewayOptions> _options;
    private readonly TimeProvider _clock;

    internal TokenIssuer(TokenKeys keys, IOptions<GatewayOptions> options, TimeProvider clock)
    {
        _keys = keys;
        _options = options;
        _clock = clock;
    }

    /// <summary>How long a token is good for.</summary>
    public static TimeSpan Lifetime { get; } = TimeSpan.FromHours(24);

    /// <summary>An issuer with a gateway's settings, outside of one.</summary>
    /// <param name="options">Keys, audience, issuer.</param>
    /// <param name="clock">Tokens begin now.</param>
    /// <exception cref="OptionsValidationException">The keys cannot work.</exception>
    public static TokenIssuer With(GatewayOptions options, TimeProvider clock)
    {
        var faults = TokenKeys.Faults(options.Keys).ToList();
        return faults.Count == 0 ? new TokenIssuer(new TokenKeys(Options.Create(options)), Options.Create(options), clock)
            : throw new OptionsValidationException("Gateway", typeof(GatewayOptions), faults);
    }

    /// <summary>A token, or null when no configured key can sign.</summary>
    /// <param name="app">The app (tenant).</param>
    /// <param name="uid">The user.</param>
    /// <param name="role">operator, admin, or empty.</param>
    /// <exception cref="ArgumentException">There is no such role or app.</exception>
    public string? Issue(string app, long uid, string role)
    {
        var known = RoleOf(role) ?? throw new ArgumentException("The role must be operator, admin or empty.", nameof(role));
        return IsApp(app) ? Issue(new Caller(app, uid, known)) : throw new ArgumentException("An app has 1 to 32 of a to z, 0 to 9 and hyphen.", nameof(app));
    }

    /// <summary>Whether a text can be an app.</summary>
    public static bool IsApp(string text) => TokenVerifier.IsApp(text);

    /// <summary>The role of that name; empty for a user, null for none.</summary>
    internal static CallerRole? RoleOf(string name) => name switch
    {
        "" => CallerRole.User,
        "operator" => CallerRole.Operator,
        "admin" => CallerRole.Admin,
        _ => null,
    };

    internal string? Issue(Caller caller)
    {
        if (_keys.Signing is not { } key)
        {
            return null;
        }

        var now = _clock.GetUtcNow().ToUnixTimeSeconds();
        var payload = new Dictionary<string, object>
        {
            ["sub"] = caller.Uid.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["aud"] = _options.Value.Audience,
            ["iat"] = now,
            ["exp"] = now + (long)Lifetime.TotalSeconds,
        };
        if (_options.Value.Issuer.Length > 0)
        {
            payload["iss"] = _options.Value.Issuer;
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
