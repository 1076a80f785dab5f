using System.Security.Cryptography;
using Hongbao.Gateway.Auth;
using Hongbao.Gateway.Endpoints;

namespace Hongbao.Gateway.Cashier;

/// <summary>The cashier's style and script, from inside the assembly. Their addresses carry a hash, so that they may be kept for ever.</summary>
internal sealed class CashierAssets
{
    private readonly byte[] _style = Read("cashier.css");
    private readonly byte[] _script = Read("cashier.js");

    public CashierAssets()
    {
        StyleUrl = "/cashier.css?v=" + HashOf(_style);
        ScriptUrl = "/cashier.js?v=" + HashOf(_script);
    }

    public string StyleUrl { get; }

    public string ScriptUrl { get; }

    public void Map(IEndpointRouteBuilder routes)
    {
        MapOne(routes, "/cashier.css", _style, "text/css; charset=utf-8");
        MapOne(routes, "/cashier.js", _script, "text/javascript; charset=utf-8");
    }

    private static void MapOne(IEndpointRouteBuilder routes, string path, byte[] content, string contentType) => routes.MapGet(path, (HttpContext http) =>
    {
        http.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return Results.Bytes(content, contentType);
    }).For(Access.Anyone).ExcludeFromDescription();

    private static byte[] Read(string name)
    {
        using var stream = typeof(CashierAssets).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"The resource {name} is missing.");
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }

    private static string HashOf(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content))[..12];
}
