using Hongbao.Host.Demo.Audits;
using Hongbao.Host.Demo.Plans;

namespace Hongbao.Host.Demo.Runs;

/// <summary>Waits for the end of the packets that were sent, and comes back to them afterwards.</summary>
internal sealed class PacketWatch(DemoScene scene, Observer observer, IDemoProgress progress)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(400);

    /// <summary>Waits until every packet and every claim is final and every total has caught up, or for the deadline.</summary>
    public async Task AwaitRestAsync(TimeSpan deadline, CancellationToken cancellationToken)
    {
        var start = scene.Clock.GetTimestamp();
        var waiting = scene.Journal.Packets.Where(p => p.IsPaid).ToDictionary(p => p, _ => (PacketFacts?)null);
        var all = waiting.Count;
        progress.Begin("Waiting until all money rests", all);
        while (waiting.Count > 0 && scene.Clock.GetElapsedTime(start) < deadline)
        {
            foreach (var (packet, facts) in await progress.ReadAllAsync(null, waiting.Keys, p => observer.ReadPacketAsync(p, waiting[p], isLastLook: false, cancellationToken), cancellationToken))
            {
                waiting[packet] = facts;
                if (facts is { Seen.IsFinal: true } && MoneyAudit.IsSettled(facts))
                {
                    waiting.Remove(packet);
                }
            }

            progress.Reach(all - waiting.Count);
            if (waiting.Count > 0)
            {
                await scene.RestAsync(LookEvery, cancellationToken);
            }
        }

        foreach (var (packet, facts) in waiting)
        {
            progress.Say($"Still in flight: packet {packet.PacketNo} ({packet.Plan.Scenario}) is {facts?.Seen?.Status.ToString() ?? "not there"}"
                + (facts?.Claims.Count(c => !c.IsFinal) is > 0 and var open ? $" with {open} claims that are not final" : ""));
        }
    }

    /// <summary>Once all is over: claimers ask again and get their claims, somebody else comes too late.</summary>
    public Task ComeLateAsync(IReadOnlyList<long> uids, CancellationToken cancellationToken)
    {
        var claims = scene.Journal.Claims.ToLookup(c => c.PacketNo);
        var packets = scene.Journal.Packets.Where(p => p.IsPaid && p.Plan.Scenario != Scenario.Exclusive).ToArray();
        return progress.ForAllAsync("Coming back and coming late", packets, async (packet, stop) =>
        {
            var life = new PacketLife(scene, packet.Plan);
            var over = packet.Plan.ExpiresSoon ? "PACKET_EXPIRED" : "PACKET_EXHAUSTED";
            if (claims[packet.PacketNo].FirstOrDefault() is { } claim)
            {
                await life.OpenAsync(packet.PacketNo, new Opener(claim.Uid, Repeats: false), over, stop);
            }

            var openers = packet.Plan.Openers.Select(o => o.Uid).ToHashSet();
            if (uids.FirstOrDefault(u => !openers.Contains(u)) is > 0 and var late)
            {
                await life.OpenAsync(packet.PacketNo, new Opener(late, Repeats: false), over, stop);
            }
        }, cancellationToken);
    }
}
