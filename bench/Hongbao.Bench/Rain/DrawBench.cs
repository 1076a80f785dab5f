using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using Hongbao.Bench.Contenders;
using Hongbao.Bench.Http;
using Hongbao.Bench.Http.Loading;
using Hongbao.Bench.Http.Serving;
using Hongbao.Bench.Measuring;
using Hongbao.Campaign;
using Npgsql;

namespace Hongbao.Bench.Rain;

/// <summary>Draws over HTTP: the platform in one process, the load in another, and beside the draws, in turns on the same process, the endpoint that does nothing.</summary>
internal sealed class DrawBench(BenchServers servers, RainOptions options) : IAsyncDisposable
{
    // As in the benchmark of claims: all have room among verified tokens and have called before. They draw in one campaign after the other, so that each draw is a first one.
    private const int Users = 24_000;
    private const int Connections = 256;

    // So many draws a second at most are prepared for.
    private const double MostPerSecond = 80_000;

    // Wins that a campaign could pay: its pieces of the budget are those of a real one.
    private const long WinsOfCampaign = 1_000_000;
    private const string Database = "rain";
    private const string DrawPath = "rounds/1/draws";
    private const string NothingPath = "rounds/1/nothing";
    private static readonly TimeSpan BoardPatience = TimeSpan.FromSeconds(30);

    private static readonly string[] Begin =
    [
        "truncate campaign.campaigns, campaign.rounds, campaign.prizes, campaign.pools, campaign.chunks, campaign.draws, campaign.budget_orders, campaign.due, campaign.outbox, campaign.campaign_log",
        "analyze",
        "checkpoint",
    ];

    private readonly OwnCpu _own = new(servers.WorkFolder);
    private readonly string _tokenKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    private readonly string _subsidyKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    private readonly Statements _statements = new(servers, Database);
    private readonly HttpClient _http = new();
    private LoadProcess? _load;
    private RoleProcess? _server;
    private CampaignSide? _planner;
    private string _url = "";
    private string _connectionString = "";

    public async Task<List<DrawRound>> RunAsync()
    {
        Console.WriteLine("Draws over HTTP: starting and warming up ...");
        await StartAsync();
        var rounds = new List<DrawRound>();
        for (var number = 1; number <= options.Rounds; number++)
        {
            var round = await RoundAsync(number, options.WarmUpSeconds, options.Seconds);
            rounds.Add(round);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  round {number}: draws {round.Draws.PerSecond,7:N0}/s, nothing {round.Nothing.PerSecond,7:N0}/s, {100 * round.Ratio:0} %; again {round.Repeats.PerSecond,7:N0}/s, losers alone {round.Losers.PerSecond,7:N0}/s; statements {round.PerPasser:0.000} a passer, {round.PerLoser:0.0000} a loser; steal {round.Draws.Steal:0.0} %"));
        }

        return rounds;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_load is not null)
        {
            await _load.DisposeAsync();
        }

