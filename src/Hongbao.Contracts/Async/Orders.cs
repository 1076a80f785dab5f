namespace Hongbao.Contracts;

/// <summary>Where an order that moves money at finance is.</summary>
public enum OrderStatus
{
    /// <summary>Not known to Async.</summary>
    None = 0,
    /// <summary>Written down; asked, or about to be asked, under the one number that finance knows it by.</summary>
    Pending = 1,
    /// <summary>Finance moved the money. Final.</summary>
    Succeeded = 2,
    /// <summary>A transfer that finance refused for good. Final; its own refund order exists.</summary>
    Failed = 3,
    /// <summary>A refund that finance refused for good; its money is about to be set aside.</summary>
    Refused = 4,
    /// <summary>A refused refund whose money stands on the unclaimed liability account, with a case. Final.</summary>
    SetAside = 5,
}

/// <summary>Asks for the outcome of transfers by claim number.</summary>
public sealed record TransferResultsRequest
{
    /// <summary>Claim numbers, at most 1,000.</summary>
    public List<long> ClaimNos { get; set; } = [];
}

/// <summary>What Async knows of the transfers; unknown ones have status None.</summary>
public sealed record TransferResultsResponse
{
    /// <summary>How it ended.</summary>
    public Result Result { get; set; } = new();
    /// <summary>One per claim number asked for.</summary>
    public List<TransferOutcome> Items { get; set; } = [];
}

/// <summary>Names a refund by its cause.</summary>
public sealed record RefundKey
{
    /// <summary>Why.</summary>
    public RefundCause Cause { get; set; }
    /// <summary>The cause's number.</summary>
    public long CauseNo { get; set; }
}

/// <summary>Asks how far refunds are, by cause.</summary>
public sealed record RefundResultsRequest
{
    /// <summary>At most 1,000.</summary>
    public List<RefundKey> Keys { get; set; } = [];
}

/// <summary>What Async knows of the refunds; unknown ones have status None.</summary>
public sealed record RefundResultsResponse
{
    /// <summary>How it ended.</summary>
    public Result Result { get; set; } = new();
    /// <summary>One per key asked for.</summary>
    public List<RefundProgress> Items { get; set; } = [];
}

/// <summary>The orders that move money at finance: transfers and refunds.</summary>
public interface IRedPacketAsync
{
    /// <summary>Takes a signed callback about a transfer or refund. A known nonce is Ok without effect.</summary>
    Task<FinanceCallbackResponse> FinanceCallbackAsync(CallContext context, FinanceCallbackRequest request, CancellationToken cancellationToken);

    /// <summary>Outcomes by claim number, for Core's pull. Changes nothing.</summary>
    Task<TransferResultsResponse> GetTransferResultsAsync(CallContext context, TransferResultsRequest request, CancellationToken cancellationToken);

    /// <summary>Progress by cause, for Core's pull. Changes nothing.</summary>
    Task<RefundResultsResponse> GetRefundResultsAsync(CallContext context, RefundResultsRequest request, CancellationToken cancellationToken);
}
