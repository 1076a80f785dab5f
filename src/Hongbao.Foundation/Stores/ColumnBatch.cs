namespace Hongbao.Foundation.Stores;

/// <summary>
/// Rows as columns: bound as arrays to one PostgreSQL statement, or one by one to a prepared SQLite statement.
/// All columns have the same length. Not thread safe.
/// </summary>
public sealed class ColumnBatch
{
    private readonly List<(string Name, Array Values)> _columns = [];
    private readonly List<(string Name, object Value)> _common = [];

    /// <summary>Number of rows.</summary>
    public int Count { get; private set; }

    internal IReadOnlyList<(string Name, Array Values)> Columns => _columns;

    internal IReadOnlyList<(string Name, object Value)> Common => _common;

    /// <summary>Adds a value that is the same in every row: on PostgreSQL a plain parameter, not an array, so name its type where it is used.</summary>
    /// <param name="name">The parameter's name without <c>@</c>.</param>
    /// <param name="value">A number or text.</param>
    public ColumnBatch AddCommon(string name, object value)
    {
        _common.Add((name, value));
        return this;
    }

    /// <summary>Adds a column of <c>long</c>, <c>int</c>, texts, <c>byte[]</c>, or enums (bound as <c>int</c>), each of which may be nullable, or of <c>bool</c>.</summary>
    /// <param name="name">The parameter's name without <c>@</c>.</param>
    /// <param name="rows">Of the same number as in the other columns.</param>
    /// <param name="value">The column's value of a row.</param>
    /// <exception cref="ArgumentException">The number of rows differs.</exception>
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

        _columns.Add((name, EnumsAsInts(values) ?? values));
        Count = rows.Count;
        return this;
    }

    // PostgreSQL takes no array of enums: it would look for a database type of that name.
    private static Array? EnumsAsInts<TValue>(TValue[] values)
    {
        var nullable = Nullable.GetUnderlyingType(typeof(TValue));
        if (!(nullable ?? typeof(TValue)).IsEnum)
        {
            return null;
        }

        return nullable is null
            ? Array.ConvertAll(values, v => Convert.ToInt32(v, provider: null))
            : Array.ConvertAll(values, v => v is null ? (int?)null : Convert.ToInt32(v, provider: null));
    }
}
