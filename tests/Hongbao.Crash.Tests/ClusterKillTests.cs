using System.Diagnostics;
using Hongbao.Foundation.Stores;
using Hongbao.Testing;

namespace Hongbao.Crash.Tests;

/// <summary>
/// Each role in a process of its own; each process is killed in turn and started again while clients go on. What was told stays true, and every cent is where it belongs:
/// no call between processes and no message has to arrive.
/// </summary>
public sealed class ClusterKillTests(ITestOutputHelper output)
{
    private const int Clients = 4;
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan Without = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan QuietDeadline = TimeSpan.FromSeconds(60);
    private volatile bool _isOver;

    [Fact]
    public async Task Each_process_is_killed_in_turn_and_nothing_is_lost()
    {
        var seed = int.Parse(Environment.GetEnvironmentVariable("HONGBAO_CRASH_SEED") ?? Random.Shared.Next(1_000_000).ToString(), null);
        Say($"five processes, seed {seed} (again with HONGBAO_CRASH_SEED={seed})");
        var random = new Random(seed);
        await using var database = await TestDatabase.CreateAsync(SqlDialect.Postgres);
        var settings = new Dictionary<string, string>(Hurry.SettingsFor(database)) { ["HONGBAO_Core__PaySeconds"] = "2", ["HONGBAO_Core__PaymentCheckMs"] = "100" };
        await using var cluster = await ServerCluster.StartAsync(database, settings);
        using var api = new Api(cluster.Url);
        var world = new World();
        var load = Enumerable.Range(0, Clients).Select(_ => LoadAsync(world, api, cluster, new Random(random.Next()))).ToArray();
        var roles = new[] { "core", "async", "query", "finance", "gateway" };
        random.Shuffle(roles);
        foreach (var role in roles)
        {
            await Task.Delay(Before);
            await cluster.KillAsync(role);
            await Task.Delay(Without);
            await cluster.StartAsync(role);
            await cluster.UntilReadyAsync();
        }

        await Task.Delay(Before);
        _isOver = true;
        await Task.WhenAll(load);

        var audit = new Audit(world, api);
        var client = new Client(world, api, random);
        var patience = Stopwatch.StartNew();
        do
        {
            Assert.True(patience.Elapsed < QuietDeadline, $"seed {seed}: not quiet after {QuietDeadline}:\n{await Audit.OpenAsync(database)}\n{cluster.OutputOf("core")}\n{cluster.OutputOf("async")}");
            await client.SettleAsync();
            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }
        while (!await audit.IsQuietAsync());

        var faults = await audit.FromOutsideAsync();
        Assert.All(await cluster.InterruptAsync(), static e => Assert.Equal((e.Role, 0), e));
        faults.AddRange(await Audit.InTablesAsync(database));
        faults.AddRange(world.Faults);
        Say("  " + audit.Summary);
        Assert.True(faults.Count == 0, $"seed {seed}, {string.Join(", ", roles)}:\n{string.Join('\n', faults)}\n{await Audit.OpenAsync(database)}");
        Assert.True(world.Packets.Count(static p => p.Claims.Count > 0) > 5, "hardly anything was claimed");
    }

    private async Task LoadAsync(World world, Api api, ServerCluster cluster, Random random)
    {
        while (!_isOver)
        {
            await new Client(world, api, random).RunAsync(() => _isOver);
            if (_isOver)
            {
                return;
            }

            // The gateway is gone: it comes back at the same address.
            try
            {
                await cluster.UntilReadyAsync();
            }
            catch (HttpRequestException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100));
            }
        }
    }

    private void Say(string text)
    {
        output.WriteLine(text);
        Console.WriteLine(text);
    }
}
