using Hongbao.Contracts;
using Hongbao.Finance.Payments;
using Hongbao.Foundation.Stores;

namespace Hongbao.Finance.Orders;

/// <summary>The payments and fundings that refunds and set-asides of one transaction go back to, locked, with what came back of each.</summary>
internal sealed class RefundSources
{
    private readonly Dictionary<long, Payment> _payments;
    private readonly Dictionary<long, Order> _fundings;
    private readonly HashSet<long> _countedPayments = [];
    private readonly HashSet<long> _countedFundings = [];

    private RefundSources(Dictionary<long, Payment> payments, Dictionary<long, Order> fundings) => (_payments, _fundings) = (payments, fundings);

    /// <summary>Those of orders that return nothing.</summary>
    public static RefundSources None { get; } = new([], []);

    public static async Task<RefundSources> LockAsync(StoreSession session, string app, IReadOnlyList<Order> refunds, CancellationToken cancellationToken)
    {
        var payOrderNos = refunds.Where(o => o.CampaignId == 0).Select(o => o.PayOrderNo).Distinct().ToArray();
        var packetNos = refunds.Where(o => o.CampaignId != 0).Select(o => o.PacketNo).Distinct().ToArray();
        var payments = payOrderNos.Length == 0 ? [] : await PaymentTable.LockAllAsync(session, app, payOrderNos, cancellationToken);
        var fundings = packetNos.Length == 0 ? [] : await OrderTable.LockFundingsAsync(session, app, packetNos, cancellationToken);
        return new RefundSources(payments.ToDictionary(p => p.PayOrderNo), fundings.ToDictionary(f => f.PacketNo));
    }

    /// <summary>Why a refund has nothing to go back to, for good; null when it has, or may have later.</summary>
    public string? Fault(Order refund) => refund.CampaignId == 0 ? PaymentFault(refund) : FundingFault(refund);

    /// <summary>True while the funding that a refund goes back to is accepted and not decided; ask <see cref="Fault"/> before.</summary>
    public bool IsUndecided(Order refund) => refund.CampaignId != 0 && _fundings[refund.PacketNo].Status == FinanceStatus.Pending;

    /// <summary>What may still go back, minor units; ask <see cref="Fault"/> before.</summary>
    public long LeftFor(Order refund) => refund.CampaignId == 0
        ? _payments[refund.PayOrderNo].Amount - _payments[refund.PayOrderNo].Refunded
        : _fundings[refund.PacketNo].Amount - _fundings[refund.PacketNo].Refunded;

    /// <summary>Counts a refund that succeeds.</summary>
    public void Count(Order refund)
    {
        if (refund.CampaignId == 0)
        {
            _payments[refund.PayOrderNo].Refunded += refund.Amount;
            _countedPayments.Add(refund.PayOrderNo);
        }
        else
        {
            _fundings[refund.PacketNo].Refunded += refund.Amount;
            _countedFundings.Add(refund.PacketNo);
        }
    }

    /// <summary>Writes what was counted.</summary>
    /// <exception cref="StoreException">CheckViolation beyond what was paid or given.</exception>
    public async Task SaveAsync(StoreSession session, string app, CancellationToken cancellationToken)
    {
        await PaymentTable.SaveRefundedAsync(session, [.. _countedPayments.Select(no => _payments[no])], cancellationToken);
        await OrderTable.SaveRefundedAsync(session, app, [.. _countedFundings.Select(no => _fundings[no])], cancellationToken);
    }

    private string? PaymentFault(Order refund)
    {
        if (!_payments.TryGetValue(refund.PayOrderNo, out var payment) || payment.Status != FinanceStatus.Succeeded)
        {
            return "the payment did not succeed";
        }

        return payment.PacketNo != refund.PacketNo || payment.Uid != refund.Uid || !string.Equals(payment.Currency, refund.Currency, StringComparison.Ordinal)
            ? "the payment is of another packet, payer or currency"
            : null;
    }

    private string? FundingFault(Order refund)
    {
        if (!_fundings.TryGetValue(refund.PacketNo, out var funding) || funding.Status == FinanceStatus.Refused)
        {
            return "the packet was not funded";
        }

        return funding.CampaignId != refund.CampaignId || funding.Uid != refund.Uid || !string.Equals(funding.Currency, refund.Currency, StringComparison.Ordinal)
            ? "the funding is of another campaign, user or currency"
            : null;
    }
}
