using System.ComponentModel.DataAnnotations;
using Hongbao.Foundation.Stores;
using Hongbao.Testing;
using Npgsql;

namespace Hongbao.Foundation.Tests.Stores;

public sealed class StoreCatalogTests
{
    [Fact]
    public async Task A_module_has_one_store_and_its_file_in_the_data_folder()
    {
        await using var database = await TestDatabase.CreateAsync(SqlDialect.Sqlite);
        var folder = Path.Combine(database.Folder, "deep", "data");
        await using var catalog = new StoreCatalog(new StoreOptions { DataFolder = folder }, TimeProvider.System);
        await catalog.PrepareAsync(default);

        var store = catalog.Open("core");
        await store.MigrateAsync(MigrationSet.FromAssembly(typeof(IStore).Assembly), default);

        Assert.Same(store, catalog.Open("core"));
        Assert.NotSame(store, catalog.Open("finance"));
        Assert.True(File.Exists(Path.Combine(folder, "core.db")));
        Assert.False(File.Exists(Path.Combine(folder, ".write-probe")));
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_is_refused_with_advice()
    {
        await using var database = await TestDatabase.CreateAsync(SqlDialect.Sqlite);
        var file = Path.Combine(database.Folder, "a-file");
        await File.WriteAllTextAsync(file, "");
        await using var catalog = new StoreCatalog(new StoreOptions { DataFolder = Path.Combine(file, "data") }, TimeProvider.System);

        var refused = await Assert.ThrowsAsync<StoreException>(() => catalog.PrepareAsync(default));

        Assert.Equal(StoreFault.Unavailable, refused.Fault);
        Assert.Contains("choose another with --data", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("core async query", "")]
    [InlineData("finance", "_finance")]
    [InlineData("", null)]
    public async Task On_postgres_a_process_makes_no_database_but_its_own(string modules, string? made)
    {
        await using var database = await TestDatabase.CreateAsync(SqlDialect.Sqlite);
        var name = "catalog_" + Guid.NewGuid().ToString("N");
        var platform = new NpgsqlConnectionStringBuilder(TestDatabase.ServerConnectionString()) { Database = name };
        try
        {
            await using var catalog = new StoreCatalog(
                new StoreOptions { Kind = "postgres", DataFolder = database.Folder, Postgres = platform.ToString() }, TimeProvider.System,
                modules.Split(' ', StringSplitOptions.RemoveEmptyEntries));
            await catalog.PrepareAsync(default);

            await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(TestDatabase.ServerConnectionString()) { Database = "postgres" }.ToString());
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand($"select datname from pg_database where datname like '{name}%'", connection);
            Assert.Equal(made is null ? null : name + made, (string?)await command.ExecuteScalarAsync());
        }
        finally
        {
            await DropAsync(name);
        }
    }

    [Theory]
    [InlineData("core query", "", false)]
    [InlineData("finance", "", false)]
    [InlineData("finance", "Host=127.0.0.1", true)]
    [InlineData("core finance", "Host=127.0.0.1", false)]
    [InlineData("", "", true)]
    public void The_platforms_database_is_asked_for_where_it_is_opened(string modules, string finance, bool isEnough)
    {
        var options = new StoreOptions { Kind = "postgres", PostgresFinance = finance };
        var verdict = new StoreOptionsValidation(modules.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Validate(null, options);
        Assert.Equal(isEnough, verdict.Succeeded);
        Assert.All(verdict.Failures ?? [], static f => Assert.StartsWith("Store:Postgres ", f, StringComparison.Ordinal));
    }

    [Fact]
    public async Task On_postgres_the_platform_and_finance_get_databases_of_their_own()
    {
        await using var database = await TestDatabase.CreateAsync(SqlDialect.Sqlite);
        var name = "catalog_" + Guid.NewGuid().ToString("N");
        var platform = new NpgsqlConnectionStringBuilder(TestDatabase.ServerConnectionString()) { Database = name };
        try
        {
            await using var catalog = new StoreCatalog(
                new StoreOptions { Kind = "postgres", DataFolder = database.Folder, Postgres = platform.ToString(), ConnectionsMax = 2 }, TimeProvider.System);
            await catalog.PrepareAsync(default);
            await catalog.PrepareAsync(default);

            Assert.Equal(new string?[] { name, name, name + "_finance" },
                new[] { await DatabaseOfAsync(catalog.Open("core")), await DatabaseOfAsync(catalog.Open("async")), await DatabaseOfAsync(catalog.Open("finance")) });
        }
        finally
        {
            await DropAsync(name);
        }

        static async Task<string?> DatabaseOfAsync(IStore store)
        {
            await using var session = await store.ReadAsync(default);
            return await session.FirstAsync<string>("select current_database()");
        }
    }

    private static async Task DropAsync(string name)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(TestDatabase.ServerConnectionString()) { Database = "postgres" }.ToString());
        await connection.OpenAsync();
        foreach (var drop in new[] { name, name + "_finance" })
        {
            await using var command = new NpgsqlCommand($"drop database if exists \"{drop}\" with (force)", connection);
            await command.ExecuteNonQueryAsync();
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    public async Task Postgres_without_a_usable_connection_string_is_refused_in_words(string connectionString)
    {
        await using var database = await TestDatabase.CreateAsync(SqlDialect.Sqlite);
        await using var catalog = new StoreCatalog(
            new StoreOptions { Kind = "postgres", DataFolder = database.Folder, Postgres = connectionString }, TimeProvider.System);

        var refused = await Assert.ThrowsAsync<StoreException>(() => catalog.PrepareAsync(default));

        Assert.Equal(StoreFault.Unavailable, refused.Fault);
        Assert.Contains("PostgreSQL", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mysql", "data", 20)]
    [InlineData("sqlite", "", 20)]
    [InlineData("sqlite", "data", 0)]
    [InlineData("sqlite", "data", 201)]
    public void Options_out_of_range_are_refused_by_name(string kind, string folder, int connections)
    {
        var options = new StoreOptions { Kind = kind, DataFolder = folder, ConnectionsMax = connections };
        var faults = new List<ValidationResult>();

        Assert.False(Validator.TryValidateObject(options, new ValidationContext(options), faults, validateAllProperties: true));
        Assert.StartsWith("Store:", faults.Single().ErrorMessage, StringComparison.Ordinal);
    }
}
