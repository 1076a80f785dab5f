using Hongbao.Contracts;
using Hongbao.Host.Demo.Audits;
using Hongbao.Host.Demo.Plans;
using Hongbao.Host.Draws;

namespace Hongbao.Host.Tests.Demo;

/// <summary>
/// Facts of a rain in which all is well. Anna won by quantity in round 1 and sent it (2001, taken by the three others, one transfer was refused), Ben won by chance in round 1 and sent it (2002,
/// partly left over), Cleo won by chance in round 2 and let it expire, Dora is aimed at nothing. Cleo withdrew something; the bank refused what Ben wanted.
/// </summary>
internal static class RainSample
{
    public const long Sent = 2001, LeftOver = 2002, CampaignId = 77;
    public const string Secret1 = "1111111111111111111111111111111111111111111111111111111111111111";
    public const string Secret2 = "2222222222222222222222222222222222222222222222222222222222222222";

    private const long Before = 5000;
    private const long Budget = 3500;

    private static readonly CampaignTerms Terms = RainPlanner.Draw(1, 2, 1).Campaign with
    {
        Budget = Budget,
        Prizes = [new(1000, 2, 0), new(500, 0, 400_000_000)],
        PassPpb = 500_000_000,
        PerUserLimit = 1,
    };

    public static RainRule Rule { get; } = new(Terms.Prizes, Terms.PassPpb, CampaignId);

    public static long Anna { get; } = First(u => Amount(1, u) == 1000);

    public static long Ben { get; } = First(u => Amount(1, u) == 500);

    public static long Cleo { get; } = First(u => Amount(2, u) == 500 && u != Anna && u != Ben);

    public static long Dora { get; } = First(u => Amount(1, u) == 0 && Amount(2, u) == 0);

    public static RainFacts Create()
    {
        long[] uids = [Anna, Ben, Cleo, Dora];
        var sent = SampleFacts.Packet(Sent, Scenario.Filled, PacketStatus.Exhausted, 1000, 3, [Ben, Cleo, Dora], claimers: [Ben, Cleo, Dora], failed: Dora, sender: Anna);
        var leftOver = SampleFacts.Packet(LeftOver, Scenario.LeftOver, PacketStatus.Refunded, 500, 4, [Anna, Cleo], claimers: [Anna, Cleo], failed: 0, sender: Ben);
        PacketFacts[] packets = [sent, leftOver];
        AskedWithdrawal[] withdrawals = [new(Cleo, 901, 100, WithdrawalStatus.Succeeded), new(Ben, 902, 50, WithdrawalStatus.Failed), new(Dora, 903, 9, WithdrawalStatus.Failed)];
        var claimed = packets.SelectMany(p => p.Claims).Where(c => c.Status == ClaimStatus.Transferred).Sum(c => c.Amount);
        return new RainFacts
        {
            Plan = RainPlanner.Draw(1, 2, 2) with { Uids = uids, Campaign = Terms },
            CampaignId = CampaignId,
            Rounds = [Round(1, Secret1), Round(2, Secret2)],
            Draws = [.. uids.SelectMany(u => new[] { new ToldDraw(u, 1, WinOf(u, 1)), new ToldDraw(u, 2, WinOf(u, 2)) }), new ToldDraw(Anna, 1, WinOf(Anna, 1))],
            LateDraws = [.. uids.SelectMany(u => new[] { Late(u, 1), Late(u, 2) })],
            Packets = [new SpentWin(Anna, 1, PacketKind.B2C, sent), new SpentWin(Ben, 1, PacketKind.B2C, leftOver)],
            Claims = [.. packets.SelectMany(p => p.Claims.Select(c => new AcknowledgedClaim(p.PacketNo, c.Uid, c.ClaimNo, c.Seq, c.Amount)))],
            Refusals = [new(Sent, Anna, "PACKET_EXHAUSTED"), new(LeftOver, Dora, "PACKET_EXPIRED")],
            Users = [.. uids.Select(uid => User(uid, packets, withdrawals))],
            Withdrawals = withdrawals,
            Report = ReportOf(claimed),
            LedgerBefore = Ledger(outside: -30_000, reward: 20_000, escrows: 6, holds: 2),
            LedgerAfter = Ledger(-30_000 - claimed + 100, 20_000 + claimed - 100, 8, 3),
        };
    }

    public static RainFacts WithDraw(this RainFacts facts, long uid, int round, Func<ToldDraw, ToldDraw> change) =>
        facts with { Draws = [.. facts.Draws.Select(d => d.Uid == uid && d.Round == round ? change(d) : d)] };

    public static RainFacts WithRound(this RainFacts facts, int no, Func<RoundFacts, RoundFacts> change) => facts with { Rounds = [.. facts.Rounds.Select(r => r.No == no ? change(r) : r)] };

    public static RainFacts WithLate(this RainFacts facts, long uid, int round, Func<LateDraw, LateDraw> change) =>
        facts with { LateDraws = [.. facts.LateDraws.Select(d => d.Uid == uid && d.Round == round ? change(d) : d)] };

    public static RainFacts WithPacket(this RainFacts facts, long packetNo, Func<PacketFacts, PacketFacts> change) =>
        facts with { Packets = [.. facts.Packets.Select(p => p.Packet.PacketNo == packetNo ? p with { Packet = change(p.Packet) } : p)] };

