using Hongbao.Contracts;
using Hongbao.Foundation.States;

namespace Hongbao.Core.Claims;

/// <summary>What can happen to a claim.</summary>
public enum ClaimEvent
{
    /// <summary>Its transfer succeeded.</summary>
    TransferSucceeded = 1,
    /// <summary>Its transfer was refused for good; Async wrote the refund order with it.</summary>
    TransferFailed = 2,
}

/// <summary>The declared graph of claims. <see cref="ClaimStatus.Transferring"/> is derived from the transfer order and never stored.</summary>
public static class ClaimGraph
{
    /// <summary>A claim's life.</summary>
    public static StateGraph<ClaimStatus, ClaimEvent> Claim { get; } = new(
        (ClaimStatus.Claimed, ClaimEvent.TransferSucceeded, ClaimStatus.Transferred),
        (ClaimStatus.Claimed, ClaimEvent.TransferFailed, ClaimStatus.Failed));
}
