using Hongbao.Contracts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Query.Sources;

/// <summary>What Query reads of Async's transfers and refunds.</summary>
internal sealed class AsyncOrders(IReadStore async)
{
    private sealed class RefundedRow
    {
        public long PacketNo { get; init; }
        public long Amount { get; init; }
    }

    /// <summary>A refund order and what causes it.</summary>
    internal sealed class RefundRow
    {
        public long RefundNo { get; init; }
        public RefundCause Cause { get; init; }
        public long CauseNo { get; init; }
    }

    /// <summary>Those of some claims that have a transfer order.</summary>
    public async Task<HashSet<long>> WithTransferAsync(IReadOnlyCollection<long> claimNos, CancellationToken cancellationToken)
    {
        if (claimNos.Count == 0)
        {
            return [];
        }

        var session = await async.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return [.. await session.QueryAsync<long>(
                $"select claim_no from transfers where claim_no {Sql.AnyOf(session.Dialect, "@nos")}",
                new { nos = session.Longs(claimNos) }, cancellationToken).ConfigureAwait(false)];
        }
    }

    /// <summary>What went back to the senders of some packets, or was set aside for them, by packet number.</summary>
    public async Task<Dictionary<long, long>> RefundedAsync(IReadOnlyCollection<long> packetNos, CancellationToken cancellationToken)
    {
        if (packetNos.Count == 0)
        {
            return [];
        }

        var session = await async.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var rows = await session.QueryAsync<RefundedRow>($"""
                select packet_no, cast(sum(amount) as bigint) as amount from refunds
                where packet_no {Sql.AnyOf(session.Dialect, "@nos")} and state in (2, 5) group by packet_no
                """, new { nos = session.Longs(packetNos) }, cancellationToken).ConfigureAwait(false);
            return rows.ToDictionary(r => r.PacketNo, r => r.Amount);
        }
    }

    /// <summary>Refund orders of all apps between two numbers, lowest first.</summary>
    public async Task<List<RefundRow>> RefundsAsync(long after, long below, int limit, CancellationToken cancellationToken)
    {
        var session = await async.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return await session.QueryAsync<RefundRow>(
                "select refund_no, cause, cause_no from refunds where refund_no > @after and refund_no < @below order by refund_no limit @limit",
                new { after, below, limit }, cancellationToken).ConfigureAwait(false);
        }
    }
}
