using Hongbao.Async;
using Hongbao.Core;
using Hongbao.Query.Tests;
using Hongbao.Testing;

[assembly: AssemblyFixture(typeof(Databases))]

namespace Hongbao.Query.Tests;

/// <summary>Databases with the real schemas of Core, Async and Query.</summary>
public sealed class Databases : IAsyncDisposable
{
    internal static DatabasePool Pool { get; } = new(static () => TimeProvider.System, ("core", typeof(CoreModule).Assembly), ("async", typeof(AsyncModule).Assembly), ("query", typeof(QueryModule).Assembly));

    public ValueTask DisposeAsync() => Pool.DisposeAsync();
}
