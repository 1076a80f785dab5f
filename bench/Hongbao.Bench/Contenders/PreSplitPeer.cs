using Hongbao.Contracts;
using Npgsql;

namespace Hongbao.Bench.Contenders;

/// <summary>P4: shares drawn beforehand, one row each; a claim takes any that nobody else is taking. The packet's row is not written.</summary>
internal sealed class PreSplitPeer(BenchServers servers, int connections) : SqlPeer(servers, connections)
{
    private static readonly string Claim = $"""
        with free as (
          select packet_no, seq from shares where packet_no = $1 order by seq limit 1 for update skip locked),
        taken as (
          delete from shares s using free f where s.packet_no = f.packet_no and s.seq = f.seq returning s.packet_no, s.seq, s.amount),
        claimed as (
          insert into claims (claim_no, slot, app, packet_no, uid, seq, amount, state, claimed_at)
          select $3, p.slot, p.app, t.packet_no, $2, t.seq, t.amount, 1, now_ms()
          from taken t join packets p on p.packet_no = t.packet_no where p.state = 2 and p.expires_at > now_ms()
          returning *),
        requested as (
          insert into outbox (slot, topic, context, payload, created_at, visible_at)
          select c.slot, '{Topics.ClaimsAccepted}', $4, {PayloadOf("c")}, c.claimed_at, c.claimed_at from claimed c)
        select amount from claimed
        """;

    public override async Task<List<string>> AuditAsync(long taken)
    {
        var faults = await new MoneyAudit(Database.Store).RunAsync(taken, packetsFollow: false);
        MoneyAudit.Expect(faults, "packets whose claims and shares left are not their total", 0, (long)(await ScalarAsync("""
            select count(*) from packets p
            where p.amount <> (select coalesce(sum(amount), 0) from claims c where c.packet_no = p.packet_no)
              + (select coalesce(sum(amount), 0) from shares s where s.packet_no = p.packet_no)
            """))!);
        return faults;
    }

    protected override async Task PrepareMoreAsync(int[] shares)
    {
        await ScalarAsync("create table shares (packet_no bigint, seq int, amount bigint not null check (amount >= 1), primary key (packet_no, seq))");
        await using var connection = await Pool.OpenConnectionAsync();
        await using var copy = await connection.BeginBinaryImportAsync("copy shares (packet_no, seq, amount) from stdin (format binary)");
        for (var packet = 0; packet < shares.Length; packet++)
        {
            var seq = 0;
            foreach (var amount in PreSplit.Amounts(packet, shares[packet]))
            {
                await copy.StartRowAsync();
                await copy.WriteAsync(PacketNo(packet));
                await copy.WriteAsync(++seq);
                await copy.WriteAsync(amount);
            }
        }

        await copy.CompleteAsync();
    }

    protected override async Task<bool> TryClaimAsync(long packetNo, long uid, long claimNo)
    {
        await using var command = Pool.CreateCommand(Claim);
        command.Parameters.Add(Of(packetNo));
        command.Parameters.Add(Of(uid));
        command.Parameters.Add(Of(claimNo));
        command.Parameters.Add(Of(ContextOf(uid)));
        return await command.ExecuteScalarAsync() is long;
    }

    private async Task<object?> ScalarAsync(string sql)
    {
        await using NpgsqlCommand command = Pool.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}

/// <summary>A packet's shares, drawn before anybody asks.</summary>
internal static class PreSplit
{
    public static IEnumerable<long> Amounts(int packet, int count)
    {
        var chance = new Random(packet);
        var left = count * PacketRows.Mean;
        for (var others = count - 1; others >= 0; others--)
        {
            var amount = others == 0 ? left : 1 + chance.NextInt64(Math.Min(2 * left / (others + 1), left - others));
            yield return amount;
            left -= amount;
        }
    }
}
