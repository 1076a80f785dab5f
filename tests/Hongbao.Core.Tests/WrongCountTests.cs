using System.Collections.Concurrent;
using Hongbao.Contracts;
using Hongbao.Core.Claims;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Tests;

/// <summary>
/// A gate that counts wrong changes who is told to come again, and nothing else: nobody is paid too much or twice, nobody loses a claim, and what
/// ends a packet is what is committed.
/// </summary>
public sealed class WrongCountTests(ITestOutputHelper output)
{
    public enum Lie
    {
        /// <summary>There is never a place.</summary>
        Zero,
        /// <summary>There is always one.</summary>
        Huge,
        /// <summary>Who leaves is never noticed.</summary>
        ForgetsToEmpty,
        /// <summary>Who is inside is forgotten at once.</summary>
        ForgetsWhoIsInside,
        /// <summary>Anything, and whoever leaves takes others along.</summary>
        Anything,
        /// <summary>It throws, whether one comes or goes.</summary>
        Throws,
        /// <summary>It throws later.</summary>
        ThrowsLate,
    }

    public static TheoryData<SqlDialect, Lie> Lies => [.. Enum.GetValues<SqlDialect>().SelectMany(d => Enum.GetValues<Lie>().Select(l => (d, l)))];

    [Theory, MemberData(nameof(Lies))]
    public async Task A_gate_that_counts_wrong_changes_refusals_only(SqlDialect dialect, Lie lie)
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var gate = new LyingGate();
        await using var harness = await CoreHarness.StartAsync(dialect, gate: gate);
        var packets = new List<(long PacketNo, bool IsToExpire)>();
        for (var i = 0; i < 6; i++)
        {
            var count = random.Next(1, 12);
            var request = CoreHarness.Request(count * 100, count) with { TtlSeconds = i % 2 == 0 ? 60 : 86_400 };
            packets.Add((await harness.ActiveAsync(request), i % 2 == 0));
        }

        // Some have their claims already when the lie begins.
        var told = new ConcurrentDictionary<(long PacketNo, long Uid), ClaimView>();
        foreach (var (packetNo, _) in packets)
        {
            told[(packetNo, 1000)] = (await harness.ClaimedAsync(packetNo, 1000)).Claim;
        }

        Begin(gate, lie, harness.Clock, random);
        var during = await AskAsync(harness, packets, told, 1, 30);
        if (lie is Lie.Zero)
        {
            Assert.Equal(packets.Count, told.Count);
        }
        else if (lie is not (Lie.ForgetsToEmpty or Lie.Anything))
        {
            Assert.DoesNotContain(ResultCode.ClaimBusy, during);
        }

        // Everybody who has a claim is told the same again, while the gate still lies.
        foreach (var ((packetNo, uid), claim) in told)
        {
            Assert.Equal(claim.ClaimNo, (await harness.ClaimedAsync(packetNo, uid)).Claim.ClaimNo);
        }

        // Time is over for half of the packets: that, too, is not the gate's to say.
        await harness.MoveAsync(TimeSpan.FromSeconds(61));
        var after = await AskAsync(harness, packets, told, 31, 60);
        await harness.Main.StepAsync("core.packets.scan");
        foreach (var (packetNo, isToExpire) in packets)
        {
            var packet = await harness.PacketAsync(packetNo);
            Assert.Equal(isToExpire && packet.ClaimedCount < packet.Count ? PacketStatus.Expired : packet.ClaimedCount == packet.Count ? PacketStatus.Exhausted : PacketStatus.Active, packet.State);
        }

