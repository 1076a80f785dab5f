namespace Hongbao.Core.Lanes;

/// <summary>Commands that are decided together and written in one transaction.</summary>
internal sealed class LaneBatch(List<LaneCommand> commands)
{
    private readonly Dictionary<long, PacketDraft> _drafts = [];

    public List<LaneCommand> Commands { get; } = commands;

    public LaneWrites Writes { get; } = new();

    public IReadOnlyCollection<PacketDraft> Drafts => _drafts.Values;

    public bool HasWrites => Writes.Extras.Count > 0 || _drafts.Values.Any(d => d.IsChanged);

    /// <summary>Completes with the commit, or fails as it did.</summary>
    public Task Written { get; set; } = Task.CompletedTask;

    public PacketDraft? DraftOf(long packetNo) => _drafts.GetValueOrDefault(packetNo);

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
                if (before?.DraftOf(command.PacketNo) is { } beneath)
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
