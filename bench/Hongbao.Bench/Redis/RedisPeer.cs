using System.Reflection;
using System.Text;
using Hongbao.Bench.Contenders;
using StackExchange.Redis;

namespace Hongbao.Bench.Redis;

/// <summary>How a script finds the amount.</summary>
internal enum RedisForm
{
    /// <summary>R1: popped from shares that were drawn beforehand.</summary>
    PreSplit,
    /// <summary>R2: drawn from what is left.</summary>
    Live,
}

/// <summary>R1 and R2: a Lua script in Redis, without durability, or with every write flushed and a drainer behind it.</summary>
/// <param name="servers">Where Redis is.</param>
/// <param name="form">The script.</param>
/// <param name="durable">Against the Redis that flushes every write, with the drainer.</param>
/// <param name="byLibrary">Claims go through the client library that a team would use, instead of our own connection, which costs less.</param>
internal sealed class RedisPeer(BenchServers servers, RedisForm form, bool durable, bool byLibrary = false) : IContender
{
    public const int Slot = 1;
    public const string HandOver = "out";
    private const long FirstPacketNo = 1L << 58;
    private const int PushMax = 500;
    private static readonly byte[] EvalSha = "EVALSHA"u8.ToArray();
    private static readonly byte[] HandOverKey = Encoding.ASCII.GetBytes(HandOver);
    private RedisPipe _redis = null!;
    private ConnectionMultiplexer? _library;
    private string _source = "";
    private RedisKey[][] _keys = [];
    private byte[] _script = [];
    private byte[][] _pools = [];
    private byte[][] _claims = [];
    private byte[][] _numbers = [];
    private int[] _shares = [];
    private BenchDatabase? _database;
    private Npgsql.NpgsqlDataSource? _pool;
    private RedisDrainer? _drainer;

    public long Credited => _drainer?.Credited ?? 0;

    public async Task PrepareAsync(int[] shares)
    {
        _shares = shares;
        _redis = await RedisPipe.ConnectAsync(durable ? servers.RedisAof : servers.Redis);
        await _redis.CallAsync("FLUSHALL");
        _source = await ReadAsync(form == RedisForm.PreSplit ? "r1.lua" : "r2.lua");
        _script = await LoadAsync(_source);
        _pools = [.. shares.Select((_, i) => Encoding.ASCII.GetBytes($"pool:{FirstPacketNo + i}"))];
        _claims = [.. shares.Select((_, i) => Encoding.ASCII.GetBytes($"claims:{FirstPacketNo + i}"))];
        _numbers = [.. shares.Select((_, i) => Encoding.ASCII.GetBytes($"{FirstPacketNo + i}"))];
        await FillAsync();
        if (byLibrary)
        {
            _library = await ConnectionMultiplexer.ConnectAsync(servers.Redis);
            _keys = [.. shares.Select((_, i) => new RedisKey[] { $"pool:{FirstPacketNo + i}", $"claims:{FirstPacketNo + i}", HandOver })];
        }

        if (!durable)
        {
            return;
        }

        _database = await servers.CreateDatabaseAsync();
        await PacketRows.AddAsync(_database.Store, Slot, [.. shares.Select((_, i) => FirstPacketNo + i)], shares);
        await _database.SettleAsync();
        _pool = _database.Pool(1);
        _drainer = new RedisDrainer(_redis, _pool);
        _drainer.Start();
    }

    public async ValueTask<Outcome> ClaimAsync(int packet, long uid)
    {
        if (_library is not null)
        {
            // It sends the script's hash once the server knows it.
            var told = (RedisResult[])(await _library.GetDatabase().ScriptEvaluateAsync(_source, _keys[packet], [uid, FirstPacketNo + packet]))!;
            return (long)told[0] == 1 ? Outcome.Taken : Outcome.Refused;
        }

        var answer = form == RedisForm.PreSplit
            ? _redis.CallAsync(EvalSha, _script, 3, _pools[packet], _claims[packet], HandOverKey, uid, _numbers[packet])
            : _redis.CallAsync(EvalSha, _script, 3, _pools[packet], _claims[packet], HandOverKey, uid, _numbers[packet], Random.Shared.Next());
        return (await answer).Items![0].Number == 1 ? Outcome.Taken : Outcome.Refused;
    }

    public Task DrainAsync() => _drainer?.FinishAsync() ?? Task.CompletedTask;

    public async Task<List<string>> AuditAsync(long taken)
    {
        var faults = new List<string>();
        var script = await LoadAsync(await ReadAsync("audit.lua"));
        var claims = 0L;
        var answers = await Task.WhenAll(_shares.Select((_, packet) => _redis.CallAsync(EvalSha, script, 2, _pools[packet], _claims[packet])));
        for (var packet = 0; packet < _shares.Length; packet++)
        {
            var found = answers[packet].Items!;
            claims += found[0].Number;
            if (found[0].Number + found[2].Number != _shares[packet] || found[1].Number + found[3].Number != _shares[packet] * PacketRows.Mean)
            {
                faults.Add($"packet {packet}: {found[1].Number} given and {found[3].Number} left of {_shares[packet] * PacketRows.Mean}");
            }
        }

        MoneyAudit.Expect(faults, "claims in Redis and shares that were answered", claims, taken);
        MoneyAudit.Expect(faults, "length of the hand-over list", (await _redis.CallAsync("LLEN", HandOver)).Number, durable ? 0 : claims);
        if (_database is not null)
        {
            faults.AddRange(await new MoneyAudit(_database.Store).RunAsync(taken, packetsFollow: true));
        }

        return faults;
    }

    public async ValueTask DisposeAsync()
    {
        if (_library is not null)
        {
            await _library.CloseAsync();
            _library.Dispose();
        }

        await _redis.CallAsync("FLUSHALL");
        await _redis.DisposeAsync();
        if (_pool is not null)
        {
            await _pool.DisposeAsync();
        }

        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }

    private async Task FillAsync()
    {
        var calls = new List<Task>();
        for (var packet = 0; packet < _shares.Length; packet++)
        {
            if (form == RedisForm.Live)
            {
                calls.Add(_redis.CallAsync("HSET", _pools[packet], "count", _shares[packet], "amount", _shares[packet] * PacketRows.Mean));
                continue;
            }

            foreach (var piece in PreSplit.Amounts(packet, _shares[packet]).Chunk(PushMax))
            {
                calls.Add(_redis.CallAsync(["RPUSH", _pools[packet], .. piece.Select(amount => (RedisArgument)amount)]));
            }
        }

        await Task.WhenAll(calls);
    }

    private async Task<byte[]> LoadAsync(string source) => Encoding.ASCII.GetBytes((await _redis.CallAsync("SCRIPT", "LOAD", source)).Text!);

    private static async Task<string> ReadAsync(string script)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(script)!);
        return await reader.ReadToEndAsync();
    }
}