        if (_planner is not null)
        {
            await _planner.DisposeAsync();
        }

        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        await _statements.DisposeAsync();
    }

    private async Task StartAsync()
    {
        var (file, connectionString) = ServeSettings.Write(servers, Database, _tokenKey);
        _connectionString = connectionString;
        _load = new LoadProcess(_own);
        _server = new RoleProcess(ServeRole.Name, file, "campaign");
        _url = await _server.ReadAddressAsync();
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Encoding.ASCII.GetString(Requests.SignTokens(_tokenKey, 1)[0]));
        // It plans and does nothing else.
        _planner = await CampaignSide.StartAsync(
            connectionString, _subsidyKey, new CampaignOptions(),
            static name => name.StartsWith("campaign.numbers.", StringComparison.Ordinal) || name == "campaign.clock");
        // The compiler optimizes what is called often, and everybody's token is verified once.
        await MeasureAsync(Nothing() with { Requests = Users });
        var seconds = options.Quick ? 4 : 8;
        await RoundAsync(0, 0, seconds);
    }

    // Both come first in turn.
    private async Task<DrawRound> RoundAsync(int number, double warmUp, double seconds)
    {
        var timed = Nothing() with { WarmUpSeconds = warmUp, Seconds = seconds };
        var faults = new List<string>();
        DrawRun? nothing = null;
        if (number % 2 == 0)
        {
            (nothing, _) = await MeasureAsync(timed);
        }

        var plan = Draws(timed, await FillAsync(RainPlans.OneInTen, warmUp + seconds));
        var (draws, result) = await MeasureAsync(plan);
        await AuditAsync(faults, draws, result);

        // The same users in the same campaigns; all of them, so that what they were told can be compared.
        var (repeats, again) = await MeasureAsync(plan with { WarmUpSeconds = 0, Requests = draws.Answered });
        if (draws.Busy == 0 && repeats.Busy == 0 && again.WonInAll != result.WonInAll)
        {
            faults.Add($"who drew again was told of {again.WonInAll.Count} wins of {again.WonInAll.Amount} instead of {result.WonInAll.Count} of {result.WonInAll.Amount}, or of others");
        }

        nothing ??= (await MeasureAsync(timed)).Run;
        var (losers, lost) = await MeasureAsync(Draws(timed, await FillAsync(1, warmUp + seconds)));
        await AuditAsync(faults, losers, lost);
        foreach (var error in new[] { result.Error, again.Error, lost.Error }.OfType<string>())
        {
            faults.Add("a client met an error: " + error);
        }

        return new DrawRound { Number = number, Nothing = nothing, Draws = draws, Repeats = repeats, Losers = losers, Faults = faults };
    }

    private LoadPlan Nothing() => new()
    {
        Url = _url,
        Collection = "campaigns",
        Endpoint = NothingPath,
        Load = "H1",
        PacketNos = [1L << 60],
        Users = Users,
        TokenKey = _tokenKey,
        Connections = Connections,
        IsOnceEach = false,
    };

    private static LoadPlan Draws(LoadPlan timed, long[] campaignIds) => timed with { Endpoint = DrawPath, PacketNos = campaignIds, IsOnceEach = true };

    private async Task<(DrawRun Run, LoadResult Result)> MeasureAsync(LoadPlan plan)
    {
        await _statements.ResetAsync();
        var began = Stopwatch.GetTimestamp();
        var (result, cpu, cpuAfter, allocated) = await _load!.RunAsync(ReadMeterAsync, plan);
        var (statements, counted) = (await _statements.ReadAsync(), Stopwatch.GetElapsedTime(began).TotalSeconds);
        return (new DrawRun
        {
            PerSecond = result.Taken / result.Seconds,
            WonPerSecond = result.Won / result.Seconds,
            P50 = result.P50,
            P99 = result.P99,
            Answered = result.TakenInAll,
            Won = result.WonInAll.Count,
            Busy = result.BusyInAll,
            Statements = statements.All,
            Inserts = statements.Inserts,
            Rows = statements.Rows,
            CountedSeconds = counted,
            Bytes = allocated.Bytes / Math.Max(1.0, result.Taken),
            LoadCpu = 100 * result.LoadCpuSeconds / result.Seconds / Environment.ProcessorCount,
            Steal = cpuAfter.StealSince(cpu),
            Others = cpuAfter.OthersSince(cpu),
        }, result);
    }

    private async Task<Meter> ReadMeterAsync() => (await _http.GetFromJsonAsync<Meter>(_url + MeterEndpoint.Path))!;

    // Emptied tables, and campaigns that run, one for each time that all users draw; returns when the server knows them.
    private async Task<long[]> FillAsync(long chancePpb, double seconds)
    {
        await using var source = NpgsqlDataSource.Create(_connectionString + ";Pooling=false");
        await ExecuteAsync(source, Begin[0]);
        var campaignIds = new long[(int)(MostPerSecond * seconds / Users) + 2];
        for (var i = 0; i < campaignIds.Length; i++)
        {
            campaignIds[i] = await _planner!.AddAsync(RainPlans.Ample(chancePpb, WinsOfCampaign));
        }

        foreach (var statement in Begin[1..])
        {
            await ExecuteAsync(source, statement);
        }

        var last = campaignIds[^1].ToString(CultureInfo.InvariantCulture);
        for (var began = Stopwatch.GetTimestamp(); !(await _http.GetStringAsync(_url + "/api/v1/campaigns")).Contains(last, StringComparison.Ordinal);)
        {
            if (Stopwatch.GetElapsedTime(began) > BoardPatience)
            {
                throw new InvalidOperationException("the server does not show the campaigns that were planned");
            }

            await Task.Delay(50);
        }

        return campaignIds;
    }

    private async Task AuditAsync(List<string> faults, DrawRun run, LoadResult result)
    {
        var books = await RainAudit.ReadAsync(_planner!.Store);
        faults.AddRange(books.Faults());
        // Who was told to ask again may have won all the same.
        if (run.Busy == 0 ? books.Wins != result.WonInAll : books.Wins.Count < result.WonInAll.Count)
        {
            faults.Add($"{result.WonInAll.Count} wins of {result.WonInAll.Amount} were answered, {books.Wins.Count} of {books.Wins.Amount} are recorded, or others");
        }

        if (books.Rows != books.Wins.Count)
        {
            faults.Add($"{books.Rows - books.Wins.Count} lost who could win, with money left");
        }
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string statement)
    {
        await using var command = source.CreateCommand(statement);
        await command.ExecuteNonQueryAsync();
    }
}
