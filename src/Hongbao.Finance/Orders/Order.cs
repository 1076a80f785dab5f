using Hongbao.Contracts;
using Hongbao.Finance.Faults;
using Hongbao.Finance.Ledger;

namespace Hongbao.Finance.Orders;

/// <summary>What the bank says of a payout at its time.</summary>
internal enum BankVerdict
{
    /// <summary>The money arrived.</summary>
    Pays = 0,
    /// <summary>The money comes back.</summary>
    Refuses = 1,
}

/// <summary>
/// An order of any kind but a payment: <c>Pending</c>, then <c>Succeeded</c> or <c>Refused</c>, both final. A pending one that was tried
/// waits for money, or a refund for its funding; one that was not tried waits for its time. A payout never waits for money: it is tried
/// when it is written down, and a pending one has its money in transit and waits for the bank.
/// </summary>
internal sealed record Order
{
    /// <summary>One of <see cref="Operations"/>.</summary>
    public string Kind { get; init; } = "";
    public long OrderNo { get; init; }
    /// <summary>0 for what belongs to no packet; of a funding its number.</summary>
    public long PacketNo { get; init; }
    /// <summary>The payment that a refund goes back to; 0 otherwise.</summary>
    public long PayOrderNo { get; init; }
    /// <summary>The campaign that gives, or that a refund goes back to; 0 otherwise.</summary>
    public long CampaignId { get; init; }
    /// <summary>Of a funding: when the win was made that pays, Unix milliseconds; 0 otherwise. For the books only.</summary>
    public long WonAt { get; init; }
    /// <summary>0 for holds and releases.</summary>
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
    /// <summary>How much of a funding was refunded or set aside; 0 otherwise.</summary>
    public long Refunded { get; set; }
    /// <summary>Of a payout.</summary>
    public BankVerdict Verdict { get; set; }

    public bool IsFinal => Status is FinanceStatus.Succeeded or FinanceStatus.Refused;

    /// <summary>
    /// An order sent again is tried at once if it waits for money, but not before its time if it waits for that. With a payout it is the other
    /// way round: its money is taken at once, and the bank has its time.
    /// </summary>
    public bool IsDue(long nowMs) =>
        Status == FinanceStatus.Pending && (ProcessAt <= nowMs || (Kind == Operations.Payout ? Attempts == 0 : Attempts > 0));

    public Account From => Kind switch
    {
        Operations.Hold => Account.Outside(OrderNo, Currency),
        Operations.Release or Operations.Fund => Account.CampaignHold(CampaignId, Currency),
        Operations.Payout => Account.Reward(Uid, Currency),
        _ => Account.Escrow(PacketNo, Currency),
    };

    public Account To => Kind switch
    {
        Operations.SetAside => Account.Unclaimed(Currency),
        Operations.Transfer when PacketKind == PacketKind.B2C => Account.Reward(Uid, Currency),
        Operations.Refund when CampaignId > 0 => Account.CampaignHold(CampaignId, Currency),
        Operations.Hold => Account.CampaignHold(CampaignId, Currency),
        Operations.Release => Account.Outside(OrderNo, Currency),
        Operations.Fund => Account.Escrow(PacketNo, Currency),
        Operations.Payout => Account.InTransit(Currency),
        _ => Account.Change(Uid, Currency),
    };

    /// <summary>The user's bank: where a payout's money goes from <see cref="To"/>.</summary>
    public Account Bank => Account.Outside(OrderNo, Currency);

    public bool Matches(Order other) =>
        PacketNo == other.PacketNo && PayOrderNo == other.PayOrderNo && CampaignId == other.CampaignId && Uid == other.Uid && Amount == other.Amount
        && string.Equals(Currency, other.Currency, StringComparison.Ordinal) && PacketKind == other.PacketKind;

    public OrderAnswer Answer() => new() { Number = OrderNo, Status = Status, Reason = Reason };

    /// <summary>Why the order can never be carried out, whatever the books say; null when it is well formed.</summary>
    public string? Fault() => this switch
    {
        { PacketNo: <= 0, Kind: not (Operations.Hold or Operations.Release or Operations.Payout) } => "packetNo: " + FinanceLimits.NumberText,
        { Uid: <= 0, Kind: not (Operations.Hold or Operations.Release) } => "uid: " + FinanceLimits.NumberText,
        { CampaignId: <= 0, Kind: Operations.Hold or Operations.Release or Operations.Fund } => "campaignId: " + FinanceLimits.NumberText,
        { WonAt: < 0 } => "wonAtMs: Unix milliseconds",
        _ when !FinanceLimits.IsAmount(Amount) => "amount: " + FinanceLimits.AmountText,
        _ when !FinanceLimits.IsCurrency(Currency) => "currency: " + FinanceLimits.CurrencyText,
        { Kind: Operations.Transfer } when PacketKind is not (PacketKind.C2C or PacketKind.B2C) => "kind: C2C or B2C",
        { Kind: Operations.Refund or Operations.SetAside } when PayOrderNo < 0 || CampaignId < 0 || (PayOrderNo == 0) == (CampaignId == 0) =>
            "payOrderNo: " + FinanceLimits.SourceText,
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
        CampaignId = order.CampaignId,
        Uid = order.Uid,
        Amount = order.Amount,
        Currency = order.Currency,
    };

    public static Order Of(string kind, HoldOrder order) => new()
    {
        Kind = kind,
        OrderNo = order.HoldNo,
        CampaignId = order.CampaignId,
        Amount = order.Amount,
        Currency = order.Currency,
    };

    public static Order Of(FundingOrder order) => new()
    {
        Kind = Operations.Fund,
        OrderNo = order.PacketNo,
        PacketNo = order.PacketNo,
        CampaignId = order.CampaignId,
        WonAt = order.WonAtMs,
        Uid = order.Uid,
        Amount = order.Amount,
        Currency = order.Currency,
    };

    public static Order Of(PayoutOrder order) => new()
    {
        Kind = Operations.Payout,
        OrderNo = order.WithdrawalNo,
        Uid = order.Uid,
        Amount = order.Amount,
        Currency = order.Currency,
    };
}