    public static RainFacts WithUser(this RainFacts facts, long uid, Func<RainUser, RainUser> change) => facts with { Users = [.. facts.Users.Select(u => u.Uid == uid ? change(u) : u)] };

    public static RainFacts WithSubsidy(this RainFacts facts, long uid, Func<SeenSubsidy, SeenSubsidy> change) => facts.WithUser(uid, u => u with { Subsidies = [.. u.Subsidies.Select(change)] });

    public static RainFacts WithWithdrawal(this RainFacts facts, long no, Func<AskedWithdrawal, AskedWithdrawal> change) =>
        facts with { Withdrawals = [.. facts.Withdrawals.Select(w => w.WithdrawalNo == no ? change(w) : w)] };

    public static RainFacts WithReport(this RainFacts facts, Func<SeenReport, SeenReport> change) => facts with { Report = change(facts.Report) };

    public static RainFacts WithBooks(this RainFacts facts, Func<SeenBooks, SeenBooks> change) =>
        facts.WithReport(r => r with { Total = change(r.Total), Hours = [change(r.Hours[0]), .. r.Hours.Skip(1)] });

    public static RainFacts WithLedger(this RainFacts facts, string kind, Func<LedgerSum, LedgerSum> change) =>
        facts with { LedgerAfter = facts.LedgerAfter.ToDictionary(l => l.Key, l => l.Key == kind ? change(l.Value) : l.Value) };

    /// <summary>Withdrawals' lines as the statement has them, on top of what a user has.</summary>
    public static RainUser Then(this RainUser user, string kind, long amount, long packetNo = 0)
    {
        var entry = new StatementEntry(1000 + user.Rewards.Count, kind, amount, user.After!.Value + amount, packetNo);
        return user with { Rewards = [entry, .. user.Rewards], After = user.After + amount };
    }

    private static long First(Predicate<long> isIt) => Enumerable.Range(1, 10_000).Select(i => (long)i).First(u => isIt(u));

    private static long Amount(int round, long uid) => Rule.At(round, round == 1 ? Secret1 : Secret2, uid)?.Amount ?? 0;

    private static RoundFacts Round(int no, string secret) => new(no, Rule.Commitment(no, secret), Rule.Commitment(no, secret), WasSecret: true, secret);

    private static ToldWin? WinOf(long uid, int round) => (uid, round) switch
    {
        (var u, 1) when u == Anna => Win(1000, "h1.a"),
        (var u, 1) when u == Ben => Win(500, "h1.b"),
        (var u, 2) when u == Cleo => Win(500, "h1.c"),
        _ => null,
    };

    private static ToldWin Win(long amount, string token) => new(amount, "CNY", token, DateTimeOffset.UnixEpoch.AddDays(20_000));

    private static LateDraw Late(long uid, int round) => WinOf(uid, round) is { } win ? new LateDraw(uid, round, "", win)
        : new LateDraw(uid, round, Amount(round, uid) == 0 ? "CAMPAIGN_NOT_OPEN" : "", null);

    private static RainUser User(long uid, PacketFacts[] packets, AskedWithdrawal[] withdrawals)
    {
        var user = new RainUser
        {
            Uid = uid,
            Before = Before,
            After = Before,
            Rewards = [],
            Subsidies = uid == Anna ? [new SeenSubsidy(CampaignId, 1000, SubsidyStatus.Used) { SubsidyNo = 1, PacketNo = Sent }]
                : uid == Ben ? [new SeenSubsidy(CampaignId, 500, SubsidyStatus.Used) { SubsidyNo = 2, PacketNo = LeftOver }]
                : uid == Cleo ? [new SeenSubsidy(CampaignId, 500, SubsidyStatus.Expired) { SubsidyNo = 3 }]
                : [],
        };
        user = packets.SelectMany(p => p.Claims.Where(c => c.Uid == uid && c.Status == ClaimStatus.Transferred).Select(c => (p.PacketNo, c.Amount)))
            .Aggregate(user, (u, c) => u.Then("transfer", c.Amount, c.PacketNo));
        foreach (var withdrawal in withdrawals.Where(w => w.Uid == uid && uid != Dora))
        {
            user = user.Then("payout", -withdrawal.Amount);
            user = withdrawal.Status == WithdrawalStatus.Failed ? user.Then("payoutReturned", withdrawal.Amount) : user;
        }

        return user;
    }

    private static Dictionary<string, LedgerSum> Ledger(long outside, long reward, long escrows, long holds) => new()
    {
        ["outside"] = new(16, outside),
        ["change"] = new(3, 9900),
        ["reward"] = new(4, reward),
        ["unclaimed"] = new(1, 100),
        ["escrow"] = new(escrows, 0),
        ["campaign-hold"] = new(holds, 0),
        ["in-transit"] = new(1, 0),
    };

    private static SeenReport ReportOf(long claimed)
    {
        var first = new SeenBooks(2, 1500, 2, 1500, 2, 1500, 0, 0, claimed, 1500 - claimed);
        var second = new SeenBooks(1, 500, 1, 500, 0, 0, 1, 500, 0, 0);
        return new SeenReport
        {
            Status = CampaignStatus.Ended,
            Budget = Budget,
            Total = first + second,
            Hours = [first, second],
            HeldAmount = Budget,
            FundedAmount = 1500,
            LedgerReturnedAmount = 1500 - claimed,
            ReleasedAmount = Budget - claimed,
            HeldNowAmount = 0,
            Faults = [],
            Closed = true,
        };
    }
}
