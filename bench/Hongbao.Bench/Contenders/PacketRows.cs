using Hongbao.Contracts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Bench.Contenders;

/// <summary>Active packets in Core's tables, as payment would have left them.</summary>
internal static class PacketRows
{
    public const long Sender = 7001;

    /// <summary>Mean share in minor units.</summary>
    public const long Mean = 100;

    private const int Piece = 2000;

    private static readonly Sql InsertPackets = new(
        """
        insert into packets (packet_no, slot, app, sender_uid, kind, state, version, currency, amount, count, split, cap, scope, greeting, ttl_seconds,
          seed, seed_hash, pay_order_no, created_at, pay_until, activated_at, expires_at)
        values (@packet_no, @slot, 'default', @sender_uid, 1, 2, 2, 'CNY', @amount, @count, 1, 20000, 1, 'Good luck', 86400,
          @seed, @seed_hash, @packet_no, now_ms(), now_ms(), now_ms(), now_ms() + 86400000)
        """,
        """
        insert into packets (packet_no, slot, app, sender_uid, kind, state, version, currency, amount, count, split, cap, scope, greeting, ttl_seconds,
          seed, seed_hash, pay_order_no, created_at, pay_until, activated_at, expires_at)
        select packet_no, slot, 'default', sender_uid, 1, 2, 2, 'CNY', amount, count, 1, 20000, 1, 'Good luck', 86400,
          seed, seed_hash, packet_no, now_ms(), now_ms(), now_ms(), now_ms() + 86400000
        from unnest(@packet_no::bigint[], @slot::int[], @sender_uid::bigint[], @amount::bigint[], @count::int[], @seed::bytea[], @seed_hash::text[])
          as t(packet_no, slot, sender_uid, amount, count, seed, seed_hash)
        """);

    private static readonly Sql InsertDue = new(
        "insert into due (kind, no, slot, next_check_at, deadline_at) values (2, @packet_no, @slot, now_ms() + 86400000, now_ms() + 87000000)",
        """
        insert into due (kind, no, slot, next_check_at, deadline_at)
        select 2, packet_no, slot, now_ms() + 86400000, now_ms() + 87000000 from unnest(@packet_no::bigint[], @slot::int[]) as t(packet_no, slot)
        """);

    public static async Task AddAsync(IStore store, int slot, IReadOnlyList<long> packetNos, IReadOnlyList<int> shares)
    {
        for (var first = 0; first < packetNos.Count; first += Piece)
        {
            int[] rows = [.. Enumerable.Range(first, Math.Min(Piece, packetNos.Count - first))];
            await using var session = await store.WriteAsync(default);
            await session.ExecuteRowsAsync(InsertPackets, new ColumnBatch()
                .Add("packet_no", rows, r => packetNos[r])
                .Add("slot", rows, _ => slot)
                .Add("sender_uid", rows, _ => Sender)
                .Add("amount", rows, r => shares[r] * Mean)
                .Add("count", rows, r => shares[r])
                .Add("seed", rows, r => SeedOf(packetNos[r]))
                .Add("seed_hash", rows, _ => new string('0', 64)));
            await session.ExecuteRowsAsync(InsertDue, new ColumnBatch().Add("packet_no", rows, r => packetNos[r]).Add("slot", rows, _ => slot));
            await session.CommitAsync();
        }
    }

    public static CallContext ContextOf(long uid) => new() { Uid = uid };

    public static TransferWanted Wanted(long claimNo, long packetNo, long uid, int seq, long amount, long nowMs) => new()
    {
        App = CallContext.DefaultApp,
        ClaimNo = claimNo,
        PacketNo = packetNo,
        PayOrderNo = packetNo,
        SenderUid = Sender,
        Uid = uid,
        Seq = seq,
        Amount = amount,
        Currency = "CNY",
        Kind = PacketKind.C2C,
        ClaimedAtMs = nowMs,
    };

    private static byte[] SeedOf(long packetNo)
    {
        var seed = new byte[32];
        new Random((int)(packetNo & int.MaxValue)).NextBytes(seed);
        return seed;
    }
}
