using Hongbao.Contracts;
using Hongbao.Foundation.Chance;

namespace Hongbao.Host.Demo.Plans;

/// <summary>Draws up the demo.</summary>
internal static class DemoPlanner
{
    public const int UsersMin = 2;
    public const int UsersMax = 2000;
    public const int PacketsMax = 2000;

    /// <summary>Users are these and the following, whatever the seed: repeated runs keep using the same wallets.</summary>
    public const long FirstUid = 100_001;

    /// <summary>Greatest share of the plan in minor units; the default of servers.</summary>
    public const long ShareMax = 20_000;

    /// <summary>Most shares of a packet of the plan.</summary>
    public const int CountMax = 40;

    private const int WavesMax = 4;

    // Six packets of ten are opened by as many as they have shares or more, three by fewer; the order is shuffled.
    private static readonly Scenario[] Mix =
    [
        Scenario.LeftOver, Scenario.Exclusive, Scenario.Filled, Scenario.Unpaid, Scenario.Filled,
        Scenario.LeftOver, Scenario.Filled, Scenario.Exclusive, Scenario.Filled, Scenario.LeftOver,
    ];

    private static readonly string[] Greetings =
    [
        "恭喜发财,大吉大利", "Happy New Year", "🧧🐉🎉 万事如意", "", "祝你每天都有好心情 😊", "👨‍👩‍👧‍👦 阖家幸福", "Best wishes — “with quotes” & <angles>",
        "恭喜恭喜🏮🏮🏮", "年年有余 🐟🐟", "ขอให้โชคดี", "O'Brien \\ sends luck", new('福', 64),
    ];

    /// <summary>The plan of a seed.</summary>
    /// <param name="seed">Any.</param>
    /// <param name="users">2 to 2,000.</param>
    /// <param name="packets">1 to 2,000.</param>
    public static DemoPlan Draw(long seed, int users, int packets)
    {
        var chance = PlanChance.Of(seed);
        var uids = Enumerable.Range(0, users).Select(i => FirstUid + i).ToArray();
        var scenarios = Enumerable.Range(0, packets).Select(i => i == 0 ? Scenario.Rush : Mix[(i - 1) % Mix.Length]).ToArray();
        chance.Shuffle(scenarios);
        var waves = Math.Min(WavesMax, packets);
        return new DemoPlan
        {
            Waves = waves,
            Uids = uids,
            Packets = [.. scenarios.Select((scenario, i) => DrawPacket(scenario, i, i * waves / packets, uids, chance))],
            Faults = DrawFaults(waves, chance),
        };
    }

    /// <summary>A text for a cover; may be empty.</summary>
    public static string GreetingOf(SeededRandomSource chance) => Greetings[chance.Below(Greetings.Length)];

    private static PacketPlan DrawPacket(Scenario scenario, int index, int wave, long[] uids, SeededRandomSource chance)
    {
        var people = (long[])uids.Clone();
        chance.Shuffle(people);

        // 1 to 7, more often in the middle: about four openings for each packet sent.
        var wanted = Math.Min(1 + chance.Below(4) + chance.Below(5), people.Length);
        var (openers, count) = scenario switch
        {
            Scenario.Rush => (people.Length, Math.Clamp(people.Length / 3, 1, CountMax)),
            Scenario.Filled => (wanted, Math.Max(1, wanted - chance.Below(3))),
            Scenario.Exclusive => (wanted == people.Length ? wanted - 1 : wanted, 0),
            Scenario.LeftOver => (wanted - (chance.Below(6) == 0 ? wanted : 0), wanted + 1 + chance.Below(4)),
            Scenario.Unpaid => (1, 1 + chance.Below(5)),
        };
        count = scenario == Scenario.Exclusive ? Math.Max(1, openers - chance.Below(2)) : count;
        var split = (SplitKind)(1 + chance.Below(3));
        var content = chance.Below(4);
        return new PacketPlan
        {
            Index = index,
            Wave = wave,
            Scenario = scenario,
            Sender = uids[chance.Below(uids.Length)],
            Amount = DrawAmount(split, count, chance),
            Count = count,
            Split = split,
            Greeting = GreetingOf(chance),
            HasContent = content == 0,
            GetsContentLater = content == 1 && scenario != Scenario.Unpaid,
            CreatesTwice = chance.Below(3) == 0,
            CreatesOther = chance.Below(6) == 0,
            PaysTwice = chance.Below(3) == 0,
            Openers = [.. people.Take(openers).Select(uid => new Opener(uid, chance.Below(4) == 0))],
            Strangers = scenario == Scenario.Exclusive ? [.. people.Skip(openers).Take(1 + chance.Below(2))] : [],
        };
    }

    /// <summary>Now and then the least and the greatest amount that so many shares can have.</summary>
    private static long DrawAmount(SplitKind split, int count, SeededRandomSource chance)
    {
        var kind = chance.Below(12);
        if (split == SplitKind.Equal)
        {
            return count * (kind == 0 ? 1 : kind == 1 ? ShareMax : 1 + chance.Below(5000));
        }

        return kind == 0 ? count : kind == 1 ? count * ShareMax : count + chance.Below(count * 2000);
    }

    private static FaultPlan DrawFaults(int waves, SeededRandomSource chance)
    {
        var length = Math.Max(1, waves / 2);
        var first = chance.Below(waves - length + 1);
        return new FaultPlan
        {
            FirstWave = first,
            LastWave = first + length - 1,
            Seed = 1 + chance.Below(int.MaxValue),
            Operations =
            [
                new FinanceFault
                {
                    Operation = "createPayment", LatencyMs = chance.Between(20, 80), FailPermille = chance.Between(50, 150), LostAnswerPermille = chance.Between(50, 150),
                    LaterPermille = chance.Between(50, 150), LaterMs = chance.Between(300, 900),
                },
                new FinanceFault
                {
                    Operation = "pay", LatencyMs = chance.Between(50, 150), LostAnswerPermille = chance.Between(100, 250), LaterPermille = chance.Between(100, 300), LaterMs = chance.Between(300, 900),
                    CallbackLostPermille = chance.Between(200, 400), CallbackRepeatPermille = chance.Between(200, 400),
                },
                new FinanceFault
                {
                    Operation = "transfer", LatencyMs = chance.Between(20, 80), FailPermille = chance.Between(50, 150), LostAnswerPermille = chance.Between(100, 250),
                    LaterPermille = chance.Between(100, 300), LaterMs = chance.Between(500, 1500), RefusePermille = chance.Between(10, 40), CallbackLostPermille = chance.Between(200, 400),
                    CallbackLatePermille = chance.Between(100, 200), CallbackLateMs = chance.Between(500, 1500), CallbackRepeatPermille = chance.Between(200, 400),
                },
                new FinanceFault
                {
                    Operation = "refund", LatencyMs = chance.Between(20, 80), FailPermille = chance.Between(50, 150), LostAnswerPermille = chance.Between(100, 250),
                    LaterPermille = chance.Between(100, 300), LaterMs = chance.Between(500, 1500), CallbackLostPermille = chance.Between(200, 400),
                    CallbackRepeatPermille = chance.Between(200, 400),
                },
                new FinanceFault
                {
                    Operation = "query", LatencyMs = chance.Between(20, 80), FailPermille = chance.Between(50, 150), LostAnswerPermille = chance.Between(50, 150),
                    NotFoundPermille = chance.Between(100, 300),
                },
            ],
        };
    }
}
