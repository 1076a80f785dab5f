using Hongbao.Bench.Contenders;
using Hongbao.Bench.Http;
using Hongbao.Bench.Redis;
using Hongbao.Foundation.Stores;

namespace Hongbao.Bench;

/// <summary>A contender as the schedule and the report know it.</summary>
/// <param name="Id">Such as <c>p1/64</c>: form and connections.</param>
/// <param name="Title">For people.</param>
/// <param name="Colour">In the plot.</param>
/// <param name="MostPerSecond">So many claims a second at most are prepared for.</param>
/// <param name="Create">A fresh one for a round; null for what is asked over HTTP.</param>
/// <param name="Http">How it is asked over HTTP, if it is.</param>
internal sealed record Contender(string Id, string Title, string Colour, long MostPerSecond, Func<BenchServers, IContender>? Create, HttpForm? Http = null)
{
    public const string Ours = "hongbao-postgres";
    public const string OursSqlite = "hongbao-sqlite";
    public const string RedisByLibrary = "r1-library";
    public const string OursHttp = "http";
    public const string OursHttpOpen = "http-open";
    public const string OursHttpRefusals = "http-refusals";
    public const string HttpNothing = "http-nothing";
    public const string HttpNothingRefused = "http-nothing-refused";
    public const string HttpBare = "http-bare";

    /// <summary>The form without its connections.</summary>
    public string Form => Id.Split('/')[0];

    public bool IsSql => Id.Contains('/', StringComparison.Ordinal);

    /// <summary>Whether the load generator's process does all the work, so that its allocations are the form's.</summary>
    public bool IsInProcess => Form.StartsWith("hongbao", StringComparison.Ordinal);

    public static List<Contender> All(int[] pools)
    {
        var all = new List<Contender>
        {
            new(Ours, "Hongbao, PostgreSQL", "#c0182b", 250_000, s => new HongbaoContender(s, SqlDialect.Postgres, TimeProvider.System)),
            new(OursSqlite, "Hongbao, SQLite", "#e8873a", 150_000, s => new HongbaoContender(s, SqlDialect.Sqlite, TimeProvider.System)),
        };
        foreach (var connections in pools)
        {
            all.Add(new($"p1/{connections}", $"P1 row lock, {connections} connections", "#5b6b7b", 10_000, s => new RowLockPeer(s, connections)));
            all.Add(new($"p2/{connections}", $"P2 one statement, {connections} connections", "#2f6fb3", 20_000, s => new SingleStatementPeer(s, connections)));
            all.Add(new($"p4/{connections}", $"P4 pre-split, skip locked, {connections} connections", "#3f9a8a", 20_000, s => new PreSplitPeer(s, connections)));
        }

        all.Add(new("r1", "R1 Redis pop, no durability", "#8a5bc2", 150_000, s => new RedisPeer(s, RedisForm.PreSplit, durable: false)));
        all.Add(new(RedisByLibrary, "R1 Redis pop, no durability, client library", "#b49adf", 150_000, s => new RedisPeer(s, RedisForm.PreSplit, durable: false, byLibrary: true)));
        all.Add(new("r1-durable", "R1 Redis pop, AOF always + drainer", "#5a2f92", 100_000, s => new RedisPeer(s, RedisForm.PreSplit, durable: true)));
        all.Add(new("r2", "R2 Redis live draw, no durability", "#d274b8", 150_000, s => new RedisPeer(s, RedisForm.Live, durable: false)));
        all.Add(new("r2-durable", "R2 Redis live draw, AOF always + drainer", "#9a2f78", 100_000, s => new RedisPeer(s, RedisForm.Live, durable: true)));
        all.AddRange(OverHttp());
        return all;
    }

    private static Contender[] OverHttp() =>
    [
        new(OursHttp, "Hongbao over HTTP, PostgreSQL", "#e0567a", 80_000, null, new(HttpServer.Platform, "claims")),
        new(HttpNothing, "Do-nothing endpoint behind our pipeline", "#b0b0b0", 0, null, new(HttpServer.Platform, "nothing")),
        new(OursHttpRefusals, "Hongbao over HTTP, refusals of an exhausted packet", "#7a7a30", 0, null, new(HttpServer.Platform, "claims") { IsRefused = true }),
        new(HttpNothingRefused, "Do-nothing endpoint, such a refusal", "#c8c890", 0, null, new(HttpServer.Platform, "refusal")),
        new(HttpBare, "Bare Kestrel", "#d8d8d8", 0, null, new(HttpServer.Bare, "nothing")),
        new(OursHttpOpen, "Hongbao over HTTP, open loop at half of the maximum", "#e0567a", 80_000, null, new(HttpServer.Platform, "claims") { IsOpenLoop = true }),
    ];
}
