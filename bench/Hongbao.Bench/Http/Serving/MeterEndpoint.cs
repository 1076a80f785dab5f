using Hongbao.Gateway.Auth;
using Hongbao.Gateway.Endpoints;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hongbao.Bench.Http.Serving;

/// <summary>What the platform's process has allocated so far.</summary>
internal static class MeterEndpoint
{
    public const string Path = "/bench/meter";

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet(Path, static () => Results.Json(Meter.Now())).For(Access.Anyone);
}

/// <param name="Bytes">Allocated since the start.</param>
/// <param name="Collections">Of the youngest generation, older ones included.</param>
/// <param name="PauseSeconds">How long everything stood still for them.</param>
internal sealed record Meter(long Bytes, int Collections, double PauseSeconds)
{
    public static Meter Now() => new(GC.GetTotalAllocatedBytes(), GC.CollectionCount(0), GC.GetTotalPauseDuration().TotalSeconds);
}
