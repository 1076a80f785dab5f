namespace Hongbao.Gateway.Endpoints;

/// <summary>How one operation of the reference finance misbehaves; rates are per mille of calls.</summary>
internal sealed record FaultPart
{
    /// <summary>createPayment, pay, closePayment, transfer, refund, setAside, hold, release, fund, payout or query.</summary>
    public required string Operation { get; init; }

    /// <summary>Added to every call, milliseconds.</summary>
    public int LatencyMs { get; init; }

    /// <summary>Fails before anything is accepted.</summary>
    public int FailPermille { get; init; }

    /// <summary>Does it, then loses the answer.</summary>
    public int LostAnswerPermille { get; init; }

    /// <summary>Accepts it and decides later, by itself.</summary>
    public int LaterPermille { get; init; }

    /// <summary>How much later, milliseconds.</summary>
    public int LaterMs { get; init; }

    /// <summary>Refuses for good.</summary>
    public int RefusePermille { get; init; }

    /// <summary>Says "not found" of something accepted.</summary>
    public int NotFoundPermille { get; init; }

    /// <summary>Never sends the callback.</summary>
    public int CallbackLostPermille { get; init; }

    /// <summary>Sends the callback late.</summary>
    public int CallbackLatePermille { get; init; }

    /// <summary>How late, milliseconds.</summary>
    public int CallbackLateMs { get; init; }

    /// <summary>Sends the callback more than once.</summary>
    public int CallbackRepeatPermille { get; init; }
}

/// <summary>The fault switches of the reference finance.</summary>
internal sealed record FaultsAnswer
{
    /// <summary>Seed of the dice.</summary>
    public required long Seed { get; init; }

    /// <summary>Operations that misbehave; the others behave.</summary>
    public required List<FaultPart> Operations { get; init; }
}

/// <summary>New fault switches in place of all that there were.</summary>
internal sealed record FaultsBody
{
    /// <summary>Why, for the record; 1 to 200 characters, not only blanks.</summary>
    public required string Reason { get; init; }

    /// <summary>Seed of the dice; 0 when absent.</summary>
    public long? Seed { get; init; }

    /// <summary>Operations that misbehave; none puts everything right.</summary>
    public required List<FaultPart> Operations { get; init; }
}

/// <summary>The trial balance of the reference finance.</summary>
internal sealed record LedgerAnswer
{
    /// <summary>Per currency and kind of account.</summary>
    public required List<LedgerLine> Lines { get; init; }

    /// <summary>What is wrong; empty when all is well.</summary>
    public required List<string> Faults { get; init; }
}

/// <summary>A line of the trial balance.</summary>
internal sealed record LedgerLine
{
    /// <summary>ISO 4217 code.</summary>
    public required string Currency { get; init; }

    /// <summary>The kind of account.</summary>
    public required string Kind { get; init; }

    /// <summary>How many accounts.</summary>
    public required long Accounts { get; init; }

    /// <summary>Sum of their balances, minor units.</summary>
    public required long Balance { get; init; }
}
