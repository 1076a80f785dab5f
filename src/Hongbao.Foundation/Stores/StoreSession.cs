using System.Data.Common;
using System.Runtime.ExceptionServices;
using System.Text.Json;
using Dapper;

namespace Hongbao.Foundation.Stores;

/// <summary>
/// A connection with or without a write transaction. Columns in snake case map to properties in Pascal case.
/// Every failure is a <see cref="StoreException"/>, or a cancellation. After one the transaction can only be rolled back,
/// on both databases. Not thread safe; dispose it soon.
/// </summary>
public sealed class StoreSession : IAsyncDisposable
{
    private readonly DbConnection _connection;
    private readonly DbTransaction? _transaction;
    private readonly SessionOwner _owner;
    private List<Action>? _afterCommit;
    private bool _broken;
    private bool _failed;
    private bool _disposed;

    static StoreSession() => DefaultTypeMap.MatchNamesWithUnderscores = true;

    internal StoreSession(SqlDialect dialect, DbConnection connection, DbTransaction? transaction, SessionOwner owner)
    {
        Dialect = dialect;
        _connection = connection;
        _transaction = transaction;
        _owner = owner;
    }

    /// <summary>What a store does for its sessions.</summary>
    internal abstract class SessionOwner
    {
        public abstract StoreException Translate(Exception exception, bool committing);
        public abstract ValueTask ReleaseAsync(DbConnection connection, bool broken);

        /// <summary>A statement for rows, on SQLite.</summary>
        public virtual SqliteRows Rows(string sql) => throw new NotSupportedException("only a writer of SQLite runs statements row by row");
    }

    /// <summary>Which database it stands on.</summary>
    public SqlDialect Dialect { get; }

    /// <summary>True after a successful commit.</summary>
    public bool Committed { get; private set; }

    /// <summary>How long one statement may take; null for the connection's own bound, 0 for none. Only migrations change it.</summary>
    internal int? CommandTimeoutSeconds { get; set; }

    /// <summary>Binds a set of numbers; use with <see cref="Sql.AnyOf"/>.</summary>
    public object Longs(IEnumerable<long> values) => Dialect switch
    {
        SqlDialect.Sqlite => JsonSerializer.Serialize(values),
        SqlDialect.Postgres => values.ToArray(),
    };

    /// <summary>All rows.</summary>
    public Task<List<T>> QueryAsync<T>(Sql sql, object? arguments = null, CancellationToken cancellationToken = default) =>
        GuardAsync(async () => (await _connection.QueryAsync<T>(Command(sql, arguments, cancellationToken)).ConfigureAwait(false)).AsList());

    /// <summary>The first row, or the default.</summary>
    public Task<T?> FirstAsync<T>(Sql sql, object? arguments = null, CancellationToken cancellationToken = default) =>
        GuardAsync(() => _connection.QueryFirstOrDefaultAsync<T>(Command(sql, arguments, cancellationToken)));

    /// <summary>Runs a statement and tells how many rows it changed.</summary>
    public Task<int> ExecuteAsync(Sql sql, object? arguments = null, CancellationToken cancellationToken = default) =>
        GuardAsync(() => _connection.ExecuteAsync(Command(sql, arguments, cancellationToken)));

    /// <summary>
    /// Runs a statement for every row of a batch and tells how many rows changed in all: once with array parameters on
    /// PostgreSQL (write it with <c>unnest</c>), row by row with a prepared statement on SQLite.
    /// </summary>
    public async Task<int> ExecuteRowsAsync(Sql sql, ColumnBatch rows, CancellationToken cancellationToken = default)
    {
        if (rows.Count == 0)
        {
            return 0;
        }

        return await GuardAsync(() => Dialect switch
        {
            SqlDialect.Postgres => ExecuteArraysAsync(sql.Postgres, rows, cancellationToken),
            SqlDialect.Sqlite => Task.FromResult(_owner.Rows(sql.Sqlite).Run(rows, null, cancellationToken)),
        }).ConfigureAwait(false);
    }

