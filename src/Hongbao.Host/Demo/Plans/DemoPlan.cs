using Hongbao.Contracts;

namespace Hongbao.Host.Demo.Plans;

/// <summary>What a packet of the demo is there to show.</summary>
internal enum Scenario
{
    /// <summary>Everyone wants it at once.</summary>
    Rush,

    /// <summary>At least as many open it as it has shares.</summary>
    Filled,

    /// <summary>Only for some; strangers try too.</summary>
    Exclusive,

    /// <summary>Fewer open it than it has shares; its time runs out.</summary>
    LeftOver,

    /// <summary>Its sender never pays.</summary>
    Unpaid,
}

/// <summary>Someone who opens a packet.</summary>
/// <param name="Uid">Who.</param>
/// <param name="Repeats">Asks a second time and expects the same claim.</param>
internal sealed record Opener(long Uid, bool Repeats);

/// <summary>One packet and what is done with it.</summary>
internal sealed record PacketPlan
{
    /// <summary>Place in the plan, from 0; part of the request's id.</summary>
    public required int Index { get; init; }

    /// <summary>In which wave it is sent, from 0.</summary>
    public required int Wave { get; init; }

    public required Scenario Scenario { get; init; }

    public required long Sender { get; init; }

    /// <summary>Minor units.</summary>
    public required long Amount { get; init; }

    public required int Count { get; init; }

    public required SplitKind Split { get; init; }

    public required string Greeting { get; init; }

    /// <summary>Names a video at creation.</summary>
    public bool HasContent { get; init; }

    /// <summary>Names a video after the payment.</summary>
    public bool GetsContentLater { get; init; }

    /// <summary>The creation is sent twice and must give the same packet.</summary>
    public bool CreatesTwice { get; init; }

    /// <summary>The creation is sent again with another amount and must be refused.</summary>
    public bool CreatesOther { get; init; }

    /// <summary>The cashier's button is pressed twice at the same time.</summary>
    public bool PaysTwice { get; init; }

    /// <summary>Who opens it, all at the same time; of an unpaid packet: who tries.</summary>
    public required IReadOnlyList<Opener> Openers { get; init; }

    /// <summary>Who tries although it is not for him.</summary>
    public IReadOnlyList<long> Strangers { get; init; } = [];

    /// <summary>Claims wait no longer than the least time that the server allows.</summary>
    public bool ExpiresSoon => Scenario == Scenario.LeftOver;

    public bool IsPaid => Scenario != Scenario.Unpaid;
}

/// <summary>How finance misbehaves during some waves.</summary>
internal sealed record FaultPlan
{
    /// <summary>First wave with faults.</summary>
    public required int FirstWave { get; init; }

    /// <summary>Last wave with faults.</summary>
    public required int LastWave { get; init; }

    /// <summary>Seed of finance's own dice.</summary>
    public required long Seed { get; init; }

    public required IReadOnlyList<FinanceFault> Operations { get; init; }
}

/// <summary>All that the demo will do: a function of seed, users and packets alone.</summary>
internal sealed record DemoPlan
{
    public required int Waves { get; init; }

    public required IReadOnlyList<long> Uids { get; init; }

    public required IReadOnlyList<PacketPlan> Packets { get; init; }

    public required FaultPlan Faults { get; init; }

    /// <summary>Openings that are planned without the rush, in which everyone opens one packet.</summary>
    public int Opens => Packets.Where(p => p.Scenario != Scenario.Rush).Sum(p => p.Openers.Count);
}
