using System.Globalization;

namespace Hongbao.Bench.Rain;

/// <summary>One row of what must be reached.</summary>
/// <param name="What">What is looked at.</param>
/// <param name="Wanted">For people.</param>
/// <param name="Seen">For people; empty when it was not run.</param>
/// <param name="IsReached">Null when it was not run.</param>
internal sealed record RainGoal(string What, string Wanted, string Seen, bool? IsReached)
{
    /// <summary>Part of the do-nothing endpoint's rate.</summary>
    public const double RatioWanted = 0.6;

    /// <summary>Subsidies a second.</summary>
    public const double BookedWanted = 20_000;

    // The clockwork's own statements come a few more or fewer in a run than in another.
    private const double NoStatements = 0.0005;

    // What a full collection leaves differs by a little.
    private const long HeapSlack = 65_536;

    /// <summary>All of them.</summary>
    public static List<RainGoal> All(RainRun run) => [.. OverHttp(run.Http), Booking(run.Booking), .. Kills(run.Kills), Memory(run.Memory)];

    private static IEnumerable<RainGoal> OverHttp(IReadOnlyList<DrawRound>? rounds)
    {
        var ratio = Medians.Of(rounds, r => r.Ratio, r => r.IsNoisy);
        var (perLoser, perPasser) = (Medians.Of(rounds, r => r.PerLoser), Medians.Of(rounds, r => r.PerPasser));
        var isSound = rounds?.All(r => r.Faults.Count == 0);
        yield return new("draws over HTTP, 256 connections, one user in ten passing, against the do-nothing endpoint (median of the rounds' ratios)",
            Text($"{100 * RatioWanted:0} %"), ratio is null ? "" : Text($"{100 * ratio:0.0} %"), ratio is null ? null : ratio >= RatioWanted);
        yield return new("every win that was answered is recorded with its amount, issued of a chunk, told of in one message, and answered again the same",
            "all", isSound is null ? "" : isSound.Value ? Text($"all {rounds!.Sum(r => r.Draws.Won):N0}") : "not all", isSound);
        yield return new("statements for a loser", "0", perLoser is null ? "" : Text($"{Math.Round(perLoser.Value, 4) + 0.0:0.0000}"), perLoser is null ? null : Math.Abs(perLoser.Value) < NoStatements);
        yield return new("statements for a passer", "amortised, below 1", perPasser is null ? "" : Text($"{perPasser:0.000}"), perPasser is null ? null : perPasser < 1);
    }

    private static RainGoal Booking(IReadOnlyList<BookingRound>? rounds)
    {
        var rate = Medians.Of(rounds, r => r.PerSecond, r => r.IsNoisy);
        return new("booking by message, in process, PostgreSQL, count exact and none twice", Text($"{BookedWanted:N0}/s"), rate is null ? "" : Text($"{rate:N0}/s"),
            rate is null ? null : rate >= BookedWanted && rounds!.All(r => r.Faults.Count == 0));
    }

    private static IEnumerable<RainGoal> Kills(KillsRun? run)
    {
        yield return new(run is null ? "budget error after draws with random kills" : Text($"budget error after {run.Draws:N0} draws with {run.Kills} random kills"),
            "0 cents", run is null ? "" : Text($"{run.Error:N0} cents"), run is null ? null : run.Error == 0 && run.Faults.Count == 0);
    }

    private static RainGoal Memory(MemoryRun? run) => new(
        run is null ? "memory of a running campaign, whatever the crowd" : Text($"memory of a running campaign with {run.Samples[^1].Users:N0} users against {run.Samples[^1].Users * 2 / 5:N0}"),
        "level", run is null ? "" : Text($"{run.MostAfter:N0} and {run.MostWhileFilling:N0} bytes at most"),
        run is null ? null : run.MostAfter <= (run.MostWhileFilling * 11 / 10) + HeapSlack && run.Faults.Count == 0);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Medians over rounds.</summary>
internal static class Medians
{
    // Fewer quiet rounds than this are not enough: then all count.
    private const int QuietMin = 2;

    /// <summary>The median of a figure; null without rounds.</summary>
    /// <param name="rounds">All of them.</param>
    /// <param name="figure">Of a round.</param>
    /// <param name="isNoisy">Says which rounds are left out where enough others remain; without it none.</param>
    public static double? Of<T>(IReadOnlyList<T>? rounds, Func<T, double> figure, Func<T, bool>? isNoisy = null)
    {
        if (isNoisy is not null && rounds?.Where(r => !isNoisy(r)).ToList() is { Count: >= QuietMin } quiet)
        {
            rounds = quiet;
        }

        if (rounds is null or { Count: 0 })
        {
            return null;
        }

        var values = rounds.Select(figure).Order().ToArray();
        return values.Length % 2 == 1 ? values[values.Length / 2] : (values[(values.Length / 2) - 1] + values[values.Length / 2]) / 2;
    }
}
