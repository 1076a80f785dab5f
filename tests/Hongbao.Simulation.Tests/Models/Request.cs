using Hongbao.Contracts;
using Hongbao.Simulation.Tests.Worlds;

namespace Hongbao.Simulation.Tests.Models;

/// <summary>A request on its way, with what was true when it was sent.</summary>
/// <param name="text">For people.</param>
/// <param name="task">Completes with the answer, or never, if its node dies.</param>
/// <param name="judge">Compares the answer with the model; called after the next look at the tables.</param>
internal sealed class Request(string text, Task task, Action<Request> judge)
{
    public string Text { get; } = text;

    public Task Task { get; } = task;

    /// <summary>The node that was asked.</summary>
    public required Node Node { get; init; }

    public required int Sequence { get; init; }

    /// <summary>What it is about: of those about the same thing each counts the others.</summary>
    public object? Subject { get; init; }

    public PacketModel? Packet => Subject as PacketModel;

    public PacketStatus From { get; init; }

    public PaymentStatus FromPayment { get; init; }

    /// <summary>The user's claim was in the tables already.</summary>
    public bool WasKnown { get; init; }

    /// <summary>The relation provider gives no answer.</summary>
    public bool IsScopeSilent { get; init; }

    /// <summary>When every worker last had its turn before it was sent.</summary>
    public required DateTimeOffset IdleBefore { get; init; }

    /// <summary>How many other claims of its packet were on their way with it.</summary>
    public int Others { get; set; }

    /// <summary>Finance may have misbehaved meanwhile.</summary>
    public required bool WasFaulty { get; set; }

    /// <summary>Workers were kept from running for so long that numbers could not be minted.</summary>
    public bool MayBeShed { get; set; }

    public void Judge() => judge(this);
}
