using Hongbao.Jce.Rpc;

namespace Hongbao.Contracts;

/// <content>What a context can do.</content>
public sealed partial record CallContext : IRpcScope
{
    /// <summary>The app of installations that serve only one.</summary>
    public const string DefaultApp = "default";

    /// <summary>A context for work that the platform does by itself.</summary>
    public static CallContext ForSystem(string app) => new() { App = app };
}
