using Hongbao.Jce.Rpc;

namespace Hongbao.Contracts;

/// <content>What a context can do.</content>
public sealed partial record CallContext : IRpcScope
{
    /// <summary>The app of installations that serve only one.</summary>
    public const string DefaultApp = "default";

    /// <summary>A context for work that the platform does by itself.</summary>
    public static CallContext ForSystem(string app) => new() { App = app };

    /// <summary>The same for a call that waits no longer than until then, by this machine's clock.</summary>
    public static CallContext ForSystem(string app, DateTimeOffset until) => new() { App = app, DeadlineMs = until.ToUnixTimeMilliseconds() };

    /// <summary>
    /// This context for a call that the platform makes by itself to answer this one: the same request in traces, no user, and never a later end than the caller's.
    /// </summary>
    /// <param name="until">When the call itself stops waiting, by this machine's clock.</param>
    public CallContext ByPlatform(DateTimeOffset until)
    {
        var own = until.ToUnixTimeMilliseconds();
        return this with { Uid = 0, DeadlineMs = DeadlineMs == 0 ? own : Math.Min(DeadlineMs, own) };
    }
}