        // The lie ends, and so does every packet.
        var honest = new MemoryGate(harness.Clock);
        (gate.Enter, gate.Left, gate.LeaveFault) = (honest.EnterAsync, honest.Leave, null);
        await harness.MoveAsync(TimeSpan.FromSeconds(3));
        foreach (var (packetNo, isToExpire) in packets)
        {
            for (var uid = 61L; uid <= 75; uid++)
            {
                var answer = await CoreHarness.ClaimUntilToldAsync(harness.Core, packetNo, uid);
                if (answer.Result.IsOk())
                {
                    told[(packetNo, uid)] = answer.Claim;
                }
            }

            Assert.Equal(isToExpire ? PacketStatus.Expired : PacketStatus.Exhausted, (await harness.PacketAsync(packetNo)).State switch
            {
                PacketStatus.Exhausted when isToExpire => PacketStatus.Expired,
                var state => state,
            });
            await harness.AssertSoundAsync(packetNo);
            var claims = await harness.ClaimsAsync(packetNo);
            Assert.Equal(claims.Select(c => (c.Uid, c.ClaimNo, c.Amount)).Order(), told.Values.Where(c => c.PacketNo == packetNo).Select(c => (c.Uid, c.ClaimNo, c.Amount)).Order());
        }

        output.WriteLine($"{gate.Asked} asked; answers while it lied: {string.Join(", ", during.Concat(after).CountBy(c => c).Select(c => $"{c.Value} {c.Key}"))}");
        Assert.True(gate.Asked > 0);
    }

    /// <summary>All users at all packets, each twice at once.</summary>
    private static async Task<List<ResultCode>> AskAsync(
        CoreHarness harness, List<(long PacketNo, bool IsToExpire)> packets, ConcurrentDictionary<(long PacketNo, long Uid), ClaimView> told, int firstUid, int lastUid)
    {
        var answers = await Task.WhenAll(packets.SelectMany(p => Enumerable.Range(firstUid, lastUid - firstUid + 1).SelectMany(uid => Enumerable.Range(0, 2).Select(_ =>
            Task.Run(async () =>
            {
                var answer = await harness.ClaimAsync(p.PacketNo, uid);
                if (answer.Result.IsOk())
                {
                    Assert.Equal(answer.Claim, told.GetOrAdd((p.PacketNo, uid), answer.Claim));
                }
                else if (answer.Result.Code != ResultCode.ClaimBusy)
                {
                    // Only what is committed by now.
                    var packet = await harness.PacketAsync(p.PacketNo);
                    Assert.True(
                        answer.Result.Code switch
                        {
                            ResultCode.PacketExhausted => packet.ClaimedCount == packet.Count,
                            ResultCode.PacketExpired => p.IsToExpire && packet.ExpiresAt <= await harness.ReadAsync<long>("select now_ms()"),
                            _ => false,
                        },
                        $"{answer.Result.Code} of packet {p.PacketNo}, which is {packet.State} with {packet.ClaimedCount} of {packet.Count}");
                }

                return answer.Result.Code;
            })))));
        return [.. answers];
    }

    private static void Begin(LyingGate gate, Lie lie, TimeProvider clock, Random random)
    {
        var memory = new MemoryGate(clock);
        var broken = new InvalidOperationException("broken by the test");
        switch (lie)
        {
            case Lie.Zero:
                gate.Enter = static (_, _, _) => new(Admission.Busy(0));
                break;
            case Lie.Huge:
                gate.Enter = static (_, _, _) => new(Admission.In(new AdmissionPlace(1, 1)));
                break;
            case Lie.ForgetsToEmpty:
                gate.Enter = memory.EnterAsync;
                break;
            case Lie.ForgetsWhoIsInside:
                gate.Enter = (packetNo, _, token) => new MemoryGate(clock).EnterAsync(packetNo, int.MaxValue, token);
                break;
            case Lie.Anything:
                gate.Enter = (packetNo, left, token) =>
                {
                    lock (random)
                    {
                        return random.Next(3) == 0 ? new(Admission.Busy(random.Next())) : memory.EnterAsync(packetNo + random.Next(2), left + random.Next(-2, 3), token);
                    }
                };
                gate.Left = place =>
                {
                    memory.Leave(place);
                    memory.Leave(place with { Token = place.Token ^ 1 });
                    memory.Leave(place with { PacketNo = place.PacketNo + 1 });
                };
                break;
            case Lie.Throws:
                gate.Enter = (_, _, _) => throw broken;
                gate.LeaveFault = broken;
                break;
            case Lie.ThrowsLate:
                gate.Enter = async (_, _, _) =>
                {
                    await Task.Yield();
                    throw broken;
                };
                gate.LeaveFault = broken;
                break;
        }
    }
}
