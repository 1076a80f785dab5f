using Hongbao.Contracts;

namespace Hongbao.Finance.Payments;

/// <summary>What the worker does with a payment order at its time.</summary>
internal enum PaymentIntent
{
    None = 0,
    Pay = 1,
    Close = 2,
}

/// <summary>
/// A payment order: <c>Pending</c>, then <c>Succeeded</c> or <c>Closed</c>, both final. One that a fault switch delays is not
/// visible before <see cref="VisibleAt"/>.
/// </summary>
internal sealed class Payment
{
    public string App { get; init; } = "";
    public long PayOrderNo { get; init; }
    public long PacketNo { get; init; }
    public long Uid { get; init; }
    public long Amount { get; init; }
    public string Currency { get; init; } = "";
    public string Subject { get; init; } = "";
    public FinanceStatus Status { get; init; }
    public PaymentIntent Intent { get; init; }
    public long ProcessAt { get; init; }
    public long VisibleAt { get; init; }
    public long PaidAt { get; init; }
    public long Refunded { get; set; }

    public bool IsFinal => Status is FinanceStatus.Succeeded or FinanceStatus.Closed;

    public bool IsVisible(long nowMs) => IsFinal || VisibleAt <= nowMs;

    /// <summary>True when an order under the same number asks for the same money. The subject is only shown and may differ.</summary>
    public bool Matches(PaymentOrder order) =>
        PacketNo == order.PacketNo && Uid == order.Uid && Amount == order.Amount && string.Equals(Currency, order.Currency, StringComparison.Ordinal);

    public PaymentAnswer Answer(FinanceStatus status) => new()
    {
        Status = status,
        Order = new PaymentOrder { PayOrderNo = PayOrderNo, PacketNo = PacketNo, Uid = Uid, Amount = Amount, Currency = Currency, Subject = Subject },
        PaidAtMs = PaidAt,
    };
}
