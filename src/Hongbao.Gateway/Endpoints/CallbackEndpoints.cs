using System.Text;
using System.Text.Json;
using Hongbao.Contracts;
using Hongbao.Foundation.Signing;
using Hongbao.Gateway.Auth;
using Hongbao.Gateway.Json;
using Hongbao.Gateway.Problems;

namespace Hongbao.Gateway.Endpoints;

/// <summary>
/// Hands finance's callbacks to the module that owns the orders. That module checks the signature and remembers the nonce; here only
/// what could not be signed at all is refused.
/// </summary>
internal sealed class CallbackEndpoints(IRedPacketCore core, IRedPacketAsync async, Calls calls)
{
    private const int BodyMax = 256 * 1024;
    private const int HeaderMax = 128;
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The module that a callback is for.</summary>
    private enum Owner
    {
        Nobody,
        Core,
        Async,
    }

    public void Map(IEndpointRouteBuilder routes) => routes.MapPost("/callbacks/finance", TakeAsync).For(Access.Anyone).WithMetadata(new BodyLimit(BodyMax))
        .Describe("Callbacks", "financeCallback", "Finance's signed callbacks. A repeated one is accepted without effect.", ResultCode.ValidationFailed, ResultCode.Unauthenticated,
            ResultCode.NotFound)
        .Takes(typeof(CallbackBody)).WithMetadata(new ProducesResponseTypeMetadata(StatusCodes.Status200OK));

    private async Task<IResult> TakeAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var request = new FinanceCallbackRequest
        {
            Timestamp = HeaderOf(http, CallbackSignature.TimestampHeader),
            Nonce = HeaderOf(http, CallbackSignature.NonceHeader),
            Signature = HeaderOf(http, CallbackSignature.SignatureHeader),
        };
        if (request.Timestamp.Length == 0 || request.Nonce.Length == 0 || request.Signature.Length == 0)
        {
            return Unsigned(http);
        }

        if (await RequestBody.ReadBytesAsync(http) is not { } bytes)
        {
            return ProblemAnswer.Of(ResultCode.PayloadTooLarge);
        }

        if (!TryRead(bytes, out var body, out var owner))
        {
            return ProblemAnswer.From(Result.Invalid("body", "must be {\"items\":[{\"kind\":...}]} with kinds of one owner: payment; or transfer, refund, setAside, fund, payout"));
        }

        request.Body = body;
        var response = await calls.AskAsync(Calls.OriginOf(http), (context, gone) => owner == Owner.Core
            ? core.FinanceCallbackAsync(context, request, gone)
            : async.FinanceCallbackAsync(context, request, gone));
        return response.Result.Code switch
        {
            ResultCode.Ok => Results.Ok(),
            ResultCode.Unauthenticated => Unsigned(http),
            _ => ProblemAnswer.From(response.Result),
        };
    }

    private static ProblemAnswer Unsigned(HttpContext http)
    {
        http.Response.Headers.WWWAuthenticate = "Hongbao-Signature";
        return ProblemAnswer.Of(ResultCode.Unauthenticated, "A valid signature is needed.");
    }

    private static string HeaderOf(HttpContext http, string name)
    {
        var values = http.Request.Headers[name];
        return values.Count == 1 && values[0] is { Length: <= HeaderMax } value ? value : "";
    }

    /// <summary>The text that was signed, and whose orders it is about.</summary>
    private static bool TryRead(byte[] bytes, out string text, out Owner owner)
    {
        text = "";
        owner = Owner.Nobody;
        try
        {
            // The signature is over the very bytes: a lenient decoder would lose some.
            text = StrictUtf8.GetString(bytes);
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 8 });
            var owners = document.RootElement.GetProperty("items").EnumerateArray().Select(i => OwnerOf(i.GetProperty("kind").GetString())).Distinct().ToArray();
            owner = owners.Length == 1 ? owners[0] : Owner.Nobody;
            return owner != Owner.Nobody;
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException or KeyNotFoundException)
        {
            return false;
        }
    }

    private static Owner OwnerOf(string? kind) => kind switch
    {
        "payment" => Owner.Core,
        "transfer" or "refund" or "setAside" or "fund" or "payout" => Owner.Async,
        _ => Owner.Nobody,
    };
}

/// <summary>Finance's callback; what else an item holds is between finance and the owner of the order.</summary>
internal sealed record CallbackBody
{
    /// <summary>Orders of one owner.</summary>
    public required List<CallbackItemBody> Items { get; init; }
}

/// <summary>One order that finance has an end for.</summary>
internal sealed record CallbackItemBody
{
    /// <summary>payment, transfer, refund, setAside, fund or payout.</summary>
    public required string Kind { get; init; }
}
