using Hongbao.Contracts;

namespace Hongbao.Gateway.Problems;

/// <summary>How an ending looks over HTTP.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">The <c>code</c> of the contract.</param>
/// <param name="Title">The same for every occurrence.</param>
/// <param name="Detail">Said when nothing more is known.</param>
internal readonly record struct ProblemKind(int Status, string Code, string Title, string Detail);

/// <summary>The error table of the HTTP contract, in one place.</summary>
internal static class ProblemTable
{
    // When the one who refused did not say.
    private const int RetryAfterMs = 1000;
    private const int BusyRetryAfterMs = 500;
    private const int BusyMaxPolls = 10;
    private const int RetryAfterMsMax = 3_600_000;

    public static ProblemKind Of(ResultCode code) => code switch
    {
        ResultCode.Ok => throw new ArgumentOutOfRangeException(nameof(code), "a success is no problem"),
        ResultCode.ValidationFailed => new(400, "VALIDATION_FAILED", "Not acceptable", "A field or parameter is not acceptable."),
        ResultCode.Unauthenticated => new(401, "UNAUTHENTICATED", "Not authenticated", "A valid token is needed."),
        ResultCode.Forbidden => new(403, "FORBIDDEN", "Not allowed", "This is not allowed for this user."),
        ResultCode.NotInScope => new(403, "NOT_IN_SCOPE", "Not for this user", "This packet is not meant for this user."),
        ResultCode.RiskRefused => new(403, "RISK_REFUSED", "Refused", "This was refused by risk control."),
        ResultCode.NotFound => new(404, "NOT_FOUND", "Not found", "There is no such thing, or it is not visible to this user."),
        ResultCode.PacketNotActive => new(409, "PACKET_NOT_ACTIVE", "Packet not active", "The packet is not paid yet, not open yet, or closed."),
        ResultCode.PacketExhausted => new(409, "PACKET_EXHAUSTED", "Packet exhausted", "All shares of the packet are taken."),
        ResultCode.PacketExpired => new(409, "PACKET_EXPIRED", "Packet expired", "The packet's time is over."),
        ResultCode.IdempotencyMismatch => new(409, "IDEMPOTENCY_MISMATCH", "Other content before", "The same requestId came before with other content."),
        ResultCode.SubsidyNotUsable => new(409, "SUBSIDY_NOT_USABLE", "Subsidy not usable", "The subsidy cannot be used."),
        ResultCode.LimitExceeded => new(409, "LIMIT_EXCEEDED", "Limit exceeded", "A limit of the user's level, day or year is reached."),
        ResultCode.CampaignNotOpen => new(409, "CAMPAIGN_NOT_OPEN", "Campaign not open", "The campaign takes no draws now."),
        ResultCode.PayloadTooLarge => new(413, "PAYLOAD_TOO_LARGE", "Body too large", "The body is over the limit."),
        ResultCode.ContentRejected => new(422, "CONTENT_REJECTED", "Content rejected", "The greeting or cover was refused by moderation."),
        ResultCode.InsufficientFunds => new(409, "INSUFFICIENT_FUNDS", "Balance too small", "The balance is too small."),
        ResultCode.ClaimBusy => new(429, "CLAIM_BUSY", "Busy", "Too many are at this packet; ask again a little later."),
        ResultCode.RateLimited => new(429, "RATE_LIMITED", "Too many requests", "Too many requests; come back later."),
        ResultCode.Degraded => new(503, "DEGRADED", "Switched off", "This is not available at the moment."),
        ResultCode.Overloaded => new(503, "OVERLOADED", "Overloaded", "The service is busy; the same request can be sent again."),
        ResultCode.Internal => new(500, "INTERNAL", "Internal fault", "Something went wrong here; the same request can be sent again."),
    };

    /// <summary>What people are told of an ending. A fault of ours may say where it happened: that stays inside.</summary>
    public static string DetailOf(Result result, ProblemKind kind) => result.Detail.Length == 0 || result.Code == ResultCode.Internal ? kind.Detail : result.Detail;

    /// <summary>True for an ending that time ends: with status 429 and 503, and of a packet that opens later.</summary>
    public static bool SaysWhen(Result result, ProblemKind kind) => kind.Status is 429 or 503 || IsEarly(result);

    /// <summary>True for a packet that opens later.</summary>
    public static bool IsEarly(Result result) => result is { Code: ResultCode.PacketNotActive, RetryAfterMs: > 0 };

    /// <summary>How long to wait before asking again, milliseconds, at most an hour; for endings that say when.</summary>
    public static int RetryAfterMsOf(Result result) =>
        result.RetryAfterMs > 0 ? Math.Min(result.RetryAfterMs, RetryAfterMsMax) : result.Code == ResultCode.ClaimBusy ? BusyRetryAfterMs : RetryAfterMs;

    /// <summary>How often to ask again at most, when the ending is <see cref="ResultCode.ClaimBusy"/>.</summary>
    public static int MaxPollsOf(Result result) => result.MaxPolls > 0 ? result.MaxPolls : BusyMaxPolls;

    /// <summary>The ending of a request that failed with an exception: an answer that did not come in time, and what nobody foresaw. Modules answer, they do not throw.</summary>
    public static ResultCode CodeOf(Exception failure) => failure is TimeoutException or OperationCanceledException ? ResultCode.Overloaded : ResultCode.Internal;

    /// <summary>Endings that the web framework decides before a module is asked.</summary>
    public static ProblemKind OfStatus(int status) => status switch
    {
        401 => Of(ResultCode.Unauthenticated),
        403 => Of(ResultCode.Forbidden),
        404 => new(404, "NOT_FOUND", "Not found", "There is nothing at this address."),
        405 => new(405, "METHOD_NOT_ALLOWED", "Method not allowed", "This address takes other methods; see the Allow header."),
        408 => new(408, "REQUEST_TIMEOUT", "Request too slow", "The request did not arrive in time."),
        413 => Of(ResultCode.PayloadTooLarge),
        429 => Of(ResultCode.RateLimited),
        503 => Of(ResultCode.Overloaded),
        >= 400 and < 500 => Of(ResultCode.ValidationFailed) with { Status = status, Detail = "The request is not well-formed HTTP." },
        _ => Of(ResultCode.Internal),
    };
}
