using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Hongbao.Foundation.Stores;

/// <summary>A module's SQLite file: WAL, full sync, one writer connection behind a queue, a few readers.</summary>
public sealed class SqliteStore : IStore
{
    private const int ReadersMax = 8;

    // A batch of claims touches hundreds of pages all over an index. By default less than that is kept in memory, and everything is copied from the log into the
    // file after every second batch.
    private const int WriterCacheKiB = 32 * 1024;
    private const int CheckpointPages = 8000;
    private readonly string _path;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _patience;
    private readonly SemaphoreSlim _writerTurn = new(1, 1);
    private readonly SemaphoreSlim _readerTurn = new(ReadersMax, ReadersMax);
    private readonly ConcurrentBag<SqliteConnection> _readers = [];
    private readonly WriterOwner _writerOwner;
    private readonly ReaderOwner _readerOwner;
    private SqliteConnection? _writer;
    private volatile bool _disposed;

    /// <summary>Opens nothing yet; the file appears with the first write session.</summary>
    /// <param name="module">The owning module.</param>
    /// <param name="path">The file.</param>
    /// <param name="clock">The store's clock, <c>now_ms()</c> in SQL.</param>
    public SqliteStore(string module, string path, TimeProvider clock) : this(module, path, clock, TimeSpan.FromSeconds(5))
    {
    }

    internal SqliteStore(string module, string path, TimeProvider clock, TimeSpan patience)
    {
        _patience = patience;
        SQLitePCL.Batteries_V2.Init();
        Module = module;
        _path = path;
        _clock = clock;
        _writerOwner = new WriterOwner(this);
        _readerOwner = new ReaderOwner(this);
    }

    /// <inheritdoc/>
    public string Module { get; }

    /// <inheritdoc/>
    public SqlDialect Dialect => SqlDialect.Sqlite;

    /// <inheritdoc/>
    public async ValueTask<StoreSession> ReadAsync(CancellationToken cancellationToken)
    {
        await _readerTurn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_readers.TryTake(out var connection))
            {
                connection = Open(readOnly: true);
            }

