namespace Hongbao.Jce.Rpc;

/// <summary>Turns a failed call into an ordinary answer, for contracts whose answers carry a result of their own.</summary>
public interface IRpcFaults
{
    /// <summary>The answer that stands for a fault; false to throw the fault.</summary>
    bool TryAnswer<T>(RpcException fault, out T answer);
}
