using System.Data;
using System.Data.Common;
using System.Net.Sockets;
using Npgsql;

namespace Hongbao.Foundation.Stores;

/// <summary>A module's schema in a PostgreSQL database, read committed, every commit flushed.</summary>
public sealed class PostgresStore : IStore
{
    /// <summary>
    /// SQLSTATE by which a trigger or function, such as <c>require_rows</c>, refuses its transaction: <see cref="StoreFault.Fenced"/>, as a
    /// raising trigger is on SQLite.
    /// </summary>
    public const string FencedSqlState = "HB001";

    // What writes finds its rows by key, many at once. A plan that was made while a table was small would read it whole, and stays with the
    // connection until the next ANALYZE while the table grows by thousands of rows a second.
    // A table that has nothing but its rows is still read whole, at a price that must not make PostgreSQL compile the statement first.
    private const string ByKey = "-c jit=off -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off ";

    private readonly NpgsqlDataSource _writers;
    private readonly NpgsqlDataSource _readers;
    private readonly Owner _writerOwner;
    private readonly Owner _readerOwner;

    /// <summary>Connects to nothing yet.</summary>
    /// <param name="module">The owning module; also the schema.</param>
    /// <param name="connectionString">Npgsql form; the search path and the application name are set here.</param>
    /// <param name="connectionsMax">Bound of each of the two pools.</param>
    public PostgresStore(string module, string connectionString, int connectionsMax = 20)
    {
        Module = module;
        _writers = Source(module, connectionString, connectionsMax, readOnly: false);
        _readers = Source(module, connectionString, connectionsMax, readOnly: true);
        _writerOwner = new Owner(module, readOnly: false);
        _readerOwner = new Owner(module, readOnly: true);
    }

    /// <inheritdoc/>
    public string Module { get; }

    /// <inheritdoc/>
    public SqlDialect Dialect => SqlDialect.Postgres;

    /// <inheritdoc/>
    public async ValueTask<StoreSession> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return new StoreSession(SqlDialect.Postgres, await _readers.OpenConnectionAsync(cancellationToken).ConfigureAwait(false), null, _readerOwner);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw _readerOwner.Translate(e, committing: false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<StoreSession> WriteAsync(CancellationToken cancellationToken)
    {
        NpgsqlConnection? connection = null;
        try
        {
            connection = await _writers.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken).ConfigureAwait(false);
            return new StoreSession(SqlDialect.Postgres, connection, transaction, _writerOwner);
        }
        catch (Exception e)
        {
            if (connection is not null)
            {
                await connection.DisposeAsync().ConfigureAwait(false);
            }

            if (e is OperationCanceledException)
            {
                throw;
            }

            throw _writerOwner.Translate(e, committing: false);
        }
    }

    /// <inheritdoc/>
    public async Task MigrateAsync(MigrationSet migrations, CancellationToken cancellationToken)
    {
        var session = await WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            // A statement of a migration may take as long as it takes, and so may waiting for the other instance.
            session.CommandTimeoutSeconds = 0;
            await session.ExecuteAsync("set local statement_timeout = 0", null, cancellationToken).ConfigureAwait(false);
            await session.ExecuteAsync("set local lock_timeout = 0", null, cancellationToken).ConfigureAwait(false);
            // Two instances that start together migrate one after the other.
            await session.ExecuteAsync("select pg_advisory_xact_lock(hashtext('hongbao.migrate'))", null, cancellationToken).ConfigureAwait(false);
            await session.ExecuteAsync($"create schema if not exists \"{Module}\"", null, cancellationToken).ConfigureAwait(false);
            await session.ExecuteAsync($"""
                create or replace function "{Module}".now_ms() returns bigint language sql volatile as
                $$ select (extract(epoch from clock_timestamp()) * 1000)::bigint $$
                """, null, cancellationToken).ConfigureAwait(false);
            await session.ExecuteAsync($"""
                create or replace function "{Module}".require_rows(changed bigint, expected bigint) returns void language plpgsql as
                $$ begin
                  if changed <> expected then
                    raise exception '% of % rows were as expected', changed, expected using errcode = '{FencedSqlState}';
                  end if;
                end $$
                """, null, cancellationToken).ConfigureAwait(false);
            await MigrationRunner.RunAsync(session, Module, migrations, cancellationToken).ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _writers.DisposeAsync().ConfigureAwait(false);
        await _readers.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Creates the database of a connection string if the server does not have it yet.</summary>
    /// <exception cref="StoreException">Unavailable, with a message for people.</exception>
    public static async Task EnsureDatabaseAsync(string connectionString, CancellationToken cancellationToken)
    {
        NpgsqlConnectionStringBuilder builder;
        try
        {
            builder = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false };
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            throw new StoreException(StoreFault.Unavailable, $"The connection string for PostgreSQL is not in Npgsql's form: {e.Message}", e);
        }

        if (string.IsNullOrEmpty(builder.Host))
        {
            throw new StoreException(StoreFault.Unavailable, "The connection string for PostgreSQL names no Host; set Store:Postgres.");
        }

        var database = builder.Database ??= "hongbao";
        try
        {
            // First as is: who may use the database need not be allowed to create one, or to see 'postgres'.
            if (await ExistsAsync(builder.ToString(), cancellationToken).ConfigureAwait(false))
            {
                return;
            }

            builder.Database = "postgres";
            var connection = new NpgsqlConnection(builder.ToString());
            await using (connection.ConfigureAwait(false))
            {
                await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
                using var create = new NpgsqlCommand($"create database \"{database.Replace("\"", "\"\"", StringComparison.Ordinal)}\"", connection);
                await create.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
        {
            // Another instance was faster.
        }
        catch (Exception e) when (e is NpgsqlException or SocketException or TimeoutException)
        {
            throw new StoreException(StoreFault.Unavailable,
                $"PostgreSQL at {builder.Host}:{builder.Port} cannot be used (database '{database}'): {e.Message}", e);
        }
    }

