namespace Hongbao.Foundation.Stores;

/// <summary>The reading half of a module's database: all that another module may ever hold of it.</summary>
public interface IReadStore
{
    /// <summary>The owning module, lower case; also the file's and the schema's name.</summary>
    string Module { get; }

    /// <summary>Which database it stands on.</summary>
    SqlDialect Dialect { get; }

    /// <summary>A session that reads a recent committed state, newer with every statement, and can write nothing.</summary>
    /// <exception cref="StoreException">Unavailable.</exception>
    ValueTask<StoreSession> ReadAsync(CancellationToken cancellationToken);
}

/// <summary>One module's database: a file on SQLite, a schema on PostgreSQL.</summary>
public interface IStore : IReadStore, IAsyncDisposable
{
    /// <summary>A write transaction, rolled back unless committed. On SQLite it is the only one of the module.</summary>
    /// <exception cref="StoreException">Unavailable or Transient.</exception>
    ValueTask<StoreSession> WriteAsync(CancellationToken cancellationToken);

    /// <summary>Brings the schema to the newest of the given migrations. Repeating it changes nothing.</summary>
    /// <exception cref="StoreException">SchemaTooNew, Unavailable.</exception>
    Task MigrateAsync(MigrationSet migrations, CancellationToken cancellationToken);
}
