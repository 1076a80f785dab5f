namespace Hongbao.Foundation.Stores;

/// <summary>
/// Rows as columns: bound as arrays to one PostgreSQL statement, or one by one to a prepared SQLite statement.
/// All columns have the same length. Not thread safe.
/// </summary>
public sealed class ColumnBatch
{
    private readonly List<(string Name, Array Values)> _columns = [];

    /// <summary>Number of rows.</summary>
    public int Count { get; private set; }

    internal IReadOnlyList<(string Name, Array Values)> Columns => _columns;

    /// <summary>Adds a column.</summary>
    public ColumnBatch Add<TRow, TValue>(string name, IReadOnlyList<TRow> rows, Func<TRow, TValue> value)
    {
        if (_columns.Count > 0 && rows.Count != Count)
        {
            throw new ArgumentException($"column {name} has {rows.Count} rows, the others {Count}", nameof(rows));
        }

        var values = new TValue[rows.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = value(rows[i]);
        }

        _columns.Add((name, values));
        Count = rows.Count;
        return this;
    }
}
