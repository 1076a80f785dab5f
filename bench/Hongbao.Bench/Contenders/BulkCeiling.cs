using System.Diagnostics;
using Hongbao.Bench.Measuring;
using Hongbao.Contracts;
using Hongbao.Foundation.Messaging;
using Hongbao.Jce;
using Npgsql;

namespace Hongbao.Bench.Contenders;

/// <summary>
/// The most that the same tables take from one writer: a loop inside PostgreSQL that writes, batch by batch, claims, the packet's row and one
/// packed credit request, and commits. It decides nothing, draws nothing and answers nobody.
/// </summary>
internal static class BulkCeiling
{
    private const string Loop = """
        create procedure core.bulk(packet bigint, batch int, until timestamptz, body bytea) language plpgsql as $$
        declare at bigint := 0;
        begin
          loop
            update core.packets set claimed_amount = claimed_amount + batch, claimed_count = claimed_count + batch, version = version + 1 where packet_no = packet;
            insert into core.claims (claim_no, slot, app, packet_no, uid, seq, amount, state, claimed_at)
              select 576460752303423488 + at + i, 1, 'default', packet, hashint8extended(at + i, 7) & 140737488355327, at + i, 1, 1, 1800000000000
              from generate_series(1, batch) i;
            insert into core.outbox (slot, topic, context, payload, created_at, visible_at) values (1, 'bulk', '\x', body, 1800000000000, 1800000000000);
            at := at + batch;
            commit;
            exit when clock_timestamp() >= until;
          end loop;
        end $$
        """;

    public static async Task<Measured> RunAsync(BenchServers servers, OwnCpu own, int batch, TimeSpan warmUp, TimeSpan duration)
    {
        await using var database = await servers.CreateDatabaseAsync();
        await PacketRows.AddAsync(database.Store, 1, [1L], [1_000_000_000]);
        await using var pool = database.Pool(2);
        await using (var create = pool.CreateCommand(Loop))
        {
            await create.ExecuteNonQueryAsync();
        }

        await database.SettleAsync();
        var chance = new Random(batch);
        var body = JceSerializer.ToBytes(ClaimsAccepted.Of(Enumerable.Range(1, batch).Select(i =>
            PacketRows.Wanted((1L << 59) + i, 1L << 58, chance.NextInt64(1L << 46, 1L << 47), i, chance.NextInt64(1, 200), 1_800_000_000_000))));
        // The loop's first part is its warm-up: what it wrote until then is not counted.
        var call = CallAsync(pool, batch, warmUp + duration, body);
        await Task.Delay(warmUp);
        var (cpu, before, started) = (CpuTime.Now(own), await WrittenAsync(pool), Stopwatch.GetTimestamp());
        await call;
        var rate = (await WrittenAsync(pool) - before) / Stopwatch.GetElapsedTime(started).TotalSeconds;
        var cpuAfter = CpuTime.Now(own);
        return new Measured
        {
            Taken = rate,
            Credited = rate,
            Refused = 0,
            Busy = 0,
            P50 = 0,
            P99 = 0,
            P999 = 0,
            BytesPerClaim = 0,
            Steal = cpuAfter.StealSince(cpu),
            Others = cpuAfter.OthersSince(cpu),
            TakenInAll = 0,
        };
    }

    private static async Task CallAsync(NpgsqlDataSource pool, int batch, TimeSpan duration, byte[] body)
    {
        await using var call = pool.CreateCommand("call core.bulk(1, $1, clock_timestamp() + $2, $3)");
        call.Parameters.AddWithValue(batch);
        call.Parameters.AddWithValue(duration);
        call.Parameters.AddWithValue(body);
        call.CommandTimeout = 300;
        await call.ExecuteNonQueryAsync();
    }

    private static async Task<long> WrittenAsync(NpgsqlDataSource pool)
    {
        await using var count = pool.CreateCommand("select claimed_count::bigint from packets where packet_no = 1");
        return (long)(await count.ExecuteScalarAsync())!;
    }
}
