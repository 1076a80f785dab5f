using System.Globalization;
using System.Text;
using Hongbao.Bench.Measuring;
using Hongbao.Jce.Bench.Codec;
using Hongbao.Jce.Bench.Rpc;

namespace Hongbao.Jce.Bench.Reporting;

/// <summary>A run as a page.</summary>
internal static class JceReport
{
    public static string Write(JceRun run)
    {
        var page = new StringBuilder();
        page.AppendLine("# The codec and the calls beside their peers").AppendLine();
        page.AppendLine("Written by `bench/run jce`. Only ratios within one run hold: the machine is shared, and another one gives other figures.").AppendLine();
        page.AppendLine("![Nanoseconds to encode and decode, and calls per second](jce.svg)").AppendLine();
        page.AppendLine("## What must be reached").AppendLine().AppendLine(Goals(run));
        page.AppendLine(Disturbance(run)).AppendLine();
        if (run.CodecPairs.Count > 0)
        {
            page.AppendLine("## A packet's detail: 20 fields, one of them 20 claims").AppendLine().AppendLine(Codecs(run));
        }

        if (run.EchoPairs.Count > 0)
        {
            page.AppendLine("## An echo").AppendLine().AppendLine(Echo(run));
        }

        page.AppendLine("## How it was run").AppendLine().AppendLine("| | |").AppendLine("|---|---|");
        foreach (var (name, value) in run.Facts)
        {
            page.AppendLine($"| {name} | {value} |");
        }

        page.AppendLine().AppendLine(Method);
        return page.ToString();
    }

    /// <summary>The table of goals.</summary>
    public static string Goals(JceRun run)
    {
        var table = new StringBuilder("| | goal | seen | rounds from, to | ours | theirs | rounds | |\n|---|---|---|---|---|---|---|---|\n");
        foreach (var goal in JceGoal.All(run))
        {
            var reached = goal.IsReached switch { true => "reached", false => "**not reached**", null => "not run" };
            table.AppendLine($"| {goal.What} | {goal.Wanted} | {goal.Seen} | {goal.Spread} | {goal.Ours} | {goal.Theirs} | {goal.Rounds} | {reached} |");
        }

        return table.ToString();
    }

    /// <summary>Whether the figures can be believed.</summary>
    public static string Disturbance(JceRun run)
    {
        var noise = run.Noise.ToArray();
        var loud = noise.Count(static n => n.IsLoud);
        var isDisturbed = run.Echo is { IsDisturbed: true } || run.Calls is { IsDisturbed: true } || run.CodecPairs.Select(p => run.Codec(p.Step, p.Peer)).Any(static c => c is { IsDisturbed: true });
        var text = string.Create(CultureInfo.InvariantCulture,
            $"CPU steal: median {Comparison.Median(noise.Select(static n => n.Steal)):0.0} %, at most {noise.Max(static n => n.Steal):0.0} %. CPU of other programs: median {Comparison.Median(noise.Select(static n => n.Others)):0.0} %, at most {noise.Max(static n => n.Others):0.0} %. {loud} of {noise.Length} parts of rounds were above {Noise.StealMax} % or {Noise.OthersMax} %.");
        return isDisturbed ? $"**Disturbed: other programs ran, and too few rounds were quiet; figures marked `~` rest on all rounds and prove little.** {text}" : text;
    }

    private static string Codecs(JceRun run)
    {
        var table = new StringBuilder("| | bytes | encode ns | ours is | decode ns | ours is | allocated encoding | allocated decoding |\n|---|---|---|---|---|---|---|---|\n");
        foreach (var codec in run.Codecs)
        {
            var isOurs = codec.Id == JceCodec.Name;
            string Time(CodecStep step) => Number(Comparison.Median(Counting(run, step, codec.Id).Select(static f => f.Nanoseconds)));
            string Ratio(CodecStep step) => isOurs ? "" : run.Codec(step, codec.Id)!.Ratio.ToString("0.0", CultureInfo.InvariantCulture) + " x";
            string Bytes(CodecStep step) => Counting(run, step, codec.Id).Select(static f => f.Allocated).ToArray() is [{ }, ..] known ? Number(Comparison.Median(known.Select(static b => b!.Value))) : "";
            table.AppendLine($"| {codec.Title} | {Number(codec.Size)} | {Time(CodecStep.Encode)} | {Ratio(CodecStep.Encode)} | {Time(CodecStep.Decode)} | {Ratio(CodecStep.Decode)} | {Bytes(CodecStep.Encode)} | {Bytes(CodecStep.Decode)} |");
        }

        return table.ToString();
    }

