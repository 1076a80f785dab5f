using System.Net;
using System.Text.Json;
using Hongbao.Contracts;
using Hongbao.Foundation.Signing;

namespace Hongbao.Bench.Chain;

/// <summary>Takes finance's callbacks to the module they are for, as the gateway does, without a connection.</summary>
internal sealed class CallbackRoute(Lazy<IRedPacketCore> core, Lazy<IRedPacketAsync> async) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var callback = new FinanceCallbackRequest
        {
            Timestamp = request.Headers.GetValues(CallbackSignature.TimestampHeader).Single(),
            Nonce = request.Headers.GetValues(CallbackSignature.NonceHeader).Single(),
            Signature = request.Headers.GetValues(CallbackSignature.SignatureHeader).Single(),
            Body = await request.Content!.ReadAsStringAsync(cancellationToken),
        };
        var context = CallContext.ForSystem(CallContext.DefaultApp);
        var answer = IsOfPayment(callback.Body)
            ? await core.Value.FinanceCallbackAsync(context, callback, cancellationToken)
            : await async.Value.FinanceCallbackAsync(context, callback, cancellationToken);
        return new HttpResponseMessage(answer.Result.IsOk() ? HttpStatusCode.OK : HttpStatusCode.BadRequest);
    }

    private static bool IsOfPayment(string body)
    {
        var reader = new Utf8JsonReader(System.Text.Encoding.UTF8.GetBytes(body));
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("kind"))
            {
                reader.Read();
                return reader.ValueTextEquals("payment");
            }
        }

        return false;
    }
}
