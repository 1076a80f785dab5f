namespace Hongbao.Jce.Rpc;

/// <summary>An object that answers calls. Generated dispatchers derive from it. For any number of threads.</summary>
public abstract class RpcServant
{
    /// <summary>Its operations; the list never changes.</summary>
    public abstract IReadOnlyList<RpcFunction> Functions { get; }

    /// <summary>
    /// Answers one request: reads the arguments, does the work, writes the answer. The invocation must not be touched once the task has ended. How it may fail:
    /// a <see cref="JceFormatException"/> answers <see cref="RpcCode.ServerDecode"/> with its text; an <see cref="RpcException"/> answers its code and text; any other
    /// exception answers <see cref="RpcCode.ServerUnknown"/> and tells no more than its type's name.
    /// </summary>
    /// <param name="function">Index into <see cref="Functions"/>.</param>
    /// <param name="call">The request.</param>
    public abstract Task InvokeAsync(int function, RpcInvocation call);
}
