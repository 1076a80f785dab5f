using System.Collections.Concurrent;
using Hongbao.Foundation.Stores;
using Npgsql;

namespace Hongbao.Testing;

/// <summary>Fresh stores for one test: a temporary folder, or a database of its own on the server that ./test started.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    /// <summary>Set by ./test.</summary>
    public const string PostgresVariable = "HONGBAO_TEST_POSTGRES";

    // A new database takes a quarter of a second: a test that is done empties its own for the next one of the process.
    private static readonly ConcurrentBag<string> Emptied = [];

    private readonly ConcurrentDictionary<string, IStore> _stores = new(StringComparer.Ordinal);
    private readonly string _name = "t_" + Guid.NewGuid().ToString("N");
    private string _database = "";

    static TestDatabase() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        while (Emptied.TryTake(out var database))
        {
            RunAsync("postgres", $"drop database if exists \"{database}\" with (force)").GetAwaiter().GetResult();
        }
    };

    private TestDatabase(SqlDialect dialect, TimeProvider clock)
    {
        Dialect = dialect;
        Clock = clock;
        Folder = Path.Combine(Path.GetTempPath(), "hongbao-tests", _name);
        Directory.CreateDirectory(Folder);
    }

    public SqlDialect Dialect { get; }

    /// <summary>What SQLite files go by; a PostgreSQL server has a clock of its own.</summary>
    public TimeProvider Clock { get; }

    /// <summary>A temporary folder of this test, deleted at the end.</summary>
    public string Folder { get; }

    /// <summary>Connection string of this test's own PostgreSQL database.</summary>
    public string ConnectionString => new NpgsqlConnectionStringBuilder(ServerConnectionString()) { Database = _database }.ToString();

    public static async Task<TestDatabase> CreateAsync(SqlDialect dialect, TimeProvider? clock = null)
    {
        var database = new TestDatabase(dialect, clock ?? TimeProvider.System);
        if (dialect == SqlDialect.Postgres)
        {
            database._database = Emptied.TryTake(out var emptied) ? emptied : database._name;
            await PostgresStore.EnsureDatabaseAsync(database.ConnectionString, CancellationToken.None);
        }

        return database;
    }

    /// <summary>The store of a module; the same object for the same name.</summary>
    public IStore Open(string module) => _stores.GetOrAdd(module, _ => Create(module));

    /// <summary>A further store object on the same data, as another process would have.</summary>
    public IStore OpenAnother(string module) => _stores.GetOrAdd(module + "#" + _stores.Count, _ => Create(module));

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores.Values)
        {
            await store.DisposeAsync();
        }

        if (Dialect == SqlDialect.Postgres)
        {
            await RunAsync(_database, """
                select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid();
                do $$ declare s text; begin
                  for s in select nspname from pg_namespace where nspname !~ '^pg_' and nspname not in ('information_schema', 'public') loop
                    execute format('drop schema %I cascade', s);
                  end loop;
                end $$
                """);
            Emptied.Add(_database);
        }

        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Connection string of the test server.</summary>
    public static string ServerConnectionString() =>
        Environment.GetEnvironmentVariable(PostgresVariable)
        ?? throw new InvalidOperationException(
            $"{PostgresVariable} is not set. Run ./test, or start a server with 'eng/postgres start DIR' and set it to what that prints.");

    private static async Task RunAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(ServerConnectionString()) { Database = database, Pooling = false }.ToString());
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private IStore Create(string module) => Dialect switch
    {
        SqlDialect.Sqlite => new SqliteStore(module, Path.Combine(Folder, module + ".db"), Clock),
        SqlDialect.Postgres => new PostgresStore(module, ConnectionString, 10),
    };
}
