namespace Hongbao.Jce.Rpc;

/// <summary>One servant that can be reached somehow. Generated proxies hold one. For any number of threads.</summary>
public abstract class RpcChannel
{
    /// <summary>Begins a call of one function. It must be made by one of its methods.</summary>
    /// <param name="function">The operation's name on the wire.</param>
    /// <param name="scope">What the call carries along; its deadline shortens the call's.</param>
    public abstract RpcCall Begin(string function, IRpcScope? scope = null);

    /// <summary>The same servant over the same connections, with other options.</summary>
    public abstract RpcChannel With(RpcCallOptions options);
}
