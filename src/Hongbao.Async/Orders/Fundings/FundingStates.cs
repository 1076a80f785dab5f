using Hongbao.Contracts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Async.Orders.Fundings;

/// <summary>What transfers and refunds of packets that campaigns pay for ask about their packets' fundings.</summary>
internal static class FundingStates
{
    private sealed class StateRow
    {
        public long PacketNo { get; init; }
        public OrderStatus State { get; init; }
    }

    private static readonly Sql Locked = new(
        "select packet_no, state from fundings where packet_no in (select value from json_each(@nos))",
        "select packet_no, state from fundings where packet_no = any(@nos) order by packet_no for share");

    /// <summary>States by packet, which stay as they are until the transaction ends; packets without a funding are left out.</summary>
    public static async Task<Dictionary<long, OrderStatus>> LockAsync(StoreSession session, IEnumerable<long> packetNos, CancellationToken cancellationToken) =>
        ByPacket(await session.QueryAsync<StateRow>(Locked, new { nos = session.Longs(packetNos.Distinct()) }, cancellationToken).ConfigureAwait(false));

    /// <summary>States by packet as they are now; packets without a funding are left out.</summary>
    public static async Task<Dictionary<long, OrderStatus>> ReadAsync(StoreSession session, IEnumerable<long> packetNos, CancellationToken cancellationToken) =>
        ByPacket(await session.QueryAsync<StateRow>(
            $"select packet_no, state from fundings where packet_no {Sql.AnyOf(session.Dialect, "@nos")}",
            new { nos = session.Longs(packetNos.Distinct()) }, cancellationToken).ConfigureAwait(false));

    private static Dictionary<long, OrderStatus> ByPacket(List<StateRow> rows) => rows.ToDictionary(r => r.PacketNo, r => r.State);
}
