using Hongbao.Core.Claims;

namespace Hongbao.Core.Tests;

public sealed class MemoryGateTests : AdmissionGateCompliance
{
    private MemoryGate Memory => (MemoryGate)Gate;

    private protected override IAdmissionGate NewGate(TimeProvider clock) => new MemoryGate(clock);

    [Fact]
    public async Task A_packet_with_nobody_inside_is_forgotten()
    {
        for (var packetNo = 1L; packetNo <= 100_000; packetNo++)
        {
            (await EnterAsync(packetNo, 1, 2)).ForEach(Gate.Leave);
            await EnterAsync(packetNo, 0, 1);
        }

        Assert.Equal(0, Memory.PacketsHeld);
        Assert.InRange(Memory.PlacesReserved, 1, 100);
    }

    [Fact]
    public async Task A_place_that_nobody_gives_back_is_forgotten_when_others_come()
    {
        for (var second = 0; second < 20; second++)
        {
            for (var i = 0; i < 1000; i++)
            {
                await EnterAsync((second * 1000) + i, 1, 1);
            }

            Clock.Advance(TimeSpan.FromSeconds(1));
        }

        // Those of the last two seconds at most are inside.
        Assert.InRange(Memory.PacketsHeld, 1, 2000);
        Assert.InRange(Memory.PlacesReserved, 1, 8192);
    }

    [Fact]
    public async Task Going_in_and_out_allocates_nothing()
    {
        for (var packetNo = 1; packetNo <= 100; packetNo++)
        {
            await RoundAsync(packetNo);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            await RoundAsync(1 + (i % 100));
        }

        // Three entries a round, and not a byte for each.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1000);
    }

    private async ValueTask RoundAsync(long packetNo)
    {
        // Two inside and one refused.
        var (first, second) = (await Gate.EnterAsync(packetNo, 1, default), await Gate.EnterAsync(packetNo, 1, default));
        Assert.False((await Gate.EnterAsync(packetNo, 1, default)).IsIn);
        Gate.Leave(first.Place);
        Gate.Leave(second.Place);
    }
}
