using Hongbao.Contracts;
using Hongbao.Foundation.Chance;
using Hongbao.Host.Draws;

namespace Hongbao.Host.Demo.Plans;

/// <summary>Draws up the rain.</summary>
internal static class RainPlanner
{
    public const int UsersMin = 2;
    public const int UsersMax = 5000;
    public const int PacketsMax = 2500;

    /// <summary>Most shares of a packet of the plan.</summary>
    public const int CountMax = 6;

    /// <summary>Greatest withdrawal of the plan in minor units; the default of servers.</summary>
    public const long WithdrawalMax = 20_000;

    private const long Whole = 1_000_000_000;
    private const long SmallByChance = 120;
    private const long GreatByChance = 1200;
    private const long SmallByQuantity = 600;
    private const long GreatByQuantity = 3000;

    // Of seven wins that are meant to be used, two are left over and two are only for some; the order is shuffled by the rain.
    private static readonly Scenario[] Mix =
        [Scenario.Filled, Scenario.LeftOver, Scenario.Exclusive, Scenario.Filled, Scenario.LeftOver, Scenario.Exclusive, Scenario.Filled];

    private static readonly WinWay[] Ways =
        [WinWay.Token, WinWay.Token, WinWay.Number, WinWay.Token, WinWay.TwoDevices, WinWay.Token, WinWay.TokenThenNumber, WinWay.Token, WinWay.Expires, WinWay.Token];

    /// <summary>The plan of a seed.</summary>
    /// <param name="seed">Any.</param>
    /// <param name="users">2 to 5,000.</param>
    /// <param name="packets">1 to 2,500: how many winners send a packet, if there are so many.</param>
    public static RainPlan Draw(long seed, int users, int packets)
    {
        var chance = PlanChance.Of(seed);
        var uids = Enumerable.Range(0, users).Select(i => DemoPlanner.FirstUid + i).ToArray();
        return new RainPlan
        {
            Uids = uids,
            Campaign = DrawCampaign(users, packets, chance),
            Draws = [.. Enumerable.Range(0, RainPlan.Rounds).Select(_ => uids.Select(uid => DrawDraw(uid, chance)).ToArray())],
            Wins = DrawWins(uids, packets, chance),
            Withdrawals = uids.Where(_ => chance.Below(3) == 0).ToDictionary(uid => uid, _ => (WithdrawalWay)chance.Below(5)),
            Faults = DrawFaults(chance),
        };
    }

    private static CampaignTerms DrawCampaign(int users, int packets, SeededRandomSource chance)
    {
        // A quarter more wins than packets, half of them by chance and half by quantity; of five wins by quantity one is great, of four by chance.
        var wins = Math.Min((packets * 5 / 4) + 4, Math.Max(4, users * 3 / 4));
        var byQuantity = wins / 2;
        var byChance = wins - byQuantity;
        var great = Math.Max(1, byQuantity / 5);
        var chancePpb = Math.Min(Whole / 2, byChance * Whole / (RainPlan.Rounds * (long)users));
        PrizeTerms[] prizes =
        [
            new(SmallByChance, 0, chancePpb - (chancePpb / 4)), new(GreatByChance, 0, chancePpb / 4),
            new(SmallByQuantity, Math.Max(1, byQuantity - great), 0), new(GreatByQuantity, great, 0),
        ];
        chance.Shuffle(prizes);
        var counted = prizes.Sum(p => p.Amount * p.Quantity);

        // Sometimes it runs dry.
        var expected = (SmallByChance * (byChance - (byChance / 4))) + (GreatByChance * (byChance / 4));
        var pool = Math.Max(GreatByChance * RainPlan.Rounds, expected * chance.Between(60, 140) / 100);

        // Twice as many pass as there are prizes by quantity, but enough of them that none is left.
        var passPpb = Math.Max(byQuantity, 10) * Whole / users;
        var roundMs = 2000 + (2 * users);
        return new CampaignTerms
        {
            Budget = counted + pool,
            Prizes = prizes,
            PerUserLimit = chance.Below(3) == 0 ? RainPlan.Rounds : 1,
            TokenTtlSeconds = 8 + (users / 250),
            PassPpb = passPpb >= Whole ? 0 : passPpb,
            FirstPercent = chance.Between(10, 60),
            FullPercent = chance.Between(40, 80),
            RoundMs = roundMs,
            PauseAtPermille = chance.Between(250, 450),
            PauseMs = roundMs / 8,
        };
    }

