using System.Net.Mime;
using Hongbao.Contracts;
using Hongbao.Gateway.Auth;
using Hongbao.Gateway.Endpoints;
using Hongbao.Gateway.Json;
using Hongbao.Gateway.OpenApi;
using Hongbao.Gateway.Problems;

namespace Hongbao.Gateway.Yyb;

/// <summary>The entry for apps: a package in, a package out. Who asks is said in the package, so that one connection may serve many users.</summary>
internal sealed class YybEndpoint(PackageService packages)
{
    private const string Tag = "Apps";
    private const string ContentType = MediaTypeNames.Application.Octet;

    public void Map(IEndpointRouteBuilder routes)
    {
        RequestDelegate take = TakeAsync;
        routes.MapPost("/yyb", take).For(Access.Anyone)
            .Describe(Tag, "sendPackage", "Commands of an app in one package: YYB, a version of 4 bytes, a JCE body as in Protocol.jce. Each is answered on its own, in a package of the same version.",
                ResultCode.ValidationFailed, ResultCode.PayloadTooLarge)
            .WithMetadata(take.Method, new BinaryShape(ContentType));
    }

    private async Task TakeAsync(HttpContext http)
    {
        if (!IsBytes(http.Request.ContentType))
        {
            await ProblemAnswer.OfStatus(StatusCodes.Status415UnsupportedMediaType, $"The content type must be {ContentType}.").ExecuteAsync(http);
            return;
        }

        if (await RequestBody.ReadBytesAsync(http) is not { } bytes)
        {
            await ProblemAnswer.Of(ResultCode.PayloadTooLarge).ExecuteAsync(http);
            return;
        }

        var answer = await packages.AnswerAsync(bytes, TraceIds.Of(http), http.RequestAborted);
        await (answer.Value is { } package
            ? JsonAnswer.WriteAsync(http, StatusCodes.Status200OK, package, ContentType)
            : ProblemAnswer.From(answer.Refusal!).ExecuteAsync(http));
    }

    private static bool IsBytes(string? contentType) =>
        System.Net.Http.Headers.MediaTypeHeaderValue.TryParse(contentType, out var type) && string.Equals(type.MediaType, ContentType, StringComparison.OrdinalIgnoreCase);
}
