using System.Buffers;
using Hongbao.Contracts;
using Hongbao.Core.Splits;

namespace Hongbao.Host.Draws;

/// <summary>What a check came to.</summary>
internal enum DrawVerdict
{
    /// <summary>The seed or secret is the one committed to, and gives all that is shown.</summary>
    Genuine,

    /// <summary>The seed or secret, or what follows from it, is another.</summary>
    NotGenuine,

    /// <summary>The seed or secret is not shown yet.</summary>
    NotShownYet,

    /// <summary>What was given is no draw that this program knows.</summary>
    Unusable,
}

/// <summary>A share as shown and as it must be; null where the packet has no such share.</summary>
internal sealed record CheckedShare(int Seq, long Shown, long? Recomputed)
{
    public bool IsSame => Shown == Recomputed;
}

/// <summary>Recomputes a draw by the rule of docs/draw.md and compares.</summary>
internal sealed record DrawCheck(DrawVerdict Verdict, IReadOnlyList<string> Reasons, IReadOnlyList<CheckedShare> Shares)
{
    // What any setting of Core allows; keeps a forged file from costing more than a moment.
    private const int CountMax = 100_000;
    private const long CapMax = 1_000_000_000;
    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    /// <summary>Compares what is shown with what must be.</summary>
    /// <param name="draw">What is shown.</param>
    /// <param name="notedHash">The commitment noted when the packet was made, lower-case hex; null when nobody noted it.</param>
    public static DrawCheck Of(ShownDraw draw, string? notedHash = null)
    {
        if (WhyUnusable(draw, out var split) is { } fault)
        {
            return new DrawCheck(DrawVerdict.Unusable, [fault], []);
        }

        var reasons = new List<string>();
        if (notedHash is not null && notedHash != draw.SeedHash)
        {
            reasons.Add("The commitment shown now is not the one noted before.");
        }

        if (draw.Seed is null)
        {
            // A changed commitment is a lie already now.
            return reasons.Count > 0 ? new DrawCheck(DrawVerdict.NotGenuine, reasons, []) : new DrawCheck(DrawVerdict.NotShownYet, [], []);
        }

        var seed = Convert.FromHexString(draw.Seed);
        if (SeedDraw.Commitment(draw.PacketNo, seed, draw.Amount, draw.Count, split, draw.Cap) != draw.SeedHash)
        {
            reasons.Add("The seed is not the one that was committed to.");
        }

        var expected = Split.All(split, seed, draw.PacketNo, draw.Amount, draw.Count, draw.Cap);
        var shares = draw.Draws.Select(s => new CheckedShare(s.Seq, s.Amount, s.Seq >= 1 && s.Seq <= draw.Count ? expected[s.Seq - 1] : null)).ToList();
        if (shares.Count > draw.Count)
        {
            reasons.Add($"{shares.Count} shares are shown, the packet has {draw.Count}.");
        }

        for (var i = 0; i < shares.Count; i++)
        {
            var share = shares[i];
            if (share.Seq != i + 1)
            {
                reasons.Add($"Share {i + 1} is shown with seq {share.Seq}.");
            }
            else if (!share.IsSame && share.Recomputed is { } due)
            {
                reasons.Add($"Share {share.Seq} is shown as {share.Shown}, it must be {due}.");
            }
        }

        return new DrawCheck(reasons.Count == 0 ? DrawVerdict.Genuine : DrawVerdict.NotGenuine, reasons, shares);
    }

    private static string? WhyUnusable(ShownDraw draw, out SplitKind split)
    {
        split = draw.Split switch
        {
            "random" => SplitKind.Random,
            "fair" => SplitKind.Fair,
            "equal" => SplitKind.Equal,
            _ => default,
        };
        return draw.Algorithm != SeedDraw.Algorithm ? $"The draw is of version {draw.Algorithm}; this program knows version {SeedDraw.Algorithm}."
            : split == default ? "The split must be random, fair or equal."
            : draw.PacketNo < 1 ? "The packet number must be positive."
            : draw.Count is < 1 or > CountMax || draw.Cap is < 1 or > CapMax || draw.Amount < draw.Count || draw.Amount > draw.Count * draw.Cap
                ? "Amount, count and cap do not fit each other."
            : split == SplitKind.Equal && draw.Amount % draw.Count != 0 ? "The amount does not divide by the count."
            : draw.Seed is not null && !IsHash(draw.Seed) ? "The seed must be 64 digits of lower-case hex."
            : null;
    }

    /// <summary>True for 32 bytes in lower-case hex.</summary>
    public static bool IsHash(string text) => text.Length == 2 * SeedDraw.SeedLength && !text.AsSpan().ContainsAnyExcept(LowerHex);
}