            return new StoreSession(SqlDialect.Sqlite, connection, null, _readerOwner);
        }
        catch (Exception e)
        {
            _readerTurn.Release();
            throw Translate(e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<StoreSession> WriteAsync(CancellationToken cancellationToken)
    {
        // SQLite keeps the thread that it works on until it has written. That is not the caller's, who can prepare what comes next.
        await _writerTurn.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            _writer ??= Open(readOnly: false);
            // deferred: false is BEGIN IMMEDIATE, so that a reader never has to become a writer.
            return new StoreSession(SqlDialect.Sqlite, _writer, _writer.BeginTransaction(deferred: false), _writerOwner);
        }
        catch (Exception e)
        {
            var translated = Translate(e);
            if (translated.Fault != StoreFault.Transient)
            {
                // A connection that cannot begin is of no use; the next session opens another.
                _writerOwner.Close();
            }

            _writerTurn.Release();
            throw translated;
        }
    }

    /// <inheritdoc/>
    public async Task MigrateAsync(MigrationSet migrations, CancellationToken cancellationToken)
    {
        var session = await WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await MigrationRunner.RunAsync(session, Module, migrations, cancellationToken).ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // The semaphores stay: they hold nothing, and a session that ends late still gives its turn back.
        await _writerTurn.WaitAsync().ConfigureAwait(false);
        _disposed = true;
        _writerOwner.Close();
        _writerTurn.Release();
        while (_readers.TryTake(out var reader))
        {
            await reader.DisposeAsync().ConfigureAwait(false);
        }
    }

    private SqliteConnection Open(bool readOnly)
    {
        if (_disposed)
        {
            throw new StoreException(StoreFault.Unavailable, $"store '{Module}' is closed");
        }

        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = _path,
            Mode = SqliteOpenMode.ReadWriteCreate,
            Pooling = false,
            // Waiting for another process is SQLite's own busy_timeout; the driver would begin it again and again.
            DefaultTimeout = 1,
        }.ToString());
        try
        {
            connection.Open();
            connection.CreateFunction("now_ms", () => _clock.GetUtcNow().ToUnixTimeMilliseconds());
            using var pragma = connection.CreateCommand();
            // Two processes that turn a new file to WAL meet a lock that busy_timeout does not wait for; the driver tries again.
            pragma.CommandTimeout = 5;
            // A reader may not be opened read-only: WAL needs the shared-memory file; query_only forbids writes instead.
            pragma.CommandText = $"pragma busy_timeout = {(long)_patience.TotalMilliseconds}; pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;"
                + (readOnly ? " pragma query_only = 1;" : $" pragma cache_size = -{WriterCacheKiB}; pragma wal_autocheckpoint = {CheckpointPages};");
            pragma.ExecuteNonQuery();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private StoreException Translate(Exception exception)
    {
        if (exception is StoreException already)
        {
            return already;
        }

        if (exception is not SqliteException e)
        {
            return new StoreException(StoreFault.Other, $"store '{Module}': {exception.Message}", exception);
        }

        // Result codes: sqlite.org/rescode.html
        var (fault, hint) = (e.SqliteErrorCode, e.SqliteExtendedErrorCode) switch
        {
            (19, 275 or 1299) => (StoreFault.CheckViolation, ""),
            (19, 1555 or 2067 or 2579) => (StoreFault.UniqueViolation, ""),
            (19, 1811) => (StoreFault.Fenced, ""),
            (5 or 6, _) => (StoreFault.Transient, "another process holds the file"),
            (8, _) => (StoreFault.Unavailable, "the data folder is read-only; make it writable or choose another with --data"),
            (13, _) => (StoreFault.Unavailable, "the disk of the data folder is full; free some space"),
            (14, _) => (StoreFault.Unavailable, "the file cannot be opened; check that the data folder exists and is writable"),
            (10, _) => (StoreFault.Unavailable, "the disk reports an error"),
            (11 or 26, _) => (StoreFault.Unavailable, "the file is damaged or not a database"),
            _ => (StoreFault.Other, ""),
        };
        return new StoreException(fault, $"store '{Module}' ({_path}): {(hint.Length > 0 ? hint : e.Message)}", e);
    }

    private sealed class WriterOwner(SqliteStore store) : StoreSession.SessionOwner
    {
        private readonly Dictionary<string, SqliteRows> _prepared = [];

        public override StoreException Translate(Exception exception, bool committing)
        {
            var translated = store.Translate(exception);
            // An I/O error while committing may come after the log was written.
            return committing && exception is SqliteException { SqliteErrorCode: 10 }
                ? new StoreException(StoreFault.UnknownOutcome, translated.Message, exception)
                : translated;
        }

        public override ValueTask ReleaseAsync(DbConnection connection, bool broken)
        {
            if (broken)
            {
                Close();
            }

            store._writerTurn.Release();
            return ValueTask.CompletedTask;
        }

        /// <summary>Closes the writer; the next session opens another. Only by who has the writer's turn.</summary>
        public void Close()
        {
            var statements = _prepared.Values.ToArray();
            var writer = store._writer;
            _prepared.Clear();
            store._writer = null;
            try
            {
                foreach (var statement in statements)
                {
                    statement.Dispose();
                }

                writer?.Dispose();
            }
            catch (SqliteException)
            {
                // The driver rolls back when it closes, and a full disk can refuse that; the file's next opening does it instead.
            }
        }

        public override SqliteRows Rows(string sql)
        {
            if (!_prepared.TryGetValue(sql, out var rows))
            {
                _prepared.Add(sql, rows = new SqliteRows(store._writer!, sql));
            }

            return rows;
        }
    }

    private sealed class ReaderOwner(SqliteStore store) : StoreSession.SessionOwner
    {
        public override StoreException Translate(Exception exception, bool committing) =>
            // query_only refuses with the code of a read-only file.
            exception is SqliteException { SqliteErrorCode: 8 }
                ? new StoreException(StoreFault.Other, $"store '{store.Module}': a read session writes nothing", exception)
                : store.Translate(exception);

        public override ValueTask ReleaseAsync(DbConnection connection, bool broken)
        {
            if (broken || store._disposed)
            {
                connection.Dispose();
            }
            else
            {
                store._readers.Add((SqliteConnection)connection);
            }

            store._readerTurn.Release();
            return ValueTask.CompletedTask;
        }
    }
}
