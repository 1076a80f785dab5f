using Hongbao.Contracts;

namespace Hongbao.Core.Lanes;

/// <summary>Commands that are decided together and written in one transaction.</summary>
internal sealed class LaneBatch(List<LaneCommand> commands)
{
    private readonly Dictionary<long, PacketDraft> _drafts = [];

    public List<LaneCommand> Commands { get; } = commands;

    public LaneWrites Writes { get; } = new();

    public IReadOnlyCollection<PacketDraft> Drafts => _drafts.Values;

    public bool HasWrites => Writes.Extras.Count > 0 || _drafts.Values.Any(d => d.IsChanged);

    /// <summary>Completes with the commit, or fails as it did; complete from the start when there is nothing to write.</summary>
    public Task Written { get; set; } = Task.CompletedTask;

    /// <summary>
    /// The draft that the next batch builds on, if any. One that still waits for its payment is none: any process may have activated the packet meanwhile,
    /// so it is read for every batch.
    /// </summary>
    public PacketDraft? BasisFor(long packetNo) =>
        _drafts.TryGetValue(packetNo, out var draft) && (draft.IsChanged || draft.Status != PacketStatus.PendingPayment) ? draft : null;

    /// <summary>Has all commands decide.</summary>
    /// <param name="held">The lane's packets.</param>
    /// <param name="before">The batch that is being written, if any: its drafts are built on, so that this one may be written only after it.</param>
    /// <param name="nowMs">The store's time as far as known.</param>
    public void Decide(IReadOnlyDictionary<long, HeldPacket> held, LaneBatch? before, long nowMs)
    {
        foreach (var command in Commands)
        {
            if (!_drafts.TryGetValue(command.PacketNo, out var draft))
            {
                if (before?.BasisFor(command.PacketNo) is { } beneath)
                {
                    _drafts.Add(command.PacketNo, draft = new PacketDraft(beneath));
                }
                else if (held.TryGetValue(command.PacketNo, out var packet))
                {
                    _drafts.Add(command.PacketNo, draft = new PacketDraft(packet));
                }
            }

            command.Decide(draft, nowMs, Writes);
        }
    }
}
