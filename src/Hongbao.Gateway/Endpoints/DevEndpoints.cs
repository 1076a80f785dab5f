using System.Net;
using Hongbao.Contracts;
using Hongbao.Gateway.Auth;
using Hongbao.Gateway.Json;
using Hongbao.Gateway.Problems;

namespace Hongbao.Gateway.Endpoints;

/// <summary>Tokens and users for trying the platform out on one's own machine.</summary>
internal sealed class DevEndpoints(DevTokenGate gate, TokenIssuer tokens, IProfiles profiles, Calls calls)
{
    private const string Tag = "Development";
    private const long FirstDemoUid = 1001;
    private const int DemoUsers = 8;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/v1/dev/token", IssueAsync).For(Access.Anyone)
            .Describe(Tag, "issueDevToken", "A token for any user; only in the embedded profile on loopback.", ResultCode.ValidationFailed, ResultCode.NotFound)
            .Takes(typeof(DevTokenBody)).Gives(typeof(DevTokenAnswer));
        routes.MapGet("/api/v1/dev/users", ListUsersAsync).For(Access.Anyone)
            .Describe(Tag, "listDevUsers", "Users to try the platform out with; only in the embedded profile on loopback.", ResultCode.NotFound)
            .Gives(typeof(DevUsersAnswer));
    }

    private async Task<IResult> IssueAsync(HttpContext http, CancellationToken cancellationToken)
    {
        if (!IsOpenFor(http))
        {
            return ProblemAnswer.OfStatus(StatusCodes.Status404NotFound);
        }

        var body = await RequestBody.ReadAsync(http);
        var uid = body.Number("uid");
        var role = TokenIssuer.RoleOf(body.OptionalText("role"));
        var app = body.OptionalText("app");
        if (role is null)
        {
            body.Fault("role", "must be operator or admin, or absent");
        }

        if (app.Length > 0 && !TokenVerifier.IsApp(app))
        {
            body.Fault("app", "must be 1 to 32 of a to z, 0 to 9 and hyphen");
        }

        if (body.Refusal is { } refusal)
        {
            return refusal;
        }

        var token = tokens.Issue(new Caller(app.Length == 0 ? CallContext.DefaultApp : app, uid, role ?? CallerRole.User));
        return token is null ? ProblemAnswer.OfStatus(StatusCodes.Status404NotFound) : JsonAnswer.Ok(new DevTokenAnswer { Token = token }, GatewayJson.Wire.DevTokenAnswer);
    }

    private async Task<IResult> ListUsersAsync(HttpContext http, CancellationToken cancellationToken)
    {
        if (!IsOpenFor(http))
        {
            return ProblemAnswer.OfStatus(StatusCodes.Status404NotFound);
        }

        var uids = Enumerable.Range(0, DemoUsers).Select(i => FirstDemoUid + i).ToList();
        var response = await calls.AskAsync(Calls.OriginOf(http), (context, gone) => profiles.GetAsync(context, new ProfilesRequest { Uids = uids }, gone));
        var items = uids.ConvertAll(uid =>
        {
            var profile = response.Items.Find(p => p.Uid == uid);
            return new DevUser { Uid = uid, Name = profile?.Name ?? "", Avatar = profile?.Avatar ?? "" };
        });
        return JsonAnswer.Ok(new DevUsersAnswer { Items = items }, GatewayJson.Wire.DevUsersAnswer);
    }

    // The name in the address too: a foreign page whose name was made to point at this machine is not of this machine. And a request that
    // says it was passed on may come from anywhere, although the proxy sits here; docs/operating.md says what a silent proxy needs.
    private bool IsOpenFor(HttpContext http)
    {
        var host = http.Request.Host.Host;
        return gate.IsOpen
            && !http.Request.Headers.Keys.Any(IsOfProxy)
            && (string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address)));
    }

    private static bool IsOfProxy(string header) =>
        header.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase)
        || header.Equals("Forwarded", StringComparison.OrdinalIgnoreCase)
        || header.Equals("Via", StringComparison.OrdinalIgnoreCase)
        || header.Equals("X-Real-IP", StringComparison.OrdinalIgnoreCase);
}

/// <summary>For whom a token is wanted.</summary>
internal sealed record DevTokenBody
{
    /// <summary>The user.</summary>
    public required Num Uid { get; init; }

    /// <summary>operator or admin; a user when absent.</summary>
    public string? Role { get; init; }

    /// <summary>The app; default when absent.</summary>
    public string? App { get; init; }
}

/// <summary>A token of 24 hours.</summary>
internal sealed record DevTokenAnswer
{
    /// <summary>For the Authorization header.</summary>
    public required string Token { get; init; }
}

/// <summary>Users to try the platform out with.</summary>
internal sealed record DevUsersAnswer
{
    /// <summary>In order of uid.</summary>
    public required List<DevUser> Items { get; init; }
}

/// <summary>A user to try the platform out with.</summary>
internal sealed record DevUser
{
    /// <summary>The user.</summary>
    public required Num Uid { get; init; }

    /// <summary>His name; may be empty.</summary>
    public required string Name { get; init; }

    /// <summary>His picture; may be empty.</summary>
    public required string Avatar { get; init; }
}
