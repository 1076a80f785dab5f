using System.Globalization;
using System.Text;
using Hongbao.Bench.Http;
using Hongbao.Bench.Measuring;

namespace Hongbao.Bench.Reporting;

/// <summary>The rounds as a page.</summary>
internal static class Report
{
    public static string Write(Rounds rounds, BenchOptions options, MachineFacts facts)
    {
        var page = new StringBuilder();
        page.AppendLine("# Claims: Hongbao and what one would write instead").AppendLine();
        page.AppendLine("Written by `bench/run claims`. Only ratios within one run hold: the machine is shared, and another one gives other figures.").AppendLine();
        page.AppendLine("![Claims per second by clients](claims.svg)").AppendLine();
        page.AppendLine("## What must be reached").AppendLine().AppendLine(Goals(rounds));
        page.AppendLine(Noise(rounds)).AppendLine();
        foreach (var load in options.Loads.Select(Load.Named).Where(l => rounds.All.Any(r => r.Load == l.Name)))
        {
            page.AppendLine($"## {load.Name}: {load.Title}").AppendLine().AppendLine(Table(rounds, options, load.Name));
            var firsts = rounds.All.Where(r => r.Load == load.Name && r.Measured.FirstClaims > 0).Select(r => (r.Contender, r.Measured.FirstClaims)).ToLookup(r => r.Contender, r => r.FirstClaims);
            foreach (var first in firsts)
            {
                page.AppendLine(CultureInfo.InvariantCulture,
                    $"Claims a second of {first.Key} while each was its packet's first (median, before the run, {FirstClaims.Clients:N0} clients): {first.Order().ElementAt(first.Count() / 2):N0}.").AppendLine();
            }

        }

        page.AppendLine("## How it was run").AppendLine().AppendLine("| | |").AppendLine("|---|---|");
        foreach (var (name, value) in facts.Items)
        {
            page.AppendLine($"| {name} | {value} |");
        }

        page.AppendLine().AppendLine("""
            - *Claims/s*: answered with a share. *Credited/s*: claim and credit request committed in a database within the same time; for Redis by the drainer.
            - Clients ask again as soon as they are answered (closed loop); every claim is another user's. Latency is from call to answer; bytes/claim are those of the whole process, in process the clients' own included;
              log/claim are the bytes that PostgreSQL wrote to its log.
            - With many packets, each of ours has had its first claim before the clock starts: afterwards it is in memory, as the peers' rows are in the database's.
            - All write the same tables with the same constraints, and a credit request of the same size for every claim; forms with batches (ours, the
              drainer, the ceilings) pack a batch's requests into one row. P4 does not write the packet's row. Nobody takes the requests away.
            - Hongbao in process is its Core module with default settings behind its contract, without HTTP. Redis is asked through one pipelined connection that all clients
              share, without a library: what waits at the same time goes out together; "client library" is StackExchange.Redis 1.2.6 with one connection, its evaluated script by hash.
            - Hongbao over HTTP is what `hongbao serve` starts, with default settings, in a process of its own: all modules, but of their workers only Core's, for the peers have nobody
              either who takes the credit requests away. The load is a third process: HTTP/1.1 over kept connections, one thread, *load %* is its part of the machine's CPU.
              24,000 users, who all fit among the verified tokens that are kept by default and have called before, claim packet after packet, each pair once; the sum of the amounts that
              they were told is audited as well. Latency of the open loop is from the planned moment (Poisson arrivals), also of what had to wait for a connection.
            - The do-nothing endpoint runs our pipeline (headers, problems, routing, token check, limits, telemetry) for a request of the same size and answers prepared bytes of the same size.
            - The bulk ceilings are a loop inside PostgreSQL that writes the same rows without deciding, drawing or answering.
            - Figures are medians of rounds; contenders run in turn within a round. Rounds with more than 2 % CPU steal, or 5 % of other programs, are left out where at least two others remain.
            - Before the rounds ours and R1 run for 8 s each, the others for 0.8 s, so that their code is compiled as far as it ever is.
            - After every run of claims the money was audited: claims against packets, shares left, answers and credit requests. Ceilings and do-nothing endpoints have none.
            - The drainer commits 4,096 claims at a time: credited/s of the durable Redis forms moves in such steps.
            - The raw rounds are in [claims.json](claims.json).
            """);
        return page.ToString();
    }

