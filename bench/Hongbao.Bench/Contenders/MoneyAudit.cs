using System.Text.Json;
using Hongbao.Contracts;
using Hongbao.Foundation.Stores;
using Hongbao.Jce;

namespace Hongbao.Bench.Contenders;

/// <summary>Compares what the database holds with itself and with what the clients were told.</summary>
internal sealed class MoneyAudit(IReadStore store)
{
    private const int Page = 300;
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    private sealed class Totals
    {
        public long Claims { get; init; }
        public long Distinct { get; init; }
        public long Amount { get; init; }
        public long ClaimedAmount { get; init; }
        public long ClaimedCount { get; init; }
    }

    private sealed class ClaimRow
    {
        public long ClaimNo { get; init; }
        public long PacketNo { get; init; }
        public long Uid { get; init; }
        public long Amount { get; init; }
    }

    private sealed class OutboxRow
    {
        public long Id { get; init; }
        public byte[] Payload { get; init; } = [];
    }

    /// <param name="taken">Claims that were answered with a share.</param>
    /// <param name="packetsFollow">Whether the form keeps the packet's row; if not, its shares are kept elsewhere and its numbers need no order.</param>
    /// <param name="amountTaken">What the answers said in sum; null when the clients did not look.</param>
    public async Task<List<string>> RunAsync(long taken, bool packetsFollow, long? amountTaken = null)
    {
        var faults = new List<string>();
        await using var session = await store.ReadAsync(default);
        var totals = (await session.FirstAsync<Totals>("""
            select (select count(*) from claims) as claims,
              (select count(*) from (select distinct packet_no, uid from claims) d) as "distinct",
              (select cast(coalesce(sum(amount), 0) as bigint) from claims) as amount,
              (select cast(coalesce(sum(claimed_amount), 0) as bigint) from packets) as claimed_amount,
              (select cast(coalesce(sum(claimed_count), 0) as bigint) from packets) as claimed_count
            """))!;
        Expect(faults, "claims in the database and shares that were answered", totals.Claims, taken);
        if (amountTaken is { } amount)
        {
            Expect(faults, "amount of claims and of answers", totals.Amount, amount);
        }

        Expect(faults, "claims and distinct (packet, uid)", totals.Claims, totals.Distinct);
        if (packetsFollow)
        {
            Expect(faults, "amount of claims and of packets", totals.Amount, totals.ClaimedAmount);
            Expect(faults, "claims and packets' count", totals.Claims, totals.ClaimedCount);
            // Left is what the row does not show as claimed, and the table refuses less than nothing: each packet must agree with its claims.
            Expect(faults, "packets that differ from their claims, or whose seq has a gap", 0, await session.FirstAsync<long>("""
                select count(*) from packets p left join
                  (select packet_no, count(*) as n, sum(amount) as amount, min(seq) as first, max(seq) as last from claims group by packet_no) c
                  on c.packet_no = p.packet_no
                where coalesce(c.n, 0) <> p.claimed_count or coalesce(c.amount, 0) <> p.claimed_amount or c.first <> 1 or c.last <> c.n
                  or (p.claimed_count = p.count) <> (p.claimed_amount = p.amount)
                """));
        }

        await CompareRequestsAsync(session, faults);
        return faults;
    }

    public static void Expect(List<string> faults, string what, long one, long other)
    {
        if (one != other)
        {
            faults.Add($"{what}: {one} and {other}");
        }
    }

    // One credit request for each claim, with its amount and user.
    private static async Task CompareRequestsAsync(StoreSession session, List<string> faults)
    {
        var open = (await session.QueryAsync<ClaimRow>("select claim_no, packet_no, uid, amount from claims")).ToDictionary(c => c.ClaimNo);
        var (after, strange) = (0L, 0L);
        while (true)
        {
            var rows = await session.QueryAsync<OutboxRow>("select id, payload from outbox where id > @after and topic = @topic order by id limit @Page",
                new { after, topic = Topics.ClaimsAccepted, Page });
            foreach (var wanted in rows.SelectMany(r => JceSerializer.Read<ClaimsAccepted>(r.Payload).Wanted()))
            {
                if (!open.Remove(wanted.ClaimNo, out var claim) || claim.Uid != wanted.Uid || claim.Amount != wanted.Amount || claim.PacketNo != wanted.PacketNo)
                {
                    strange++;
                }
            }

            if (rows.Count < Page)
            {
                break;
            }

            after = rows[^1].Id;
        }

        Expect(faults, "credit requests without their claim, or twice", 0, strange);
        Expect(faults, "claims without a credit request", 0, open.Count);
    }
}