    /// <summary>
    /// Runs a statement for every row of a batch, as <see cref="ExecuteRowsAsync"/> does, and gives the one number that each row changed
    /// returned. Write it with <c>returning</c>; rows that it left alone return none.
    /// </summary>
    public async Task<List<long>> QueryRowsAsync(Sql sql, ColumnBatch rows, CancellationToken cancellationToken = default)
    {
        var numbers = new List<long>();
        if (rows.Count == 0)
        {
            return numbers;
        }

        return await GuardAsync(async () =>
        {
            switch (Dialect)
            {
                case SqlDialect.Postgres:
                    var command = Command(sql.Postgres, rows);
                    await using (command.ConfigureAwait(false))
                    {
                        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                        await using (reader.ConfigureAwait(false))
                        {
                            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                            {
                                numbers.Add(reader.GetInt64(0));
                            }
                        }
                    }

                    break;
                case SqlDialect.Sqlite:
                    _owner.Rows(sql.Sqlite).Run(rows, numbers.Add, cancellationToken);
                    break;
            }

            return numbers;
        }).ConfigureAwait(false);
    }

    /// <summary>Refuses the whole transaction unless a guarded statement changed as many rows as it had to.</summary>
    /// <exception cref="StoreException">Fenced.</exception>
    public static void Require(int changed, int expected, string what)
    {
        if (changed != expected)
        {
            throw new StoreException(StoreFault.Fenced, $"{what}: {changed} of {expected} rows were as expected");
        }
    }

    /// <summary>The store's own clock, Unix milliseconds: the only clock that may decide about money.</summary>
    public async Task<long> NowMsAsync(CancellationToken cancellationToken = default) =>
        await FirstAsync<long>("select now_ms()", null, cancellationToken).ConfigureAwait(false);

    /// <summary>
    /// Runs after a successful commit, never after a failed one. It should not throw: what it throws comes out of
    /// <see cref="CommitAsync(CancellationToken)"/> once all of them have run, while <see cref="Committed"/> says that the work is durable.
    /// </summary>
    public void AfterCommit(Action action) => (_afterCommit ??= []).Add(action);

    /// <summary>Makes the transaction durable. A transaction in which anything failed cannot be committed.</summary>
    /// <exception cref="StoreException">UnknownOutcome when the answer was lost; anything else changed nothing.</exception>
    public Task CommitAsync(CancellationToken cancellationToken = default) => FinishAsync(() => _transaction!.CommitAsync(cancellationToken), cancellationToken);

    private async Task FinishAsync(Func<Task> commit, CancellationToken cancellationToken)
    {
        if (_transaction is null)
        {
            throw new InvalidOperationException("a read session has nothing to commit");
        }

        RefuseUnlessOpen();
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            await commit().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // A commit cancelled under way may have happened: it is as unclear as a lost connection.
            throw Translate(e, committing: true);
        }

