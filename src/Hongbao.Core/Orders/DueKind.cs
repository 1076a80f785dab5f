namespace Hongbao.Core.Orders;

/// <summary>What the due table keeps apart.</summary>
internal enum DueKind
{
    /// <summary>A payment order that is not final.</summary>
    Payment = 1,
    /// <summary>A packet that can expire.</summary>
    Packet = 2,
    /// <summary>The refund of a late payment.</summary>
    LatePayment = 3,
    /// <summary>A claim whose transfer outlived the pull's watermark.</summary>
    Claim = 4,
    /// <summary>The refund of what an expired packet had left.</summary>
    Refund = 5,
    /// <summary>A packet whose funding has no end yet.</summary>
    Funding = 6,
    /// <summary>A withdrawal whose payout has no end.</summary>
    Payout = 7,
}
