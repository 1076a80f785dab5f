using System.Diagnostics;
using Hongbao.Foundation.Stores;
using Hongbao.Testing;

namespace Hongbao.Crash.Tests;

/// <summary>
/// Each role in a process of its own; each process is killed in turn and started again while clients go on and it rains. What was told stays true, and every cent is where it
/// belongs: no call between processes and no message has to arrive.
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
        Say($"six processes, seed {seed} (again with HONGBAO_CRASH_SEED={seed})");
        var random = new Random(seed);
        await using var database = await TestDatabase.CreateAsync(SqlDialect.Postgres);
        var world = new World { Users = 16, Rain = new Rain() };
        await using var cluster = await ServerCluster.StartAsync(database, Settings(database, world.Rain));
        using var api = cluster.Connect();
        var load = Enumerable.Range(0, Clients).Select(_ => LoadAsync(world, api, cluster, new Random(random.Next()))).ToArray();
        var roles = new[] { "core", "async", "query", "finance", "campaign", "gateway" };
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

        var audit = new Audit(world, api, database);
        var client = new Client(world, api, random);
        await UntilQuietAsync(database, cluster, client, audit, $"seed {seed}");

        var faults = await audit.FromOutsideAsync();
        Assert.All(await cluster.InterruptAsync(), static e => Assert.Equal((e.Role, 0), e));
        faults.AddRange(await Audit.InTablesAsync(database));
        faults.AddRange(world.Faults);
        Say("  " + audit.Summary);
        Assert.True(faults.Count == 0, $"seed {seed}, {string.Join(", ", roles)}:\n{string.Join('\n', faults)}\n{await Audit.OpenAsync(database)}");
        Assert.True(world.Packets.Count(static p => p.Claims.Count > 0 && p.Win is null) > 5, "hardly anything was claimed");
        Assert.True(world.Packets.Count(static p => p.Claims.Count > 0 && p.Win is { IsForged: false }) > 5, "hardly anything that was won was claimed");
    }

    [Fact]
    public async Task Without_campaign_what_was_won_becomes_packets_and_claims_go_on_and_all_closes_when_it_is_back()
    {
        await using var database = await TestDatabase.CreateAsync(SqlDialect.Postgres);
        var rain = new Rain();
        var world = new World { Users = 16, Rain = rain };
        await using var cluster = await ServerCluster.StartAsync(database, Settings(database, rain));
        using var api = cluster.Connect();
        var client = new RainClient(world, rain, api, new Random(1));
        var campaign = await client.BeginAsync(tokenTtlSeconds: 60);
        foreach (var uid in world.Uids)
        {
            await client.DrawAsync(campaign, 1, uid);
        }

        Assert.True(rain.Wins.Count > 3, $"{rain.Wins.Count} wins");
        await cluster.KillAsync("campaign");

        // What is in users' hands is as good as before; what they have not drawn yet waits.
        var hands = rain.Wins.ToArray();
        foreach (var win in hands)
        {
            var packet = await client.UseAsync(win);
            Assert.NotNull(packet.PacketNo);
            Assert.True(world.Take(packet, World.FirstUid, await api.PostAsync($"/api/v1/packets/{packet.PacketNo}/claims", World.FirstUid)));
        }

        Assert.Equal(hands.Length, world.Told);
        var list = await api.GetAsync("/api/v1/me/subsidies", hands[0].Uid);
        Assert.Equal(["campaign"], list["degraded"].EnumerateArray().Select(static d => d.GetString()!));
        Assert.Equal("USED", list["items"][0].GetProperty("status").GetString());
        Assert.Equal("OVERLOADED", (await api.PostAsync($"/api/v1/campaigns/{campaign.CampaignId}/rounds/1/draws", World.FirstUid)).Code);
        Assert.Equal(0, (await api.GetAsync("/api/v1/me/wallet", World.FirstUid))["reward"].GetInt64());
        await new Client(world, api, new Random(2)).SendOneAsync();

        await cluster.StartAsync("campaign");
        await cluster.UntilReadyAsync();
        var audit = new Audit(world, api, database);
        await UntilQuietAsync(database, cluster, new Client(world, api, new Random(3)), audit, "campaign was away");
        var faults = await audit.FromOutsideAsync();
        Assert.All(await cluster.InterruptAsync(), static e => Assert.Equal((e.Role, 0), e));
        faults.AddRange(await Audit.InTablesAsync(database));
        faults.AddRange(world.Faults);
        Say("  " + audit.Summary);
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    private static Dictionary<string, string> Settings(TestDatabase database, Rain rain) => new(Hurry.SettingsFor(database).Concat(rain.Settings))
    {
        ["HONGBAO_Core__PaySeconds"] = "2",
        ["HONGBAO_Core__PaymentCheckMs"] = "100",
    };

    private static async Task UntilQuietAsync(TestDatabase database, ServerCluster cluster, Client client, Audit audit, string what)
    {
        var patience = Stopwatch.StartNew();
        do
        {
            Assert.True(patience.Elapsed < QuietDeadline,
                $"{what}: not quiet after {QuietDeadline}: {audit.Waiting}\n{await Audit.OpenAsync(database)}\n{cluster.OutputOf("core")}\n{cluster.OutputOf("async")}\n{cluster.OutputOf("campaign")}");
            await client.SettleAsync();
            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }
        while (!await audit.IsQuietAsync());
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
