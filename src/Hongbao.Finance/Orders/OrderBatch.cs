using Hongbao.Contracts;
using Hongbao.Finance.Faults;

namespace Hongbao.Finance.Orders;

/// <summary>One batch as the caller sent it: numbers may be unacceptable, or come twice.</summary>
internal sealed class OrderBatch
{
    private readonly IReadOnlyList<Order> _wanted;
    private readonly OrderAnswer?[] _answers;

    public OrderBatch(IReadOnlyList<Order> wanted)
    {
        _wanted = wanted;
        _answers = new OrderAnswer?[wanted.Count];
        for (var i = 0; i < wanted.Count; i++)
        {
            // Such a number can never be written down, so it is refused for ever without a row.
            if (wanted[i].OrderNo <= 0)
            {
                _answers[i] = Refused(wanted[i], "number: " + FinanceLimits.NumberText);
            }
        }
    }

    /// <summary>Numbers that have no answer yet.</summary>
    public long[] OpenNumbers() => [.. Open().Select(i => _wanted[i].OrderNo).Distinct()];

    /// <summary>
    /// Only the money of a refused refund is set aside. That the refund succeeded or was of other content is as final as the
    /// refund; while it is not decided, the set-aside is not taken.
    /// </summary>
    public void AnswerUnlessRefused(Dictionary<long, Order> refunds)
    {
        foreach (var i in Open())
        {
            var order = _wanted[i];
            _answers[i] = refunds.GetValueOrDefault(order.OrderNo) switch
            {
                null => new OrderAnswer { Number = order.OrderNo, Status = FinanceStatus.Pending, Reason = "no refund of this number" },
                var refund when !refund.Matches(order) => Mismatch(order),
                { Status: FinanceStatus.Succeeded } => Refused(order, "the refund succeeded"),
                { Status: FinanceStatus.Refused } => null,
                _ => new OrderAnswer { Number = order.OrderNo, Status = FinanceStatus.Pending, Reason = "the refund is not decided" },
            };
        }
    }

    /// <summary>
    /// One order per open number: as the store knows it, or as it will be written down. Of the same number sent twice the
    /// first counts.
    /// </summary>
    public List<Order> Plan(Dictionary<long, Order> known, OrderFate[] fates, long nowMs)
    {
        var taken = new Dictionary<long, Order>();
        foreach (var i in Open())
        {
            var order = _wanted[i];
            if (taken.ContainsKey(order.OrderNo))
            {
                continue;
            }

            if (known.TryGetValue(order.OrderNo, out var row))
            {
                taken.Add(order.OrderNo, row);
                continue;
            }

            // A copy: the transaction may have to be repeated from the beginning.
            order = order with { Status = FinanceStatus.Pending, ProcessAt = nowMs + fates[i].LaterMs };
            if (order.Fault() is { } fault)
            {
                OrderDecision.Refuse(order, fault, nowMs);
            }
            else if (fates[i].Refused && order.Kind == Operations.Payout)
            {
                // The bank answers only after the money left the balance.
                order.Verdict = BankVerdict.Refuses;
            }
            else if (fates[i].Refused)
            {
                OrderDecision.Refuse(order, OrderDecision.RefusedByBank, nowMs);
            }

            taken.Add(order.OrderNo, order);
        }

        return [.. taken.Values];
    }

    /// <summary>Numbers under which at least one open order asks for what is written down.</summary>
    public HashSet<long> Matching(Dictionary<long, Order> rows) =>
        [.. Open().Where(i => rows.TryGetValue(_wanted[i].OrderNo, out var row) && row.Matches(_wanted[i])).Select(i => _wanted[i].OrderNo)];

    /// <summary>The answers, in the order of the batch.</summary>
    public List<OrderAnswer> Answers(Func<long, Order> rows)
    {
        foreach (var i in Open())
        {
            var row = rows(_wanted[i].OrderNo);
            _answers[i] = row.Matches(_wanted[i]) ? row.Answer() : Mismatch(_wanted[i]);
        }

        return [.. _answers.Select(a => a!)];
    }

    private int[] Open() => Enumerable.Range(0, _wanted.Count).Where(i => _answers[i] is null).ToArray();

    private static OrderAnswer Mismatch(Order order) => new()
    {
        Number = order.OrderNo,
        Status = FinanceStatus.Mismatch,
        Reason = "the same number came before with other content",
    };

    private static OrderAnswer Refused(Order order, string reason) => new() { Number = order.OrderNo, Status = FinanceStatus.Refused, Reason = reason };
}
