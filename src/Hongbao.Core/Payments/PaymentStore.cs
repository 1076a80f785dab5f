using Hongbao.Contracts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Payments;

/// <summary>A payment order's row.</summary>
internal sealed class PaymentRow
{
    public long PayOrderNo { get; init; }
    public int Slot { get; init; }
    public string App { get; init; } = "";
    public long Uid { get; init; }
    public long PacketNo { get; init; }
    public long Amount { get; init; }
    public string Currency { get; init; } = "";
    public PaymentStatus State { get; init; }
    public long PayUntil { get; init; }

    public bool IsFinal => State is PaymentStatus.Succeeded or PaymentStatus.Closed or PaymentStatus.PaidLate;
}

/// <summary>Reads payment orders and moves them along their graph.</summary>
internal static class PaymentStore
{
    public static async Task<PaymentRow?> FindAsync(IStore store, long payOrderNo, CancellationToken cancellationToken)
    {
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return await session.FirstAsync<PaymentRow>(
                "select pay_order_no, slot, app, uid, packet_no, amount, currency, state, pay_until from payments where pay_order_no = @payOrderNo",
                new { payOrderNo }, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Compare-and-set along the declared graph.</summary>
    /// <exception cref="StoreException">Fenced when the order is not in the expected state.</exception>
    public static async Task MoveAsync(
        StoreSession session, long payOrderNo, PaymentStatus from, PaymentEvent on, long? paidAtMs, CancellationToken cancellationToken)
    {
        if (!PaymentGraph.Payment.TryMove(from, on, out var to))
        {
            throw new StoreException(StoreFault.Fenced, $"payment {payOrderNo}: {on} does not move {from}");
        }

        var moved = await session.ExecuteAsync(
            "update payments set state = @to, paid_at = coalesce(@paidAtMs, paid_at), updated_at = now_ms() where pay_order_no = @payOrderNo and state = @from",
            new { to = (int)to, from = (int)from, payOrderNo, paidAtMs }, cancellationToken).ConfigureAwait(false);
        StoreSession.Require(moved, 1, $"payment {payOrderNo} in state {from}");
    }
}
