using System.Globalization;
using Hongbao.Foundation.Stores;
using Hongbao.Testing;
using Npgsql;

namespace Hongbao.Simulation.Tests.Worlds;

/// <summary>A PostgreSQL database whose <c>now_ms()</c> is the simulation's clock: a function of pg_catalog is found before each schema's own.</summary>
internal sealed class SimulatedPostgres : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly NpgsqlDataSource _source;

    private SimulatedPostgres(TestDatabase database)
    {
        _database = database;
        _source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString) { MaxPoolSize = 2 }.ToString());
    }

    public string ConnectionString => _database.ConnectionString;

    // Simulated processes stand still for as long as the world likes: the server must not end their transactions by its own clock.
    public static async Task<SimulatedPostgres> CreateAsync(long nowMs)
    {
        var postgres = new SimulatedPostgres(await TestDatabase.CreateAsync(SqlDialect.Postgres));
        await postgres.RunAsync("""
            create table public.simulated_clock (ms bigint not null);
            insert into public.simulated_clock values (0);
            create function pg_catalog.now_ms() returns bigint language sql volatile as
            $$ select ms from public.simulated_clock, set_config('idle_in_transaction_session_timeout', '0', false) $$
            """);
        await postgres.SetAsync(nowMs);
        return postgres;
    }

    public Task SetAsync(long nowMs) => RunAsync(string.Create(CultureInfo.InvariantCulture, $"update public.simulated_clock set ms = {nowMs}"));

    public async ValueTask DisposeAsync()
    {
        await RunAsync("drop function pg_catalog.now_ms(); drop table public.simulated_clock");
        await _source.DisposeAsync();
        await _database.DisposeAsync();
    }

    private async Task RunAsync(string sql)
    {
        await using var command = _source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
