using Hongbao.Core.Claims;

namespace Hongbao.Core.Tests;

/// <summary>A gate that says what the test wants; without anything said it lets everybody in.</summary>
internal sealed class LyingGate : IAdmissionGate
{
    private int _asked;

    public Func<long, int, CancellationToken, ValueTask<Admission>> Enter { get; set; } = static (_, _, _) => new(Admission.Uncounted);

    public Action<AdmissionPlace>? Left { get; set; }

    public Exception? LeaveFault { get; set; }

    public int Asked => Volatile.Read(ref _asked);

    public ValueTask<Admission> EnterAsync(long packetNo, int leftCount, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _asked);
        return Enter(packetNo, leftCount, cancellationToken);
    }

    public void Leave(AdmissionPlace place)
    {
        Left?.Invoke(place);
        if (LeaveFault is not null)
        {
            throw LeaveFault;
        }
    }
}

/// <summary>A gate that answers later, as one behind a network does.</summary>
internal sealed class SlowGate(IAdmissionGate inner) : IAdmissionGate
{
    public async ValueTask<Admission> EnterAsync(long packetNo, int leftCount, CancellationToken cancellationToken)
    {
        await Task.Yield();
        return await inner.EnterAsync(packetNo, leftCount, cancellationToken);
    }

    public void Leave(AdmissionPlace place) => inner.Leave(place);
}
