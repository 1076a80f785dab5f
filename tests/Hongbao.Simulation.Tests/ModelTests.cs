using Hongbao.Foundation.Stores;
using Hongbao.Simulation.Tests.Models;

namespace Hongbao.Simulation.Tests;

/// <summary>
/// The modules as they are, in one process on a simulated clock, against a model of their contract. Everything is decided by
/// the seed: HONGBAO_MODEL_SEED runs one world again, HONGBAO_MODEL_SEQUENCES says how many sequences there are.
/// </summary>
public sealed class ModelTests
{
    private const string SeedVariable = "HONGBAO_MODEL_SEED";
    private const string CountVariable = "HONGBAO_MODEL_SEQUENCES";
    private const int CountDefault = 10_000;
    private const int OfOneWorld = 200;

    // All that 10,000 sequences are known to meet.
    private static readonly string[] Expected =
    [
        "alert claim.overdue",
        "alert payment.mismatch",
        "alert payment.overdue",
        "alert refund.overdue",
        "alert refund.refused",
        "alert transfer.overdue",
        "answer lost",
        "callback NotFound",
        "callback Ok",
        "callback Unauthenticated",
        "callback ValidationFailed",
        "claim ClaimBusy",
        "claim Failed",
        "claim NotFound",
        "claim NotInScope",
        "claim Ok",
        "claim PacketExhausted",
        "claim PacketExpired",
        "claim PacketNotActive",
        "claim Transferred",
        "content Forbidden",
        "content IdempotencyMismatch",
        "content NotFound",
        "content Ok",
        "content PacketNotActive",
        "create ContentRejected",
        "create IdempotencyMismatch",
        "create Ok",
        "create Ok repeated",
        "create Overloaded",
        "create ValidationFailed",
        "lost messages of async",
        "lost messages of core",
        "one of two nodes dies",
        "only node dies",
        "packet Closed",
        "packet Exhausted",
        "packet Refunded",
        "pay Closed",
        "pay Forbidden",
        "pay Internal",
        "pay NotFound",
        "pay Pending",
        "pay Succeeded",
        "pay only looked",
        "payment Closed",
        "payment PaidLate",
        "payment Succeeded",
        "set aside for Expiry",
        "set aside for FailedClaim",
        "set aside for LatePayment",
    ];

    [Fact]
    public Task Random_operation_sequences_agree_with_the_model() => Exploration.OnOneThread(async () =>
    {
        if (Exploration.Number(SeedVariable) is { } only)
        {
            await Exploration.RunAsync(SimulationRun.RunAsync, SeedVariable, SqlDialect.Sqlite, new Plan(only, OfOneWorld));
            return;
        }

        var count = (int)(Exploration.Number(CountVariable) ?? CountDefault);
        var met = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (int seed = 1, left = count; left > 0; seed++, left -= OfOneWorld)
        {
            foreach (var (what, times) in await Exploration.RunAsync(SimulationRun.RunAsync, SeedVariable, SqlDialect.Sqlite, new Plan(seed, Math.Min(left, OfOneWorld))))
            {
                met[what] = met.GetValueOrDefault(what) + times;
            }
        }

        TestContext.Current.TestOutputHelper!.WriteLine(string.Join('\n', met.Select(m => $"{m.Value,8} {m.Key}")));
        if (count >= CountDefault)
        {
            // Agreeing about what never happens proves nothing.
            Assert.DoesNotContain(Expected, what => met.GetValueOrDefault(what) < 5);
        }
    });

    [Fact]
    public Task Random_operation_sequences_agree_with_the_model_on_postgres() => Exploration.OnOneThread(() =>
        Exploration.RunAsync(SimulationRun.RunAsync, SeedVariable, SqlDialect.Postgres, new Plan(Exploration.Number(SeedVariable) ?? 1, 150)));

    [Fact]
    public Task The_same_seed_gives_the_same_run_and_another_seed_another() => Exploration.OnOneThread(async () =>
    {
        var plan = new Plan(7, 40);
        var first = await SimulationRun.RunAsync(SqlDialect.Sqlite, plan);
        var again = await SimulationRun.RunAsync(SqlDialect.Sqlite, plan);
        var other = await SimulationRun.RunAsync(SqlDialect.Sqlite, plan with { Seed = 8 });

        Assert.Equal(first.Hash, again.Hash);
        Assert.NotEqual(first.Hash, other.Hash);
    });
}
