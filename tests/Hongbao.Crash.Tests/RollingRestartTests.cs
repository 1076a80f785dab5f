using System.Diagnostics;
using System.Security.Cryptography;
using Hongbao.Foundation.Stores;
using Hongbao.Testing;

namespace Hongbao.Crash.Tests;

/// <summary>
/// Two instances on one PostgreSQL, restarted one after the other by SIGTERM while people claim: everybody gets his answer within a few
/// repeats, no answer is ever taken back, and every cent is where it belongs.
/// </summary>
public sealed class RollingRestartTests(ITestOutputHelper output)
{
    private const int Users = 60;
    private const int Chains = 16;
    private static readonly TimeSpan QuietDeadline = TimeSpan.FromSeconds(60);
    private volatile bool _isOver;

    [Fact]
    public async Task Two_instances_are_restarted_one_after_the_other_under_load_and_no_claim_fails()
    {
        var seed = int.Parse(Environment.GetEnvironmentVariable("HONGBAO_CRASH_SEED") ?? Random.Shared.Next(1_000_000).ToString(), null);
        Say($"rolling restart, seed {seed} (again with HONGBAO_CRASH_SEED={seed})");
        var clock = Stopwatch.StartNew();
        await using var database = await TestDatabase.CreateAsync(SqlDialect.Postgres);
        var settings = Settings(database);
        var world = new World { Users = Users };
        var pair = new Pair(new Random(seed));
        var servers = await Task.WhenAll(Enumerable.Range(0, 2).Select(i => StartAsync(database, settings, i)));
        var apis = new List<Api>();
        try
        {
            apis.Add(new Api(servers[0].Url));
            await Task.WhenAll(Enumerable.Range(0, Users).Select(u => apis[0].TokenAsync(World.FirstUid + u)));
            apis.Add(new Api(servers[1].Url, apis[0]));
            pair.Put(0, apis[0]);
            pair.Put(1, apis[1]);

            var load = Enumerable.Range(0, Chains).Select(_ => Task.Run(() => ClaimAsync(world, pair))).Append(Task.Run(() => SendPacketsAsync(world, pair))).ToArray();
            for (var place = 0; place < 2; place++)
            {
                await UntilClaimsAsync(world, 60, load);
                Assert.Equal(0, await servers[place].TerminateAsync());
                CheckOutput(servers[place]);
                // The other serves alone.
                await UntilClaimsAsync(world, 20, load);
                await servers[place].DisposeAsync();
                servers[place] = await StartAsync(database, settings, place);
                apis.Add(new Api(servers[place].Url, apis[0]));
                pair.Put(place, apis[^1]);
                var before = pair.Answers[place];
                await UntilAsync(() => pair.Answers[place] > before + 20, load);
            }

            _isOver = true;
            await Task.WhenAll(load);
            var ended = clock.Elapsed;

            var audit = new Audit(world, apis[^1], database);
            var patience = Stopwatch.StartNew();
            while (!await audit.IsQuietAsync())
            {
                Assert.True(patience.Elapsed < QuietDeadline, $"seed {seed}: not quiet after {QuietDeadline}:\n{await Audit.OpenAsync(database)}\n{servers[0].Output}\n{servers[1].Output}");
                await Task.Delay(200);
            }

            var faults = await audit.FromOutsideAsync();
            foreach (var server in servers)
            {
                Assert.Equal(0, await server.TerminateAsync());
                CheckOutput(server);
            }

            faults.AddRange(await Audit.InTablesAsync(database));
            faults.AddRange(world.Faults);
            Say($"  load until {ended.TotalSeconds:0.0} s, end at {clock.Elapsed.TotalSeconds:0.0} s; clear answers {string.Join(" and ", pair.Answers)}, repeats: "
                + $"{string.Join(", ", pair.Repeats.Select(r => $"{r.Value} {r.Key}"))}; at most {pair.WorstRetries} for one request");
            Say("  " + audit.Summary);
            Assert.True(faults.Count == 0, $"seed {seed}:\n{string.Join('\n', faults)}");
            // It was really met, and told in words or not at all: no answer broke off in the middle.
            Assert.True(pair.Repeats.Keys.Any(k => k is "OVERLOADED" or "no connection"), "nobody noticed the restarts");
            Assert.DoesNotContain(pair.Repeats.Keys, k => k.StartsWith("broken", StringComparison.Ordinal));
        }
        finally
        {
            _isOver = true;
            foreach (var server in servers)
            {
                await server.DisposeAsync();
            }

            apis.ForEach(a => a.Dispose());
        }
    }

