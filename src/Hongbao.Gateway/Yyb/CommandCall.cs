using Hongbao.Gateway.Auth;
using Hongbao.Gateway.Endpoints;

namespace Hongbao.Gateway.Yyb;

/// <summary>One command being carried out.</summary>
/// <param name="Origin">Who asks.</param>
/// <param name="RequestId">The client's own text, at most 64 characters without control characters; may be empty.</param>
internal sealed record CommandCall(CallOrigin Origin, string RequestId)
{
    /// <summary>The user, for commands that need one.</summary>
    public Caller User => Origin.Caller ?? throw new InvalidOperationException("This command needs no user; list it with ForUser.");
}