    /// <summary>The table of ratios.</summary>
    public static string Goals(Rounds rounds)
    {
        var table = new StringBuilder("| in process, PostgreSQL unless said | goal | ratio | ours/s | theirs/s | runs | |\n|---|---|---|---|---|---|---|\n");
        foreach (var goal in Goal.All(rounds))
        {
            table.AppendLine(CultureInfo.InvariantCulture,
                $"| {goal.What} | {Ratio(goal.Wanted, goal.Wanted)} | {Ratio(goal.Ratio, goal.Wanted)} | {Number(goal.Ours)} | {Number(goal.Theirs)} | {goal.Where} | {Reached(goal.IsReached)} |");
        }

        var latency = LatencyGoal.Of(rounds);
        table.AppendLine(CultureInfo.InvariantCulture,
            $"| over HTTP: p99 from the planned moment, open loop at half of the greatest rate | < {LatencyGoal.BelowMs:0} ms | {Short(latency.P99)} ms | {Number(latency.Rate)} | | {HttpForm.OpenConnections} connections | {Reached(latency.IsReached)} |");

        return table.ToString();
    }

    private static string Noise(Rounds rounds)
    {
        var noisy = rounds.All.Count(r => r.IsNoisy);
        var lone = rounds.All.GroupBy(r => (r.Load, r.Contender, r.Clients)).Count(c => rounds.Counting(c.Key.Load, c.Key.Contender, c.Key.Clients).Any(r => r.IsNoisy));
        var faults = rounds.All.Sum(r => r.Faults.Count);
        return string.Create(CultureInfo.InvariantCulture,
            $"CPU steal: median {rounds.All.Select(r => r.Measured.Steal).Order().ElementAt(rounds.All.Count / 2):0.0} %, at most {rounds.All.Max(r => r.Measured.Steal):0.0} %. CPU of other programs: median {rounds.All.Select(r => r.Measured.Others).Order().ElementAt(rounds.All.Count / 2):0.0} %, at most {rounds.All.Max(r => r.Measured.Others):0.0} %. {noisy} of {rounds.All.Count} runs were above 2 % or 5 %; {lone} figures rest on such runs because too few others remained (marked `~`). ")
            + (faults == 0 ? "Every audit passed." : $"**{faults} faults were found by the audits.**");
    }

    private static string Table(Rounds rounds, BenchOptions options, string load)
    {
        var table = new StringBuilder("| | clients | claims/s | credited/s | p50 ms | p99 ms | p99.9 ms | refused/s | busy/s | bytes/claim | log/claim | load % | steal % | others % | runs |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n");
        var titles = Contender.All(options.Pools).ToDictionary(c => c.Id);
        foreach (var cell in rounds.All.Where(r => r.Load == load).Select(r => (r.Contender, r.Clients)).Distinct()
            .OrderBy(c => titles.ContainsKey(c.Contender) ? titles.Keys.ToList().IndexOf(c.Contender) : int.MaxValue).ThenBy(c => c.Clients))
        {
            double? Of(Func<Measured, double> figure) => rounds.Median(load, cell.Contender, cell.Clients, figure);
            var counting = rounds.Counting(load, cell.Contender, cell.Clients);
            var all = rounds.All.Count(r => r.Load == load && r.Contender == cell.Contender && r.Clients == cell.Clients);
            var known = titles.GetValueOrDefault(cell.Contender);
            var title = known?.Title ?? $"Ceiling, batches of {cell.Contender.Split('/')[1]}";
            var answers = cell.Clients > 0;
            table.AppendLine(CultureInfo.InvariantCulture,
                $"| {title} | {(answers ? Number(cell.Clients) : "")} | {(counting.Any(r => r.IsNoisy) ? "~" : "")}{Number(Of(m => m.Taken))} | {Number(Of(m => m.Credited))} | {(answers ? Short(Of(m => m.P50)) : "")} | {(answers ? Short(Of(m => m.P99)) : "")} | {(answers ? Short(Of(m => m.P999)) : "")} | {Number(Of(m => m.Refused))} | {Number(Of(m => m.Busy))} | {(known is { IsInProcess: true } or { Http.Server: HttpServer.Platform } ? Number(Of(m => m.BytesPerClaim)) : "")} | {(Of(m => m.LogPerClaim) is >= 1 and var log ? Number(log) : "")} | {(known?.Http is null ? "" : Number(Of(m => m.LoadCpu)))} | {Short(Of(m => m.Steal))} | {Short(Of(m => m.Others))} | {counting.Length} of {all} |");
        }

        return table.ToString();
    }

    private static string Reached(bool? isReached) => isReached switch { true => "reached", false => "**not reached**", null => "not run" };

    private static string Number(double? value) => value?.ToString("N0", CultureInfo.InvariantCulture) ?? "";

    private static string Short(double? value) => value?.ToString(value < 10 ? "0.00" : "0.0", CultureInfo.InvariantCulture) ?? "";

    private static string Ratio(double? value, double wanted) =>
        value is not { } ratio ? ""
        : wanted < 1 ? (ratio * 100).ToString("0", CultureInfo.InvariantCulture) + " %"
        : ratio.ToString(wanted == 1 ? "0.00" : "0.0", CultureInfo.InvariantCulture) + " x";
}
