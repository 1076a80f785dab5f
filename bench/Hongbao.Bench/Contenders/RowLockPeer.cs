using Hongbao.Contracts;
using Hongbao.Foundation.Messaging;
using Hongbao.Jce;
using Npgsql;

namespace Hongbao.Bench.Contenders;

/// <summary>P1: one transaction that locks the packet's row, statement by statement, as an ordinary service writes it.</summary>
internal sealed class RowLockPeer(BenchServers servers, int connections) : SqlPeer(servers, connections)
{
    protected override async Task<bool> TryClaimAsync(long packetNo, long uid, long claimNo)
    {
        await using var connection = await Pool.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        long leftAmount, nowMs;
        int leftCount, seq;
        await using (var select = Command(connection, transaction, """
            select amount - claimed_amount, count - claimed_count, claimed_count + 1, now_ms() from packets
            where packet_no = $1 and state = 2 and expires_at > now_ms() for update
            """, Of(packetNo)))
        await using (var reader = await select.ExecuteReaderAsync())
        {
            if (!await reader.ReadAsync())
            {
                return false;
            }

            (leftAmount, leftCount, seq, nowMs) = (reader.GetInt64(0), reader.GetInt32(1), reader.GetInt32(2), reader.GetInt64(3));
        }

        var amount = leftCount == 1 ? leftAmount : 1 + Random.Shared.NextInt64(Math.Min(2 * leftAmount / leftCount, leftAmount - (leftCount - 1)));
        await using (var claim = Command(connection, transaction, """
            insert into claims (claim_no, slot, app, packet_no, uid, seq, amount, state, claimed_at) values ($1, $2, 'default', $3, $4, $5, $6, 1, $7)
            """, Of(claimNo), Of(Slot), Of(packetNo), Of(uid), Of(seq), Of(amount), Of(nowMs)))
        {
            await claim.ExecuteNonQueryAsync();
        }

        var payload = JceSerializer.ToBytes(ClaimsAccepted.Of([PacketRows.Wanted(claimNo, packetNo, uid, seq, amount, nowMs)]));
        await using (var request = Command(connection, transaction, """
            insert into outbox (slot, topic, context, payload, created_at, visible_at) values ($1, $2, $3, $4, $5, $5)
            """, Of(Slot), Of(Topics.ClaimsAccepted), Of(ContextOf(uid)), Of(payload), Of(nowMs)))
        {
            await request.ExecuteNonQueryAsync();
        }

        await using (var packet = Command(connection, transaction, """
            update packets set claimed_amount = claimed_amount + $2, claimed_count = claimed_count + 1, version = version + 1,
              state = case when claimed_count + 1 = count then 3 else state end
            where packet_no = $1
            """, Of(packetNo), Of(amount)))
        {
            await packet.ExecuteNonQueryAsync();
        }

        await transaction.CommitAsync();
        return true;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, NpgsqlTransaction transaction, string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlCommand(sql, connection, transaction);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
