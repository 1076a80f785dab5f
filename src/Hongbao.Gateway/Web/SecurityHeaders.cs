namespace Hongbao.Gateway.Web;

/// <summary>Headers that every answer carries, and the content policies of the pages.</summary>
internal static class SecurityHeaders
{
    /// <summary>The H5 page and everything that is no page: only from here, no inline script or style, in nobody's frame.</summary>
    private const string StrictPolicy =
        "default-src 'self'; img-src 'self' data:; style-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    /// <summary>The cashier page.</summary>
    private const string CashierPolicy =
        "default-src 'none'; img-src 'self' data:; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    /// <summary>The API page writes styles into its elements.</summary>
    private const string DocsPolicy =
        "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static void Set(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers.ContentSecurityPolicy = StrictPolicy;
    }

    public static void AllowCashier(HttpContext http) => http.Response.Headers.ContentSecurityPolicy = CashierPolicy;

    public static void AllowDocs(HttpContext http) => http.Response.Headers.ContentSecurityPolicy = DocsPolicy;
}
