using Hongbao.Contracts;
using Hongbao.Gateway.Json;

namespace Hongbao.Gateway.Endpoints;

// Read field by field in WithdrawalEndpoints; this shape is what the document shows.

/// <summary>Reward money to pay out.</summary>
internal sealed record CreateWithdrawalBody
{
    /// <summary>The client's own number, 1 to 64 characters: the same number and content gives the same withdrawal.</summary>
    public required string RequestId { get; init; }

    /// <summary>How much, minor units.</summary>
    public required long Amount { get; init; }

    /// <summary>ISO 4217 code; the platform's when absent.</summary>
    public string? Currency { get; init; }
}

/// <summary>A withdrawal that was asked for.</summary>
internal sealed record WithdrawalAnswer
{
    /// <summary>The withdrawal.</summary>
    public required Num WithdrawalNo { get; init; }

    /// <summary>Minor units.</summary>
    public required long Amount { get; init; }

    /// <summary>Its status now.</summary>
    public required WithdrawalStatus Status { get; init; }
}

/// <summary>A withdrawal of the caller.</summary>
internal sealed record WithdrawalDetail
{
    /// <summary>The withdrawal.</summary>
    public required Num WithdrawalNo { get; init; }

    /// <summary>Minor units.</summary>
    public required long Amount { get; init; }

    /// <summary>ISO 4217 code.</summary>
    public required string Currency { get; init; }

    /// <summary>Its status now.</summary>
    public required WithdrawalStatus Status { get; init; }

    /// <summary>When it was asked for.</summary>
    public required Moment CreatedAt { get; init; }
}
