using Hongbao.Contracts;
using Hongbao.Query.Sources;

namespace Hongbao.Query.Claims;

/// <summary>
/// Shows claims. Core decides their status; <see cref="ClaimStatus.Transferring"/> is derived: Core has no end for the claim and
/// Async has an order. When the order has ended already it stays so until Core has committed the end, so that a status once
/// shown never goes back and every final one is Core's.
/// </summary>
internal sealed class ClaimViews(AsyncOrders orders)
{
    /// <summary>One view a row, in the order of the rows; asks Async once for all of them, or not at all.</summary>
    public async Task<List<ClaimView>> ShowAsync(IReadOnlyCollection<ClaimRow> rows, CancellationToken cancellationToken)
    {
        var open = rows.Where(r => r.State == ClaimStatus.Claimed).Select(r => r.ClaimNo).ToList();
        var withTransfer = await orders.WithTransferAsync(open, cancellationToken).ConfigureAwait(false);
        return [.. rows.Select(r => new ClaimView
        {
            ClaimNo = r.ClaimNo,
            PacketNo = r.PacketNo,
            Uid = r.Uid,
            Seq = r.Seq,
            Amount = r.Amount,
            Status = withTransfer.Contains(r.ClaimNo) ? ClaimStatus.Transferring : r.State,
            ClaimedAtMs = r.ClaimedAt,
        })];
    }
}
