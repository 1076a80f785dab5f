using System.Globalization;
using Hongbao.Jce.Bench.Codec;

namespace Hongbao.Jce.Bench.Reporting;

/// <summary>One row of what must be reached; empty texts where there is nothing to say.</summary>
/// <param name="What">The comparison.</param>
/// <param name="Wanted">The goal.</param>
/// <param name="Seen">What the medians give.</param>
/// <param name="Spread">From the worst round to the best.</param>
/// <param name="Ours">Our median.</param>
/// <param name="Theirs">The peer's.</param>
/// <param name="Rounds">How many counted, of how many.</param>
/// <param name="IsReached">Null when it was not run.</param>
internal sealed record JceGoal(string What, string Wanted, string Seen, string Spread, string Ours, string Theirs, string Rounds, bool? IsReached)
{
    /// <summary>Calls a second that TarsCpp reached on both ends on a machine such as this; it cannot be built here, so that it is a figure from another day.</summary>
    public const double TarsCppRate = 58_000;

    private const double AddedMaxNs = 50;

    public static List<JceGoal> All(JceRun run) =>
    [
        Times("encode, against Google.Protobuf", 1.5, run.Codec(CodecStep.Encode, ProtobufCodec.Name), "ns"),
        Times("decode, against Google.Protobuf", 1.5, run.Codec(CodecStep.Decode, ProtobufCodec.Name), "ns"),
        Times("encode, against System.Text.Json, source-generated", 3, run.Codec(CodecStep.Encode, JsonCodec.Name), "ns"),
        Times("decode, against System.Text.Json, source-generated", 5, run.Codec(CodecStep.Decode, JsonCodec.Name), "ns"),
        Times("encode, against @tars/stream on Node with all digits of 64-bit numbers", 10, run.Codec(CodecStep.Encode, NodeCodec.Exact), "ns"),
        Times("decode, against the same", 10, run.Codec(CodecStep.Decode, NodeCodec.Exact), "ns"),
        Times("encode, against @tars/stream in its default form, which gives back other numbers", 10, run.Codec(CodecStep.Encode, NodeCodec.Rounding), "ns"),
        Times("decode, against the same", 10, run.Codec(CodecStep.Decode, NodeCodec.Rounding), "ns"),
        Allocated(run),
        Times("echo of 100 bytes, 64 outstanding, against @tars/rpc on both ends", 5, run.Echo, "/s"),
        AgainstTarsCpp(run),
        Added(run),
    ];

    private static JceGoal Times(string what, double wanted, Comparison? seen, string unit) => seen is null ? NotRun(what, $"{Factor(wanted)} x") : new(
        what, $"{Factor(wanted)} x", $"{Mark(seen)}{Factor(seen.Ratio)} x", $"{Factor(seen.Least)} to {Factor(seen.Most)} x", Figure(seen.Ours, unit), Figure(seen.Theirs, unit), Count(seen), seen.Ratio >= wanted);

    private static JceGoal Allocated(JceRun run)
    {
        const string What = "encode into a pooled buffer, bytes allocated";
        var most = run.CodecPairs.Where(static p => p.Step == CodecStep.Encode).Max(static p => p.Ours.Allocated);
        return most is not { } bytes ? NotRun(What, "0") : new(What, "0", bytes.ToString("0.###", CultureInfo.InvariantCulture), "", "", "", "the most of all rounds", bytes == 0);
    }

    private static JceGoal AgainstTarsCpp(JceRun run)
    {
        const double Wanted = 3;
        const string What = "the same, against TarsCpp on both ends, seen on another day";
        if (run.Echo is not { } seen)
        {
            return NotRun(What, $"{Factor(Wanted)} x");
        }

        var rates = Comparison.Quiet(run.EchoPairs, static p => p.Noise).Select(static p => p.Ours.Rate / TarsCppRate).ToArray();
        var ratio = seen.Ours / TarsCppRate;
        return new(What, $"{Factor(Wanted)} x", $"{Mark(seen)}{Factor(ratio)} x", $"{Factor(rates.Min())} to {Factor(rates.Max())} x", Figure(seen.Ours, "/s"), Figure(TarsCppRate, "/s"), Count(seen), ratio >= Wanted);
    }

    private static JceGoal Added(JceRun run)
    {
        const string What = "added by the contract to a call within a process; the very same objects arrive, nothing is allocated";
        var wanted = $"< {AddedMaxNs} ns";
        if (run.Calls is not { } seen)
        {
            return NotRun(What, wanted);
        }

        var added = Comparison.Quiet(run.CallPairs, static p => p.Noise).Select(static p => p.Contract.Nanoseconds - p.Direct.Nanoseconds).ToArray();
        var median = Comparison.Median(added);
        var isFree = run.CallPairs.All(static p => p.Contract.Allocated == 0);
        return new(What, wanted, $"{Mark(seen)}{Nanoseconds(median)}", $"{Nanoseconds(added.Min())} to {Nanoseconds(added.Max())}", Nanoseconds(seen.Ours), $"{Nanoseconds(seen.Theirs)} directly", Count(seen), median < AddedMaxNs && isFree);
    }

    private static JceGoal NotRun(string what, string wanted) => new(what, wanted, "", "", "", "", "", null);

    private static string Mark(Comparison seen) => seen.IsDisturbed ? "~" : "";

    private static string Count(Comparison seen) => string.Create(CultureInfo.InvariantCulture, $"{seen.Counting} of {seen.All}");

    private static string Factor(double ratio) => ratio.ToString(ratio < 100 ? "0.0" : "0", CultureInfo.InvariantCulture);

    private static string Figure(double value, string unit) => value.ToString("N0", CultureInfo.InvariantCulture) + (unit == "/s" ? unit : " " + unit);

    private static string Nanoseconds(double value) => value.ToString("0.0", CultureInfo.InvariantCulture) + " ns";
}
