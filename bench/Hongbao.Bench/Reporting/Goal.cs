namespace Hongbao.Bench.Reporting;

/// <summary>One row of what must be reached.</summary>
/// <param name="What">The comparison.</param>
/// <param name="Wanted">Least ratio.</param>
/// <param name="Ours">Our figure, per second; null when it was not run.</param>
/// <param name="Theirs">What it is compared with.</param>
/// <param name="Where">Which runs the two are from.</param>
internal sealed record Goal(string What, double Wanted, double? Ours, double? Theirs, string Where)
{
    public double? Ratio => Ours / Theirs;

    public bool? IsReached => Ratio is { } ratio ? ratio >= Wanted : null;

    /// <summary>The rows that the runs can show.</summary>
    public static List<Goal> All(Rounds rounds) => [.. InProcess(rounds), .. OverHttp(rounds)];

    private static List<Goal> InProcess(Rounds rounds)
    {
        var hotOurs = rounds.Best("H1", m => m.Taken, Contender.Ours);
        var hotCredited = rounds.Best("H1", m => m.Credited, Contender.Ours);
        return
        [
            new("hot packet, 64 clients, against P1 at 64 clients, a connection each", 60,
                rounds.Median("H1", Contender.Ours, 64, m => m.Taken), rounds.Median("H1", "p1/64", 64, m => m.Taken), "64 clients"),
            new("the same, against P1 at 64 clients with the pool that suits it best", 60,
                rounds.Median("H1", Contender.Ours, 64, m => m.Taken), BestAt(rounds, "p1", 64), "64 clients"),
            Compare("hot packet at its best, against R1 in Redis with no durability, asked through our own pipelined connection", 1, hotOurs, rounds.Best("H1", m => m.Taken, "r1")),
            Compare("the same, R1 asked through a client library (StackExchange.Redis 1.2.6)", 1, hotOurs, rounds.Best("H1", m => m.Taken, Contender.RedisByLibrary)),
            Compare("10,000 packets, against the best of P1, P2, P4 at their best", 5,
                rounds.Best("H2", m => m.Taken, Contender.Ours), rounds.Best("H2", m => m.Taken, "p1", "p2", "p4")),
            new("hot packet, 1,024 clients, against the bulk ceiling in batches of 1,024", 0.6,
                rounds.Median("H1", Contender.Ours, 1024, m => m.Taken), rounds.Median("H1", "bulk/1024", 0, m => m.Taken), "1,024 clients"),
            Compare("hot packet, durably credited, against R1 with AOF always and drainer", 1, hotCredited, rounds.Best("H1", m => m.Credited, "r1-durable")),
            Compare("SQLite, hot packet, against our PostgreSQL", 0.5, rounds.Best("H1", m => m.Taken, Contender.OursSqlite), hotOurs),
        ];
    }

    private static List<Goal> OverHttp(Rounds rounds)
    {
        const int Many = 1024;
        var hot = rounds.Best("H1", m => m.Taken, Contender.OursHttp);
        return
        [
            new("over HTTP: hot packet at its best, against P1 at 64 clients, a connection each", 25,
                hot?.Value, rounds.Median("H1", "p1/64", 64, m => m.Taken), $"{Place(hot)}; 64 clients"),
            new("over HTTP: the same, against P1 at 64 clients with the pool that suits it best", 25, hot?.Value, BestAt(rounds, "p1", 64), $"{Place(hot)}; 64 clients"),
            Compare("over HTTP: 10,000 packets, against the best of P1, P2, P4 at their best", 2,
                rounds.Best("H2", m => m.Taken, Contender.OursHttp), rounds.Best("H2", m => m.Taken, "p1", "p2", "p4")),
            new("over HTTP: hot packet, 1,024 connections, against the do-nothing endpoint", 0.6,
                rounds.Median("H1", Contender.OursHttp, Many, m => m.Taken), rounds.Median("H1", Contender.HttpNothing, Many, m => m.Taken), "1,024 connections"),
            new("over HTTP: refusals of an exhausted packet, against the do-nothing endpoint with an equal body", 0.9,
                rounds.Median("H1", Contender.OursHttpRefusals, Many, m => m.Refused), rounds.Median("H1", Contender.HttpNothingRefused, Many, m => m.Refused), "1,024 connections"),
        ];
    }

    private static Goal Compare(string what, double wanted, (double Value, string Contender, int Clients)? ours, (double Value, string Contender, int Clients)? theirs) =>
        new(what, wanted, ours?.Value, theirs?.Value, $"{Place(ours)}; {Place(theirs)}");

    private static string Place((double Value, string Contender, int Clients)? best) => best is { } b ? $"{b.Contender} at {b.Clients:N0}" : "not run";

    private static double? BestAt(Rounds rounds, string form, int clients) =>
        rounds.All.Where(r => r.Load == "H1" && r.Clients == clients && r.Contender.StartsWith(form + "/", StringComparison.Ordinal))
            .Select(r => rounds.Median("H1", r.Contender, clients, m => m.Taken)).Max();
}
