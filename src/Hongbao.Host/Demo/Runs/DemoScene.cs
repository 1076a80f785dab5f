using Hongbao.Host.Demo.Api;

namespace Hongbao.Host.Demo.Runs;

/// <summary>What every part of a run needs.</summary>
internal sealed record DemoScene
{
    public required DemoClient Client { get; init; }

    /// <summary>Tells this run's requests from those of other runs; drawn anew each time, not from the seed.</summary>
    public required string RunId { get; init; }

    public required string Currency { get; init; }

    /// <summary>The shortest time to claim that the server allows, seconds.</summary>
    public required int ShortTtlSeconds { get; init; }

    public required TimeProvider Clock { get; init; }

    public Journal Journal { get; } = new();

    /// <summary>A token for each uid.</summary>
    public required IReadOnlyDictionary<long, string> Tokens { get; init; }

    public Task RestAsync(TimeSpan time, CancellationToken cancellationToken) => Task.Delay(time, Clock, cancellationToken);
}
