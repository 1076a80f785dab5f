using System.Security.Cryptography;
using Hongbao.Contracts;
using Hongbao.Core;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Signing;
using Hongbao.Foundation.Stores;
using Hongbao.Foundation.Subsidies;
using Hongbao.Foundation.Time;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hongbao.Bench.Contenders;

/// <summary>
/// Ours: the real CoreModule on its real store with its default settings, but for the size of packets, called through its contract.
/// Outbox rows are written and, as with the peers, nobody takes them away.
/// </summary>
internal sealed class HongbaoContender(BenchServers servers, SqlDialect dialect, TimeProvider clock) : IContender
{
    private readonly ThreadPoolScheduler _threads = new(clock, NullLogger<ThreadPoolScheduler>.Instance);
    private BenchDatabase? _database;
    private string? _folder;
    private IStore _store = null!;
    private CoreModule _module = null!;
    private long[] _packetNos = [];
    private long _taken;

    public long Credited => Volatile.Read(ref _taken);

    /// <summary>Packets and claims that the lanes remember.</summary>
    public int HeldInMemory => _module.HeldInMemory;

    public async Task PrepareAsync(int[] shares)
    {
        _store = await OpenStoreAsync();
        _module = new CoreModule(
            _store, new CoreOptions { CountMax = 100_000 }, new NoFinance(), new Lazy<IRedPacketAsync>(new NoAsync()), new NoRelations(), new NoModeration(), new NoRisk(), new NoConditions(),
            new FinanceCallbackKey(new CallbackSignature(RandomNumberGenerator.GetBytes(32))),
            new SubsidyTokens(new SubsidyOptions { TokenKeys = [new SubsidyKeyOptions { Id = "bench", Key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(SubsidyTokens.KeyBytes)) }] }),
            new BusinessCalendar(TimeZoneInfo.Utc), clock, new SecureRandomSource(), new AlertSink(NullLogger<AlertSink>.Instance), FirstErrors.Instance);
        await _module.StartAsync(default);
        var numbers = new NumberMinter("packet", _store, clock, new SecureRandomSource(), NullLogger.Instance);
        await numbers.StartAsync(default);
        var slot = Number.SlotOf(PacketRows.Sender);
        _packetNos = [.. shares.Select(_ => numbers.Mint(slot))];
        await PacketRows.AddAsync(_store, slot, _packetNos, shares);
        if (_database is not null)
        {
            await _database.SettleAsync();
        }

        // Lanes, numbers and clock run; the outbox dispatcher and the scans behind the claim do not, as no peer has any.
        _module.Attach(new MessageBus(), new SomeWorkers(_threads, static name => name.StartsWith("core.lane.", StringComparison.Ordinal)
            || name.StartsWith("core.numbers.", StringComparison.Ordinal) || name == "core.clock"));
        _threads.Start();
    }

    public async ValueTask<Outcome> ClaimAsync(int packet, long uid)
    {
        var answer = await _module.Contract.ClaimAsync(PacketRows.ContextOf(uid), new ClaimRequest { PacketNo = _packetNos[packet] }, default);
        switch (answer.Result.Code)
        {
            case ResultCode.Ok:
                Interlocked.Increment(ref _taken);
                return Outcome.Taken;
            case ResultCode.PacketExhausted:
                return Outcome.Refused;
            case ResultCode.ClaimBusy or ResultCode.Overloaded:
                return Outcome.Busy;
            default:
                throw new InvalidOperationException($"a claim was answered {answer.Result.Code}: {answer.Result.Detail}");
        }
    }

    public Task DrainAsync() => Task.CompletedTask;

    public Task<List<string>> AuditAsync(long taken) => new MoneyAudit(_store).RunAsync(taken, packetsFollow: true);

    public async ValueTask DisposeAsync()
    {
        await _threads.DisposeAsync();
        await _module.StopAsync(default);
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
        else
        {
            await _store.DisposeAsync();
            Directory.Delete(_folder!, recursive: true);
        }
    }

    private async Task<IStore> OpenStoreAsync()
    {
        if (dialect == SqlDialect.Postgres)
        {
            _database = await servers.CreateDatabaseAsync();
            return _database.Store;
        }

        _folder = Directory.CreateDirectory(Path.Combine(servers.WorkFolder, "sqlite-" + Guid.NewGuid().ToString("N"))).FullName;
        return new SqliteStore("core", Path.Combine(_folder, "core.db"), TimeProvider.System);
    }
}
