using System.Net;
using System.Text.Json;
using Hongbao.Contracts;
using Hongbao.Foundation.Signing;

namespace Hongbao.Simulation.Tests.Worlds;

/// <summary>Takes finance's callbacks as the gateway does, in this process, and keeps some for replays.</summary>
internal sealed class CallbackRoute(World world) : HttpMessageHandler
{
    private const int KeptMax = 200;

    /// <summary>Genuine callbacks that were sent.</summary>
    public List<FinanceCallbackRequest> Kept { get; } = [];

    /// <summary>Which module a callback is for.</summary>
    public static bool IsForCore(string body)
    {
        using var document = JsonDocument.Parse(body);
        return document.RootElement.GetProperty("items")[0].GetProperty("kind").GetString() == "payment";
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var callback = new FinanceCallbackRequest
        {
            Timestamp = request.Headers.GetValues(CallbackSignature.TimestampHeader).Single(),
            Nonce = request.Headers.GetValues(CallbackSignature.NonceHeader).Single(),
            Signature = request.Headers.GetValues(CallbackSignature.SignatureHeader).Single(),
            Body = await request.Content!.ReadAsStringAsync(cancellationToken),
        };
        if (Kept.Count < KeptMax)
        {
            Kept.Add(callback);
        }

        var answer = await world.CallBackAsync(world.AnyNode(), callback);
        return new HttpResponseMessage(answer.Result.Code switch
        {
            ResultCode.Ok => HttpStatusCode.OK,
            ResultCode.Unauthenticated => HttpStatusCode.Unauthorized,
            ResultCode.NotFound => HttpStatusCode.NotFound,
            ResultCode.Overloaded => HttpStatusCode.ServiceUnavailable,
            _ => HttpStatusCode.BadRequest,
        });
    }
}
