using Hongbao.Core.Tests;
using Hongbao.Testing;

[assembly: AssemblyFixture(typeof(Databases))]

namespace Hongbao.Core.Tests;

/// <summary>Databases with Core's schema, on a clock that tests move.</summary>
public sealed class Databases : IAsyncDisposable
{
    internal static DatabasePool Pool { get; } = new(static () => new MovableClock(), ("core", typeof(CoreModule).Assembly));

    public ValueTask DisposeAsync() => Pool.DisposeAsync();
}
