using Hongbao.Contracts;

namespace Hongbao.Finance;

/// <summary>What finance accepts.</summary>
internal static class FinanceLimits
{
    public const int BatchMax = 500;
    public const int SubjectMax = 200;

    /// <summary>100 billion in a currency of two digits: far above any order, far below what would overflow a balance.</summary>
    public const long AmountMax = 10_000_000_000_000;

    public const string AmountText = "1 to 10,000,000,000,000 minor units";
    public const string CurrencyText = "an ISO 4217 code: three capital letters";
    public const string NumberText = "a positive number";
    public const string SourceText = "of payOrderNo and campaignId one is a positive number, the other 0";

    public static bool IsAmount(long amount) => amount is >= 1 and <= AmountMax;

    public static bool IsCurrency(string currency) => currency.Length == 3 && currency.All(char.IsAsciiLetterUpper);

    /// <summary>Everything that is not acceptable in a payment order.</summary>
    public static Result Check(PaymentOrder order)
    {
        var faults = new List<FieldFault>();
        Require(order.PayOrderNo > 0, "payOrderNo", NumberText);
        Require(order.PacketNo > 0, "packetNo", NumberText);
        Require(order.Uid > 0, "uid", NumberText);
        Require(IsAmount(order.Amount), "amount", AmountText);
        Require(IsCurrency(order.Currency), "currency", CurrencyText);
        Require(order.Subject.Length <= SubjectMax, "subject", $"at most {SubjectMax} characters");
        return faults.Count == 0 ? Result.Ok() : new Result { Code = ResultCode.ValidationFailed, Faults = faults };

        void Require(bool holds, string field, string message)
        {
            if (!holds)
            {
                faults.Add(new FieldFault { Field = field, Message = message });
            }
        }
    }
}
