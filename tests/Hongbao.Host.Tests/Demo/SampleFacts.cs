using Hongbao.Contracts;
using Hongbao.Core.Splits;
using Hongbao.Host.Demo.Audits;
using Hongbao.Host.Demo.Plans;
using Hongbao.Host.Draws;

namespace Hongbao.Host.Tests.Demo;

/// <summary>
/// Facts in which all is well: one packet that was exhausted with a claim that failed (1001), one that expired (1002), one that can still
/// be opened would not be settled and is left out, one never paid (1003). Users 1 to 4; 1 sends everything.
/// </summary>
internal static class SampleFacts
{
    public const long Full = 1001, Expired = 1002, Unpaid = 1003;

    private static readonly byte[] Seed = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    public static DemoFacts Create()
    {
        var full = Packet(Full, Scenario.Filled, PacketStatus.Exhausted, 1000, 3, [2, 3, 4], claimers: [2, 3, 4], failed: 4);
        var expired = Packet(Expired, Scenario.LeftOver, PacketStatus.Refunded, 500, 4, [1, 2], claimers: [1, 2], failed: 0);
        var unpaid = Packet(Unpaid, Scenario.Unpaid, PacketStatus.PendingPayment, 77, 1, [2], claimers: [], failed: 0);
        PacketFacts[] packets = [full, expired, unpaid];
        return new DemoFacts
        {
            Packets = packets,
            Claims = [.. packets.SelectMany(p => p.Claims.Select(c => new AcknowledgedClaim(p.PacketNo, c.Uid, c.ClaimNo, c.Seq, c.Amount)))],
            Refusals = [new(Unpaid, 2, "PACKET_NOT_ACTIVE"), new(Full, 1, "PACKET_EXHAUSTED"), new(Expired, 3, "PACKET_EXPIRED")],
            Users = [.. new long[] { 1, 2, 3, 4 }.Select(uid => User(uid, packets))],
            LedgerBefore = new LedgerTotals(Outside: -70_000, Escrow: 0, EscrowAccounts: 5, Unclaimed: 9),
            LedgerAfter = new LedgerTotals(Outside: -71_500, Escrow: 0, EscrowAccounts: 7, Unclaimed: 9),
        };
    }

    public static DemoFacts With(this DemoFacts facts, long packetNo, Func<PacketFacts, PacketFacts> change) =>
        facts with { Packets = [.. facts.Packets.Select(p => p.PacketNo == packetNo ? change(p) : p)] };

    public static DemoFacts WithSeen(this DemoFacts facts, long packetNo, Func<SeenPacket, SeenPacket> change) => facts.With(packetNo, p => p with { Seen = change(p.Seen!) });

    public static DemoFacts WithClaim(this DemoFacts facts, long packetNo, int seq, Func<SeenClaim, SeenClaim> change) =>
        facts.With(packetNo, p => p with { Claims = [.. p.Claims.Select(c => c.Seq == seq ? change(c) : c)] });

    public static DemoFacts WithUser(this DemoFacts facts, long uid, Func<UserFacts, UserFacts> change) =>
        facts with { Users = [.. facts.Users.Select(u => u.Uid == uid ? change(u) : u)] };

    public static DemoFacts WithLedger(this DemoFacts facts, Func<LedgerTotals, LedgerTotals> change) => facts with { LedgerAfter = change(facts.LedgerAfter) };

    public static PacketFacts Packet(long no, Scenario scenario, PacketStatus status, long amount, int count, long[] openers, long[] claimers, long failed, long sender = 1)
    {
        var shares = Split.All(SplitKind.Random, Seed, no, amount, count, 20_000);
        var hash = SeedDraw.Commitment(no, Seed, amount, count, SplitKind.Random, 20_000);
        var isOver = status is PacketStatus.Exhausted or PacketStatus.Refunded;
        var seed = isOver ? Convert.ToHexStringLower(Seed) : null;
        SeenClaim[] claims = [.. claimers.Select((uid, i) => new SeenClaim
        {
            ClaimNo = (no * 10) + i,
            Seq = i + 1,
            Uid = uid,
            Amount = shares[i],
            Status = uid == failed ? ClaimStatus.Failed : ClaimStatus.Transferred,
        })];
        if (status == PacketStatus.Exhausted)
        {
            var best = Array.IndexOf(claims, claims.MaxBy(c => c.Amount)!);
            claims[best] = claims[best] with { Luckiest = true };
        }

        var taken = claims.Sum(c => c.Amount);
        return new PacketFacts
        {
            Plan = new PacketPlan
            {
                Index = 0,
                Wave = 0,
                Scenario = scenario,
                Sender = sender,
                Amount = amount,
                Count = count,
                Split = SplitKind.Random,
                Greeting = "🧧",
                Openers = [.. openers.Select(u => new Opener(u, false))],
            },
            PacketNo = no,
            SeedHash = hash,
            IsPaid = scenario != Scenario.Unpaid,
            Seen = new SeenPacket
            {
                Status = status,
                Sender = sender,
                Amount = amount,
                Count = count,
                Split = SplitKind.Random,
                Greeting = "🧧",
                ClaimedAmount = taken,
                ClaimedCount = claims.Length,
                RemainingCount = isOver ? 0 : count,
                RefundedAmount = claims.Where(c => c.Status == ClaimStatus.Failed).Sum(c => c.Amount) + (status == PacketStatus.Refunded ? amount - taken : 0),
                SeedHash = hash,
                Seed = seed,
            },
            Claims = claims,
            Draw = new ShownDraw
            {
                PacketNo = no,
                Algorithm = 1,
                Split = "random",
                Amount = amount,
                Count = count,
                Cap = 20_000,
                SeedHash = hash,
                Seed = seed,
                Draws = [.. claims.Select(c => new ShownShare { Seq = c.Seq, Amount = c.Amount })],
            },
        };
    }

    private static UserFacts User(long uid, PacketFacts[] packets)
    {
        const long Before = 12_345;
        var lines = packets.SelectMany(p => p.Claims.Where(c => c.Uid == uid && c.Status == ClaimStatus.Transferred).Select(c => (p.PacketNo, Kind: "transfer", c.Amount)))
            .Concat(packets.Where(p => p.Plan.Sender == uid && p.IsPaid && p.Seen!.RefundedAmount > 0).Select(p => (p.PacketNo, Kind: "refund", Amount: p.Seen!.RefundedAmount))).ToArray();
        var entries = new List<StatementEntry>();
        var balance = Before;
        foreach (var line in lines)
        {
            balance += line.Amount;
            entries.Add(new StatementEntry(100 + entries.Count, line.Kind, line.Amount, balance, line.PacketNo));
        }

        entries.Reverse();
        var received = packets.SelectMany(p => p.Claims).Where(c => c.Uid == uid && c.Status != ClaimStatus.Failed).ToArray();
        var sent = packets.Where(p => p.Plan.Sender == uid && p.IsPaid).ToArray();
        return new UserFacts
        {
            Uid = uid,
            Before = new Balances(Before, 3, 300, 4, 400),
            After = new Balances(balance, 3 + sent.Length, 300 + sent.Sum(p => p.Plan.Amount), 4 + received.Length, 400 + received.Sum(c => c.Amount)),
            Entries = entries,
        };
    }
}
