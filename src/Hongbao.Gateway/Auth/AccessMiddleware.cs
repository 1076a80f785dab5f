using Hongbao.Contracts;
using Hongbao.Gateway.Json;
using Hongbao.Gateway.Problems;

namespace Hongbao.Gateway.Auth;

/// <summary>Lets a request to its endpoint only when its size and its caller suit the endpoint's <see cref="AccessRule"/>.</summary>
internal sealed class AccessMiddleware(RequestDelegate next, TokenVerifier tokens, Tickets tickets)
{
    private const string Scheme = "Bearer ";

    public Task InvokeAsync(HttpContext http)
    {
        var metadata = http.GetEndpoint()?.Metadata;
        if (metadata?.GetMetadata<AccessRule>() is not { } rule)
        {
            return next(http);
        }

        if (http.Request.ContentLength > (metadata.GetMetadata<BodyLimit>()?.Bytes ?? BodyLimit.Default))
        {
            return ProblemAnswer.Of(ResultCode.PayloadTooLarge).ExecuteAsync(http);
        }

        // A stale token must not keep anyone from what needs none.
        if (rule.Access == Access.Anyone)
        {
            return next(http);
        }

        var isAnonymous = http.Request.Headers.Authorization.Count == 0 && (rule.Tickets == TicketUse.None || !http.Request.Query.ContainsKey("ticket"));
        if (isAnonymous)
        {
            return rule.Access == Access.AnyoneOrUser ? next(http) : Challenge(http, "Bearer");
        }

        if (Identify(http, rule) is not { } caller)
        {
            return Challenge(http, "Bearer error=\"invalid_token\"");
        }

        http.Features.Set(caller);
        return IsAllowed(rule.Access, caller.Role) ? next(http) : ProblemAnswer.Of(ResultCode.Forbidden).ExecuteAsync(http);
    }

    private Caller? Identify(HttpContext http, AccessRule rule)
    {
        var headers = http.Request.Headers.Authorization;
        if (headers.Count > 0)
        {
            return headers.Count == 1 && headers[0] is { } header && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
                ? tokens.Verify(header.AsSpan(Scheme.Length).Trim())
                : null;
        }

        var values = http.Request.Query["ticket"];
        return rule.Tickets == TicketUse.Cashier && values.Count == 1 && values[0] is { Length: > 0 } ticket
            && http.Request.RouteValues["payOrderNo"] is string text && DecimalNumber.TryParse(text, out var payOrderNo)
            ? tickets.Redeem(ticket, payOrderNo)
            : null;
    }

    private static bool IsAllowed(Access access, CallerRole role) => access switch
    {
        Access.Anyone or Access.AnyoneOrUser or Access.User => true,
        Access.Operator => role is CallerRole.Operator or CallerRole.Admin,
        Access.Admin => role == CallerRole.Admin,
    };

    private static Task Challenge(HttpContext http, string challenge)
    {
        http.Response.Headers.WWWAuthenticate = challenge;
        return ProblemAnswer.Of(ResultCode.Unauthenticated).ExecuteAsync(http);
    }
}
