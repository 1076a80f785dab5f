using Hongbao.Contracts;
using Hongbao.Foundation.Messaging;
using Hongbao.Jce;
using Npgsql;
using NpgsqlTypes;

namespace Hongbao.Bench.Contenders;

/// <summary>What services write instead, on PostgreSQL: Core's own tables and constraints, a credit request of the same size, prepared statements.</summary>
/// <param name="servers">Where.</param>
/// <param name="connections">Size of the pool.</param>
internal abstract class SqlPeer(BenchServers servers, int connections) : IContender
{
    protected const int Slot = 1;

    // Apart from the packets' numbers only in looks: both are as wide as ours.
    private const long FirstPacketNo = 1L << 58;
    private const long FirstClaimNo = 1L << 59;
    private BenchDatabase? _database;
    private long _lastClaimNo = FirstClaimNo;
    private long _taken;

    public long Credited => Volatile.Read(ref _taken);

    protected NpgsqlDataSource Pool { get; private set; } = null!;

    protected BenchDatabase Database => _database!;

    public virtual async Task PrepareAsync(int[] shares)
    {
        _database = await servers.CreateDatabaseAsync();
        await PacketRows.AddAsync(_database.Store, Slot, [.. shares.Select((_, i) => PacketNo(i))], shares);
        Pool = _database.Pool(connections);
        await PrepareMoreAsync(shares);
        await _database.SettleAsync();
    }

    public async ValueTask<Outcome> ClaimAsync(int packet, long uid)
    {
        if (!await TryClaimAsync(PacketNo(packet), uid, Interlocked.Increment(ref _lastClaimNo)))
        {
            return Outcome.Refused;
        }

        Interlocked.Increment(ref _taken);
        return Outcome.Taken;
    }

    public Task DrainAsync() => Task.CompletedTask;

    public virtual Task<List<string>> AuditAsync(long taken) => new MoneyAudit(Database.Store).RunAsync(taken, packetsFollow: true);

    public async ValueTask DisposeAsync()
    {
        await Pool.DisposeAsync();
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }

    protected static long PacketNo(int packet) => FirstPacketNo + packet;

    protected virtual Task PrepareMoreAsync(int[] shares) => Task.CompletedTask;

    /// <summary>True when the claim and its credit request are committed.</summary>
    protected abstract Task<bool> TryClaimAsync(long packetNo, long uid, long claimNo);

    protected static NpgsqlParameter Of(long value) => new NpgsqlParameter<long> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Bigint };

    protected static NpgsqlParameter Of(byte[] value) => new NpgsqlParameter<byte[]> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Bytea };

    protected static NpgsqlParameter Of(string value) => new NpgsqlParameter<string> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Text };

    protected static byte[] ContextOf(long uid) => JceSerializer.ToBytes(PacketRows.ContextOf(uid));

    /// <summary>
    /// The credit request of one claim that PostgreSQL writes itself: <see cref="ClaimsAccepted"/> with one packet and one claim, its numbers as long as their types.
    /// </summary>
    /// <param name="c">The claim's name in the statement.</param>
    protected static string PayloadOf(string c) => $$"""
        '\x0900010a060764656661756c7413'::bytea || int8send({{c}}.packet_no) || '\x23' || int8send({{c}}.packet_no) || '\x33' || int8send({{PacketRows.Sender}})
          || '\x4603434e59500163' || int8send({{c}}.claimed_at) || '\x7900010a03' || int8send({{c}}.claim_no) || '\x13' || int8send({{c}}.uid)
          || '\x22' || int4send({{c}}.seq) || '\x33' || int8send({{c}}.amount) || '\x0b0b'
        """;
}
