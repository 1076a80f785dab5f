using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Hongbao.Gateway.OpenApi;

/// <summary>The document, generated from the endpoints at the first request: they do not change after the start.</summary>
internal sealed class OpenApiDocumentCache([FromKeyedServices(OpenApiDocumentCache.Name)] IOpenApiDocumentProvider provider)
{
    public const string Name = "v1";
    private byte[]? _document;

    public async Task WriteAsync(HttpContext http)
    {
        var document = await GetAsync(http.RequestAborted);
        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.ContentLength = document.Length;
        http.Response.Headers.CacheControl = "no-cache";
        await http.Response.BodyWriter.WriteAsync(document, http.RequestAborted);
    }

    /// <summary>The document as UTF-8 text, the same bytes at every start.</summary>
    public async ValueTask<byte[]> GetAsync(CancellationToken cancellationToken) => _document ??= await GenerateAsync(cancellationToken);

    private async Task<byte[]> GenerateAsync(CancellationToken cancellationToken)
    {
        var document = await provider.GetOpenApiDocumentAsync(cancellationToken);
        using var stream = new MemoryStream();
        await document.SerializeAsJsonAsync(stream, OpenApiSpecVersion.OpenApi3_1, cancellationToken);
        return stream.ToArray();
    }
}
