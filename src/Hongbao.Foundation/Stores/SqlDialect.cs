namespace Hongbao.Foundation.Stores;

/// <summary>The databases that a store can stand on.</summary>
public enum SqlDialect
{
    /// <summary>SQLite in WAL mode with full sync: one writer, the embedded profile.</summary>
    Sqlite,
    /// <summary>PostgreSQL 15 or later: the cluster profile.</summary>
    Postgres,
}

/// <summary>One statement, side by side for both dialects where they differ. Parameters are named <c>@name</c> in both.</summary>
/// <param name="Sqlite">Text for SQLite.</param>
/// <param name="Postgres">Text for PostgreSQL.</param>
public readonly record struct Sql(string Sqlite, string Postgres)
{
    /// <summary>A statement that both dialects understand.</summary>
    public static implicit operator Sql(string both) => new(both, both);

    /// <summary>The text for one dialect.</summary>
    public string For(SqlDialect dialect) => dialect switch
    {
        SqlDialect.Sqlite => Sqlite,
        SqlDialect.Postgres => Postgres,
    };

    /// <summary>A condition that is true when a column equals one of the values bound with <see cref="StoreSession.Longs"/>.</summary>
    public static string AnyOf(SqlDialect dialect, string parameter) => dialect switch
    {
        SqlDialect.Sqlite => $"in (select value from json_each({parameter}))",
        SqlDialect.Postgres => $"= any({parameter})",
    };
}
