using Hongbao.Host.Demo.Audits;
using Hongbao.Host.Demo.Plans;

namespace Hongbao.Host.Demo.Runs;

/// <summary>A packet that the server acknowledged.</summary>
internal sealed class SentPacket
{
    public required PacketPlan Plan { get; init; }

    public required long PacketNo { get; init; }

    public required long PayOrderNo { get; init; }

    public required string SeedHash { get; init; }

    public string? ContentId { get; set; }

    public bool IsPaid { get; set; }
}

/// <summary>Writes down what the server acknowledged, the moment it did. Thread safe.</summary>
internal sealed class Journal
{
    private readonly Lock _gate = new();
    private readonly List<SentPacket> _packets = [];
    private readonly List<AcknowledgedClaim> _claims = [];
    private readonly List<RefusedClaim> _refusals = [];
    private readonly List<Finding> _incidents = [];
    private int _busy;

    public IReadOnlyList<SentPacket> Packets => Copy(_packets);

    public IReadOnlyList<AcknowledgedClaim> Claims => Copy(_claims);

    public IReadOnlyList<RefusedClaim> Refusals => Copy(_refusals);

    public IReadOnlyList<Finding> Incidents => Copy(_incidents);

    /// <summary>How often a busy packet sent someone away to come again.</summary>
    public int BusyAnswers => Volatile.Read(ref _busy);

    public void Add(SentPacket packet) => Add(_packets, packet);

    public void Add(AcknowledgedClaim claim) => Add(_claims, claim);

    public void Add(RefusedClaim refusal) => Add(_refusals, refusal);

    public void AddBusy() => Interlocked.Increment(ref _busy);

    /// <summary>Notes an answer that should not have come.</summary>
    public void Incident(string check, string text) => Add(_incidents, new Finding(check, text));

    private void Add<T>(List<T> list, T item)
    {
        lock (_gate)
        {
            list.Add(item);
        }
    }

    private List<T> Copy<T>(List<T> list)
    {
        lock (_gate)
        {
            return [.. list];
        }
    }
}
