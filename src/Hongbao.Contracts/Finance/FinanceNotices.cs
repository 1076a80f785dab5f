namespace Hongbao.Contracts;

/// <summary>One line of a finance callback's body.</summary>
public sealed record FinanceNotice
{
    /// <summary><c>payment</c>, <c>transfer</c>, <c>refund</c> or <c>setAside</c>.</summary>
    public string Kind { get; set; } = "";
    /// <summary>The caller's number, decimal.</summary>
    public string Number { get; set; } = "";
    /// <summary>The tenant.</summary>
    public string App { get; set; } = "";
    /// <summary><c>SUCCEEDED</c> or <c>REFUSED</c>; both final.</summary>
    public string Status { get; set; } = "";
    /// <summary>Minor units.</summary>
    public long Amount { get; set; }
    /// <summary>ISO 4217 code.</summary>
    public string Currency { get; set; } = "";
    /// <summary>RFC 3339, UTC.</summary>
    public string OccurredAt { get; set; } = "";
}

/// <summary>The body of a finance callback: what became final together.</summary>
public sealed record FinanceNotices
{
    /// <summary>1 to 500, all for the same module.</summary>
    public List<FinanceNotice> Items { get; set; } = [];
}
