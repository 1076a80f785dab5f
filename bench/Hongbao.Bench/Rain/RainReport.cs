using System.Globalization;
using System.Text;
using Hongbao.Bench.Measuring;
using Hongbao.Bench.Reporting;

namespace Hongbao.Bench.Rain;

/// <summary>A run as a page.</summary>
internal static class RainReport
{
    private const int MemoryRows = 12;

    public static string Write(RainRun run, RainOptions options, MachineFacts facts, bool hasPlot)
    {
        var page = new StringBuilder();
        page.AppendLine("# A rain").AppendLine();
        page.AppendLine("Written by `bench/run rain`: a crowd draws, wins are booked, processes are killed. Only ratios within one run hold: the machine is shared, and another one gives other figures.").AppendLine();
        if (hasPlot)
        {
            page.AppendLine("![Live heap beside the crowd, and subsidies stored over time](rain.svg)").AppendLine();
        }

        page.AppendLine("## What must be reached").AppendLine().AppendLine(Goals(run));
        var faults = run.Faults.ToList();
        page.AppendLine(faults.Count == 0 ? "Every audit passed." : $"**The audits found: {string.Join("; ", faults)}.**").AppendLine();
        AddHttp(page, run.Http);
        AddBooking(page, run.Booking);
        AddKills(page, run.Kills);
        AddMemory(page, run.Memory);
        page.AppendLine("## How it was run").AppendLine().AppendLine("| | |").AppendLine("|---|---|");
        foreach (var (name, value) in facts.Items)
        {
            page.AppendLine($"| {name} | {value} |");
        }

        page.AppendLine(CultureInfo.InvariantCulture,
            $"| Run | {(options.Quick ? "quick" : "full")}: {options.Rounds} rounds over HTTP of {options.Seconds} s a run after {options.WarmUpSeconds} s of warm-up, {options.Wins:N0} wins a round of booking, {options.Draws:N0} users with kills and beside memory |");
        page.AppendLine().AppendLine("""
            - *Draws over HTTP* are answered by what `hongbao serve` starts, with default settings, in a process of its own: all modules, but of their workers only Campaign's, as in the benchmark of
              claims only Core's. The load is another process: HTTP/1.1 over 256 kept connections, one thread, each asks again as soon as it is answered. 24,000 users, who all fit among the verified
              tokens that are kept by default and have called before, draw in one campaign after the other: each draw is that user's first one in that campaign. A campaign has one prize by chance, one
              in ten wins, and there is money for a million wins from the first moment. *Again* is the same draws by the same users once more; *losers alone* are first draws in campaigns where
              nobody wins (one in a billion).
            - The do-nothing endpoint runs our pipeline (headers, problems, routing, token check, limits, telemetry) for a request of the same size and answers `{"won":false}` with the same headers. It
              is measured in turns with the draws, in the same process; the ratio is that of two runs that follow each other.
            - Statements are what pg_stat_statements counts in the platform's database, `begin` and `commit` included. Subtracted is what the platform's clockwork sends by itself, as seen while the
              do-nothing endpoint ran: it is a few statements more or fewer from run to run, which shows as a loser's few ten-thousandths, of either sign. By construction a loser asks no database.
            - After each run of draws the tables are compared with the answers: wins with their users and amounts, chunks' issued, what pools gave, messages.
            - *Booking* begins with an outbox full of wins that real draws wrote, in messages of up to 512, and ends when it is empty: delivered, verified with Campaign, stored by Core, committed. All modules
              run in one process with their default settings and all workers but the pull of wins, so that nothing comes but by message. A smaller round before warms up.
            - *Kills*: two processes on one PostgreSQL draw for sections of the crowd, an eighth of them twice at the same time; each is killed (SIGKILL) after a number of wins and a pause that follow from
              the seed, and started again; what was not answered is drawn again. There are prizes by chance, with less money than could be won, and by quantity, with more. When the leases of the dead have run out
              everybody draws once more on a fresh process: every win that was ever answered has to come again, no outcome may be new. Then the campaign ends and the rest goes back. The error adds up
              by how much what was won differs from what chunks issued, from what pools gave, and from the budget less what went back. One cent is one minor unit.
            - *Memory* is the live heap after full collections beyond that before the crowd; the process, its connections and its code are there before. Outcomes that are remembered
              (`Campaign:RememberedMax`) are limited to a fifth of the passers, so that they are used up and renewed.
            - CPU steal and CPU of other programs stand beside each round. Rates are medians; rounds with more than 2 % steal, or 5 % of other programs (`~`), are left out where at least two others remain.
            - All figures are in [rain.json](rain.json).
            """);
        return page.ToString();
    }

    /// <summary>The table of goals.</summary>
    public static string Goals(RainRun run)
    {
        var table = new StringBuilder("| | goal | seen | |\n|---|---|---|---|\n");
        foreach (var goal in RainGoal.All(run))
        {
            table.AppendLine($"| {goal.What} | {goal.Wanted} | {goal.Seen} | {goal.IsReached switch { true => "yes", false => "**no**", null => "not run" }} |");
        }

        return table.ToString();
    }

