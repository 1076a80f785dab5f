using System.Globalization;
using Hongbao.Bench.Contenders;
using Hongbao.Contracts;
using Hongbao.Foundation.Messaging;
using Hongbao.Jce;
using Npgsql;

namespace Hongbao.Bench.Redis;

/// <summary>
/// Makes durable in PostgreSQL what a script gave away: claims, packets and one packed credit request a batch, in one transaction, and only then
/// shortens the hand-over list. A batch that comes again after a crash finds its claims there already.
/// </summary>
internal sealed class RedisDrainer(RedisPipe redis, NpgsqlDataSource pool)
{
    private const int BatchMax = 4096;

    private const string Write = """
        with added as (
          insert into claims (claim_no, slot, app, packet_no, uid, seq, amount, state, claimed_at)
          select claim_no, $6, 'default', packet_no, uid, seq, amount, 1, $7
          from unnest($1, $2, $3, $4, $5) as t(claim_no, packet_no, uid, seq, amount)
          on conflict do nothing returning packet_no, amount),
        summed as (select packet_no, sum(amount)::bigint as amount, count(*)::int as n from added group by packet_no),
        updated as (
          update packets p set claimed_amount = p.claimed_amount + s.amount, claimed_count = p.claimed_count + s.n, version = p.version + 1,
            state = case when p.claimed_count + s.n = p.count then 3 else p.state end
          from summed s where p.packet_no = s.packet_no)
        insert into outbox (slot, topic, context, payload, created_at, visible_at) values ($6, $8, $9, $10, $7, $7)
        """;

    private volatile bool _isFinishing;
    private long _lastClaimNo = 1L << 59;
    private long _credited;
    private Task _running = Task.CompletedTask;

    /// <summary>Claims that are committed.</summary>
    public long Credited => Volatile.Read(ref _credited);

    public void Start() => _running = Task.Run(RunAsync);

    /// <summary>Returns when the list is empty; nobody claims any more.</summary>
    public Task FinishAsync()
    {
        _isFinishing = true;
        return _running;
    }

    private async Task RunAsync()
    {
        while (true)
        {
            // Before the look: what came until then is seen.
            var isLast = _isFinishing;
            var waiting = (await redis.CallAsync("LRANGE", RedisPeer.HandOver, -BatchMax, -1)).Items!;
            if (waiting.Length == 0)
            {
                if (isLast)
                {
                    return;
                }

                await Task.Delay(1);
                continue;
            }

            await WriteAsync(waiting);
            await redis.CallAsync("LTRIM", RedisPeer.HandOver, 0, -(waiting.Length + 1));
            Interlocked.Add(ref _credited, waiting.Length);
        }
    }

    private async Task WriteAsync(RedisReply[] waiting)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var items = Parse(waiting, now);
        await using var command = pool.CreateCommand(Write);
        command.Parameters.AddWithValue(items.Select(i => i.ClaimNo).ToArray());
        command.Parameters.AddWithValue(items.Select(i => i.PacketNo).ToArray());
        command.Parameters.AddWithValue(items.Select(i => i.Uid).ToArray());
        command.Parameters.AddWithValue(items.Select(i => i.Seq).ToArray());
        command.Parameters.AddWithValue(items.Select(i => i.Amount).ToArray());
        command.Parameters.AddWithValue(RedisPeer.Slot);
        command.Parameters.AddWithValue(now);
        command.Parameters.AddWithValue(Topics.ClaimsAccepted);
        command.Parameters.AddWithValue(JceSerializer.ToBytes(PacketRows.ContextOf(items[0].Uid)));
        command.Parameters.AddWithValue(JceSerializer.ToBytes(ClaimsAccepted.Of(items)));
        await command.ExecuteNonQueryAsync();
    }

    private List<TransferWanted> Parse(RedisReply[] waiting, long now)
    {
        var items = new List<TransferWanted>(waiting.Length);
        Span<Range> fields = stackalloc Range[4];
        foreach (var entry in waiting)
        {
            var parts = entry.Text.AsSpan();
            parts.Split(fields, ':');
            items.Add(PacketRows.Wanted(++_lastClaimNo, Number(parts[fields[0]]), Number(parts[fields[1]]), (int)Number(parts[fields[3]]), Number(parts[fields[2]]), now));
        }

        return items;
    }

    private static long Number(ReadOnlySpan<char> digits) => long.Parse(digits, CultureInfo.InvariantCulture);
}
