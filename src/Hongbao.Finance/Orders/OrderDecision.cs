using Hongbao.Contracts;
using Hongbao.Finance.Faults;
using Hongbao.Finance.Ledger;
using Hongbao.Finance.Payments;
using Hongbao.Foundation.Stores;

namespace Hongbao.Finance.Orders;

/// <summary>
/// Decides orders of one kind that are due, in their order, and posts those that succeed. The orders are locked; payments, fundings
/// and accounts are locked here, in this order. Each order stands for itself.
/// </summary>
internal static class OrderDecision
{
    public const string RefusedByBank = "refused by the bank";

    private const long RetryFirstMs = 1_000;
    private const long RetryMaxMs = 60_000;

    /// <param name="session">The transaction.</param>
    /// <param name="app">Whose orders.</param>
    /// <param name="due">All of one kind.</param>
    /// <param name="fresh">Numbers of those that this transaction wrote down.</param>
    /// <param name="nowMs">Of the store's clock.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task DecideAsync(
        StoreSession session, string app, IReadOnlyList<Order> due, IReadOnlySet<long> fresh, long nowMs, CancellationToken cancellationToken)
    {
        if (due.Count == 0)
        {
            return;
        }

        var kind = due[0].Kind;
        var open = due;
        var sources = RefundSources.None;
        if (kind is Operations.Refund or Operations.SetAside)
        {
            sources = await RefundSources.LockAsync(session, app, due, cancellationToken);
            open = [.. due.Where(o => HasSource(o, sources, nowMs))];
        }

        var ledger = await LedgerBatch.OpenAsync(session, app, open.SelectMany(Accounts), cancellationToken);
        if (kind == Operations.Fund)
        {
            // Asked under the locks of the escrows: of a payment and a funding of one packet the second sees the first.
            var paid = await PaymentTable.PaidPacketsAsync(session, app, open.Select(o => o.PacketNo), cancellationToken);
            open = [.. open.Where(o => IsUnpaid(o, paid, nowMs))];
        }

        foreach (var order in open)
        {
            Decide(order, sources, ledger, nowMs);
        }

        await ledger.SaveAsync(cancellationToken);
        await sources.SaveAsync(session, app, cancellationToken);
        await OrderTable.SaveAsync(session, app, due, fresh, cancellationToken);
    }

    private static Account[] Accounts(Order order) => order.Kind == Operations.Payout ? [order.From, order.To, order.Bank] : [order.From, order.To];

    private static bool HasSource(Order order, RefundSources sources, long nowMs)
    {
        if (sources.Fault(order) is { } fault)
        {
            Refuse(order, fault, nowMs);
            return false;
        }

        if (sources.IsUndecided(order))
        {
            Wait(order, "the funding is not decided", nowMs);
            return false;
        }

        return true;
    }

    private static bool IsUnpaid(Order order, List<long> paid, long nowMs)
    {
        if (!paid.Contains(order.PacketNo))
        {
            return true;
        }

        Refuse(order, "the packet was paid for", nowMs);
        return false;
    }

    private static void Decide(Order order, RefundSources sources, LedgerBatch ledger, long nowMs)
    {
        var there = ledger.CanMove(order.From, order.To, order.Amount);
        switch (order.Kind)
        {
            // The escrow may be funded later, and the hold filled: short is never final.
            case Operations.Transfer when !there:
                Wait(order, "the escrow has too little", nowMs);
                break;
            case Operations.Fund when !there:
                Wait(order, "the campaign's hold has too little", nowMs);
                break;
            case Operations.Refund or Operations.SetAside when order.Amount > sources.LeftFor(order):
                Refuse(order, order.CampaignId == 0 ? "more than was paid" : "more than the campaign gave", nowMs);
                break;
            // A packet gets its money once: what its escrow lacks now went to receivers and never comes back.
            case Operations.Refund or Operations.SetAside when !there:
                Refuse(order, "more than is left in escrow", nowMs);
                break;
            case Operations.Refund or Operations.SetAside:
                sources.Count(order);
                Succeed(order, ledger, nowMs);
                break;
            case Operations.Release when !there:
                Refuse(order, "the campaign's hold has too little", nowMs);
                break;
            case Operations.Hold when !there:
                Refuse(order, "more than an account can hold", nowMs);
                break;
            case Operations.Payout:
                DecidePayout(order, ledger, nowMs);
                break;
            default:
                Succeed(order, ledger, nowMs);
                break;
        }
    }

    /// <summary>The money leaves the balance when the order is written down; the bank's answer comes at its time, now or later.</summary>
    private static void DecidePayout(Order order, LedgerBatch ledger, long nowMs)
    {
        if (order.Attempts == 0)
        {
            if (!ledger.CanMove(order.From, order.To, order.Amount))
            {
                Refuse(order, "balance too small", nowMs);
                return;
            }

            ledger.Post(Posting.Move(LedgerKinds.Payout, order.OrderNo, 0, order.From, order.To, order.Amount), nowMs);
            order.Attempts = 1;
        }

        if (order.ProcessAt > nowMs)
        {
            return;
        }

        if (order.Verdict == BankVerdict.Refuses)
        {
            ledger.Post(Posting.Move(LedgerKinds.PayoutReturned, order.OrderNo, 0, order.To, order.From, order.Amount), nowMs);
            Refuse(order, RefusedByBank, nowMs);
            return;
        }

        ledger.Post(Posting.Move(LedgerKinds.PayoutPaid, order.OrderNo, 0, order.To, order.Bank, order.Amount), nowMs);
        Succeed(order, nowMs);
    }

    private static void Succeed(Order order, LedgerBatch ledger, long nowMs)
    {
        ledger.Post(Posting.Move(order.Kind, order.OrderNo, order.PacketNo, order.From, order.To, order.Amount), nowMs);
        Succeed(order, nowMs);
    }

    private static void Succeed(Order order, long nowMs)
    {
        order.Status = FinanceStatus.Succeeded;
        order.Reason = "";
        order.FinalAt = nowMs;
    }

    public static void Refuse(Order order, string reason, long nowMs)
    {
        order.Status = FinanceStatus.Refused;
        order.Reason = reason;
        order.FinalAt = nowMs;
    }

    /// <summary>Not final: tried again when it is sent again, and by itself ever more seldom.</summary>
    private static void Wait(Order order, string reason, long nowMs)
    {
        order.Attempts++;
        order.ProcessAt = nowMs + Math.Min(RetryFirstMs << Math.Min(order.Attempts - 1, 10), RetryMaxMs);
        order.Reason = reason;
    }
}
