using Hongbao.Core.Claims;
using Hongbao.Foundation.Scheduling;

namespace Hongbao.Core.Tests;

/// <summary>What every admission gate does, wherever it counts.</summary>
public abstract class AdmissionGateCompliance
{
    private readonly Lazy<IAdmissionGate> _gate;

    protected AdmissionGateCompliance() => _gate = new(() => NewGate(Clock));

    private protected ManualClock Clock { get; } = new(DateTimeOffset.UnixEpoch.AddYears(60));

    private protected IAdmissionGate Gate => _gate.Value;

    /// <summary>A gate where nobody is, whose time is the given one.</summary>
    private protected abstract IAdmissionGate NewGate(TimeProvider clock);

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, 0)]
    [InlineData(1, 2)]
    [InlineData(2, 3)]
    [InlineData(3, 5)]
    [InlineData(100, 150)]
    public async Task Half_as_many_again_as_shares_are_left_may_wait(int left, int places)
    {
        Assert.Equal(places, (await EnterAsync(1, left, 200)).Count);
    }

    [Fact]
    public async Task A_place_that_is_left_is_free_once_however_often_it_is_left()
    {
        var places = await EnterAsync(1, 2, 3);
        Gate.Leave(places[1]);
        Gate.Leave(places[1]);

        var next = Assert.Single(await EnterAsync(1, 2, 2));
        // The place has another owner now, whom its first one cannot turn out.
        Gate.Leave(places[1]);
        Assert.Empty(await EnterAsync(1, 2, 1));
        Gate.Leave(next);
        Assert.Single(await EnterAsync(1, 2, 2));
    }

    [Fact]
    public async Task A_place_expires_after_two_seconds()
    {
        await EnterAsync(1, 1, 1);
        Clock.Advance(TimeSpan.FromSeconds(1));
        await EnterAsync(1, 1, 1);
        Clock.Advance(TimeSpan.FromSeconds(0.999));
        Assert.Empty(await EnterAsync(1, 1, 1));

        // The first only, then the second.
        Clock.Advance(TimeSpan.FromSeconds(0.001));
        Assert.Single(await EnterAsync(1, 1, 2));
        Clock.Advance(TimeSpan.FromSeconds(0.999));
        Assert.Empty(await EnterAsync(1, 1, 1));
        Clock.Advance(TimeSpan.FromSeconds(0.001));
        Assert.Single(await EnterAsync(1, 1, 2));
    }

    [Fact]
    public async Task Leaving_after_the_place_expired_does_not_free_somebody_elses()
    {
        var old = await EnterAsync(1, 1, 2);
        Clock.Advance(TimeSpan.FromSeconds(2));
        var now = await EnterAsync(1, 1, 3);
        Assert.Equal(2, now.Count);
        old.ForEach(Gate.Leave);
        Assert.Empty(await EnterAsync(1, 1, 1));

        // Nor when the place was meanwhile another packet's.
        now.ForEach(Gate.Leave);
        Assert.Equal(2, (await EnterAsync(2, 1, 3)).Count);
        old.Concat(now).ToList().ForEach(Gate.Leave);
        Assert.Empty(await EnterAsync(2, 1, 1));
    }

    [Fact]
    public async Task No_place_at_all_can_be_left()
    {
        Gate.Leave(default);
        await EnterAsync(0, 1, 2);
        Gate.Leave(default);
        Gate.Leave(new AdmissionPlace(0, 0));
        Assert.Empty(await EnterAsync(0, 1, 1));
    }

    [Fact]
    public async Task Packets_do_not_disturb_each_other()
    {
        var inside = new List<AdmissionPlace>();
        for (var packetNo = 1L; packetNo <= 500; packetNo++)
        {
            inside.AddRange(await EnterAsync(packetNo, (int)(packetNo % 3), 10));
        }

        for (var packetNo = 1L; packetNo <= 500; packetNo++)
        {
            Assert.Empty(await EnterAsync(packetNo, (int)(packetNo % 3), 1));
        }

        inside.Where(p => p.PacketNo % 2 == 0).ToList().ForEach(Gate.Leave);
        for (var packetNo = 1L; packetNo <= 500; packetNo++)
        {
            var expected = packetNo % 2 == 0 ? IAdmissionGate.PlacesFor((int)(packetNo % 3)) : 0;
            Assert.Equal(expected, (await EnterAsync(packetNo, (int)(packetNo % 3), 10)).Count);
        }
    }

    [Fact]
    public async Task Shares_that_go_while_places_are_held_let_nobody_in_before_enough_have_left()
    {
        var inside = await EnterAsync(1, 10, 20);
        Assert.Equal(15, inside.Count);
        Assert.Empty(await EnterAsync(1, 2, 1));
        inside[..12].ForEach(Gate.Leave);
        Assert.Empty(await EnterAsync(1, 2, 1));
        Gate.Leave(inside[12]);
        Assert.Single(await EnterAsync(1, 2, 2));

        // Nothing is left: nobody. Shares that come back, after a wrong figure: as many as there were.
        inside.ForEach(Gate.Leave);
        Assert.Empty(await EnterAsync(1, 0, 5));
        Assert.Equal(14, (await EnterAsync(1, 10, 20)).Count);
    }

    [Fact]
    public async Task A_packet_with_very_many_shares_has_room_for_everybody()
    {
        Assert.Equal(3000, (await EnterAsync(1, int.MaxValue, 3000)).Count);
    }

    [Fact]
    public async Task Refusals_are_counted_by_packet_and_forgotten_with_time()
    {
        await EnterAsync(1, 1, 2);
        await EnterAsync(2, 1, 2);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], await RefusalsAsync(1, 8));
        Assert.Equal([1, 2], await RefusalsAsync(2, 2));
        Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([5], await RefusalsAsync(1, 1));
        Clock.Advance(TimeSpan.FromSeconds(1));
        await EnterAsync(1, 1, 2);
        Assert.InRange((await RefusalsAsync(1, 1))[0], 1, 3);
    }

    [Fact]
    public async Task From_many_threads_there_are_never_more_inside_than_may_be()
    {
        const int Left = 5;
        var most = IAdmissionGate.PlacesFor(Left);
        var (inside, worst, entered) = (0, 0, 0);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(async () =>
        {
            for (var i = 0; i < 5000; i++)
            {
                var admission = await Gate.EnterAsync(7, Left, default);
                if (!admission.IsIn)
                {
                    continue;
                }

                var now = Interlocked.Increment(ref inside);
                InterlockedMax(ref worst, now);
                Interlocked.Increment(ref entered);
                if ((i + thread) % 3 == 0)
                {
                    await Task.Yield();
                }

                // Not after it has left: another may be inside by then.
                Interlocked.Decrement(ref inside);
                Gate.Leave(admission.Place);
                if (i % 5 == 0)
                {
                    Gate.Leave(admission.Place);
                }
            }
        })));

        Assert.InRange(worst, 1, most);
        Assert.True(entered > 1000, $"only {entered} came in");
        // All places are free again, none twice.
        Assert.Equal(most, (await EnterAsync(7, Left, 100)).Count);
    }

    [Fact]
    public async Task From_many_threads_at_once_exactly_so_many_come_in()
    {
        for (var round = 0; round < 20; round++)
        {
            using var start = new Barrier(8);
            var packetNo = 100 + round;
            // On threads of their own: eight that wait would starve the tests beside this one of the pool's.
            var entered = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait();
                    return EnterAsync(packetNo, 20, 30);
                }, default, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()));
            Assert.Equal(30, entered.Sum(e => e.Count));
        }
    }

    /// <summary>The places that so many requests get.</summary>
    private protected async Task<List<AdmissionPlace>> EnterAsync(long packetNo, int left, int requests)
    {
        var places = new List<AdmissionPlace>();
        for (var i = 0; i < requests; i++)
        {
            var admission = await Gate.EnterAsync(packetNo, left, default);
            if (admission.IsIn)
            {
                places.Add(admission.Place);
            }
            else
            {
                Assert.True(admission.Refusals > 0);
                Assert.Equal(default, admission.Place);
            }
        }

        return places;
    }

    private async Task<List<int>> RefusalsAsync(long packetNo, int requests)
    {
        var refusals = new List<int>();
        for (var i = 0; i < requests; i++)
        {
            var admission = await Gate.EnterAsync(packetNo, 1, default);
            Assert.False(admission.IsIn);
            refusals.Add(admission.Refusals);
        }

        return refusals;
    }

    private static void InterlockedMax(ref int location, int value)
    {
        for (var seen = Volatile.Read(ref location); seen < value;)
        {
            var before = Interlocked.CompareExchange(ref location, value, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }
}
