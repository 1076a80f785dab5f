using System.Collections.Concurrent;
using Hongbao.Contracts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Tests;

/// <summary>Two whole Cores at the same packets of one database at once, neither knowing of the other: they lose speed, and nothing else.</summary>
public sealed class TwoProcessTests(ITestOutputHelper output)
{
    private const int Hot = 80;
    private const int Users = 120;

    /// <summary>A claim as somebody was told it.</summary>
    private sealed record Told(long PacketNo, long Uid, ResultCode Code, long ClaimNo, long Amount, int Seq);

    [Theory, BothStores]
    public async Task Everybody_at_both_processes_and_closings_in_between_lose_nothing_but_speed(SqlDialect dialect)
    {
        var seed = int.Parse(Environment.GetEnvironmentVariable("HONGBAO_TWO_SEED") ?? Random.Shared.Next(1_000_000).ToString(), null);
        output.WriteLine($"{dialect}, seed {seed} (again with HONGBAO_TWO_SEED={seed})");
        var random = new Random(seed);
        await using var harness = await CoreHarness.StartAsync(dialect, o => (o.CountMax, o.TtlSecondsMin) = (1000, 1));
        var other = await harness.StartProcessAsync();
        CoreProcess[] processes = [harness.Main, other];

        // One hot packet, many with a few shares, and some whose time is over while people are at them.
        var packets = new List<long> { await harness.ActiveAsync(CoreHarness.Request(Hot * 50, Hot) with { Split = SplitKind.Fair }) };
        var expiring = new HashSet<long>();
        for (var i = 0; i < 40; i++)
        {
            var count = random.Next(1, 8);
            var isShort = random.Next(3) == 0;
            packets.Add(await harness.ActiveAsync(CoreHarness.Request(count * random.Next(1, 1000), count) with { TtlSeconds = isShort ? random.Next(60, 120) : 86_400 }));
            if (isShort)
            {
                expiring.Add(packets[^1]);
            }
        }

        var (writes, commits) = (processes.Sum(p => p.Store.Writes), processes.Sum(p => p.Store.Commits));
        var told = new ConcurrentBag<Told>();
        var sheds = 0;
        var running = true;
        var asking = Enumerable.Range(0, 24).Select(chain => Task.Run(() => AskAsync(new Random(seed + chain), chain))).ToArray();
        var closing = Task.Run(() => CloseAsync(new Random(seed - 1)));
        await Task.WhenAll(asking);
        running = false;
        await closing;

        // The end of all time, and what is open is closed, by both at once.
        await harness.MoveAsync(TimeSpan.FromSeconds(200));
        for (var i = 0; i < 5; i++)
        {
            await Task.WhenAll(processes.Select(p => p.StepAsync("core.packets.scan")));
        }

        foreach (var packetNo in packets)
        {
            await harness.AssertSoundAsync(packetNo);
            var packet = await harness.PacketAsync(packetNo);
            Assert.True(packet.State == PacketStatus.Exhausted || (packet.State == PacketStatus.Expired && expiring.Contains(packetNo)), $"packet {packetNo} is {packet.State}");
            var claims = (await harness.ClaimsAsync(packetNo)).ToDictionary(c => c.Uid);
            foreach (var answer in told.Where(t => t.PacketNo == packetNo))
            {
                if (claims.TryGetValue(answer.Uid, out var claim))
                {
                    Assert.Equal(new Told(packetNo, answer.Uid, ResultCode.Ok, claim.ClaimNo, claim.Amount, claim.Seq), answer);
                }
                else
                {
                    Assert.Equal(packet.State == PacketStatus.Exhausted ? ResultCode.PacketExhausted : ResultCode.PacketExpired, answer.Code);
                }
            }

            Assert.True(claims.Keys.All(uid => told.Any(t => t.PacketNo == packetNo && t.Uid == uid)), "somebody has a claim and was never told");
        }

        (writes, commits) = (processes.Sum(p => p.Store.Writes) - writes, processes.Sum(p => p.Store.Commits) - commits);
        output.WriteLine($"{told.Count} answers, {sheds} told to ask again, {told.Count(t => t.Code == ResultCode.Ok)} claims and repetitions; {writes} transactions begun, {commits} committed");
        Assert.All(processes, p => Assert.Empty(p.Alerts.Drain()));
        // What was redone is a part of the work, not a multiple of it: a batch that meets the other process is redone packet by packet, each
        // at most eight times.
        Assert.InRange(writes, commits, commits * 3);
        Assert.True(sheds < told.Count / 10, $"{sheds} of {told.Count} were told to ask again");

        async Task AskAsync(Random own, int chain)
        {
            for (var i = 0; i < Users; i++)
            {
                var packetNo = own.Next(3) == 0 ? packets[0] : packets[own.Next(packets.Count)];
                var uid = own.Next(1, Users + 1);
                // The same wish at both at once, or at one of them.
                var cores = own.Next(4) == 0 ? processes : [processes[own.Next(2)]];
                await Task.WhenAll(cores.Select(async process =>
                {
                    using var late = new CancellationTokenSource(TimeSpan.FromSeconds(30));
                    while (true)
                    {
                        var answer = await process.Core.ClaimAsync(CoreHarness.As(uid), new ClaimRequest { PacketNo = packetNo }, late.Token);
                        if (answer.Result.Code is not (ResultCode.ClaimBusy or ResultCode.Overloaded))
                        {
                            told.Add(new Told(packetNo, uid, answer.Result.Code, answer.Claim.ClaimNo, answer.Claim.Amount, answer.Claim.Seq));
                            return;
                        }

                        Interlocked.Add(ref sheds, answer.Result.Code == ResultCode.Overloaded ? 1 : 0);
                        await Task.Delay(1, late.Token);
                    }
                }));
            }
        }

        // Time goes on in jumps; both look for what is over, at once and at any moment.
        async Task CloseAsync(Random own)
        {
            var moved = 0;
            while (Volatile.Read(ref running))
            {
                if (moved < 110 && own.Next(3) == 0)
                {
                    moved += 10;
                    await harness.MoveAsync(TimeSpan.FromSeconds(10));
                }

                await Task.WhenAll(processes.Select(p => p.StepAsync("core.packets.scan")));
                await Task.Delay(own.Next(20));
            }
        }
    }
}
