using Hongbao.Async.Tests;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;
using Hongbao.Testing;

[assembly: AssemblyFixture(typeof(Databases))]

namespace Hongbao.Async.Tests;

/// <summary>Databases with Async's schema, the messages of a Core, and a clock that tests steer.</summary>
public sealed class Databases : IAsyncDisposable
{
    internal static DatabasePool Pool { get; } = new(static () => new ManualClock(DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds())), ("async", typeof(AsyncModule).Assembly), ("core", typeof(IStore).Assembly));

    public ValueTask DisposeAsync() => Pool.DisposeAsync();
}