    private static IReadOnlyList<CodecFigures> Counting(JceRun run, CodecStep step, string codec)
    {
        var pairs = run.CodecPairs.Where(p => p.Step == step && (codec == JceCodec.Name || p.Peer == codec));
        return [.. Comparison.Quiet(pairs, static p => p.Noise).Select(p => codec == JceCodec.Name ? p.Ours : p.Theirs)];
    }

    private static string Echo(JceRun run)
    {
        var table = new StringBuilder("| | calls/s | p50 us | p99 us | us of CPU a call, client | server | bytes allocated by the client |\n|---|---|---|---|---|---|---|\n");
        var pairs = Comparison.Quiet(run.EchoPairs, static p => p.Noise);
        Add("Hongbao.Jce on both ends", [.. pairs.Select(static p => p.Ours)]);
        Add("@tars/rpc on both ends", [.. pairs.Select(static p => p.Theirs)]);
        return table.ToString();

        void Add(string title, EchoFigures[] seen)
        {
            double Of(Func<EchoFigures, double> figure) => Comparison.Median(seen.Select(figure));
            var allocated = seen.All(static f => f.Allocated is not null) ? Number(Of(static f => f.Allocated!.Value)) : "";
            table.AppendLine(CultureInfo.InvariantCulture,
                $"| {title} | {Number(Of(static f => f.Rate))} | {Number(Of(static f => f.P50))} | {Number(Of(static f => f.P99))} | {Of(static f => f.ClientCpu):0.0} | {Of(static f => f.ServerCpu):0.0} | {allocated} |");
        }
    }

    private static string Number(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private const string Method = """
        - Each round measures ours, a peer, ours, the next peer and so on. Figures are medians of rounds, ratios those of the medians; *rounds from, to* are the ratios of single rounds.
          Rounds with more than 2 % CPU steal, or 5 % of other programs, are left out where at least three others remain; else the figure is marked `~`.
        - The data is the same for all, and before the clock starts each codec must give it back as it was. Nothing in it is at its default. Packets and claims have numbers of
          63 bits, as the platform's have. Ours and @tars/stream write the same bytes, compared one by one.
        - Ours is what the generator makes of the bench's `packet.jce`, with the limits for strangers' bytes. Google.Protobuf is what protoc makes of `packet.proto`; System.Text.Json is its
          generator's code in its quickest form (a writer that is used again, no checks of it, no escapes that need not be). All encode into memory that is used again.
        - @tars/stream has all 63 bits only as texts, `tars2node`'s option for that, and is slow at it. Its default form is quick and loses the last digits of such numbers: it does not do the
          same, yet who has no numbers beyond 2^53 would take it, so that both are compared with.
        - Echo: client and server are processes of their own, on all cores of the machine, over loopback, one connection, 64 calls under way. Every call carries a `CallContext` as its
          first parameter, a deadline of 3 s as the packet's timeout, and a trace in the packet's context; the server looks at all three. Both ends have default settings.
          Client and server count the calls, which must agree, and every text is compared with what was sent. Every eighth call's latency is looked at.
        - TarsCpp is not part of this run: 58,000 calls/s, client and server on two such cores, is what it reached when it was measured for the goal.
        - Within a process: an implementation that has its answer ready, called directly, and through the generated interface as the host's container gives it.
        - The raw rounds are in [jce.json](jce.json).
        """;
}
