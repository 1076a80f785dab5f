using Hongbao.Contracts;
using Hongbao.Foundation.Stores;
using Hongbao.Simulation.Tests.Models;

namespace Hongbao.Simulation.Tests.Worlds;

/// <summary>Looks at the modules' tables from outside, and does to them what no module would do.</summary>
internal sealed class Tables(StoreCatalog stores)
{
    /// <summary>The modules that send messages.</summary>
    public static readonly string[] Senders = ["core", "async"];

    /// <summary>Packets with their payments and claims, all at the same moment.</summary>
    public async Task<(List<PacketSeen> Packets, ILookup<long, ClaimSeen> Claims)> LookAsync(IEnumerable<long> packetNos)
    {
        await using var session = await SnapshotAsync("core");
        var nos = session.Longs(packetNos);
        var any = Sql.AnyOf(session.Dialect, "@nos");
        var packets = await session.QueryAsync<PacketSeen>(
            $"""
            select p.packet_no, p.state, p.version, p.claimed_amount, p.claimed_count, p.closed_amount, p.closed_count, p.activated_at, p.expires_at,
              p.content_id, y.state as payment
            from packets p join payments y on y.packet_no = p.packet_no where p.packet_no {any} order by p.packet_no
            """, new { nos });
        var claims = await session.QueryAsync<ClaimSeen>(
            $"select claim_no, packet_no, uid, seq, amount, state, claimed_at from claims where packet_no {any} order by claim_no", new { nos });
        return (packets, claims.ToLookup(c => c.PacketNo));
    }

    /// <summary>Which payment orders finance has money for.</summary>
    public async Task<HashSet<long>> PaidAsync(IEnumerable<long> payOrderNos)
    {
        await using var session = await stores.Open("finance").ReadAsync(CancellationToken.None);
        return [.. await session.QueryAsync<long>(
            $"select pay_order_no from payments where status = {(int)FinanceStatus.Succeeded} and pay_order_no {Sql.AnyOf(session.Dialect, "@nos")}",
            new { nos = session.Longs(payOrderNos) })];
    }

    public async Task<List<T>> QueryAsync<T>(string module, string sql)
    {
        await using var session = await stores.Open(module).ReadAsync(CancellationToken.None);
        return await session.QueryAsync<T>(sql);
    }

    /// <summary>Every message of a module is lost, also those that are being delivered.</summary>
    public async Task<int> LoseMessagesAsync(string module)
    {
        await using var session = await stores.Open(module).WriteAsync(CancellationToken.None);
        var lost = await session.ExecuteAsync("delete from outbox");
        await session.CommitAsync();
        return lost;
    }

    /// <summary>A session that sees one moment.</summary>
    public async Task<StoreSession> SnapshotAsync(string module)
    {
        if (stores.Open(module).Dialect == SqlDialect.Sqlite)
        {
            return await stores.Open(module).ReadAsync(CancellationToken.None);
        }

        var session = await stores.Open(module).WriteAsync(CancellationToken.None);
        await session.ExecuteAsync("set transaction isolation level repeatable read");
        return session;
    }
}
