namespace Hongbao.Gateway.Auth;

/// <summary>What a caller may do beyond what every user may.</summary>
internal enum CallerRole
{
    User = 0,
    Operator = 1,
    Admin = 2,
}

/// <summary>Who a request comes from, as proved by his token or ticket.</summary>
internal sealed record Caller(string App, long Uid, CallerRole Role)
{
    /// <summary>Put there by <see cref="AccessMiddleware"/> for every endpoint that asks for a user.</summary>
    public static Caller Of(HttpContext http) =>
        http.Features.Get<Caller>() ?? throw new InvalidOperationException("This endpoint asks for no caller; give it an AccessRule.");
}
