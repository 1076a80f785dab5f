using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Hongbao.Foundation.Stores;

/// <summary>
/// A statement that a connection runs for row after row of a batch. It is bound by place through SQLite's own interface: the driver looks up every parameter
/// by its name for every row, boxes what it binds and makes a reader, which takes as long as SQLite itself. Not thread safe.
/// </summary>
internal sealed class SqliteRows : IDisposable
{
    private readonly sqlite3 _connection;
    private readonly sqlite3_stmt _statement;
    private readonly bool _writes;
    private byte[] _text = new byte[256];

    /// <exception cref="SqliteException">SQLite does not understand the statement.</exception>
    public SqliteRows(SqliteConnection connection, string sql)
    {
        _connection = connection.Handle!;
        Check(raw.sqlite3_prepare_v2(_connection, sql, out _statement));
        _writes = raw.sqlite3_stmt_readonly(_statement) == 0;
    }

    /// <summary>Runs it once for every row.</summary>
    /// <param name="rows">Its columns have the names of the statement's parameters.</param>
    /// <param name="returned">Takes the first column of each row that the statement returns, a number; null when it returns none.</param>
    /// <param name="cancellationToken">Looked at before each row.</param>
    /// <returns>How many rows of the database were changed.</returns>
    /// <exception cref="SqliteException">A row is refused; those before it have been written.</exception>
    public int Run(ColumnBatch rows, Action<long>? returned, CancellationToken cancellationToken)
    {
        foreach (var (name, value) in rows.Common)
        {
            BindCommon(PlaceOf(name), name, value);
        }

        var places = new int[rows.Columns.Count];
        for (var column = 0; column < places.Length; column++)
        {
            places[column] = PlaceOf(rows.Columns[column].Name);
        }

        // What is not bound would keep the value of the batch before.
        if (raw.sqlite3_bind_parameter_count(_statement) != rows.Common.Count + places.Length)
        {
            throw new ArgumentException($"the statement has parameters beside {string.Join(", ", rows.Common.Select(c => c.Name).Concat(rows.Columns.Select(c => c.Name)))}", nameof(rows));
        }

        var changed = 0;
        for (var row = 0; row < rows.Count; row++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var column = 0; column < places.Length; column++)
            {
                Bind(places[column], rows.Columns[column], row);
            }

            changed += Step(returned);
        }

        return changed;
    }

    public void Dispose() => _statement.Dispose();

    private int PlaceOf(string name) => raw.sqlite3_bind_parameter_index(_statement, "@" + name) is > 0 and var place
        ? place
        : throw new ArgumentException($"the statement has no parameter @{name}", nameof(name));

    private int Step(Action<long>? returned)
    {
        int code;
        while ((code = raw.sqlite3_step(_statement)) == raw.SQLITE_ROW)
        {
            returned?.Invoke(raw.sqlite3_column_int64(_statement, 0));
        }

        try
        {
            Check(code);
            return _writes ? raw.sqlite3_changes(_connection) : 0;
        }
        finally
        {
            // What it tells again is what the step told.
            _ = raw.sqlite3_reset(_statement);
        }
    }

    private void Bind(int place, (string Name, Array Values) column, int row)
    {
        switch (column.Values)
        {
            case long[] values:
                Check(raw.sqlite3_bind_int64(_statement, place, values[row]));
                break;
            case int[] values:
                Check(raw.sqlite3_bind_int64(_statement, place, values[row]));
                break;
            case bool[] values:
                Check(raw.sqlite3_bind_int(_statement, place, values[row] ? 1 : 0));
                break;
            case string?[] values:
                // What was bound stays: many columns say the same in every row.
                if (row == 0 || !ReferenceEquals(values[row], values[row - 1]))
                {
                    BindText(place, values[row]);
                }

                break;
            case long?[] values:
                Check(values[row] is { } number ? raw.sqlite3_bind_int64(_statement, place, number) : raw.sqlite3_bind_null(_statement, place));
                break;
            case int?[] values:
                Check(values[row] is { } small ? raw.sqlite3_bind_int64(_statement, place, small) : raw.sqlite3_bind_null(_statement, place));
                break;
            case byte[]?[] values:
                BindBytes(place, values[row]);
                break;
            default:
                throw new ArgumentException($"column {column.Name} is of {column.Values.GetType().Name}; whole numbers, truth values, texts and bytes can be bound", nameof(column));
        }
    }

    private void BindCommon(int place, string name, object value)
    {
        switch (value)
        {
            case long or int:
                Check(raw.sqlite3_bind_int64(_statement, place, Convert.ToInt64(value, provider: null)));
                break;
            case string text:
                BindText(place, text);
                break;
            default:
                throw new ArgumentException($"{name} is of {value.GetType().Name}; whole numbers and texts can be bound", nameof(value));
        }
    }

    // An empty span has no address, and would be null.
    private void BindBytes(int place, byte[]? bytes) => Check(
        bytes is null ? raw.sqlite3_bind_null(_statement, place)
        : bytes.Length == 0 ? raw.sqlite3_bind_zeroblob(_statement, place, 0)
        : raw.sqlite3_bind_blob(_statement, place, bytes));

    private void BindText(int place, string? text)
    {
        if (text is null)
        {
            Check(raw.sqlite3_bind_null(_statement, place));
            return;
        }

        if (text.Length == 0)
        {
            Check(raw.sqlite3_bind_text(_statement, place, ""));
            return;
        }

        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (_text.Length < most)
        {
            _text = new byte[most];
        }

        // SQLite copies it.
        Check(raw.sqlite3_bind_text(_statement, place, _text.AsSpan(0, Encoding.UTF8.GetBytes(text, _text))));
    }

    private void Check(int code)
    {
        if (code is not (raw.SQLITE_OK or raw.SQLITE_DONE))
        {
            SqliteException.ThrowExceptionForRC(code, _connection);
        }
    }
}
