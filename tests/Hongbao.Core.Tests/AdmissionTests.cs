using Hongbao.Contracts;
using Hongbao.Core.Claims;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Tests;

public sealed class AdmissionTests
{
    private readonly ManualClock _clock = new(DateTimeOffset.UnixEpoch.AddYears(60));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 2)]
    [InlineData(2, 3)]
    [InlineData(3, 5)]
    [InlineData(100, 150)]
    public void Half_as_many_again_as_shares_are_left_may_wait(int left, int places)
    {
        var gate = new AdmissionGate();

        Assert.Equal(places, Enumerable.Range(0, 200).Count(_ => gate.TryEnter(left, _clock) is not null));
    }

    [Fact]
    public void A_place_that_is_left_is_free_once_however_often_it_is_left()
    {
        var gate = new AdmissionGate();
        var places = Enumerable.Range(0, 3).Select(_ => gate.TryEnter(2, _clock)!).ToArray();
        gate.Leave(places[1]);
        gate.Leave(places[1]);

        Assert.NotNull(gate.TryEnter(2, _clock));
        Assert.Null(gate.TryEnter(2, _clock));
    }

    [Fact]
    public void A_place_expires_after_two_seconds_and_is_not_freed_again_when_it_is_left_later()
    {
        var gate = new AdmissionGate();
        var old = gate.TryEnter(1, _clock)!;
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.NotNull(gate.TryEnter(1, _clock));
        _clock.Advance(TimeSpan.FromSeconds(0.999));
        Assert.Null(gate.TryEnter(1, _clock));

        _clock.Advance(TimeSpan.FromSeconds(0.001));
        Assert.NotNull(gate.TryEnter(1, _clock));
        Assert.Null(gate.TryEnter(1, _clock));
        gate.Leave(old);
        Assert.Null(gate.TryEnter(1, _clock));
    }

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
        Assert.Equal(ResultCode.ClaimBusy, (await harness.ClaimAsync(packetNo, 6)).Result.Code);
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
}
