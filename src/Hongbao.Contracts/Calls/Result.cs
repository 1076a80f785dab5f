namespace Hongbao.Contracts;

/// <summary>How a call ended. Numbers are permanent; names are the <c>code</c> of the HTTP contract in upper snake case.</summary>
public enum ResultCode
{
    /// <summary>Done, or done before with the same answer.</summary>
    Ok = 0,
    /// <summary>A field is not acceptable; see <see cref="Result.Faults"/>.</summary>
    ValidationFailed = 1,
    /// <summary>No valid token or signature.</summary>
    Unauthenticated = 2,
    /// <summary>Not allowed for this user.</summary>
    Forbidden = 3,
    /// <summary>The packet is not meant for this user.</summary>
    NotInScope = 4,
    /// <summary>Refused by risk control.</summary>
    RiskRefused = 5,
    /// <summary>No such thing, or not visible to this user.</summary>
    NotFound = 6,
    /// <summary>The packet is not paid yet, or closed.</summary>
    PacketNotActive = 7,
    /// <summary>All shares are taken.</summary>
    PacketExhausted = 8,
    /// <summary>The packet's time is over.</summary>
    PacketExpired = 9,
    /// <summary>The same request id came before with other content.</summary>
    IdempotencyMismatch = 10,
    /// <summary>The subsidy is used, expired, another user's or forged.</summary>
    SubsidyNotUsable = 11,
    /// <summary>A limit of the user's level, day or year.</summary>
    LimitExceeded = 12,
    /// <summary>The campaign takes no draws now.</summary>
    CampaignNotOpen = 13,
    /// <summary>The body is over the limit.</summary>
    PayloadTooLarge = 14,
    /// <summary>Refused by moderation.</summary>
    ContentRejected = 15,
    /// <summary>The balance is too small.</summary>
    InsufficientFunds = 16,
    /// <summary>Too many are at this packet; ask again after <see cref="Result.RetryAfterMs"/>.</summary>
    ClaimBusy = 17,
    /// <summary>An interface or user limit.</summary>
    RateLimited = 18,
    /// <summary>Switched off, or a core dependency gives no answer.</summary>
    Degraded = 19,
    /// <summary>Shed; the request changed nothing that its repetition would not find.</summary>
    Overloaded = 20,
    /// <summary>A fault of the platform; the outcome is unknown and the same number may be asked again.</summary>
    Internal = 21,
}

/// <summary>One field that is not acceptable.</summary>
public sealed record FieldFault
{
    /// <summary>The field's name as in the HTTP contract.</summary>
    public string Field { get; set; } = "";
    /// <summary>What is accepted.</summary>
    public string Message { get; set; } = "";
}

/// <summary>Outcome of a call: every response carries one.</summary>
public sealed record Result
{
    /// <summary>How it ended.</summary>
    public ResultCode Code { get; set; }
    /// <summary>A sentence for the caller; empty when the code says all.</summary>
    public string Detail { get; set; } = "";
    /// <summary>The fields at fault, when the code is <see cref="ResultCode.ValidationFailed"/>.</summary>
    public List<FieldFault> Faults { get; set; } = [];
    /// <summary>How long to wait before asking again, in milliseconds; 0 when it does not apply.</summary>
    public int RetryAfterMs { get; set; }
    /// <summary>How often to ask again at most; 0 when it does not apply.</summary>
    public int MaxPolls { get; set; }

    /// <summary>True for <see cref="ResultCode.Ok"/>.</summary>
    public bool IsOk() => Code == ResultCode.Ok;

    /// <summary>A fresh success.</summary>
    public static Result Ok() => new();

    /// <summary>An ending other than success.</summary>
    public static Result Of(ResultCode code, string detail = "") => new() { Code = code, Detail = detail };

    /// <summary>A refusal that names one field.</summary>
    public static Result Invalid(string field, string message) => new()
    {
        Code = ResultCode.ValidationFailed,
        Faults = [new FieldFault { Field = field, Message = message }],
    };
}
