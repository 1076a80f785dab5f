using Hongbao.Bench.Measuring;

namespace Hongbao.Jce.Bench.Reporting;

/// <summary>Ours beside a peer over all rounds that count.</summary>
/// <param name="Ours">Median.</param>
/// <param name="Theirs">Median.</param>
/// <param name="Ratio">How many times better ours is, by the medians; below 1 it is worse.</param>
/// <param name="Least">The same of the round that was worst for ours.</param>
/// <param name="Most">The same of the round that was best for ours.</param>
/// <param name="Counting">Rounds that count.</param>
/// <param name="All">Rounds there were.</param>
/// <param name="IsDisturbed">Too few rounds were quiet, so that all count.</param>
internal sealed record Comparison(double Ours, double Theirs, double Ratio, double Least, double Most, int Counting, int All, bool IsDisturbed)
{
    // Fewer quiet rounds than this are not enough: then all count.
    private const int QuietMin = 3;

    /// <summary>The rounds that count: the quiet ones where there are enough.</summary>
    public static IReadOnlyList<T> Quiet<T>(IEnumerable<T> rounds, Func<T, Noise> noise)
    {
        var all = rounds.ToArray();
        var quiet = all.Where(r => !noise(r).IsLoud).ToArray();
        return quiet.Length >= QuietMin ? quiet : all;
    }

    /// <summary>Null when there were no rounds.</summary>
    /// <param name="rounds">Each with a figure of ours and one of theirs.</param>
    /// <param name="noise">What disturbed a round.</param>
    /// <param name="ours">Our figure.</param>
    /// <param name="theirs">The peer's.</param>
    /// <param name="isLessBetter">True for durations, false for rates.</param>
    public static Comparison? Of<T>(IEnumerable<T> rounds, Func<T, Noise> noise, Func<T, double> ours, Func<T, double> theirs, bool isLessBetter)
    {
        var all = rounds.ToArray();
        if (all.Length == 0)
        {
            return null;
        }

        double Ratio(double our, double their) => isLessBetter ? their / our : our / their;
        var counting = Quiet(all, noise);
        var ratios = counting.Select(r => Ratio(ours(r), theirs(r))).ToArray();
        var (our, their) = (Median(counting.Select(ours)), Median(counting.Select(theirs)));
        return new(our, their, Ratio(our, their), ratios.Min(), ratios.Max(), counting.Count, all.Length, counting.Any(r => noise(r).IsLoud));
    }

    /// <summary>The middle one, or what lies between the two in the middle. There must be one.</summary>
    public static double Median(IEnumerable<double> values)
    {
        var ordered = values.Order().ToArray();
        var middle = ordered.Length / 2;
        return ordered.Length % 2 == 1 ? ordered[middle] : (ordered[middle - 1] + ordered[middle]) / 2;
    }
}
