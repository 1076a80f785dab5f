using Hongbao.Foundation.Health;
using Hongbao.Gateway.Auth;
using Hongbao.Gateway.Json;
using Hongbao.Gateway.OpenApi;

namespace Hongbao.Gateway.Endpoints;

/// <summary>Whether this process is alive and whether it should get traffic.</summary>
internal sealed class ProcessEndpoints(IEnumerable<IReadinessCheck> checks, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<ProcessEndpoints> log)
{
    private const string Tag = "Process";
    private static readonly TimeSpan CheckTimeout = TimeSpan.FromSeconds(2);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz", GetHealth).For(Access.Anyone).Describe(Tag, "getHealth", "Alive.").Gives(typeof(HealthAnswer));
        routes.MapGet("/readyz", GetReadinessAsync).For(Access.Anyone)
            .Describe(Tag, "getReadiness", "Ready for traffic, with each dependency's state.").Gives(typeof(ReadinessAnswer), 200, 503);

        // Load balancers ask like this; the server leaves the body away.
        routes.MapMethods("/healthz", [HttpMethods.Head], GetHealth).For(Access.Anyone).ExcludeFromDescription();
        routes.MapMethods("/readyz", [HttpMethods.Head], GetReadinessAsync).For(Access.Anyone).ExcludeFromDescription();
    }

    private static IResult GetHealth(HttpContext http) => JsonAnswer.Ok(new HealthAnswer { Status = ProcessStatus.Alive }, GatewayJson.Wire.HealthAnswer);

    private async Task<IResult> GetReadinessAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var states = await Task.WhenAll(checks.Select(async c => (c.IsNeeded, Dependency: await CheckAsync(c, cancellationToken))));
        var isStopping = lifetime.ApplicationStopping.IsCancellationRequested;
        var isReady = !isStopping && states.All(static s => !s.IsNeeded || s.Dependency.State == ProcessStatus.Ready);
        if (!isReady)
        {
            http.Response.Headers.RetryAfter = "1";
        }

        return new JsonAnswer<ReadinessAnswer>(isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, new ReadinessAnswer
        {
            Status = isStopping ? ProcessStatus.Stopping : isReady ? ProcessStatus.Ready : ProcessStatus.NotReady,
            Dependencies = [.. states.Select(static s => s.Dependency)],
        }, GatewayJson.Wire.ReadinessAnswer);
    }

    private async Task<DependencyState> CheckAsync(IReadinessCheck check, CancellationToken cancellationToken)
    {
        ReadinessState state;
        try
        {
            state = await check.CheckAsync(cancellationToken).WaitAsync(CheckTimeout, clock, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // What failed is for the log; whoever asks gets to know only that it did.
            log.LogWarning(e, "The readiness check {Check} failed", check.Name);
            state = ReadinessState.NotReady(e is TimeoutException ? "no answer in time" : "failed");
        }

        return new DependencyState
        {
            Name = check.Name,
            State = state.IsReady ? ProcessStatus.Ready : ProcessStatus.NotReady,
            Detail = string.IsNullOrEmpty(state.Detail) ? null : state.Detail,
        };
    }
}

/// <summary>How a process or a dependency stands.</summary>
internal enum ProcessStatus
{
    Alive = 1,
    Ready = 2,
    NotReady = 3,
    Stopping = 4,
}

/// <summary>The process answers.</summary>
internal sealed record HealthAnswer
{
    /// <summary>ALIVE.</summary>
    public required ProcessStatus Status { get; init; }
}

/// <summary>Whether the process should get traffic.</summary>
internal sealed record ReadinessAnswer
{
    /// <summary>READY, NOT_READY or STOPPING.</summary>
    public required ProcessStatus Status { get; init; }

    /// <summary>What the process depends on.</summary>
    public required List<DependencyState> Dependencies { get; init; }
}

/// <summary>A thing that the process depends on.</summary>
internal sealed record DependencyState
{
    /// <summary>Such as store.core.</summary>
    public required string Name { get; init; }

    /// <summary>READY or NOT_READY.</summary>
    public required ProcessStatus State { get; init; }

    /// <summary>More, for operators.</summary>
    public string? Detail { get; init; }
}
