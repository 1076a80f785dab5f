using Hongbao.Bench.Contenders;
using Npgsql;

namespace Hongbao.Bench.Rain;

/// <summary>What PostgreSQL was sent.</summary>
/// <param name="All">Statements, beginnings and ends of transactions included.</param>
/// <param name="Inserts">Of those, the ones that record outcomes of draws.</param>
/// <param name="Rows">Outcomes that those wrote.</param>
internal sealed record StatementCount(long All, long Inserts, long Rows);

/// <summary>Counts the statements of one database; the server has to be started with pg_stat_statements.</summary>
internal sealed class Statements : IAsyncDisposable
{
    private readonly NpgsqlDataSource _source;
    private readonly string _database;

    public Statements(BenchServers servers, string database)
    {
        _source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(servers.Postgres) { Database = "postgres", MaxPoolSize = 1 });
        _database = database;
    }

    /// <summary>Begins at nothing.</summary>
    public async Task ResetAsync()
    {
        await using var command = _source.CreateCommand("create extension if not exists pg_stat_statements; select pg_stat_statements_reset()");
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>What came since then.</summary>
    public async Task<StatementCount> ReadAsync()
    {
        await using var command = _source.CreateCommand("""
            select coalesce(sum(s.calls), 0)::bigint, coalesce(sum(s.calls) filter (where s.query like 'insert into draws %'), 0)::bigint,
              coalesce(sum(s.rows) filter (where s.query like 'insert into draws %'), 0)::bigint
            from pg_stat_statements s join pg_database d on d.oid = s.dbid where d.datname = $1
            """);
        command.Parameters.AddWithValue(_database);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return new StatementCount(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
