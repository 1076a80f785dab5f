using Hongbao.Gateway.Json;

namespace Hongbao.Gateway.Endpoints;

// Read field by field in CampaignPlans; the bodies are what the document shows.

/// <summary>A campaign to plan.</summary>
internal sealed record CreateCampaignBody
{
    /// <summary>For people, 1 to 100 characters.</summary>
    public required string Name { get; init; }

    /// <summary>ISO 4217 code.</summary>
    public required string Currency { get; init; }

    /// <summary>The most that is ever issued, minor units.</summary>
    public required long Budget { get; init; }

    /// <summary>When it begins.</summary>
    public required Moment StartsAt { get; init; }

    /// <summary>When it is over.</summary>
    public required Moment EndsAt { get; init; }

    /// <summary>1 to 100, in order of time, not overlapping, inside the campaign's time.</summary>
    public required List<RoundPart> Rounds { get; init; }

    /// <summary>1 to 20.</summary>
    public required List<PrizePart> Prizes { get; init; }

    /// <summary>Most wins of one user in all rounds together.</summary>
    public required int PerUserLimit { get; init; }

    /// <summary>How long a win can be used, seconds.</summary>
    public required int TokenTtlSeconds { get; init; }

    /// <summary>Of those that no prize by probability is meant for, the part who may win prizes that go by quantity; all when absent. A crowd needs it.</summary>
    public Ratio? PassRate { get; init; }

    /// <summary>How a round's money comes; 20 and 80 when absent.</summary>
    public PacingPart? Pacing { get; init; }

    /// <summary>Clients spread the beginning of a round over so many seconds, 0 to 600; 0 when absent.</summary>
    public int? JitterSeconds { get; init; }

    /// <summary>What has to be met by everyone who draws.</summary>
    public ConditionBody? Condition { get; init; }

    /// <summary>Why, for the record; 1 to 200 characters, not only blanks.</summary>
    public required string Reason { get; init; }
}

/// <summary>A planned round.</summary>
internal sealed record RoundPart
{
    /// <summary>Its number, from 1.</summary>
    public required int Round { get; init; }

    /// <summary>Draws are taken from here.</summary>
    public required Moment StartsAt { get; init; }

    /// <summary>Draws are taken before here.</summary>
    public required Moment EndsAt { get; init; }
}

/// <summary>A kind of prize: so many of them, or for everybody with a probability.</summary>
internal sealed record PrizePart
{
    /// <summary>What a win of it is worth, minor units.</summary>
    public required long Amount { get; init; }

    /// <summary>How many there are in the whole campaign, spread evenly over its rounds; in place of a probability.</summary>
    public long? Quantity { get; init; }

    /// <summary>The chance of each user and round to win it, with at most 9 decimals; in place of a quantity.</summary>
    public Ratio? Probability { get; init; }
}

/// <summary>How a round's money comes; in between it comes evenly.</summary>
internal sealed record PacingPart
{
    /// <summary>The part of a round's money that is there from its first moment, percent, 0 to 100; 20 when absent.</summary>
    public int? FirstPercent { get; init; }

    /// <summary>The part of a round's time after which all of its money is there, percent, 1 to 100; 80 when absent.</summary>
    public int? FullPercent { get; init; }
}

/// <summary>Why something is changed.</summary>
internal sealed record ReasonBody
{
    /// <summary>Why, for the record; 1 to 200 characters, not only blanks.</summary>
    public required string Reason { get; init; }
}

/// <summary>Another budget of a campaign.</summary>
internal sealed record BudgetBody
{
    /// <summary>The new budget, minor units; never below what is issued or may be at this moment.</summary>
    public required long Budget { get; init; }

    /// <summary>Why, for the record; 1 to 200 characters, not only blanks.</summary>
    public required string Reason { get; init; }
}

/// <summary>Whom a plan is tried with.</summary>
internal sealed record PreviewBody
{
    /// <summary>How many users draw in each round, spread over it evenly; at least 1, and at most 10,000,000 draws of all rounds together.</summary>
    public required long Users { get; init; }
}
