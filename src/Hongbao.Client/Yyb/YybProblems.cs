using Hongbao.Jce;

namespace Hongbao.Client.Yyb;

/// <summary>Makes exceptions of the refusals in packages; codes and statuses are those of the HTTP contract.</summary>
internal static class YybProblems
{
    /// <summary>Of a command.</summary>
    public static HongbaoException Read(Response response, string traceId)
    {
        _ = JceSerializer.TryRead<ErrorDetail>(response.Body, out var detail, out _);
        return new HongbaoException(CodeOf(response.Head.Code), StatusOf(response.Head.Code, detail.RetryAfterMs > 0), response.Head.Message)
        {
            TraceId = traceId,
            Errors = detail.Faults.GroupBy(f => f.Field, StringComparer.Ordinal)
                .ToDictionary(g => g.Key, IReadOnlyList<string> (g) => [.. g.Select(f => f.Message)], StringComparer.Ordinal),
            RetryAfter = detail.RetryAfterMs > 0 ? TimeSpan.FromMilliseconds(detail.RetryAfterMs) : null,
            MaxPolls = detail.MaxPolls > 0 ? detail.MaxPolls : null,
            TriesLeft = detail.TriesLeft >= 0 ? detail.TriesLeft : null,
        };
    }

    /// <summary>Of a package none of whose commands was carried out.</summary>
    public static HongbaoException Read(PkgRspHead head) => new(CodeOf(head.Code), StatusOf(head.Code, asksToComeAgain: false), head.Message) { TraceId = head.TraceId };

    /// <summary>PacketExhausted as PACKET_EXHAUSTED; a number that is not known here as CODE_n.</summary>
    private static string CodeOf(int code)
    {
        var name = ((ErrorCode)code).ToString();
        return char.IsAsciiLetter(name[0])
            ? string.Concat(name.Select((c, i) => i > 0 && char.IsAsciiLetterUpper(c) ? "_" + c : c.ToString())).ToUpperInvariant()
            : HongbaoCodes.OfNumber(code);
    }

    // What only a newer service says may be no refusal: over HTTP the status would tell, here only that it says when to come again.
    private static int StatusOf(int code, bool asksToComeAgain) => (ErrorCode)code switch
    {
        ErrorCode.Unauthenticated => 401,
        ErrorCode.Forbidden or ErrorCode.NotInScope or ErrorCode.RiskRefused => 403,
        ErrorCode.NotFound => 404,
        ErrorCode.PacketNotActive or ErrorCode.PacketExhausted or ErrorCode.PacketExpired or ErrorCode.IdempotencyMismatch or ErrorCode.SubsidyNotUsable
            or ErrorCode.LimitExceeded or ErrorCode.CampaignNotOpen or ErrorCode.InsufficientFunds => 409,
        ErrorCode.PayloadTooLarge => 413,
        ErrorCode.ContentRejected => 422,
        ErrorCode.ClaimBusy or ErrorCode.RateLimited => 429,
        ErrorCode.Internal => 500,
        ErrorCode.Degraded or ErrorCode.Overloaded => 503,
        ErrorCode.ValidationFailed or ErrorCode.UnknownCommand or ErrorCode.CommandCount => 400,
        _ => asksToComeAgain ? 503 : 500,
    };
}
