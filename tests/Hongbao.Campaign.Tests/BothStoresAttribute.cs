using System.Reflection;
using Hongbao.Foundation.Stores;
using Xunit.Sdk;
using Xunit.v3;

namespace Hongbao.Campaign.Tests;

/// <summary>Runs a theory on SQLite and on PostgreSQL.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BothStoresAttribute : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        new([new TheoryDataRow(SqlDialect.Sqlite), new TheoryDataRow(SqlDialect.Postgres)]);

    public override bool SupportsDiscoveryEnumeration() => true;
}
