using System.Text.Json;
using Hongbao.Contracts;
using Hongbao.Gateway.Auth;
using Hongbao.Gateway.Endpoints;
using Hongbao.Gateway.Json;
using Hongbao.Gateway.Problems;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hongbao.Bench.Http.Serving;

/// <summary>
/// Ceilings: endpoints that run the gateway's pipeline (headers, problems, routing, token check, limits, telemetry), take a request of the same size
/// as a claim's or a draw's and answer the bytes that a claim, its refusal, or a draw without luck is answered with. They do nothing else, not even write JSON.
/// </summary>
internal static class NothingEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        Answer(routes, "/api/v1/packets/{packetNo}/nothing", StatusCodes.Status200OK, JsonAnswer.ContentType, ClaimBody());
        Answer(routes, "/api/v1/packets/{packetNo}/refusal", StatusCodes.Status409Conflict, ProblemAnswer.ContentType, RefusalBody());
        Answer(routes, "/api/v1/campaigns/{campaignId}/rounds/{round}/nothing", StatusCodes.Status200OK, JsonAnswer.ContentType, "{\"won\":false}"u8.ToArray());
    }

    /// <summary>An answer as a claim on a hot packet gets it.</summary>
    public static byte[] ClaimBody() => JsonSerializer.SerializeToUtf8Bytes(
        new ClaimAnswer
        {
            ClaimNo = 1_234_567_890_123_456_789,
            PacketNo = 1_234_567_890_123_456_789,
            Seq = 12_345,
            Amount = 123,
            Status = ClaimStatus.Claimed,
            ClaimedAt = new Moment(1_800_000_000_000),
            RemainingCount = 12_345,
        },
        GatewayJson.Wire.ClaimAnswer);

    public static Task WriteAsync(HttpContext http, byte[] body) => http.Response.BodyWriter.WriteAsync(body).AsTask();

    private static byte[] RefusalBody()
    {
        var kind = ProblemTable.Of(ResultCode.PacketExhausted);
        return JsonSerializer.SerializeToUtf8Bytes(
            new ProblemBody
            {
                Type = "urn:hongbao:problem:packet-exhausted",
                Status = kind.Status,
                Title = kind.Title,
                Detail = kind.Detail,
                Code = kind.Code,
                TraceId = new string('0', 32),
            },
            GatewayJson.Wire.ProblemBody);
    }

    private static void Answer(IEndpointRouteBuilder routes, string path, int status, string contentType, byte[] body)
    {
        RequestDelegate answer = http =>
        {
            var response = http.Response;
            response.StatusCode = status;
            response.ContentType = contentType;
            response.ContentLength = body.Length;
            response.Headers.CacheControl = "no-store";
            return WriteAsync(http, body);
        };
        routes.MapPost(path, answer).For(Access.User);
    }
}
