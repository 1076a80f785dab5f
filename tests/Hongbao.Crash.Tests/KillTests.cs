using System.Diagnostics;
using Hongbao.Foundation.Stores;
using Hongbao.Testing;

namespace Hongbao.Crash.Tests;

/// <summary>
/// The process is killed at every failpoint, again and again on the same data, while clients go on; sometimes every message that waits in
/// an outbox is deleted as well. After the last restart everything must come to its end and every cent be where it belongs. There are two worlds:
/// one without campaigns, and one where it rains as well.
/// </summary>
public abstract class KillTests(SqlDialect dialect, bool rains, ITestOutputHelper output)
{
    private const int Clients = 4;
    private static readonly TimeSpan LifeMax = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan QuietDeadline = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task Killed_at_every_step_nothing_is_lost_and_every_cent_is_where_it_belongs()
    {
        var rounds = int.Parse(Environment.GetEnvironmentVariable("HONGBAO_CRASH_ROUNDS") ?? "1", null);
        var first = int.Parse(Environment.GetEnvironmentVariable("HONGBAO_CRASH_SEED") ?? Random.Shared.Next(1_000_000).ToString(), null);
        for (var seed = first; seed < first + rounds; seed++)
        {
            Say($"{dialect}{(rains ? ", rain" : "")}, seed {seed} (again with HONGBAO_CRASH_SEED={seed})");
            await using var database = await TestDatabase.CreateAsync(dialect);
            await RunAsync(database, seed, isLong: rounds > 1);
        }
    }

    private async Task RunAsync(TestDatabase database, int seed, bool isLong)
    {
        var random = new Random(seed);
        var world = rains ? new World { Users = 24, Rain = new Rain() } : new World();
        var clock = Stopwatch.StartNew();
        var points = Points(isLong).ToList();
        random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(points));
        Api? api = null;
        var waiting = new Queue<string>(points);
        var deleted = 0;
        for (var life = 0; waiting.Count > 0; life++)
        {
            Assert.True(life < points.Count * 3, $"these failpoints are not reached: {string.Join(", ", waiting)}");
            var point = waiting.Dequeue();
            // Later hits only in the first round, so that rare steps are reached in the end.
            var hit = life < points.Count ? random.Next(1, 4) : 1;
            var asked = clock.Elapsed;
            await using var server = await ServerProcess.TryStartAsync(database.Folder, Settings(database, world, $"{point}@{hit}"));
            var started = clock.Elapsed;
            // Without an address it was killed before it listened, at what the life before left to do.
            if (server.Url.Length > 0)
            {
                using var next = new Api(server.Url, api);
                api = next;
                await SetFaultsAsync(next, seed + life);
                await LiveAsync(server, world, next, random);
            }

            if (Environment.GetEnvironmentVariable("HONGBAO_CRASH_TRACE") is not null)
            {
                Say($"  {asked.TotalSeconds:0.0} s, started after {(started - asked).TotalSeconds:0.0} s: {point}@{hit} {(server.HasExited ? "reached" : "not reached")} after {(clock.Elapsed - started).TotalSeconds:0.0} s");
            }

            if (server.HasExited)
            {
                Assert.Contains($"failpoint {point}: killed", server.Output, StringComparison.Ordinal);
            }
            else
            {
                await server.KillAsync();
                waiting.Enqueue(point);
            }

            var failures = server.Output.Split('\n').Where(static line => line.Contains(" fail: ", StringComparison.Ordinal)).ToArray();
            Assert.True(failures.Length == 0, $"seed {seed}, {point}@{hit}:\n{string.Join('\n', failures)}");
            if (random.Next(2) == 0)
            {
                deleted += await DeleteMessagesAsync(database);
            }
        }

