using Hongbao.Core;
using Hongbao.Foundation.Stores;
using Npgsql;

namespace Hongbao.Bench.Contenders;

/// <summary>The throw-away servers that bench/run started.</summary>
internal sealed class BenchServers
{
    private int _databases;

    public string Postgres { get; } = Required("HONGBAO_BENCH_POSTGRES");

    public string Redis { get; } = Required("HONGBAO_BENCH_REDIS");

    public string RedisAof { get; } = Required("HONGBAO_BENCH_REDIS_AOF");

    public string WorkFolder { get; } = Required("HONGBAO_BENCH_WORK");

    /// <summary>A new database with Core's tables.</summary>
    public async Task<BenchDatabase> CreateDatabaseAsync()
    {
        var name = $"round_{Interlocked.Increment(ref _databases)}";
        var connectionString = new NpgsqlConnectionStringBuilder(Postgres) { Database = name }.ToString();
        await PostgresStore.EnsureDatabaseAsync(connectionString, default);
        var store = new PostgresStore("core", connectionString);
        await store.MigrateAsync(MigrationSet.FromAssembly(typeof(CoreModule).Assembly), default);
        return new BenchDatabase(this, name, connectionString, store);
    }

    /// <summary>A setting of the PostgreSQL server.</summary>
    public async Task<string> SettingAsync(string name) => (string)await AskAsync($"show {name}");

    /// <summary>How far PostgreSQL has written its log, bytes.</summary>
    public async Task<long> LogPositionAsync() => (long)await AskAsync("select (pg_current_wal_lsn() - '0/0'::pg_lsn)::bigint");

    private async Task<object> AskAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(Postgres + ";Database=postgres;Pooling=false");
        await using var command = source.CreateCommand(sql);
        return (await command.ExecuteScalarAsync())!;
    }

    private static string Required(string variable) =>
        Environment.GetEnvironmentVariable(variable) ?? throw new InvalidOperationException($"{variable} is not set; start the benchmark with bench/run claims");
}

/// <summary>One round's own PostgreSQL database; dropped at the end.</summary>
internal sealed class BenchDatabase(BenchServers servers, string name, string connectionString, PostgresStore store) : IAsyncDisposable
{
    /// <summary>Core's store on it.</summary>
    public PostgresStore Store { get; } = store;

    /// <summary>A pool for a peer, on Core's tables, with prepared statements and flushed commits.</summary>
    public NpgsqlDataSource Pool(int connections) => NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString)
    {
        SearchPath = "core",
        MinPoolSize = connections,
        MaxPoolSize = connections,
        Timeout = 60,
        MaxAutoPrepare = 50,
        AutoPrepareMinUsages = 1,
        NoResetOnClose = true,
        Options = "-c synchronous_commit=on",
    });

    /// <summary>Statistics and an empty log, so that every round begins alike.</summary>
    public async Task SettleAsync()
    {
        await using var source = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
        foreach (var statement in new[] { "analyze", "checkpoint" })
        {
            await using var command = source.CreateCommand(statement);
            await command.ExecuteNonQueryAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await using var source = NpgsqlDataSource.Create(servers.Postgres + ";Database=postgres;Pooling=false");
        await using var drop = source.CreateCommand($"drop database {name} with (force)");
        await drop.ExecuteNonQueryAsync();
    }
}
