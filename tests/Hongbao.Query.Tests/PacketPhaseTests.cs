using Hongbao.Contracts;
using Hongbao.Core.Packets;
using Hongbao.Query.Packets;

namespace Hongbao.Query.Tests;

/// <summary>What Query restates of Core's graph.</summary>
public sealed class PacketPhaseTests
{
    [Fact]
    public void The_seed_may_be_shown_exactly_in_states_from_which_no_draw_can_follow()
    {
        foreach (var status in Enum.GetValues<PacketStatus>())
        {
            var canDraw = Following(status).Contains(PacketStatus.Active);
            Assert.Equal(!canDraw, PacketPhase.IsDrawOver(status));
        }
    }

    private static HashSet<PacketStatus> Following(PacketStatus first)
    {
        var seen = new HashSet<PacketStatus> { first };
        var open = new Queue<PacketStatus>(seen);
        while (open.TryDequeue(out var from))
        {
            foreach (var on in Enum.GetValues<PacketEvent>())
            {
                if (PacketGraph.Packet.TryMove(from, on, out var to) && seen.Add(to))
                {
                    open.Enqueue(to);
                }
            }
        }

        return seen;
    }
}
