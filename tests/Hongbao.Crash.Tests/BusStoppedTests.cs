using System.Diagnostics;
using Hongbao.Foundation.Stores;
using Hongbao.Testing;

namespace Hongbao.Crash.Tests;

/// <summary>
/// No message is delivered during a whole event, and nobody pulls. What is won can be used at once by its token all the same; when the bus is back, half of its messages are
/// lost, and yet everything is booked, funded and paid, what nobody used expires, and the campaign's books are closed.
/// </summary>
public abstract class BusStoppedTests(SqlDialect dialect, ITestOutputHelper output)
{
    private const int TokenTtlSeconds = 15;
    private static readonly string[] Senders = ["core", "async", "campaign"];
    private static readonly TimeSpan QuietDeadline = TimeSpan.FromSeconds(90);

    // Nothing that is written while it is there becomes visible to the dispatcher for a day.
    private static readonly Sql[] StopBus =
    [
        new("create trigger held_back after insert on outbox begin update outbox set visible_at = visible_at + 86400000 where id = new.id; end",
            "create function held_back() returns trigger language plpgsql as $$ begin new.visible_at := new.visible_at + 86400000; return new; end $$"),
        new("select 1", "create trigger held_back before insert on outbox for each row execute function held_back()"),
    ];

    private static readonly Sql[] ResumeBus =
    [
        new("drop trigger held_back", "drop trigger held_back on outbox"),
        new("delete from outbox where id % 2 = 0", "delete from outbox where id % 2 = 0"),
        new("update outbox set visible_at = now_ms()", "update outbox set visible_at = now_ms()"),
    ];

    [Fact]
    public async Task Everything_that_is_won_can_be_used_at_once_and_is_booked_when_the_bus_is_back()
    {
        await using var database = await TestDatabase.CreateAsync(dialect);
        var rain = new Rain();
        var world = new World { Users = 24, Rain = rain };
        var settings = new Dictionary<string, string>(Hurry.SettingsFor(database).Concat(rain.Settings));
        await using (var first = await ServerProcess.StartAsync(database.Folder, settings))
        {
            // It makes the tables.
            await first.KillAsync();
        }

        await RunAsync(database, StopBus);
        var patient = new Dictionary<string, string>(settings) { ["HONGBAO_Core__PullAfterMs"] = "3600000", ["HONGBAO_Async__PullAfterMs"] = "3600000" };
        await using var during = await ServerProcess.StartAsync(database.Folder, patient);
        using var api = new Api(during.Url);
        await EventAsync(world, rain, api);
        await during.KillAsync();

        var used = rain.Wins.Count(static w => w.Uses.Count > 0);
        Assert.Equal(used, await CountAsync(database, "core", "select count(*) from subsidies"));
        Assert.Equal(0, await CountAsync(database, "async", "select (select count(*) from fundings) + (select count(*) from transfers)"));
        await RunAsync(database, ResumeBus);

        await using var after = await ServerProcess.StartAsync(database.Folder, settings);
        using var later = new Api(after.Url, api);
        var client = new Client(world, later, new Random(2));
        await UntilBookedAsync(rain, later);
        var audit = new Audit(world, later, database);
        var patience = Stopwatch.StartNew();
        do
        {
            Assert.True(patience.Elapsed < QuietDeadline, $"not quiet after {QuietDeadline}: {audit.Waiting}\n{after.Output}");
            await client.SettleAsync();
            await Task.Delay(TimeSpan.FromMilliseconds(200));
        }
        while (!await audit.IsQuietAsync());

        var faults = await audit.FromOutsideAsync();
        Assert.Equal(0, await after.InterruptAsync());
        faults.AddRange(await Audit.InTablesAsync(database));
        faults.AddRange(world.Faults);
        output.WriteLine(audit.Summary);
        Assert.True(faults.Count == 0, $"{string.Join('\n', faults)}\n{await Audit.OpenAsync(database)}");
        Assert.Equal(rain.Wins.Count - used, await CountAsync(database, "core", "select count(*) from subsidies where state = 4"));
    }

    // All draw; every second winner makes a packet of it, and everybody takes of all packets.
    private static async Task EventAsync(World world, Rain rain, Api api)
    {
        var client = new RainClient(world, rain, api, new Random(1));
        var campaign = await client.BeginAsync(TokenTtlSeconds);
        foreach (var uid in world.Uids)
        {
            await client.DrawAsync(campaign, 1, uid);
        }

        var winners = rain.Wins.ToArray();
        Assert.True(winners.Length > 6, $"{winners.Length} wins");
        foreach (var win in winners.Where(static (_, i) => i % 2 == 0))
        {
            Assert.NotNull((await client.UseAsync(win)).PacketNo);
        }

        foreach (var packet in world.Packets)
        {
            foreach (var uid in world.Uids.Take(3))
            {
                Assert.True(world.Take(packet, uid, await api.PostAsync($"/api/v1/packets/{packet.PacketNo}/claims", uid)));
            }
        }

        // What nobody stored is shown with its token.
        foreach (var win in winners.Where(static w => w.Uses.Count == 0))
        {
            var item = (await api.GetAsync("/api/v1/me/subsidies", win.Uid))["items"].EnumerateArray().Single();
            Assert.Equal(("ISSUED", win.Token), (item.GetProperty("status").GetString(), item.GetProperty("token").GetString()));
        }
    }

    // What was not used is stored, as available until its time is over.
    private static async Task UntilBookedAsync(Rain rain, Api api)
    {
        var patience = Stopwatch.StartNew();
        foreach (var win in rain.Wins.Where(static w => w.Uses.Count == 0))
        {
            while (true)
            {
                var item = (await api.GetAsync("/api/v1/me/subsidies", win.Uid))["items"].EnumerateArray().Single();
                var mayBeOver = TimeProvider.System.GetUtcNow() > win.ExpiresAt - TimeSpan.FromSeconds(1);
                if (item.TryGetProperty("subsidyNo", out _))
                {
                    var status = item.GetProperty("status").GetString();
                    Assert.True(status == "AVAILABLE" || (mayBeOver && status == "EXPIRED"), item.ToString());
                    break;
                }

                Assert.True(patience.Elapsed < QuietDeadline, $"not booked: {item}");
                await Task.Delay(TimeSpan.FromMilliseconds(100));
            }
        }
    }

    private static async Task RunAsync(TestDatabase database, Sql[] statements)
    {
        foreach (var module in Senders)
        {
            // A store of this moment: the next server must find no other owner of the file.
            await using var store = database.OpenAnother(module);
            await using var session = await store.WriteAsync(default);
            foreach (var statement in statements)
            {
                await session.ExecuteAsync(statement, null, default);
            }

            await session.CommitAsync(default);
        }
    }

    private static async Task<long> CountAsync(TestDatabase database, string module, string sql)
    {
        await using var store = database.OpenAnother(module);
        await using var session = await store.ReadAsync(default);
        return await session.FirstAsync<long>(sql, null, default);
    }
}

public sealed class SqliteBusStoppedTests(ITestOutputHelper output) : BusStoppedTests(SqlDialect.Sqlite, output);

public sealed class PostgresBusStoppedTests(ITestOutputHelper output) : BusStoppedTests(SqlDialect.Postgres, output);
