using Hongbao.Bench.Contenders;
using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Stores;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Hongbao.Bench.Http;

/// <summary>The database of a running server: emptied and given other packets before each run, so that all begin alike while the server stays warm.</summary>
internal sealed class HttpDatabase(string connectionString) : IAsyncDisposable
{
    private static readonly string[] Begin = ["truncate core.packets, core.claims, core.outbox, core.due", "analyze", "checkpoint"];
    private readonly PostgresStore _store = new("core", connectionString, connectionsMax: 4);

    public string ConnectionString => connectionString;

    /// <summary>Active packets with so many shares each, under numbers that the server has not seen.</summary>
    public async Task<long[]> FillAsync(int[] shares)
    {
        await ExecuteAsync(Begin[0]);
        var numbers = new NumberMinter("packet", _store, TimeProvider.System, new SecureRandomSource(), NullLogger.Instance);
        await numbers.StartAsync(default);
        var slot = Number.SlotOf(PacketRows.Sender);
        long[] packetNos = [.. shares.Select(_ => numbers.Mint(slot))];
        await numbers.StopAsync(default);
        await PacketRows.AddAsync(_store, slot, packetNos, shares);
        foreach (var statement in Begin[1..])
        {
            await ExecuteAsync(statement);
        }

        return packetNos;
    }

    public Task<List<string>> AuditAsync(long taken, long amountTaken) => new MoneyAudit(_store).RunAsync(taken, packetsFollow: true, amountTaken);

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private async Task ExecuteAsync(string statement)
    {
        await using var source = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
        await using var command = source.CreateCommand(statement);
        await command.ExecuteNonQueryAsync();
    }
}