        await using var last = await ServerProcess.StartAsync(database.Folder, Settings(database, world, ""));
        using var final = new Api(last.Url, api);
        await Send(final, new { seed = 0, operations = Array.Empty<object>(), reason = "the end" });
        var audit = new Audit(world, final, database);
        await SettleAsync(world, final, audit, seed);
        var faults = await audit.FromOutsideAsync();
        Assert.Equal(0, await last.InterruptAsync());
        faults.AddRange(await Audit.InTablesAsync(database));
        faults.AddRange(world.Faults);
        Say($"  {points.Count} failpoints, {deleted} messages deleted, {clock.Elapsed.TotalSeconds:0} s: {audit.Summary}");
        Assert.True(faults.Count == 0, $"seed {seed}:\n{string.Join('\n', faults)}\n{await Audit.OpenAsync(database)}\n\nlast server:\n{last.Output}");
        Assert.True(deleted > 0);
    }

    // While it rains the two stores share the places; in long runs each is killed at all of them.
    private IEnumerable<string> Points(bool isLong) => !rains ? KillPoints.Paid
        : KillPoints.Rain.Where((_, i) => isLong || (i % 2 == 0) == (dialect == SqlDialect.Sqlite));

    private static async Task LiveAsync(ServerProcess server, World world, Api api, Random random)
    {
        var life = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Clients)
            .Select(_ => new Client(world, api, new Random(random.Next())).RunAsync(() => server.HasExited || life.Elapsed > LifeMax)));
        // Clients see the connection end a moment before the process is gone.
        await Task.WhenAny(server.Exited, Task.Delay(life.Elapsed > LifeMax ? TimeSpan.Zero : LifeMax));
    }

    private static async Task SettleAsync(World world, Api api, Audit audit, int seed)
    {
        var client = new Client(world, api, new Random(seed));
        var patience = Stopwatch.StartNew();
        while (true)
        {
            await client.SettleAsync();
            if (await audit.IsQuietAsync())
            {
                return;
            }

            Assert.True(patience.Elapsed < QuietDeadline, $"seed {seed}: not quiet after {QuietDeadline}: {audit.Waiting}");
            await Task.Delay(TimeSpan.FromMilliseconds(200));
        }
    }

    // Every second thing that finance does is late, unanswered or refused. What it will not give back to a campaign keeps the campaign's books open until a person settles it.
    private Task SetFaultsAsync(Api api, int seed) => Send(api, new
    {
        seed,
        reason = "crash test",
        operations = new object[]
        {
            new { operation = "pay", laterPermille = 200, laterMs = 100, lostAnswerPermille = 100, callbackLostPermille = 300 },
            new { operation = "transfer", laterPermille = 300, laterMs = 50, lostAnswerPermille = 100, refusePermille = 150, callbackRepeatPermille = 300, callbackLostPermille = 200 },
            new { operation = "refund", laterPermille = 300, laterMs = 50, lostAnswerPermille = 100, refusePermille = rains ? 0 : 200, callbackRepeatPermille = 300 },
            new { operation = "setAside", laterPermille = 200, laterMs = 50, lostAnswerPermille = 100 },
            new { operation = "hold", laterPermille = 200, laterMs = 50, lostAnswerPermille = 100, refusePermille = 100 },
            new { operation = "release", laterPermille = 200, laterMs = 50, lostAnswerPermille = 100 },
            new { operation = "fund", laterPermille = 300, laterMs = 50, lostAnswerPermille = 100, callbackLostPermille = 200 },
            new { operation = "payout", laterPermille = 300, laterMs = 100, lostAnswerPermille = 100, refusePermille = 200, callbackRepeatPermille = 300, callbackLostPermille = 200 },
            new { operation = "query", notFoundPermille = 200, lostAnswerPermille = 100 },
        },
    });

    private static async Task Send(Api api, object faults)
    {
        try
        {
            var answer = await api.SendAsync(HttpMethod.Put, "/ops/v1/finance/faults", 1, faults, "admin");
            Assert.True(answer.IsOk, answer.ToString());
        }
        catch (HttpRequestException)
        {
            // Killed already, by what the life before left to do.
        }
    }

    private static async Task<int> DeleteMessagesAsync(TestDatabase database)
    {
        var count = 0;
        foreach (var module in new[] { "core", "async", "campaign" })
        {
            // A store of this moment: the next server must find no other owner of the file.
            await using var store = database.OpenAnother(module);
            await using var session = await store.WriteAsync(default);
            count += await session.ExecuteAsync("delete from outbox", null, default);
            await session.CommitAsync(default);
        }

        return count;
    }

    private static Dictionary<string, string> Settings(TestDatabase database, World world, string failpoints) => new(Hurry.SettingsFor(database).Concat(world.Rain?.Settings ?? new Dictionary<string, string>()))
    {
        ["HONGBAO_FAILPOINTS"] = failpoints,
        ["HONGBAO_Core__PaySeconds"] = "2",
        ["HONGBAO_Core__PaymentCheckMs"] = "100",
    };

    private void Say(string text)
    {
        output.WriteLine(text);
        Console.WriteLine(text);
    }
}

public sealed class SqliteKillTests(ITestOutputHelper output) : KillTests(SqlDialect.Sqlite, rains: false, output);

public sealed class PostgresKillTests(ITestOutputHelper output) : KillTests(SqlDialect.Postgres, rains: false, output);

public sealed class SqliteRainKillTests(ITestOutputHelper output) : KillTests(SqlDialect.Sqlite, rains: true, output);

public sealed class PostgresRainKillTests(ITestOutputHelper output) : KillTests(SqlDialect.Postgres, rains: true, output);
