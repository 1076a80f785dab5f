using System.Globalization;
using System.Text;
using Hongbao.Bench.Reporting;

namespace Hongbao.Bench.Chain;

/// <summary>A run as a page.</summary>
internal static class ChainReport
{
    private const double Goal = 8000;
    private const double GoalSeconds = 115;

    public static string Write(ChainRun run, ChainOptions options, MachineFacts facts)
    {
        var page = new StringBuilder();
        page.AppendLine("# The chain behind the claim").AppendLine();
        page.AppendLine("Written by `bench/run chain`: claim, transfer order, ledger posting, final state, all modules in one process, PostgreSQL on the same machine.").AppendLine();
        page.AppendLine("![Claims and settled claims per second, and the backlog](chain.svg)").AppendLine();
        page.AppendLine(Summary(run)).AppendLine();
        page.AppendLine("| second | claims/s | settled/s | unsettled | oldest ms |").AppendLine("|---|---|---|---|---|");
        // Every few seconds is enough for a page; the rest is in the data.
        foreach (var sample in run.Samples.Where((_, i) => i % Math.Max(1, run.Samples.Count / 12) == 0))
        {
            page.AppendLine(CultureInfo.InvariantCulture, $"| {sample.Second:0} | {sample.Claimed:N0} | {sample.Settled:N0} | {sample.Backlog:N0} | {sample.OldestMs:N0} |");
        }

        page.AppendLine().AppendLine("## How it was run").AppendLine().AppendLine("| | |").AppendLine("|---|---|");
        foreach (var (name, value) in facts.Items)
        {
            page.AppendLine($"| {name} | {value} |");
        }

        page.AppendLine(CultureInfo.InvariantCulture,
            $"| Load | {(options.Rate > 0 ? $"{options.Rate:N0} claims/s offered" : $"as many claims offered as settle, aiming at {options.Window:N0} unsettled")}, {options.Shares} shares a packet, {options.OpenPackets} packets at a time, every claim another user's |");
        page.AppendLine().AppendLine("""
            - *Settled*: the transfer is posted in the ledger and the claim is `TRANSFERRED` in Core's table, all committed.
            - *Unsettled* and *oldest* are what the product itself reads of its backlog; claims are counted by the generator when they are answered.
            - All modules run with their default settings and all their workers, Query's list of received shares and finance's signed callbacks included; only HTTP is left out.
            - Claims come at a pace that does not wait for answers. The packets and the money in their escrow are written before.
            - CPU per settled claim holds everything that the two programs did meanwhile; the generator is part of the process.
            - Afterwards the rest settles and the money is audited: every claim `TRANSFERRED`, transfers, orders, entries and received shares equal to the claims, what
              packets have left equal to their escrow accounts, the ledger's own check, nothing left in an outbox.
            - All samples are in [chain.json](chain.json).
            """);
        return page.ToString();
    }

    public static string Summary(ChainRun run)
    {
        var text = new StringBuilder("| | |\n|---|---|\n");
        void Add(string name, FormattableString value) => text.AppendLine(CultureInfo.InvariantCulture, $"| {name} | {value.ToString(CultureInfo.InvariantCulture)} |");
        Add("Claims answered", $"{run.Claimed:N0}/s over {run.Seconds:0} s, p50 {run.P50:0.0} ms, p99 {run.P99:0.0} ms");
        Add("Settled", $"**{run.Settled:N0}/s**");
        Add("Unsettled", $"{run.Samples.Average(s => s.Backlog):N0} on average, {run.Samples.Max(s => s.Backlog):N0} at most; {run.Growth:+#,0;-#,0;0} from the first to the last third");
        Add("Oldest unsettled", $"{run.Samples.Average(s => s.OldestMs):N0} ms on average, {run.Samples.Max(s => s.OldestMs):N0} ms at most");
        Add("Rest settled after the last claim", $"{run.DrainMs:N0} ms");
        Add("A settled claim costs", $"{run.OwnMicros:0} us CPU of this process, {run.PostgresMicros:0} us of PostgreSQL, {run.WalBytes:N0} bytes of WAL, {run.AllocatedBytes:N0} bytes allocated");
        Add("Machine", $"CPU steal {run.Steal:0.0} %, other programs {run.Others:0.0} %");
        Add("Told to ask again; not offered because too many had no answer", $"{run.AskedAgain:N0}; {run.HeldBack:N0}");
        Add("Audit", $"{(run.Faults.Count == 0 ? "passed" : string.Join("; ", run.Faults))}");
        Add($"Goal: {Goal:N0} settled/s over two minutes, no growing backlog", $"{(run.Seconds < GoalSeconds ? "run too short to tell" : run.Settled >= Goal && !IsGrowing(run) ? "reached" : "**not reached**")}");
        return text.ToString();
    }

    // A tenth of a second's claims in each minute is chance.
    private static bool IsGrowing(ChainRun run) => run.Growth > run.Settled * 0.5;
}
