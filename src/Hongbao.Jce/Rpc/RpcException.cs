namespace Hongbao.Jce.Rpc;

/// <summary>
/// A call that was not answered as wished. A servant throws one to answer a code of its own: positive ones are free, those of <see cref="RpcCode"/> have their meaning,
/// and below -99 there are none, since other clients take such an answer for a broken one. Of a call that the servant itself made only positive codes pass through to its caller.
/// </summary>
/// <param name="code">One of <see cref="RpcCode"/>, or a servant's own.</param>
/// <param name="message">For people; it travels to the caller.</param>
/// <param name="wasSent">False when it is certain that no server saw the request.</param>
/// <param name="inner">What made it fail here.</param>
public class RpcException(int code, string message, bool wasSent = true, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>One of <see cref="RpcCode"/>, or a servant's own.</summary>
    public int Code { get; } = code;

    /// <summary>
    /// False when it is certain that no server saw the request, so that sending it again cannot do anything twice. When true the outcome follows from the code, and with
    /// <see cref="RpcCode.Timeout"/> and <see cref="RpcCode.NoConnection"/> it is not known.
    /// </summary>
    public bool WasSent { get; } = wasSent;

    /// <summary>
    /// True when a call ended with it. A servant that lets it through has begun its own work: what the code says of that call, such as that nothing was done, is not true of the
    /// request that the servant answers.
    /// </summary>
    internal bool IsOfCall { get; private init; }

    /// <summary>The fault with which a call ends.</summary>
    internal static RpcException OfCall(int code, string message, bool wasSent = true, Exception? inner = null) => new(code, message, wasSent, inner) { IsOfCall = true };
}