        Committed = true;
        RunAfterCommit();
    }

    /// <summary>Runs statements in order: on PostgreSQL in one round trip, together with what begins the transaction.</summary>
    /// <exception cref="StoreException">Fenced when a statement did not change all that it must.</exception>
    public Task RunAsync(IReadOnlyList<BatchStatement> statements, CancellationToken cancellationToken = default) => GuardAsync(() => Dialect switch
    {
        SqlDialect.Sqlite => RunEachAsync(statements, cancellationToken),
        SqlDialect.Postgres => SendAsync(statements, commits: false, cancellationToken),
    });

    /// <summary>Runs the last statements of the transaction and makes it durable: on PostgreSQL all in one round trip.</summary>
    /// <exception cref="StoreException">As <see cref="RunAsync"/> and <see cref="CommitAsync(CancellationToken)"/>.</exception>
    public async Task CommitAsync(IReadOnlyList<BatchStatement> last, CancellationToken cancellationToken = default)
    {
        if (Dialect == SqlDialect.Sqlite)
        {
            await RunAsync(last, cancellationToken).ConfigureAwait(false);
            await CommitAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        await FinishAsync(() => SendAsync(last, commits: true, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    private async Task<int> RunEachAsync(IReadOnlyList<BatchStatement> statements, CancellationToken cancellationToken)
    {
        var all = 0;
        foreach (var statement in statements)
        {
            var changed = await ExecuteRowsAsync(statement.Sql, statement.Rows, cancellationToken).ConfigureAwait(false);
            if (statement.Must is not null)
            {
                Require(changed, statement.Rows.Count, statement.Must);
            }

            all += changed;
        }

        return all;
    }

    private async Task<int> SendAsync(IReadOnlyList<BatchStatement> statements, bool commits, CancellationToken cancellationToken)
    {
        var batch = _connection.CreateBatch();
        await using (batch.ConfigureAwait(false))
        {
            batch.Transaction = _transaction;
            foreach (var statement in statements.Where(s => s.Rows.Count > 0))
            {
                batch.BatchCommands.Add(Bound(batch, statement));
            }

            if (commits)
            {
                // An error before it skips it: the server runs nothing more of what was sent together.
                var commit = batch.CreateBatchCommand();
                commit.CommandText = "commit";
                batch.BatchCommands.Add(commit);
            }

            return batch.BatchCommands.Count == 0 ? 0 : await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static DbBatchCommand Bound(DbBatch batch, BatchStatement statement)
    {
        var command = batch.CreateBatchCommand();
        command.CommandText = statement.Sql.Postgres;
        Bind(command.Parameters, command.CreateParameter, statement.Rows);
        if (statement.Must is not null)
        {
            var must = command.CreateParameter();
            (must.ParameterName, must.Value) = ("must", (long)statement.Rows.Count);
            command.Parameters.Add(must);
        }

        return command;
    }

    /// <summary>Rolls back what was not committed and gives the connection back. Repeating it does nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        try
        {
            if (_transaction is not null)
            {
                await _transaction.DisposeAsync().ConfigureAwait(false);
            }
        }
        catch (Exception)
        {
            // The rollback did not arrive; the connection's end is one as well.
            _broken = true;
        }
        finally
        {
            await _owner.ReleaseAsync(_connection, _broken).ConfigureAwait(false);
        }
    }

    private CommandDefinition Command(Sql sql, object? arguments, CancellationToken cancellationToken) =>
        new(sql.For(Dialect), arguments, _transaction, CommandTimeoutSeconds, cancellationToken: cancellationToken);

    private async Task<T> GuardAsync<T>(Func<Task<T>> statement)
    {
        RefuseUnlessOpen();
        try
        {
            return await statement().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _failed = true;
            throw;
        }
        catch (Exception e)
        {
            throw Translate(e, committing: false);
        }
    }

    private void RefuseUnlessOpen()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_transaction is null)
        {
            return;
        }

        if (Committed)
        {
            throw new InvalidOperationException("the transaction is committed; take another session");
        }

        if (_failed)
        {
            // PostgreSQL answers the commit of a failed transaction with a silent rollback, SQLite would commit its first half.
            throw new StoreException(StoreFault.Other, "the transaction failed before and can only be rolled back");
        }
    }

    private void RunAfterCommit()
    {
        Exception? first = null;
        foreach (var action in _afterCommit ?? [])
        {
            try
            {
                action();
            }
            catch (Exception e)
            {
                first ??= e;
            }
        }

        if (first is not null)
        {
            ExceptionDispatchInfo.Throw(first);
        }
    }

    private async Task<int> ExecuteArraysAsync(string sql, ColumnBatch rows, CancellationToken cancellationToken)
    {
        var command = Command(sql, rows);
        await using (command.ConfigureAwait(false))
        {
            return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private DbCommand Command(string sql, ColumnBatch rows)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = _transaction;
        Bind(command.Parameters, command.CreateParameter, rows);
        return command;
    }

    // Columns as arrays, and what all rows share as it is.
    private static void Bind(DbParameterCollection parameters, Func<DbParameter> create, ColumnBatch rows)
    {
        foreach (var (name, values) in rows.Columns)
        {
            Add(name, values);
        }

        foreach (var (name, value) in rows.Common)
        {
            Add(name, value);
        }

        void Add(string name, object value)
        {
            var parameter = create();
            parameter.ParameterName = name;
            parameter.Value = value;
            parameters.Add(parameter);
        }
    }

    private StoreException Translate(Exception exception, bool committing)
    {
        _failed = true;
        var translated = exception as StoreException ?? _owner.Translate(exception, committing);
        _broken |= translated.Fault is StoreFault.Unavailable or StoreFault.UnknownOutcome;
        return translated;
    }
}
