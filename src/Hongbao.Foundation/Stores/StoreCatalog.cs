using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;

namespace Hongbao.Foundation.Stores;

/// <summary>Where modules keep their tables. Section <c>Store</c>.</summary>
public sealed class StoreOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Store";

    /// <summary><c>sqlite</c> (default) or <c>postgres</c>.</summary>
    [RegularExpression("^(sqlite|postgres)$", ErrorMessage = "Store:Kind must be 'sqlite' or 'postgres'.")]
    public string Kind { get; set; } = "sqlite";

    /// <summary>Folder of the SQLite files and of generated keys. Default <c>hongbao-data</c> in the working folder.</summary>
    [Required(ErrorMessage = "Store:DataFolder must name a folder.")]
    public string DataFolder { get; set; } = "hongbao-data";

    /// <summary>Npgsql connection string of the platform's database; needed when Kind is <c>postgres</c>. Created if missing.</summary>
    public string Postgres { get; set; } = "";

    /// <summary>Connection string of finance's own database; by default the platform's server with <c>_finance</c> added to the database name.</summary>
    public string PostgresFinance { get; set; } = "";

    /// <summary>Connections per module and pool on PostgreSQL, 1 to 200. Default 20.</summary>
    [Range(1, 200, ErrorMessage = "Store:ConnectionsMax must be between 1 and 200.")]
    public int ConnectionsMax { get; set; } = 20;
}

/// <summary>Opens the modules' stores and owns them until the process ends.</summary>
/// <param name="options">Validated.</param>
/// <param name="clock">Time.</param>
/// <param name="modules">Whose stores this process opens; null for all.</param>
public sealed class StoreCatalog(StoreOptions options, TimeProvider clock, IReadOnlyList<string>? modules = null) : IAsyncDisposable
{
    private const string Finance = "finance";

    // What a first start writes at least.
    private const int ProbeBytes = 256 * 1024;
    private readonly ConcurrentDictionary<string, IStore> _stores = new(StringComparer.Ordinal);

    /// <summary>The store of a module; the same object for the same name.</summary>
    public IStore Open(string module) => _stores.GetOrAdd(module, name => options.Kind switch
    {
        "postgres" => new PostgresStore(name, ConnectionString(name), options.ConnectionsMax),
        _ => new SqliteStore(name, Path.Combine(options.DataFolder, name + ".db"), clock),
    });

    /// <summary>Makes sure that a data folder exists and can be written.</summary>
    /// <exception cref="StoreException">Unavailable, with a message for people.</exception>
    public static async Task PrepareFolderAsync(string folder, CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(folder);
            var probe = Path.Combine(folder, ".write-probe");
            // Not empty: a full disk still takes names.
            await File.WriteAllBytesAsync(probe, new byte[ProbeBytes], cancellationToken).ConfigureAwait(false);
            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreFault.Unavailable,
                $"The data folder '{folder}' cannot be written: {e.Message.TrimEnd('.')}. Make it writable, free some space, or choose another with --data.", e);
        }
    }

    /// <summary>Makes sure that the folder exists, and those databases that this process opens; nobody else's is touched, nor made.</summary>
    /// <exception cref="StoreException">Unavailable, with a message for people.</exception>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await PrepareFolderAsync(options.DataFolder, cancellationToken).ConfigureAwait(false);
        if (options.Kind == "postgres")
        {
            foreach (var database in (modules ?? ["core", Finance]).Select(ConnectionString).Distinct(StringComparer.Ordinal))
            {
                await PostgresStore.EnsureDatabaseAsync(database, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>True when some of these modules' databases cannot be found without <see cref="StoreOptions.Postgres"/>.</summary>
    internal static bool NeedsPlatform(IReadOnlyList<string>? modules, StoreOptions options) =>
        modules is null || modules.Any(m => m != Finance || options.PostgresFinance.Length == 0);

    /// <summary>True when finance's is the only database of these modules.</summary>
    internal static bool NeedsOnlyFinance(IReadOnlyList<string>? modules) => modules is [Finance];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores.Values)
        {
            await store.DisposeAsync().ConfigureAwait(false);
        }
    }

    private string ConnectionString(string module)
    {
        if (module != Finance)
        {
            return options.Postgres;
        }

        if (options.PostgresFinance.Length > 0)
        {
            return options.PostgresFinance;
        }

        Npgsql.NpgsqlConnectionStringBuilder builder;
        try
        {
            builder = new(options.Postgres);
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            throw new StoreException(StoreFault.Unavailable, $"Store:Postgres is not in Npgsql's form: {e.Message}", e);
        }

        builder.Database = (builder.Database ?? "hongbao") + "_finance";
        return builder.ToString();
    }
}
