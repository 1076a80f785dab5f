using Hongbao.Contracts;
using Hongbao.Foundation.Numbers;

namespace Hongbao.Async.Orders.Payouts;

/// <summary>A payout order's row.</summary>
internal sealed class PayoutRow
{
    public const string Columns = "withdrawal_no, slot, app, uid, amount, currency, state";

    public long WithdrawalNo { get; init; }
    public int Slot { get; init; }
    public string App { get; init; } = "";
    public long Uid { get; init; }
    public long Amount { get; init; }
    public string Currency { get; init; } = "";
    public OrderStatus State { get; init; }

    /// <summary>What must be the same whenever the withdrawal comes again.</summary>
    public (string App, long Uid, long Amount, string Currency) Content => (App, Uid, Amount, Currency);

    /// <summary>A new order for a withdrawal; its number is the withdrawal's.</summary>
    public static PayoutRow Of(PayoutWanted wanted) => new()
    {
        WithdrawalNo = wanted.WithdrawalNo,
        Slot = Number.SlotFrom(wanted.WithdrawalNo),
        App = wanted.App,
        Uid = wanted.Uid,
        Amount = wanted.Amount,
        Currency = wanted.Currency,
        State = OrderStatus.Pending,
    };
}
