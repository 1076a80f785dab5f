using System.Globalization;
using Hongbao.Bench.Contenders;
using Npgsql;

namespace Hongbao.Bench.Chain;

/// <summary>What PostgreSQL spent its time on, by statement; the server has to be started with pg_stat_statements.</summary>
internal static class ChainProfile
{
    private const int Top = 30;
    private const int TextMax = 110;

    public static async Task ResetAsync(BenchServers servers)
    {
        await using var source = NpgsqlDataSource.Create(servers.Postgres + ";Database=postgres;Pooling=false");
        await using var command = source.CreateCommand("create extension if not exists pg_stat_statements; select pg_stat_statements_reset()");
        await command.ExecuteNonQueryAsync();
    }

    public static async Task PrintAsync(BenchServers servers)
    {
        await using var source = NpgsqlDataSource.Create(servers.Postgres + ";Database=postgres;Pooling=false");
        await using var command = source.CreateCommand($"""
            select total_exec_time, calls, rows, wal_bytes, regexp_replace(query, '\s+', ' ', 'g') from pg_stat_statements order by total_exec_time desc limit {Top}
            """);
        await using var reader = await command.ExecuteReaderAsync();
        Console.WriteLine("   total ms      calls       rows     WAL MB  statement");
        while (await reader.ReadAsync())
        {
            var text = reader.GetString(4);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{reader.GetDouble(0),11:N0} {reader.GetInt64(1),10:N0} {reader.GetInt64(2),10:N0} {reader.GetDecimal(3) / 1_000_000,10:N1}  {text[..Math.Min(text.Length, TextMax)]}"));
        }
    }
}