    private static void AddHttp(StringBuilder page, IReadOnlyList<DrawRound>? rounds)
    {
        if (rounds is null)
        {
            return;
        }

        page.AppendLine("## Draws over HTTP").AppendLine();
        page.AppendLine("| round | | answers/s | of nothing | won/s | p50 ms | p99 ms | told to ask again | bytes/answer | load % | steal % | others % |").AppendLine("|---|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (var round in rounds)
        {
            foreach (var (name, one) in new[] { ("nothing", round.Nothing), ("draws", round.Draws), ("again", round.Repeats), ("losers alone", round.Losers) })
            {
                page.AppendLine(CultureInfo.InvariantCulture,
                    $"| {round.Number} | {name} | {(IsLoud(one.Steal, one.Others) ? "~" : "")}{one.PerSecond:N0} | {100 * one.PerSecond / Math.Max(1, round.Nothing.PerSecond):0} % | {one.WonPerSecond:N0} | {one.P50:0.00} | {one.P99:0.00} | {one.Busy:N0} | {one.Bytes:N0} | {one.LoadCpu:0} | {one.Steal:0.0} | {one.Others:0.0} |");
            }
        }

        page.AppendLine();
        page.AppendLine("| round | passers | lost rows | passers in a transaction | statements for a passer | for a loser | for a draw again | of the clockwork a second |").AppendLine("|---|---|---|---|---|---|---|---|");
        foreach (var round in rounds)
        {
            page.AppendLine(CultureInfo.InvariantCulture,
                $"| {round.Number} | {round.Draws.Won:N0} | {round.Draws.Rows - round.Draws.Won} | {round.PassersPerInsert:0.0} | {round.PerPasser:0.000} | {round.PerLoser:0.0000} | {round.PerRepeat:0.0000} | {round.IdleStatements:0.0} |");
        }

        page.AppendLine();
    }

    private static void AddBooking(StringBuilder page, IReadOnlyList<BookingRound>? rounds)
    {
        if (rounds is null)
        {
            return;
        }

        page.AppendLine("## Booking by message").AppendLine();
        page.AppendLine("| round | subsidies | messages | seconds | subsidies/s | CPU here us | CPU of PostgreSQL us | log bytes | steal % | others % |").AppendLine("|---|---|---|---|---|---|---|---|---|---|");
        foreach (var round in rounds)
        {
            page.AppendLine(CultureInfo.InvariantCulture,
                $"| {round.Number} | {round.Wins:N0} | {round.Messages:N0} | {round.Seconds:0.0} | {(IsLoud(round.Steal, round.Others) ? "~" : "")}{round.PerSecond:N0} | {round.OwnMicros:0} | {round.PostgresMicros:0} | {round.WalBytes:N0} | {round.Steal:0.0} | {round.Others:0.0} |");
        }

        page.AppendLine();
    }

    private static void AddKills(StringBuilder page, KillsRun? run)
    {
        if (run is null)
        {
            return;
        }

        page.AppendLine("## The budget under kills").AppendLine().AppendLine("| | |").AppendLine("|---|---|");
        void Add(string name, FormattableString value) => page.AppendLine(CultureInfo.InvariantCulture, $"| {name} | {value.ToString(CultureInfo.InvariantCulture)} |");
        Add("Users; draws answered", $"{run.Users:N0}; {run.Draws:N0}");
        Add("Kills; seed; seconds of drawing", $"{run.Kills}; {run.Seed}; {run.Seconds:0}");
        Add("Wins", $"{run.Wins:N0}");
        Add("Budget, minor units", $"{run.Budget:N0}");
        Add("Won; issued of chunks; given by pools", $"{run.Won:N0}; {run.IssuedOfChunks:N0}; {run.AllocatedOfPools:N0}");
        Add("Went back", $"{run.Released:N0}");
        Add("Error", $"**{run.Error:N0}**");
        page.AppendLine();
    }

    private static void AddMemory(StringBuilder page, MemoryRun? run)
    {
        if (run is null)
        {
            return;
        }

        page.AppendLine("## Memory beside the crowd").AppendLine();
        page.AppendLine(CultureInfo.InvariantCulture,
            $"At most {run.RememberedMax:N0} outcomes remembered. One more running campaign takes {run.BytesOfCampaign:N0} bytes.").AppendLine();
        page.AppendLine("| users | outcomes remembered | bytes of live heap |").AppendLine("|---|---|---|");
        var every = Math.Max(1, run.Samples.Count / MemoryRows);
        foreach (var sample in run.Samples.Where((s, i) => i <= 1 || i == run.Samples.Count - 1 || s.Users == run.Samples[^1].Users / 10 || i % every == 0))
        {
            page.AppendLine(CultureInfo.InvariantCulture, $"| {sample.Users:N0} | {sample.Remembered:N0} | {sample.Bytes:N0} |");
        }

        page.AppendLine();
    }

    private static bool IsLoud(double steal, double others) => new Noise(steal, others).IsLoud;
}
