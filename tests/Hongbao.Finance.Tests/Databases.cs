using Hongbao.Finance.Tests;
using Hongbao.Testing;

[assembly: AssemblyFixture(typeof(Databases))]

namespace Hongbao.Finance.Tests;

/// <summary>Databases with finance's schema.</summary>
public sealed class Databases : IAsyncDisposable
{
    internal static DatabasePool Pool { get; } = new(static () => TimeProvider.System, ("finance", typeof(FinanceStore).Assembly));

    public ValueTask DisposeAsync() => Pool.DisposeAsync();
}
