using Hongbao.Contracts;

namespace Hongbao.Async.Orders;

/// <summary>A final word about an order, as an event of its graph.</summary>
/// <param name="Number">The order's number.</param>
/// <param name="On">What happened.</param>
/// <param name="Reason">For people; empty when the event says all.</param>
internal readonly record struct FinalWord(long Number, OrderEvent On, string Reason)
{
    /// <summary>What a reason is in the database.</summary>
    public string? ReasonOrNull => Reason.Length == 0 ? null : Reason;

    /// <summary>What finance answered.</summary>
    public static FinalWord Of(OrderAnswer answer) =>
        new(answer.Number, answer.Status == FinanceStatus.Succeeded ? OrderEvent.Succeeded : OrderEvent.Refused, answer.Reason);

    /// <summary>What finance told by itself.</summary>
    public static FinalWord Of(FinanceNotice notice, long number) =>
        notice.Status == "SUCCEEDED" ? new(number, OrderEvent.Succeeded, "") : new(number, OrderEvent.Refused, "refused by finance");

    /// <summary>The final ones of some answers.</summary>
    public static List<FinalWord> AllOf(List<OrderAnswer> answers) => answers.FindAll(IsFinal).ConvertAll(Of);

    /// <summary>True when the answer ends its order.</summary>
    public static bool IsFinal(OrderAnswer answer) => answer.Status is FinanceStatus.Succeeded or FinanceStatus.Refused;
}
