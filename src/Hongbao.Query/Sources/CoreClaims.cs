using Hongbao.Contracts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Query.Sources;

/// <summary>A claim as Core has committed it, with what its packet says.</summary>
internal sealed class ClaimRow
{
    public long ClaimNo { get; init; }
    public string App { get; init; } = "";
    public long PacketNo { get; init; }
    public long Uid { get; init; }
    public int Seq { get; init; }
    public long Amount { get; init; }
    public ClaimStatus State { get; init; }
    public long ClaimedAt { get; init; }

    /// <summary>The packet's sender; 0 where the claim alone was read.</summary>
    public long SenderUid { get; init; }

    /// <summary>The packet's greeting; empty where the claim alone was read.</summary>
    public string Greeting { get; init; } = "";
}

/// <summary>What Query reads of Core's claims.</summary>
internal sealed class CoreClaims(IReadStore core)
{
    private const string Columns = "claim_no, app, packet_no, uid, seq, amount, state, claimed_at";
    private const string WithPacket = """
        select c.claim_no, c.app, c.packet_no, c.uid, c.seq, c.amount, c.state, c.claimed_at, p.sender_uid, p.greeting
        from claims c join packets p on p.packet_no = c.packet_no
        """;

    /// <summary>One claim with its packet's sender, or null.</summary>
    public async Task<ClaimRow?> FindAsync(string app, long claimNo, CancellationToken cancellationToken)
    {
        var session = await core.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return await session.FirstAsync<ClaimRow>(
                $"{WithPacket} where c.claim_no = @claimNo and c.app = @app", new { claimNo, app }, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A user's claims of some packets, by packet number.</summary>
    public async Task<Dictionary<long, ClaimRow>> OfUserAsync(long uid, IReadOnlyCollection<long> packetNos, CancellationToken cancellationToken)
    {
        if (packetNos.Count == 0)
        {
            return [];
        }

        var session = await core.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var rows = await session.QueryAsync<ClaimRow>(
                $"select {Columns} from claims where uid = @uid and packet_no {Sql.AnyOf(session.Dialect, "@nos")}",
                new { uid, nos = session.Longs(packetNos) }, cancellationToken).ConfigureAwait(false);
            return rows.ToDictionary(r => r.PacketNo);
        }
    }

    /// <summary>Claims of a packet in order of seq.</summary>
    public async Task<List<ClaimRow>> OfPacketAsync(long packetNo, long afterSeq, int limit, CancellationToken cancellationToken)
    {
        var session = await core.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return await session.QueryAsync<ClaimRow>(
                $"select {Columns} from claims where packet_no = @packetNo and seq > @afterSeq order by seq limit @limit",
                new { packetNo, afterSeq, limit }, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>All shares of a packet in order of seq.</summary>
    public async Task<List<DrawnShare>> DrawsAsync(long packetNo, CancellationToken cancellationToken)
    {
        var session = await core.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return await session.QueryAsync<DrawnShare>(
                "select seq, amount from claims where packet_no = @packetNo order by seq", new { packetNo }, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The claim with the greatest amount of a packet, the earliest of equals; 0 without claims.</summary>
    public async Task<long> LuckiestAsync(long packetNo, CancellationToken cancellationToken)
    {
        var session = await core.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return await session.FirstAsync<long>(
                "select claim_no from claims where packet_no = @packetNo order by amount desc, seq limit 1", new { packetNo }, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Claims by number, with sender and greeting; those that do not exist are missing.</summary>
    public async Task<List<ClaimRow>> ByNumberAsync(IReadOnlyCollection<long> claimNos, CancellationToken cancellationToken)
    {
        if (claimNos.Count == 0)
        {
            return [];
        }

        var session = await core.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return await session.QueryAsync<ClaimRow>(
                $"{WithPacket} where c.claim_no {Sql.AnyOf(session.Dialect, "@nos")}", new { nos = session.Longs(claimNos) }, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Numbers of claims of all apps between two numbers, lowest first.</summary>
    public async Task<List<long>> NumbersAsync(long after, long below, int limit, CancellationToken cancellationToken)
    {
        var session = await core.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return await session.QueryAsync<long>(
                "select claim_no from claims where claim_no > @after and claim_no < @below order by claim_no limit @limit",
                new { after, below, limit }, cancellationToken).ConfigureAwait(false);
        }
    }
}
