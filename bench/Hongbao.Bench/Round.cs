using Hongbao.Bench.Measuring;

namespace Hongbao.Bench;

/// <summary>One run of one contender.</summary>
/// <param name="Load">H1, H2 or H3.</param>
/// <param name="Contender">Its id; <c>bulk/1024</c> for a ceiling.</param>
/// <param name="Clients">How many asked at a time; 0 for a ceiling.</param>
/// <param name="Number">From 1.</param>
/// <param name="Measured">What it showed.</param>
/// <param name="Faults">What the audit or the clients found.</param>
internal sealed record Round(string Load, string Contender, int Clients, int Number, Measured Measured, List<string> Faults)
{
    public bool IsNoisy => new Noise(Measured.Steal, Measured.Others).IsLoud;
}

/// <summary>Medians of rounds.</summary>
internal sealed class Rounds(IReadOnlyCollection<Round> rounds)
{
    // Fewer quiet rounds than this are not enough: then all count.
    private const int QuietMin = 2;

    public IReadOnlyCollection<Round> All => rounds;

    /// <summary>The rounds of one cell that count.</summary>
    public Round[] Counting(string load, string contender, int clients)
    {
        var all = rounds.Where(r => r.Load == load && r.Contender == contender && r.Clients == clients).ToArray();
        var quiet = all.Where(r => !r.IsNoisy).ToArray();
        return quiet.Length >= QuietMin || quiet.Length == all.Length ? quiet : all;
    }

    /// <summary>Median of a figure of one cell; null when it was not run.</summary>
    public double? Median(string load, string contender, int clients, Func<Measured, double> figure)
    {
        var values = Counting(load, contender, clients).Select(r => figure(r.Measured)).Order().ToArray();
        return values.Length == 0 ? null
            : values.Length % 2 == 1 ? values[values.Length / 2]
            : (values[(values.Length / 2) - 1] + values[values.Length / 2]) / 2;
    }

    /// <summary>The best median of a figure over all client counts and connections of some forms, with where it was.</summary>
    public (double Value, string Contender, int Clients)? Best(string load, Func<Measured, double> figure, params string[] forms) =>
        rounds.Where(r => r.Load == load && forms.Contains(r.Contender.Split('/')[0])).Select(r => (r.Contender, r.Clients)).Distinct()
            .Select(c => ((double, string, int)?)(Median(load, c.Contender, c.Clients, figure)!.Value, c.Contender, c.Clients))
            .OrderByDescending(c => c!.Value.Item1).FirstOrDefault();
}
