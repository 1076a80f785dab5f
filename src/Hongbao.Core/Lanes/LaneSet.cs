using Hongbao.Contracts;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;
using Microsoft.Extensions.Logging;

namespace Hongbao.Core.Lanes;

/// <summary>The lanes of this process; a packet always goes to the same one.</summary>
internal sealed class LaneSet
{
    private readonly Lane[] _lanes;

    public LaneSet(LaneStore store, StoreClock storeClock, TimeProvider clock, CoreOptions options, ILogger log) =>
        _lanes = [.. Enumerable.Range(0, options.Lanes).Select(_ => new Lane(store, storeClock, clock, options, log))];

    /// <summary>A packet's committed state, if it is in memory.</summary>
    public HeldPacket? Peek(long packetNo) => Of(packetNo).Peek(packetNo);

    /// <summary>Who funds a packet, if it is in memory. Does not count as asking for it.</summary>
    public PacketKind? KindOf(long packetNo) => Of(packetNo).KindOf(packetNo);

    /// <summary>A packet's committed state, read if it is not in memory; null when there is none.</summary>
    /// <exception cref="StoreException">The store, or a full lane (Unavailable).</exception>
    public Task<HeldPacket?> LookUpAsync(long packetNo) => Peek(packetNo) is { } held ? Task.FromResult<HeldPacket?>(held) : PostAsync(new LookUp(packetNo));

    /// <summary>Queues a command and waits for its answer after the commit.</summary>
    /// <exception cref="StoreException">The store, or a full lane (Unavailable).</exception>
    public Task<TAnswer> PostAsync<TAnswer>(LaneCommand<TAnswer> command)
    {
        if (!Of(command.PacketNo).TryPost(command))
        {
            command.Fail(new StoreException(StoreFault.Unavailable, "the lane is full or stopping"));
        }

        return command.Answered;
    }

    /// <summary>Packets and claims in memory.</summary>
    public int Held => _lanes.Sum(l => l.Held);

    public void Attach(IScheduler scheduler)
    {
        for (var i = 0; i < _lanes.Length; i++)
        {
            _lanes[i].Attach(scheduler, $"core.lane.{i}");
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(_lanes.Select(l => l.StopAsync(cancellationToken)));

    private Lane Of(long packetNo)
    {
        // Neighbouring numbers differ in the sequence, the lowest bits.
        var mixed = unchecked((ulong)packetNo * 0x9E3779B97F4A7C15UL);
        return _lanes[(int)((mixed >> 32) % (ulong)_lanes.Length)];
    }

    private sealed class LookUp(long packetNo) : LaneCommand<HeldPacket?>(packetNo)
    {
        public override string Step => "core.lookup";

        public override void Decide(PacketDraft? draft, long nowMs, LaneWrites writes) => Decision = draft?.Held;
    }
}
