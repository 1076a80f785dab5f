using System.Globalization;
using Hongbao.Contracts;
using Hongbao.Host.Demo.Audits;
using Hongbao.Host.Demo.Runs;
using Spectre.Console;

namespace Hongbao.Host.Demo;

/// <summary>Shows what a rain came to.</summary>
internal static class RainReport
{
    public static void Write(IAnsiConsole console, RainVerdict verdict, RainFacts facts, RainScene scene, TimeSpan played)
    {
        var table = new Table().Border(TableBorder.Simple).Title("The campaign's money in fen");
        table.AddColumn(new TableColumn("wins").NoWrap().Padding(0, 0));
        foreach (var name in new[] { "issued", "expired", "claimed", "returned", "in flight", "difference" })
        {
            table.AddColumn(new TableColumn(name).RightAligned().NoWrap().Padding(0, 0));
        }

        foreach (var (round, line) in verdict.Lines)
        {
            AddRow(table, $"{line.Wins} in round {round}", line);
        }

        table.AddEmptyRow();
        AddRow(table, $"{verdict.Total.Wins} in all", verdict.Total);
        console.Write(table);
        WriteFigures(console, facts, scene, played);
        DemoReport.WriteVerdict(console, verdict);
    }

    private static void WriteFigures(IAnsiConsole console, RainFacts facts, RainScene scene, TimeSpan played)
    {
        var withdrawals = facts.Withdrawals.DistinctBy(w => w.WithdrawalNo).ToArray();
        var paid = withdrawals.Where(w => w.Status == WithdrawalStatus.Succeeded).ToArray();
        console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{facts.Plan.Uids.Count} users, {facts.Draws.Count} draws answered, {scene.PausedAnswers} of them met the pause first; budget {facts.Plan.Campaign.Budget} fen, "
            + $"{facts.Packets.Count} packets sent, {facts.Packets.Sum(p => p.Packet.Claims.Count)} shares taken, {facts.Refusals.Count} claims refused."));
        console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{withdrawals.Length} withdrawals taken: {paid.Length} paid out {paid.Sum(w => w.Amount)} fen, {withdrawals.Count(w => w.Status == WithdrawalStatus.Failed)} refused for good; "
            + $"{scene.RefusedWithdrawals} not taken, for want of money or by the day's limit."));
        DemoReport.WriteTraffic(console, scene.Client, played);
        DemoReport.WriteTimes(console, "draws", scene.Client.DrawTimes);
        DemoReport.WriteTimes(console, "claims", scene.Client.ClaimTimes);
    }

    private static void AddRow(Table table, string name, RainLine line) => table.AddRow(
        name, Text(line.Issued), Text(line.Expired), Text(line.Claimed), Text(line.Returned), Text(line.Open + line.InFlight),
        line.Difference == 0 ? "0" : $"[red]{Text(line.Difference)}[/]");

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
