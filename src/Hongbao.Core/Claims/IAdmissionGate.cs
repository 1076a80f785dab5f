namespace Hongbao.Core.Claims;

/// <summary>A place before a packet; given back by <see cref="IAdmissionGate.Leave"/>, or taken away by time.</summary>
/// <param name="PacketNo">Which packet.</param>
/// <param name="Token">The gate's own mark; 0 is no place of any gate, and leaving it does nothing.</param>
internal readonly record struct AdmissionPlace(long PacketNo, long Token);

/// <summary>A gate's answer.</summary>
/// <param name="IsIn">Whether the request may go on.</param>
/// <param name="Place">Its place; none when it was turned away, or let through uncounted.</param>
/// <param name="Refusals">How many this packet turned away in the last moments, this one included; at least 1 when turned away.</param>
internal readonly record struct Admission(bool IsIn, AdmissionPlace Place, int Refusals)
{
    /// <summary>Turned away.</summary>
    public static Admission Busy(int refusals) => new(false, default, Math.Max(1, refusals));

    /// <summary>Let in.</summary>
    public static Admission In(AdmissionPlace place) => new(true, place, 0);

    /// <summary>Let in by a gate that cannot count just now.</summary>
    public static Admission Uncounted => new(true, default, 0);
}

/// <summary>
/// Bounds how many requests wait for one packet: while it has r shares left, at most 1.5 r (rounded up) that were let in are
/// unanswered. It only ever decides who waits, never who is paid: a gate that counts wrong, forgets or lies changes nothing but who is told
/// to come again. Every implementation passes <c>AdmissionGateCompliance</c> of the tests. Thread safe.
/// </summary>
internal interface IAdmissionGate
{
    /// <summary>A place counts no more after this time, whether or not it was given back: a slow store cannot shut the gate.</summary>
    public static readonly TimeSpan HoldMax = TimeSpan.FromSeconds(2);

    /// <summary>How many may be unanswered.</summary>
    /// <param name="leftCount">Shares that are left; less than 1 means nobody.</param>
    public static int PlacesFor(int leftCount) => leftCount <= 0 ? 0 : (int)Math.Min(int.MaxValue, ((3L * leftCount) + 1) / 2);

    /// <summary>Asks for a place. Completes at once where nothing has to be asked over a network.</summary>
    /// <param name="packetNo">The packet.</param>
    /// <param name="leftCount">Shares that it has left by the last committed figure.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<Admission> EnterAsync(long packetNo, int leftCount, CancellationToken cancellationToken);

    /// <summary>
    /// Gives a place back, without waiting for anybody; repeating it, or doing it after the place's time was over, does nothing. One
    /// that gets lost is made up for by time.
    /// </summary>
    void Leave(AdmissionPlace place);
}