    private static async Task<bool> ExistsAsync(string connectionString, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(connectionString);
        await using (connection.ConfigureAwait(false))
        {
            try
            {
                await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
                return true;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidCatalogName)
            {
                return false;
            }
        }
    }

    private static NpgsqlDataSource Source(string module, string connectionString, int connectionsMax, bool readOnly)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString)
        {
            SearchPath = module,
            ApplicationName = $"hongbao.{module}{(readOnly ? ".read" : "")}",
            MaxPoolSize = connectionsMax,
            MaxAutoPrepare = 200,
            AutoPrepareMinUsages = 2,
            IncludeErrorDetail = false,
            NoResetOnClose = true,
        };
        builder.Options = (builder.Options is { Length: > 0 } own ? own + " " : "") + (readOnly ? "-c default_transaction_read_only=on " : ByKey)
            // Whatever the server, the database or the role say: what we acknowledge is on disk.
            + "-c synchronous_commit=on "
            // A look at a few thousand rows is not worth other processes.
            + "-c max_parallel_workers_per_gather=0 "
            // Statements have deadlines, so that no late commit can surprise the pull's watermark (docs/architecture.md). A transaction waits
            // for nothing outside the database: one that idles belongs to a process that hangs or is gone, and its locks hold others up.
            + "-c statement_timeout=30000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=5000";
        return NpgsqlDataSource.Create(builder);
    }

    private sealed class Owner(string module, bool readOnly) : StoreSession.SessionOwner
    {
        public override StoreException Translate(Exception exception, bool committing)
        {
            var message = $"store '{module}': {exception.Message}";
            if (exception is PostgresException e)
            {
                // The server ended the connection under us: whether a commit happened cannot be told. An error without that is a rollback.
                var fault = committing && e.InvariantSeverity is "FATAL" or "PANIC" ? StoreFault.UnknownOutcome : FaultOf(e.SqlState);
                return new StoreException(fault, message, exception);
            }

            if (exception is NpgsqlException or SocketException or IOException or TimeoutException or OperationCanceledException)
            {
                return new StoreException(committing ? StoreFault.UnknownOutcome : StoreFault.Unavailable, message, exception);
            }

            return new StoreException(StoreFault.Other, message, exception);
        }

        // Classes and codes: postgresql.org/docs/current/errcodes-appendix.html
        private StoreFault FaultOf(string sqlState) => sqlState switch
        {
            FencedSqlState => StoreFault.Fenced,
            PostgresErrorCodes.UniqueViolation => StoreFault.UniqueViolation,
            PostgresErrorCodes.CheckViolation or PostgresErrorCodes.NotNullViolation => StoreFault.CheckViolation,
            PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected
                or PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.QueryCanceled => StoreFault.Transient,
            // A writer meets it on a server that became a standby; a reader only by a mistake of ours.
            PostgresErrorCodes.ReadOnlySqlTransaction => readOnly ? StoreFault.Other : StoreFault.Unavailable,
            // 25P03: idle in a transaction for too long.
            "25P03" or PostgresErrorCodes.InvalidCatalogName => StoreFault.Unavailable,
            // Connections, authorization, resources (disk, memory, connections), shutdown, system errors.
            _ when sqlState[..2] is "08" or "28" or "53" or "57" or "58" => StoreFault.Unavailable,
            _ => StoreFault.Other,
        };

        public override async ValueTask ReleaseAsync(DbConnection connection, bool broken) =>
            await connection.DisposeAsync().ConfigureAwait(false);
    }
}