    // Nobody so late that he could miss the round.
    private static DrawPlan DrawDraw(long uid, SeededRandomSource chance) => new(uid, chance.Below(800), chance.Below(8) switch
    {
        0 => DrawWay.Twice,
        1 => DrawWay.AtOnce,
        _ => DrawWay.Once,
    });

    private static WinPlan[] DrawWins(long[] uids, int packets, SeededRandomSource chance)
    {
        var wins = new List<WinPlan>();
        for (var sent = 0; sent < packets;)
        {
            var way = Ways[chance.Below(Ways.Length)];
            wins.Add(way == WinWay.Expires ? new WinPlan { Index = wins.Count, Way = way } : DrawWin(wins.Count, way, Mix[wins.Count % Mix.Length], uids, chance));
            sent += way == WinWay.Expires ? 0 : 1;
        }

        return [.. wins];
    }

    private static WinPlan DrawWin(int index, WinWay way, Scenario scenario, long[] uids, SeededRandomSource chance)
    {
        var wanted = Math.Min(chance.Between(1, CountMax), uids.Length - 1);
        var count = scenario == Scenario.LeftOver ? Math.Min(CountMax, wanted + 1) : Math.Max(1, wanted - chance.Below(3));
        var openers = scenario == Scenario.LeftOver ? Math.Min(wanted, count - 1) : wanted;
        var people = chance.Some(uids, openers + 2);
        return new WinPlan
        {
            Index = index,
            Way = way,
            Scenario = scenario,
            Count = count,
            Split = (SplitKind)chance.Between(1, 3),
            Greeting = DemoPlanner.GreetingOf(chance),
            IsStolen = chance.Below(6) == 0,
            IsForged = chance.Below(6) == 0,
            AsksForMore = chance.Below(6) == 0,
            UsesAgain = chance.Below(3) == 0,
            CreatesTwice = way == WinWay.Token && chance.Below(3) == 0,
            Openers = [.. people.Take(openers).Select(uid => new Opener(uid, chance.Below(4) == 0))],
            Strangers = scenario == Scenario.Exclusive ? [.. people.Skip(openers).Take(chance.Between(1, 2))] : [],
        };
    }

    private static FaultPlan DrawFaults(SeededRandomSource chance)
    {
        // What most operations have in common: slow, failing, forgetful, late.
        FinanceFault Plain(string operation) => new()
        {
            Operation = operation,
            LatencyMs = chance.Between(5, 30),
            FailPermille = chance.Between(50, 150),
            LostAnswerPermille = chance.Between(100, 250),
            LaterPermille = chance.Between(100, 300),
            LaterMs = chance.Between(300, 1500),
        };

        FinanceFault CallingBack(string operation)
        {
            var fault = Plain(operation);
            fault.CallbackLostPermille = chance.Between(200, 400);
            fault.CallbackLatePermille = chance.Between(100, 200);
            fault.CallbackLateMs = chance.Between(500, 1500);
            fault.CallbackRepeatPermille = chance.Between(200, 400);
            return fault;
        }

        var transfer = CallingBack("transfer");
        transfer.RefusePermille = chance.Between(10, 40);
        var payout = CallingBack("payout");
        payout.RefusePermille = chance.Between(50, 150);
        return new FaultPlan
        {
            FirstWave = 0,
            LastWave = 0,
            Seed = 1 + chance.Below(int.MaxValue),
            Operations =
            [
                Plain("hold"), CallingBack("fund"), transfer, CallingBack("refund"), payout,
                new FinanceFault
                {
                    Operation = "query", LatencyMs = chance.Between(5, 30), FailPermille = chance.Between(50, 150), LostAnswerPermille = chance.Between(50, 150),
                    NotFoundPermille = chance.Between(100, 300),
                },
            ],
        };
    }
}
