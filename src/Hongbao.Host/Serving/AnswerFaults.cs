using Hongbao.Contracts;
using Hongbao.Jce.Rpc;

namespace Hongbao.Host.Serving;

/// <summary>
/// A call that failed on its way is answered like any other, so that nobody needs to know where a module runs: shed when it may be sent again, which is always so,
/// for every call has its number; a fault of the platform when the two sides do not understand each other, or the call is too large to be sent.
/// </summary>
internal sealed class AnswerFaults(ILogger<AnswerFaults> log) : IRpcFaults
{
    public bool TryAnswer<T>(RpcException fault, out T answer)
    {
        if (!typeof(IAnswer).IsAssignableFrom(typeof(T)))
        {
            answer = default!;
            return false;
        }

        var isOurs = fault.Code is RpcCode.ServerDecode or RpcCode.ServerEncode or RpcCode.NoFunction or RpcCode.NoServant or RpcCode.ClientDecode or RpcCode.SendFailed
            or RpcCode.ServerUnknown;
        if (isOurs)
        {
            log.LogError("A call for {Answer} failed with {Code}: {Message}", typeof(T).Name, fault.Code, fault.Message);
        }
        else
        {
            log.LogDebug("A call for {Answer} got no answer ({Code}): {Message}", typeof(T).Name, fault.Code, fault.Message);
        }

        answer = Activator.CreateInstance<T>();
        ((IAnswer)answer!).Result = Result.Of(isOurs ? ResultCode.Internal : ResultCode.Overloaded);
        return true;
    }
}