    private async Task ClaimAsync(World world, Pair pair)
    {
        while (!_isOver)
        {
            SentPacket? packet;
            lock (world)
            {
                var paid = world.Packets.FindAll(p => p.IsPaid);
                packet = paid.Count == 0 ? null : paid[pair.Next(Math.Min(paid.Count, 4)) + Math.Max(0, paid.Count - 4)];
            }

            if (packet is not null)
            {
                var uid = World.FirstUid + pair.Next(Users);
                var answer = await pair.SendAsync(HttpMethod.Post, $"/api/v1/packets/{packet.PacketNo}/claims", uid);
                Assert.True(world.Take(packet, uid, answer), answer.ToString());
            }

            // A person's pause, not a wait for anything.
            await Task.Delay(10);
        }
    }

    // New packets all the time, so that there is always something to take; their senders, too, come back until they are answered.
    private async Task SendPacketsAsync(World world, Pair pair)
    {
        while (!_isOver)
        {
            var count = 5 + pair.Next(40);
            var amount = (long)count * (1 + pair.Next(500));
            var requestId = $"r{world.Packets.Count}";
            var packet = new SentPacket
            {
                RequestId = requestId,
                Sender = World.FirstUid + pair.Next(Users),
                Amount = amount,
                Count = count,
                IsToBePaid = true,
                Body = new
                {
                    requestId,
                    amount,
                    count,
                    currency = "CNY",
                    split = "random",
                    scope = new { kind = "public" },
                    greeting = "恭喜发财",
                    ttlSeconds = 1 + pair.Next(4),
                    funding = new { kind = "cashier" },
                },
            };
            var created = await pair.SendAsync(HttpMethod.Post, "/api/v1/packets", packet.Sender, packet.Body);
            Assert.True(created.IsOk, created.ToString());
            (packet.PacketNo, packet.PayOrderNo) = (created.Text("packetNo"), created["payment"].GetProperty("payOrderNo").GetString());
            var paid = await pair.SendAsync(HttpMethod.Post, $"/cashier/{packet.PayOrderNo}/pay", packet.Sender);
            Assert.True(paid.IsOk && paid.Text("status") == "SUCCEEDED", paid.ToString());
            packet.IsPaid = true;
            lock (world)
            {
                world.Packets.Add(packet);
            }

            // Likewise.
            await Task.Delay(250);
        }
    }

    /// <summary>Waits until so many more claims were told.</summary>
    private static Task UntilClaimsAsync(World world, int more, Task[] load)
    {
        var before = world.Told;
        return UntilAsync(() => world.Told >= before + more, load);
    }

    private static async Task UntilAsync(Func<bool> isSo, Task[] load)
    {
        var patience = Stopwatch.StartNew();
        while (!isSo())
        {
            if (Array.Find(load, t => t.IsFaulted) is { } failed)
            {
                await failed;
            }

            Assert.True(patience.Elapsed < TimeSpan.FromSeconds(20), "the load stands still");
            await Task.Delay(20);
        }
    }

    private static async Task<ServerProcess> StartAsync(TestDatabase database, Dictionary<string, string> settings, int place)
    {
        // A folder each: it holds nothing but generated keys, which the settings replace.
        var folder = Path.Combine(database.Folder, "instance-" + place);
        Directory.CreateDirectory(folder);
        return await ServerProcess.StartAsync(folder, settings);
    }

    private static void CheckOutput(ServerProcess server)
    {
        var failures = server.Output.Split('\n').Where(static line => line.Contains(" fail: ", StringComparison.Ordinal)).ToArray();
        Assert.True(failures.Length == 0, string.Join('\n', failures));
    }

    // What instances of one platform share: the database, and the keys of tokens, subsidies and callbacks.
    private static Dictionary<string, string> Settings(TestDatabase database) => new(Hurry.SettingsFor(database))
    {
        ["HONGBAO_Gateway__Keys__0__Kid"] = "shared",
        ["HONGBAO_Gateway__Keys__0__Algorithm"] = "HS256",
        ["HONGBAO_Gateway__Keys__0__Key"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
        ["HONGBAO_Subsidies__TokenKeys__0__Id"] = "shared",
        ["HONGBAO_Subsidies__TokenKeys__0__Key"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
        ["HONGBAO_Finance__CallbackKey"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
    };

    private void Say(string text)
    {
        output.WriteLine(text);
        Console.WriteLine(text);
    }
}
