using Microsoft.Extensions.Logging;

namespace Hongbao.Core.Claims;

/// <summary>
/// Lets everybody in while a gate throws or does not answer: the gate spares the database a crowd, and the lane's own bound sheds what is too
/// much in any case, so that a broken gate is no reason to refuse money that people may have. What it lets in so is not counted.
/// </summary>
internal sealed class FailOpenGate(IAdmissionGate gate, TimeProvider clock, ILogger log) : IAdmissionGate
{
    /// <summary>How long a gate may take to answer.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan LogRest = TimeSpan.FromSeconds(10);
    private long _logAfter = long.MinValue;

    public ValueTask<Admission> EnterAsync(long packetNo, int leftCount, CancellationToken cancellationToken)
    {
        try
        {
            var admission = gate.EnterAsync(packetNo, leftCount, cancellationToken);
            return admission.IsCompletedSuccessfully ? admission : AwaitAsync(admission, cancellationToken);
        }
        catch (Exception e)
        {
            return new(Open(e));
        }
    }

    public void Leave(AdmissionPlace place)
    {
        try
        {
            gate.Leave(place);
        }
        catch (Exception e)
        {
            // Its time will be over.
            Open(e);
        }
    }

    private async ValueTask<Admission> AwaitAsync(ValueTask<Admission> admission, CancellationToken cancellationToken)
    {
        try
        {
            return await admission.AsTask().WaitAsync(Patience, clock, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The caller is gone.
            throw;
        }
        catch (Exception e)
        {
            return Open(e);
        }
    }

    // Told once in a while: a broken gate is met by every claim.
    private Admission Open(Exception exception)
    {
        var now = clock.GetTimestamp();
        var after = Interlocked.Read(ref _logAfter);
        if (now >= after && Interlocked.CompareExchange(ref _logAfter, now + (clock.TimestampFrequency * LogRest.Ticks / TimeSpan.TicksPerSecond), after) == after)
        {
            log.LogWarning(exception, "The admission gate does not work; claims go on without it");
        }

        return Admission.Uncounted;
    }
}
