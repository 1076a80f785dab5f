using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Hongbao.Bench.Contenders;
using Hongbao.Bench.Http;
using Hongbao.Campaign;
using Hongbao.Foundation.Stores;
using Npgsql;

namespace Hongbao.Bench.Rain.Kills;

/// <summary>
/// A crowd draws in two processes that are killed at moments by a seed and started again, until everybody has an answer; who had none draws again. Then the books are looked at: what was won, what chunks
/// issued, what pools gave and what goes back to the sponsor must agree to the cent, and every answer must stand.
/// </summary>
internal sealed class KillsBench(BenchServers servers, RainOptions options)
{
    private const int Processes = 2;

    // What a process has to do at a time: two sections, so that there is always one.
    private const int SectionsAtOnce = 2;

    // So that what a dead process held is wanted again soon.
    private const int LeaseSeconds = 3;
    private const int PauseMsMax = 30;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly AnsweredWins _answered = new();
    private readonly DrawSections _sections = new(options.Draws, Math.Max(50, options.Draws / 500));
    private readonly List<string> _faults = [];
    private readonly Lock _gate = new();
    private readonly string _connectionString = new NpgsqlConnectionStringBuilder(servers.Postgres) { Database = "kills" }.ToString();
    private readonly string _subsidyKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    private int _kills;
    private long _draws;

    // A run has some two dozen kills, a quick one a few.
    private int WinsOfLifeMax => 2 * options.Draws / 10 / (options.Quick || options.Draws < 100_000 ? 8 : 24);

    public async Task<KillsRun> RunAsync()
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{options.Draws:N0} draws with kills, seed {options.Seed} ..."));
        await PostgresStore.EnsureDatabaseAsync(_connectionString, default);
        await using var side = await CampaignSide.StartAsync(_connectionString, _subsidyKey, new CampaignOptions { LeaseSeconds = LeaseSeconds });
        var plan = RainPlans.Scarce(options.Draws);
        var campaignId = await side.AddAsync(plan);
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Processes).Select(seat => SeatAsync(seat, campaignId)));
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {_draws:N0} draws answered in {seconds:0} s, {_kills} kills, {_answered.Count:N0} wins told"));
        return await AuditAsync(side, campaignId, plan.Budget, seconds);
    }

    // One process after the other, each until it is killed or everybody has been answered. The last one of the first seat ends orderly, that of the second does not.
    private async Task SeatAsync(int seat, long campaignId)
    {
        var chance = new Random(unchecked((options.Seed * Processes) + seat));
        while (!_sections.IsDone && !HasFaults)
        {
            await using var process = new RoleProcess(DrawRole.Name);
            await process.WriteAsync(JsonSerializer.Serialize(new DrawSettings(_connectionString, _subsidyKey, campaignId, LeaseSeconds)));
            if (await process.ReadAsync() is var word && word != DrawRole.Ready)
            {
                throw new InvalidOperationException($"a process that draws said '{word}'");
            }

            if (await LiveAsync(process, chance.Next(WinsOfLifeMax), chance.Next(PauseMsMax)) || seat > 0)
            {
                process.Kill();
            }
        }
    }

    /// <returns>True when it was killed.</returns>
    private async Task<bool> LiveAsync(RoleProcess process, int winsOfLife, int pauseMs)
    {
        var given = new List<Section>();
        var (wins, isKilled) = (0, false);
        while (true)
        {
            while (!isKilled && given.Count < SectionsAtOnce && _sections.TryTake(out var next))
            {
                given.Add(next);
                await process.WriteAsync(DrawLines.Ask(next));
            }

            if (given.Count == 0 && !isKilled)
            {
                // What the other process has may still come back.
                if (_sections.IsDone || HasFaults)
                {
                    return false;
                }

                await Task.Delay(10);
                continue;
            }

            if (await process.TryReadAsync() is not { } line)
            {
                break;
            }

            wins += Take(line, given) ? 1 : 0;
            if (!isKilled && wins > winsOfLife)
            {
                await Task.Delay(pauseMs);
                process.Kill();
                isKilled = true;
            }
        }

        given.ForEach(_sections.Again);
        if (!isKilled)
        {
            Fault("a process that draws ended by itself");
        }

        Interlocked.Increment(ref _kills);
        return true;
    }

    /// <returns>True for a win.</returns>
    private bool Take(string line, List<Section> given)
    {
        if (DrawLines.IsWon(line, out var uid, out var amount))
        {
            _answered.Add(uid, amount);
            return true;
        }

        if (DrawLines.IsDone(line, out var section) && given.Remove(section))
        {
            _sections.Answered();
            Interlocked.Add(ref _draws, section.Count);
        }
        else if (line.StartsWith("failed ", StringComparison.Ordinal))
        {
            Fault("a draw failed: " + line);
        }

        return false;
    }

    private async Task<KillsRun> AuditAsync(CampaignSide side, long campaignId, long budget, double seconds)
    {
        // What the dead held is given back when their time is over.
        var books = await UntilAsync(() => RainAudit.ReadAsync(side.Store), static b => b.OpenChunks == 0, "chunks are still open");
        var rows = books.Rows;

        // Everybody draws once more, on a process that remembers nothing.
        await Crowd.DrawAsync(side.Campaigns, campaignId, 0, options.Draws, _answered.Add);
        _draws += options.Draws;
        var recorded = new Dictionary<long, long>();
        books = await RainAudit.ReadAsync(side.Store, (_, uid, amount) => recorded.Add(uid, amount));
        _answered.Compare(recorded);
        if (books.Rows != rows)
        {
            Fault($"{books.Rows - rows} outcomes were new when everybody drew again");
        }

        if (_answered.Count != recorded.Count)
        {
            Fault($"{_answered.Count} wins were answered, {recorded.Count} are recorded");
        }

        await side.EndAsync(campaignId);
        var released = await UntilAsync(() => Task.FromResult(side.Finance.Released), r => r >= budget - books.Wins.Amount, "the rest did not go back");
        books = await RainAudit.ReadAsync(side.Store);
        var run = new KillsRun
        {
            Seed = options.Seed,
            Users = options.Draws,
            Draws = _draws,
            Kills = _kills,
            Seconds = seconds,
            Wins = books.Wins.Count,
            Budget = budget,
            Won = books.Wins.Amount,
            IssuedOfChunks = books.Issued,
            AllocatedOfPools = books.Allocated,
            Released = released,
            Faults = [.. _faults, .. _answered.Faults, .. books.Faults()],
        };
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  {run.Wins:N0} wins of {run.Won:N0}, budget {run.Budget:N0}, given back {run.Released:N0}: error {run.Error} minor units"));
        return run;
    }

    private async Task<T> UntilAsync<T>(Func<Task<T>> look, Predicate<T> isWell, string otherwise)
    {
        for (var began = Stopwatch.GetTimestamp(); ;)
        {
            var seen = await look();
            if (isWell(seen))
            {
                return seen;
            }

            if (Stopwatch.GetElapsedTime(began) > Patience)
            {
                Fault(otherwise);
                return seen;
            }

            await Task.Delay(200);
        }
    }

    private bool HasFaults
    {
        get
        {
            lock (_gate)
            {
                return _faults.Count > 0;
            }
        }
    }

    private void Fault(string fault)
    {
        lock (_gate)
        {
            _faults.Add(fault);
        }
    }
}
