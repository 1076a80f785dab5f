using Microsoft.AspNetCore.Routing;

namespace Hongbao.Host.Serving;

/// <summary>What another program puts into the platform's process beside the platform itself; its endpoints run behind the gateway's pipeline.</summary>
/// <param name="AddServices">Called after the platform has registered its own.</param>
/// <param name="MapEndpoints">Called after the platform has mapped its own.</param>
internal sealed record ServerGuest(Action<IServiceCollection> AddServices, Action<IEndpointRouteBuilder> MapEndpoints)
{
    /// <summary>Nobody: the platform alone.</summary>
    public static readonly ServerGuest None = new(static _ => { }, static _ => { });
}
