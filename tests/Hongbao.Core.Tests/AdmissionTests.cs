using Hongbao.Contracts;
using Hongbao.Core.Claims;
using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Tests;

/// <summary>The gate on the path of a claim; what gates do by themselves is in <see cref="AdmissionGateCompliance"/>.</summary>
public sealed class AdmissionTests
{
    [Theory, BothStores]
    public async Task While_the_store_hangs_places_run_out_and_come_back_after_two_seconds(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var packetNo = await harness.ActiveAsync(100, 4);
        await harness.ClaimedAsync(packetNo, 1000);
        var held = harness.Main.Store.Held = new TaskCompletionSource();

        // Three shares are left: five may wait, whether or not their callers still do.
        using var gone = new CancellationTokenSource();
        var impatient = harness.Core.ClaimAsync(CoreHarness.As(1), new ClaimRequest { PacketNo = packetNo }, gone.Token);
        var waiting = Enumerable.Range(2, 4).Select(uid => harness.ClaimAsync(packetNo, uid)).ToArray();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        Assert.Equal(ResultCode.ClaimBusy, (await harness.ClaimAsync(packetNo, 6).WaitAsync(TimeSpan.FromSeconds(10))).Result.Code);
        harness.Clock.RunAhead(TimeSpan.FromSeconds(2));
        var later = harness.ClaimAsync(packetNo, 6);
        Assert.False(later.IsCompleted);

        harness.Main.Store.Held = null;
        held.SetResult();
        var codes = (await Task.WhenAll([.. waiting, later])).Select(a => a.Result.Code).ToArray();
        Assert.Equal(2, codes.Count(c => c == ResultCode.Ok));
        Assert.Equal(3, codes.Count(c => c == ResultCode.PacketExhausted));
        await harness.AssertSoundAsync(packetNo);
    }

    [Theory]
    [InlineData(1, 501)]
    [InlineData(1000, 1500)]
    [InlineData(4500, 5000)]
    [InlineData(1_000_000_000, 5000)]
    public void The_more_are_refused_the_longer_and_wider_they_wait(int refusals, int longestMs)
    {
        var chance = new SeededRandomSource(1);
        var answers = Enumerable.Range(0, 20_000).Select(_ => Polls.Busy(refusals, chance)).ToArray();

        Assert.All(answers, a => Assert.Equal((ResultCode.ClaimBusy, 10), (a.Code, a.MaxPolls)));
        Assert.All(answers, a => Assert.InRange(a.RetryAfterMs, 200, longestMs));
        // Spread over the whole of it: each tenth of the time has its tenth of the polls.
        var tenths = answers.GroupBy(a => (a.RetryAfterMs - 200) * 10 / (longestMs - 199)).ToDictionary(g => g.Key, g => g.Count());
        Assert.All(Enumerable.Range(0, 10), tenth => Assert.InRange(tenths[tenth], 1600, 2400));
    }

    [Theory, BothStores]
    public async Task Who_is_turned_away_in_a_crowd_is_told_to_come_again_later_than_the_first(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect, lanesByHand: true);
        var packetNo = await harness.Main.WhileSteppingAsync(harness.ActiveAsync(100, 2));
        await harness.Main.WhileSteppingAsync(harness.ClaimedAsync(packetNo, 1000));
        var inside = new[] { harness.ClaimAsync(packetNo, 1), harness.ClaimAsync(packetNo, 2) };
        var waits = new List<int>();
        for (var uid = 2000; uid < 5000; uid++)
        {
            var busy = await harness.ClaimAsync(packetNo, uid);
            Assert.Equal((ResultCode.ClaimBusy, 10), (busy.Result.Code, busy.Result.MaxPolls));
            waits.Add(busy.Result.RetryAfterMs);
        }

        Assert.InRange(waits[..100].Max(), 200, 600);
        Assert.InRange(waits.Max(), 2500, 3500);
        await harness.Main.WhileSteppingAsync(Task.WhenAll(inside));
        Assert.Equal(ResultCode.PacketExhausted, (await harness.ClaimAsync(packetNo, 2000)).Result.Code);
        await harness.AssertSoundAsync(packetNo);
    }
}
