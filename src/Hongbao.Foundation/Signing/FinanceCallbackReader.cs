using System.Text.Json;
using Hongbao.Contracts;

namespace Hongbao.Foundation.Signing;

/// <summary>The key that finance signs its callbacks with, shared with the modules that take them.</summary>
/// <param name="Signature">Signs and checks with it.</param>
public sealed record FinanceCallbackKey(CallbackSignature Signature);

/// <summary>Checks a finance callback's signature and reads its body, for the modules that take callbacks.</summary>
public sealed class FinanceCallbackReader(FinanceCallbackKey key, TimeProvider clock)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>The notices, or why the callback changes nothing.</summary>
    /// <param name="request">As it came.</param>
    /// <param name="notices">What finance says; valid when the result is Ok: known kinds and statuses, positive numbers and amounts.</param>
    public Result Read(FinanceCallbackRequest request, out List<(FinanceNotice Notice, long Number)> notices)
    {
        notices = [];
        if (!key.Signature.IsGenuine(request.Timestamp, request.Nonce, request.Body, request.Signature, clock.GetUtcNow()))
        {
            return Result.Of(ResultCode.Unauthenticated, "The callback's signature is missing, forged or stale.");
        }

        FinanceNotices? body;
        try
        {
            body = JsonSerializer.Deserialize<FinanceNotices>(request.Body, Json);
        }
        catch (JsonException)
        {
            return Result.Invalid("body", "must be a JSON object with items");
        }

        if (body?.Items is null || body.Items.Count is < 1 or > 500)
        {
            return Result.Invalid("items", "must have 1 to 500 entries");
        }

        foreach (var notice in body.Items)
        {
            if (notice is null || !long.TryParse(notice.Number, System.Globalization.NumberStyles.None, null, out var number) || number < 1
                || notice.Status is not ("SUCCEEDED" or "REFUSED") || notice.Amount < 1)
            {
                return Result.Invalid("items", "each needs a number, a status SUCCEEDED or REFUSED and a positive amount");
            }

            notices.Add((notice, number));
        }

        return Result.Ok();
    }
}
