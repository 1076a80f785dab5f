using Hongbao.Campaign.Tests;
using Hongbao.Testing;

[assembly: AssemblyFixture(typeof(Databases))]

namespace Hongbao.Campaign.Tests;

/// <summary>Databases with Campaign's schema, on a clock that stands still until a test moves it.</summary>
public sealed class Databases : IAsyncDisposable
{
    internal static DatabasePool Pool { get; } = new(static () => new StandingClock(), ("campaign", typeof(CampaignModule).Assembly));

    public ValueTask DisposeAsync() => Pool.DisposeAsync();
}
