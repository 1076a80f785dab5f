using System.Reflection;
using Hongbao.Contracts;

namespace Hongbao.Host.Serving;

/// <summary>
/// Stands before a contract where other processes call it, and refuses what is marked as stress-test traffic: there are no stores for it yet, so it would move real money.
/// The mark is found in the call's context, where that of TARS' own context has been taken over. One class for all contracts, so that none is forgotten.
/// </summary>
internal class RealWorkOnly : DispatchProxy
{
    private static readonly MethodInfo s_refuse = typeof(RealWorkOnly).GetMethod(nameof(Refuse), BindingFlags.NonPublic | BindingFlags.Static)!;
    private object _contract = null!;

    /// <summary>The contract behind the guard.</summary>
    /// <typeparam name="T">Its interface: calls with a context first, answers with a result.</typeparam>
    public static T Before<T>(T contract)
        where T : class
    {
        var guard = Create<T, RealWorkOnly>();
        ((RealWorkOnly)(object)guard)._contract = contract;
        return guard;
    }

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => args is [CallContext { Shadow: true }, ..]
        ? s_refuse.MakeGenericMethod(targetMethod!.ReturnType.GetGenericArguments()).Invoke(null, null)
        : targetMethod!.Invoke(_contract, BindingFlags.DoNotWrapExceptions, null, args, null);

    private static Task<T> Refuse<T>()
        where T : IAnswer, new()
    {
        var refusal = Result.Invalid("shadow", "must be false: there are no stores for stress-test traffic yet");
        refusal.Detail = "Calls that are marked as stress-test traffic are not carried out: there are no stores for them yet.";
        return Task.FromResult(new T { Result = refusal });
    }
}
