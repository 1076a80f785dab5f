using Hongbao.Contracts.Yyb;
using Hongbao.Jce;

namespace Hongbao.Gateway.Yyb;

/// <summary>A command: who may give it, and what it does with its bytes.</summary>
/// <param name="Command">Its number.</param>
/// <param name="NeedsUser">False when it is for everyone.</param>
/// <param name="RunAsync">Takes the command's body, gives the answer's.</param>
internal sealed record AppCommand(Command Command, bool NeedsUser, Func<CommandCall, byte[], Task<Outcome<byte[]>>> RunAsync)
{
    /// <summary>A command of users.</summary>
    public static AppCommand ForUser<TRequest, TAnswer>(Command command, Func<CommandCall, TRequest, Task<Outcome<TAnswer>>> handle)
        where TRequest : class, IJceStruct<TRequest>
        where TAnswer : class, IJceStruct => new(command, NeedsUser: true, Reading(handle));

    /// <summary>A command of users that takes nothing.</summary>
    public static AppCommand ForUser<TAnswer>(Command command, Func<CommandCall, Task<Outcome<TAnswer>>> handle)
        where TAnswer : class, IJceStruct => new(command, NeedsUser: true, Ignoring(handle));

    /// <summary>A command that needs no token.</summary>
    public static AppCommand ForAnyone<TRequest, TAnswer>(Command command, Func<CommandCall, TRequest, Task<Outcome<TAnswer>>> handle)
        where TRequest : class, IJceStruct<TRequest>
        where TAnswer : class, IJceStruct => new(command, NeedsUser: false, Reading(handle));

    /// <summary>A command that needs no token and takes nothing.</summary>
    public static AppCommand ForAnyone<TAnswer>(Command command, Func<CommandCall, Task<Outcome<TAnswer>>> handle)
        where TAnswer : class, IJceStruct => new(command, NeedsUser: false, Ignoring(handle));

    private static Func<CommandCall, byte[], Task<Outcome<byte[]>>> Reading<TRequest, TAnswer>(Func<CommandCall, TRequest, Task<Outcome<TAnswer>>> handle)
        where TRequest : class, IJceStruct<TRequest>
        where TAnswer : class, IJceStruct => async (call, body) => JceSerializer.TryRead<TRequest>(body, out var request, out var fault, AppPackage.Limits)
            ? Encoded(await handle(call, request))
            : AppPackage.Invalid(fault);

    // What a later version of the command takes may be there already: it is not looked at.
    private static Func<CommandCall, byte[], Task<Outcome<byte[]>>> Ignoring<TAnswer>(Func<CommandCall, Task<Outcome<TAnswer>>> handle)
        where TAnswer : class, IJceStruct => async (call, _) => Encoded(await handle(call));

    private static Outcome<byte[]> Encoded<TAnswer>(Outcome<TAnswer> outcome)
        where TAnswer : class, IJceStruct => outcome.Value is { } answer ? JceSerializer.ToBytes(answer) : outcome.Refusal!;
}
