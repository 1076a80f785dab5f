using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Lanes;

/// <summary>Everything that a batch writes beside the packets and their claims.</summary>
internal sealed class LaneWrites
{
    /// <summary>Further statements of the same transaction, in order. They throw <see cref="StoreFault.Fenced"/> to refuse it.</summary>
    public List<Func<StoreSession, CancellationToken, Task>> Extras { get; } = [];
}

/// <summary>Something to do with one packet, decided by its lane and answered after the commit.</summary>
internal abstract class LaneCommand(long packetNo)
{
    public long PacketNo { get; } = packetNo;

    /// <summary>Name of the step in failpoints, such as <c>core.claim</c>.</summary>
    public abstract string Step { get; }

    /// <summary>
    /// Decides on the draft; may be called again on a fresh one when the batch was refused. Must not answer yet.
    /// </summary>
    /// <param name="draft">The packet, or null when there is none of that number.</param>
    /// <param name="nowMs">The store's time as far as known; the store checks it again.</param>
    /// <param name="writes">What else to write.</param>
    public abstract void Decide(PacketDraft? draft, long nowMs, LaneWrites writes);

    /// <summary>Answers, after the commit.</summary>
    public abstract void Answer();

    /// <summary>Answers with a fault; nothing is known to have happened.</summary>
    public abstract void Fail(Exception exception);
}

/// <summary>A command with an answer.</summary>
internal abstract class LaneCommand<TAnswer>(long packetNo) : LaneCommand(packetNo)
{
    private readonly TaskCompletionSource<TAnswer> _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes after the commit, or with a <see cref="StoreException"/>.</summary>
    public Task<TAnswer> Answered => _answered.Task;

    /// <summary>
    /// Has <see cref="Answered"/> end as cancelled when a token does; the command itself goes on. Only for who waits for it alone. Dispose what comes back
    /// when the answer is there. A task's own <c>WaitAsync</c> does the same with three objects more for each claim.
    /// </summary>
    public CancellationTokenRegistration StopWaitingWith(CancellationToken cancellationToken) =>
        cancellationToken.UnsafeRegister(static (command, token) => ((LaneCommand<TAnswer>)command!)._answered.TrySetCanceled(token), this);

    protected TAnswer? Decision { get; set; }

    public override void Answer() => _answered.TrySetResult(Decision!);

    public override void Fail(Exception exception) => _answered.TrySetException(exception);
}
