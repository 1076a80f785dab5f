using System.Globalization;
using Hongbao.Host.Demo.Api;
using Hongbao.Host.Demo.Audits;
using Hongbao.Host.Demo.Plans;
using Hongbao.Host.Demo.Runs;
using Spectre.Console;

namespace Hongbao.Host.Demo;

/// <summary>Shows what a run came to.</summary>
internal static class DemoReport
{
    private const int FindingsMax = 50;

    public static void Write(IAnsiConsole console, AuditReport report, DemoFacts facts, DemoPlan plan, DemoScene scene, TimeSpan played)
    {
        var table = new Table().Border(TableBorder.Simple).Title("Money in fen");
        table.AddColumn(new TableColumn("packets").NoWrap().Padding(0, 0));
        foreach (var name in new[] { "funded", "transferred", "refunded", "left", "in flight", "difference" })
        {
            table.AddColumn(new TableColumn(name).RightAligned().NoWrap().Padding(0, 0));
        }

        foreach (var (scenario, line) in report.Lines)
        {
            AddRow(table, $"{line.Packets} {NameOf(scenario)}", line);
        }

        table.AddEmptyRow();
        AddRow(table, $"{report.Total.Packets} in all", report.Total);
        console.Write(table);
        WriteFigures(console, facts, plan, scene, played);
        WriteVerdict(console, report);
    }

    /// <summary>Notes, findings, and the last line.</summary>
    public static void WriteVerdict(IAnsiConsole console, Verdict report)
    {
        foreach (var note in report.Notes)
        {
            console.WriteLine(note);
        }

        foreach (var finding in report.Findings.Take(FindingsMax))
        {
            console.MarkupLineInterpolated($"[red]BROKEN[/] {finding.Check}: {finding.Text}");
        }

        if (report.Findings.Count > FindingsMax)
        {
            console.WriteLine($"... and {report.Findings.Count - FindingsMax} more.");
        }

        if (report.IsExact)
        {
            console.MarkupLineInterpolated($"[green]Exact to the cent[/]: {report.Checks} checks hold.");
        }
        else
        {
            console.MarkupLineInterpolated($"[red]NOT EXACT[/]: {report.Findings.Count} of {report.Checks} checks are broken, the difference is {report.Difference} fen.");
        }
    }

    private static void WriteFigures(IAnsiConsole console, DemoFacts facts, DemoPlan plan, DemoScene scene, TimeSpan played)
    {
        var claims = facts.Packets.Sum(p => p.Claims.Count);
        console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{plan.Packets.Count} packets planned with {plan.Opens} openings and one rush of {plan.Uids.Count}; {claims} shares taken, {facts.Refusals.Count} claims refused, "
            + $"{scene.Journal.BusyAnswers} told to come again."));
        WriteTraffic(console, scene.Client, played);
        WriteTimes(console, "claims", scene.Client.ClaimTimes);
    }

    /// <summary>How much was asked.</summary>
    public static void WriteTraffic(IAnsiConsole console, DemoClient client, TimeSpan played) => console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{client.Requests} requests in {played.TotalSeconds:0.0} s ({client.Requests / Math.Max(0.001, played.TotalSeconds):0}/s), {client.Repeated} sent again for want of a clear answer."));

    /// <summary>How long something took.</summary>
    public static void WriteTimes(IAnsiConsole console, string what, IReadOnlyList<TimeSpan> times)
    {
        if (times.Count > 0)
        {
            console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{times.Count} {what} as the client saw them: p50 {Percentile(times, 50).TotalMilliseconds:0.0} ms, p99 {Percentile(times, 99).TotalMilliseconds:0.0} ms."));
        }
    }

    private static TimeSpan Percentile(IReadOnlyList<TimeSpan> ordered, int percent) => ordered[Math.Min(ordered.Count - 1, ordered.Count * percent / 100)];

    private static void AddRow(Table table, string name, MoneyLine line) => table.AddRow(
        name, Text(line.Funded), Text(line.Transferred), Text(line.Refunded), Text(line.Left), Text(line.InFlight),
        line.Difference == 0 ? "0" : $"[red]{Text(line.Difference)}[/]");

    private static string NameOf(Scenario scenario) => scenario switch
    {
        Scenario.Rush => "wanted by all",
        Scenario.Filled => "opened by enough",
        Scenario.Exclusive => "only for some",
        Scenario.LeftOver => "left over",
        Scenario.Unpaid => "never paid",
    };

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
