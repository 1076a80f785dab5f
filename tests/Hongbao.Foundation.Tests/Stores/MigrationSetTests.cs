using Hongbao.Foundation.Stores;

namespace Hongbao.Foundation.Tests.Stores;

public sealed class MigrationSetTests
{
    [Fact]
    public void Lines_for_one_dialect_count_only_there_and_comments_nowhere()
    {
        var migration = new Migration(1, "x", "-- about\ncreate table t (\n  --sqlite: id integer primary key\n  --postgres: id bigint\n)\r\n---\n\n---\n  -- only a comment\n---\nselect 1");

        Assert.Equal(["create table t (\n id integer primary key\n)\n", "select 1\n"], migration.StatementsFor(SqlDialect.Sqlite));
        Assert.Equal(["create table t (\n id bigint\n)\n", "select 1\n"], migration.StatementsFor(SqlDialect.Postgres));
    }

    [Fact]
    public void Numbers_start_at_one_and_have_no_gap_and_no_double()
    {
        static Migration M(int number) => new(number, "m", "select 1");

        Assert.Equal([1, 2, 3], MigrationSet.Of(M(3), M(1), M(2)).Items.Select(m => m.Number));
        Assert.Throws<InvalidOperationException>(() => MigrationSet.Of(M(1), M(3)));
        Assert.Throws<InvalidOperationException>(() => MigrationSet.Of(M(1), M(1)));
        Assert.Throws<InvalidOperationException>(() => MigrationSet.Of(M(2), M(3)));
        Assert.Throws<ArgumentOutOfRangeException>(() => MigrationSet.Of());
    }

    [Fact]
    public void Every_assembly_begins_with_foundations_own_tables_once()
    {
        Assert.Equal((1, "foundation"), MigrationSet.FromAssembly(typeof(MigrationSetTests).Assembly).Items.Select(m => (m.Number, m.Name)).Single());
        Assert.Equal([(1, "foundation"), (2, "binary_messages"), (3, "passed_handlers")], MigrationSet.FromAssembly(typeof(MigrationSet).Assembly).Items.Select(m => (m.Number, m.Name)));
    }
}
