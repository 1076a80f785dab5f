using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Hongbao.Bench.Chain;
using Hongbao.Bench.Contenders;
using Hongbao.Bench.Measuring;
using Hongbao.Campaign;
using Hongbao.Foundation.Stores;
using Npgsql;

namespace Hongbao.Bench.Rain;

/// <summary>
/// Booking by message: wins that real draws left in Campaign's outbox are delivered, verified with Campaign and stored by Core, all modules in one process on PostgreSQL, until the outbox is empty. The
/// pull of wins is off, so that nothing comes but by message.
/// </summary>
internal sealed class BookingBench(BenchServers servers, RainOptions options)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan SampleEvery = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private readonly OwnCpu _own = new(servers.WorkFolder);

    private sealed class Stored
    {
        public long Subsidies { get; init; }
        public long Distinct { get; init; }
        public long Amount { get; init; }
        public long Numbers { get; init; }
        public long Elsewhere { get; init; }
    }

    public async Task<List<BookingRound>> RunAsync()
    {
        Console.WriteLine("Booking by message: warming up ...");
        await RoundAsync(0, Math.Max(1000, options.Wins / 8));
        var rounds = new List<BookingRound>();
        for (var number = 1; number <= Math.Min(options.Rounds, 3); number++)
        {
            var round = await RoundAsync(number, options.Wins);
            rounds.Add(round);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  round {number}: {round.Wins:N0} subsidies in {round.Messages:N0} messages, {round.PerSecond:N0}/s, {round.OwnMicros:0} us here and {round.PostgresMicros:0} us of PostgreSQL each; steal {round.Steal:0.0} %"));
        }

        return rounds;
    }

    private async Task<BookingRound> RoundAsync(int number, int wins)
    {
        var database = string.Create(CultureInfo.InvariantCulture, $"booking_{number}");
        var connectionString = new NpgsqlConnectionStringBuilder(servers.Postgres) { Database = database }.ToString();
        await PostgresStore.EnsureDatabaseAsync(connectionString, default);
        var (books, messages) = await WriteAsync(connectionString, wins);
        BookingRound round;
        await using (var platform = await ChainPlatform.StartAsync(servers, database))
        {
            round = await BookAsync(platform, number, books, messages);
        }

        NpgsqlConnection.ClearAllPools();
        await ExecuteAsync($"drop database {database} with (force)");
        await ExecuteAsync($"drop database if exists {database}_finance with (force)");
        return round;
    }

    // Wins in the outbox, written by draws of which every one wins.
    private static async Task<(RainBooks Books, long Messages)> WriteAsync(string connectionString, int wins)
    {
        await using var side = await CampaignSide.StartAsync(connectionString, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)), new CampaignOptions());
        var campaignId = await side.AddAsync(RainPlans.Ample(Whole, wins));
        await Crowd.DrawAsync(side.Campaigns, campaignId, 0, wins);
        await using var session = await side.Store.ReadAsync(default);
        return (await RainAudit.ReadAsync(side.Store), await session.FirstAsync<long>("select count(*) from outbox"));
    }

    // Everybody.
    private const long Whole = 1_000_000_000;

    private async Task<BookingRound> BookAsync(ChainPlatform platform, int number, RainBooks books, long messages)
    {
        var faults = books.Faults();
        await ExecuteAsync("checkpoint");
        var wins = books.Wins.Count;
        var samples = new List<BookedBy>();
        var (cpu, process, wal, began) = (CpuTime.Now(_own), Environment.CpuUsage.TotalTime, await servers.LogPositionAsync(), Stopwatch.GetTimestamp());
        platform.Attach(static name => name != "async.wins.pull");
        var seconds = 0.0;
        for (var left = messages; left > 0;)
        {
            await Task.Delay(Look);
            await using var session = await platform.Stores.Open("campaign").ReadAsync(default);
            left = await session.FirstAsync<long>("select count(*) from outbox");
            seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
            if (left == 0 || seconds - (samples.Count == 0 ? 0 : samples[^1].Second) >= SampleEvery.TotalSeconds)
            {
                samples.Add(new BookedBy(seconds, wins - (wins * left / messages)));
            }

            if (seconds > Patience.TotalSeconds)
            {
                faults.Add($"{left} messages were not delivered within {Patience.TotalMinutes:0} minutes");
                break;
            }
        }

        var (after, ours) = (CpuTime.Now(_own), Environment.CpuUsage.TotalTime - process);
        wal = await servers.LogPositionAsync() - wal;
        await AuditAsync(platform, books, faults);
        return new BookingRound
        {
            Number = number,
            Wins = wins,
            Messages = messages,
            Seconds = seconds,
            OwnMicros = ours.TotalMicroseconds / wins,
            // Ticks are a hundredth of a second.
            PostgresMicros = (((after.Own - cpu.Own) * 10_000.0) - ours.TotalMicroseconds) / wins,
            WalBytes = (double)wal / wins,
            Steal = after.StealSince(cpu),
            Others = after.OthersSince(cpu),
            Samples = samples,
            Faults = faults,
        };
    }

    private static async Task AuditAsync(ChainPlatform platform, RainBooks books, List<string> faults)
    {
        await using var session = await platform.Stores.Open("core").ReadAsync(default);
        var stored = (await session.FirstAsync<Stored>("""
            select count(*) as subsidies, count(distinct external_no) as "distinct", cast(coalesce(sum(amount), 0) as bigint) as amount,
              (select count(*) from subsidy_numbers) as numbers,
              (select count(*) from subsidies s left join subsidy_numbers n on n.subsidy_no = s.subsidy_no and n.external_no = s.external_no
                and n.uid = s.uid and n.amount = s.amount where n.subsidy_no is null or s.state <> 2) as elsewhere
            from subsidies
            """))!;
        if ((stored.Subsidies, stored.Distinct, stored.Numbers, stored.Amount) != (books.Wins.Count, books.Wins.Count, books.Wins.Count, books.Wins.Amount))
        {
            faults.Add($"{books.Wins.Count} wins of {books.Wins.Amount}, but {stored.Subsidies} subsidies of {stored.Amount}, {stored.Distinct} external numbers, {stored.Numbers} in their table");
        }

        if (stored.Elsewhere > 0)
        {
            faults.Add($"{stored.Elsewhere} subsidies that differ from their numbers, or are not available");
        }
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(servers.Postgres + ";Database=postgres;Pooling=false");
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
