using Hongbao.Contracts;
using Hongbao.Finance.Faults;
using Hongbao.Finance.Ledger;

namespace Hongbao.Finance.Orders;

/// <summary>
/// A transfer, a refund or a set-aside: <c>Pending</c>, then <c>Succeeded</c> or <c>Refused</c>, both final. A pending one that
/// was tried waits for its escrow to be funded; one that was not tried waits for its time.
/// </summary>
internal sealed record Order
{
    /// <summary>One of <see cref="Operations"/>.</summary>
    public string Kind { get; init; } = "";
    public long OrderNo { get; init; }
    public long PacketNo { get; init; }
    /// <summary>0 for a transfer.</summary>
    public long PayOrderNo { get; init; }
    public long Uid { get; init; }
    public long Amount { get; init; }
    public string Currency { get; init; } = "";
    /// <summary>Decides where a transfer lands; 0 otherwise.</summary>
    public PacketKind PacketKind { get; init; }
    public FinanceStatus Status { get; set; }
    public string Reason { get; set; } = "";
    public long ProcessAt { get; set; }
    public int Attempts { get; set; }
    public long FinalAt { get; set; }

    public bool IsFinal => Status is FinanceStatus.Succeeded or FinanceStatus.Refused;

    /// <summary>An order sent again is tried at once if it waits for money, but not before its time if it waits for that.</summary>
    public bool IsDue(long nowMs) => Status == FinanceStatus.Pending && (Attempts > 0 || ProcessAt <= nowMs);

    public Account From => Account.Escrow(PacketNo, Currency);

    public Account To => Kind switch
    {
        Operations.SetAside => Account.Unclaimed(Currency),
        Operations.Transfer when PacketKind == PacketKind.B2C => Account.Reward(Uid, Currency),
        _ => Account.Change(Uid, Currency),
    };

    public bool Matches(Order other) =>
        PacketNo == other.PacketNo && PayOrderNo == other.PayOrderNo && Uid == other.Uid && Amount == other.Amount
        && string.Equals(Currency, other.Currency, StringComparison.Ordinal) && PacketKind == other.PacketKind;

    public OrderAnswer Answer() => new() { Number = OrderNo, Status = Status, Reason = Reason };

    /// <summary>Why the order can never be carried out, whatever the books say; null when it is well formed.</summary>
    public string? Fault() => this switch
    {
        { PacketNo: <= 0 } => "packetNo: " + FinanceLimits.NumberText,
        { Uid: <= 0 } => "uid: " + FinanceLimits.NumberText,
        _ when !FinanceLimits.IsAmount(Amount) => "amount: " + FinanceLimits.AmountText,
        _ when !FinanceLimits.IsCurrency(Currency) => "currency: " + FinanceLimits.CurrencyText,
        { Kind: Operations.Transfer } when PacketKind is not (PacketKind.C2C or PacketKind.B2C) => "kind: C2C or B2C",
        { Kind: not Operations.Transfer, PayOrderNo: <= 0 } => "payOrderNo: " + FinanceLimits.NumberText,
        _ => null,
    };

    public static Order Of(TransferOrder order) => new()
    {
        Kind = Operations.Transfer,
        OrderNo = order.TransferNo,
        PacketNo = order.PacketNo,
        Uid = order.Uid,
        Amount = order.Amount,
        Currency = order.Currency,
        PacketKind = order.Kind,
    };

    public static Order Of(string kind, RefundOrder order) => new()
    {
        Kind = kind,
        OrderNo = order.RefundNo,
        PacketNo = order.PacketNo,
        PayOrderNo = order.PayOrderNo,
        Uid = order.Uid,
        Amount = order.Amount,
        Currency = order.Currency,
    };
}
