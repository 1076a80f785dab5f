using Hongbao.Contracts;
using Hongbao.Host.Draws;

namespace Hongbao.Host.Demo.Plans;

/// <summary>How a user draws in a round.</summary>
internal enum DrawWay
{
    Once,

    /// <summary>Again when he has his answer.</summary>
    Twice,

    /// <summary>On two connections at the same time.</summary>
    AtOnce,
}

/// <summary>A user's draw in a round.</summary>
/// <param name="Uid">Who.</param>
/// <param name="AtPermille">When, in parts of 1,000 of the round's time.</param>
/// <param name="Way">How.</param>
internal sealed record DrawPlan(long Uid, int AtPermille, DrawWay Way);

/// <summary>What is done with a win.</summary>
internal enum WinWay
{
    /// <summary>A packet is sent with its token.</summary>
    Token,

    /// <summary>A packet is sent with the subsidy's number, once there is one.</summary>
    Number,

    /// <summary>Two devices send a packet with its token at the same time: one of them has it.</summary>
    TwoDevices,

    /// <summary>Sent with the token, and the same request again with the number: the same packet.</summary>
    TokenThenNumber,

    /// <summary>Nothing, until it is too late.</summary>
    Expires,
}

/// <summary>What becomes of the win that comes in at that place; whose it is and what it is worth only the rain says.</summary>
internal sealed record WinPlan
{
    /// <summary>Place among all wins, from 0; part of the requests' ids.</summary>
    public required int Index { get; init; }

    public required WinWay Way { get; init; }

    /// <summary>Filled, exclusive or left over.</summary>
    public Scenario Scenario { get; init; } = Scenario.Filled;

    public int Count { get; init; } = 1;

    public SplitKind Split { get; init; } = SplitKind.Random;

    public string Greeting { get; init; } = "";

    /// <summary>Somebody else tries to use the token first.</summary>
    public bool IsStolen { get; init; }

    /// <summary>A token with one character changed is tried first.</summary>
    public bool IsForged { get; init; }

    /// <summary>A packet of another amount than the win's is asked for first.</summary>
    public bool AsksForMore { get; init; }

    /// <summary>A second packet is asked for with the same win.</summary>
    public bool UsesAgain { get; init; }

    /// <summary>The creation is sent twice at the same time and must give the same packet.</summary>
    public bool CreatesTwice { get; init; }

    public IReadOnlyList<Opener> Openers { get; init; } = [];

    public IReadOnlyList<long> Strangers { get; init; } = [];

    /// <summary>The packet, once it is known whose it is and what it is worth.</summary>
    /// <param name="sender">Who won.</param>
    /// <param name="amount">What he won, minor units.</param>
    public PacketPlan ToPacket(long sender, long amount) => new()
    {
        Index = Index,
        Wave = 0,
        Scenario = Scenario,
        Sender = sender,
        Amount = amount,
        Count = Count,
        // Not everything that is won can be divided evenly.
        Split = Split == SplitKind.Equal && amount % Count != 0 ? SplitKind.Random : Split,
        Greeting = Greeting,
        CreatesTwice = CreatesTwice,
        Openers = Openers,
        Strangers = Strangers,
    };
}

/// <summary>How a user who received something withdraws.</summary>
internal enum WithdrawalWay
{
    /// <summary>Half of what he received.</summary>
    Part,

    /// <summary>All of it.</summary>
    Whole,

    /// <summary>The same request on two connections at the same time: one withdrawal.</summary>
    SameTwice,

    /// <summary>All of it, twice at the same time: what is not there is not paid out.</summary>
    TwoAtOnce,

    /// <summary>More than he can have.</summary>
    TooMuch,
}

/// <summary>The campaign.</summary>
internal sealed record CampaignTerms
{
    /// <summary>Minor units.</summary>
    public required long Budget { get; init; }

    /// <summary>In the order of their places, each of another amount.</summary>
    public required IReadOnlyList<PrizeTerms> Prizes { get; init; }

    public required int PerUserLimit { get; init; }

    public required int TokenTtlSeconds { get; init; }

    /// <summary>Of those outside of all chances, the part who may win prizes by quantity, in parts of 1,000,000,000; 0 means all.</summary>
    public required long PassPpb { get; init; }

    public required int FirstPercent { get; init; }

    public required int FullPercent { get; init; }

    /// <summary>Length of each round, milliseconds.</summary>
    public required int RoundMs { get; init; }

    /// <summary>When in the first round the operator pauses the campaign, in parts of 1,000 of it.</summary>
    public required int PauseAtPermille { get; init; }

    /// <summary>For how long, milliseconds.</summary>
    public required int PauseMs { get; init; }

    /// <summary>What all prizes by quantity cost, minor units.</summary>
    public long Counted => Prizes.Sum(p => p.Amount * p.Quantity);

    /// <summary>How many of a prize by quantity there are in a round.</summary>
    public static long InRound(PrizeTerms prize, int round) => (prize.Quantity / RainPlan.Rounds) + (round <= prize.Quantity % RainPlan.Rounds ? 1 : 0);
}

/// <summary>All that the rain will do: a function of seed, users and packets alone. Who wins is not in it.</summary>
internal sealed record RainPlan
{
    /// <summary>How many rounds the campaign has.</summary>
    public const int Rounds = 2;

    public required IReadOnlyList<long> Uids { get; init; }

    public required CampaignTerms Campaign { get; init; }

    /// <summary>By round, from the first: everybody draws in each.</summary>
    public required IReadOnlyList<IReadOnlyList<DrawPlan>> Draws { get; init; }

    /// <summary>What becomes of the wins, in the order in which they come in; of those beyond it nothing.</summary>
    public required IReadOnlyList<WinPlan> Wins { get; init; }

    /// <summary>Who withdraws, if he receives something.</summary>
    public required IReadOnlyDictionary<long, WithdrawalWay> Withdrawals { get; init; }

    /// <summary>How finance misbehaves; its waves say nothing here.</summary>
    public required FaultPlan Faults { get; init; }

    /// <summary>How many packets are to be sent.</summary>
    public int Packets => Wins.Count(w => w.Way != WinWay.Expires);

    /// <summary>What becomes of a win.</summary>
    /// <param name="index">Its place, from 0.</param>
    public WinPlan WinAt(int index) => index < Wins.Count ? Wins[index] : new WinPlan { Index = index, Way = WinWay.Expires };
}
