using Hongbao.Contracts;
using Hongbao.Gateway.Json;

namespace Hongbao.Gateway.Endpoints;

/// <summary>The caller's share of a packet.</summary>
internal sealed record ClaimAnswer
{
    /// <summary>The claim.</summary>
    public required Num ClaimNo { get; init; }

    /// <summary>The packet.</summary>
    public required Num PacketNo { get; init; }

    /// <summary>Its place in the packet, from 1.</summary>
    public required int Seq { get; init; }

    /// <summary>Minor units.</summary>
    public required long Amount { get; init; }

    /// <summary>Its status.</summary>
    public required ClaimStatus Status { get; init; }

    /// <summary>When it was taken.</summary>
    public required Moment ClaimedAt { get; init; }

    /// <summary>Shares left after it.</summary>
    public required int RemainingCount { get; init; }
}

/// <summary>A claim without its claimer, where it is known who that is.</summary>
internal sealed record ClaimPart
{
    /// <summary>The claim.</summary>
    public required Num ClaimNo { get; init; }

    /// <summary>The packet.</summary>
    public required Num PacketNo { get; init; }

    /// <summary>Its place in the packet, from 1.</summary>
    public required int Seq { get; init; }

    /// <summary>Minor units.</summary>
    public required long Amount { get; init; }

    /// <summary>Its status.</summary>
    public required ClaimStatus Status { get; init; }

    /// <summary>When it was taken.</summary>
    public required Moment ClaimedAt { get; init; }

    public static ClaimPart From(ClaimView view) => new()
    {
        ClaimNo = view.ClaimNo,
        PacketNo = view.PacketNo,
        Seq = view.Seq,
        Amount = view.Amount,
        Status = view.Status,
        ClaimedAt = view.ClaimedAtMs,
    };
}

/// <summary>A claim, for its claimer and the packet's sender.</summary>
internal sealed record ClaimDetail
{
    /// <summary>The claim.</summary>
    public required Num ClaimNo { get; init; }

    /// <summary>The packet.</summary>
    public required Num PacketNo { get; init; }

    /// <summary>Who took it.</summary>
    public required Num Uid { get; init; }

    /// <summary>Its place in the packet, from 1.</summary>
    public required int Seq { get; init; }

    /// <summary>Minor units.</summary>
    public required long Amount { get; init; }

    /// <summary>Its status.</summary>
    public required ClaimStatus Status { get; init; }

    /// <summary>When it was taken.</summary>
    public required Moment ClaimedAt { get; init; }
}

/// <summary>A claim in a packet's list.</summary>
internal sealed record ClaimRow
{
    /// <summary>The claim.</summary>
    public required Num ClaimNo { get; init; }

    /// <summary>Its place in the packet, from 1.</summary>
    public required int Seq { get; init; }

    /// <summary>Who took it.</summary>
    public required Num Uid { get; init; }

    /// <summary>His name; empty when it is not known.</summary>
    public required string Name { get; init; }

    /// <summary>His picture; may be empty.</summary>
    public required string Avatar { get; init; }

    /// <summary>Minor units.</summary>
    public required long Amount { get; init; }

    /// <summary>When it was taken.</summary>
    public required Moment ClaimedAt { get; init; }

    /// <summary>True for the greatest share of an exhausted packet.</summary>
    public required bool Luckiest { get; init; }
}

/// <summary>A page of a packet's claims.</summary>
internal sealed record ClaimPage
{
    /// <summary>The page, in order of seq.</summary>
    public required List<ClaimRow> Items { get; init; }

    /// <summary>Cursor of the next page; absent at the end.</summary>
    public string? Next { get; init; }
}
