using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Hongbao.Gateway.Json;

/// <summary>A JSON answer of known length, written at once.</summary>
internal sealed class JsonAnswer<T>(int status, T value, JsonTypeInfo<T> type) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext) => JsonAnswer.WriteAsync(httpContext, status, value, type);
}

internal static class JsonAnswer
{
    public const string ContentType = "application/json; charset=utf-8";

    public static IResult Ok<T>(T value, JsonTypeInfo<T> type) => new JsonAnswer<T>(StatusCodes.Status200OK, value, type);

    public static Task WriteAsync<T>(HttpContext http, int status, T value, JsonTypeInfo<T> type, string contentType = ContentType) =>
        WriteAsync(http, status, JsonSerializer.SerializeToUtf8Bytes(value, type), contentType);

    /// <summary>Bytes that are there already, JSON or not.</summary>
    public static Task WriteAsync(HttpContext http, int status, byte[] body, string contentType)
    {
        var response = http.Response;
        response.StatusCode = status;
        response.ContentType = contentType;
        response.ContentLength = body.Length;

        // What one user may see is nobody else's, and all of it changes.
        response.Headers.CacheControl = "no-store";

        // Without the request's token, which would be made only for this: the server drops what nobody reads any more.
        var written = response.BodyWriter.WriteAsync(body);
        return written.IsCompletedSuccessfully ? Task.CompletedTask : written.AsTask();
    }
}
