using System.Globalization;
using System.Text;
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
    public Task Random_operation_sequences_agree_with_the_model() => OnOneThread(async () =>
    {
        if (Number(SeedVariable) is { } only)
        {
            await ExploreAsync(SqlDialect.Sqlite, new Plan(only, OfOneWorld));
            return;
        }

        var count = (int)(Number(CountVariable) ?? CountDefault);
        var met = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (int seed = 1, left = count; left > 0; seed++, left -= OfOneWorld)
        {
            foreach (var (what, times) in await ExploreAsync(SqlDialect.Sqlite, new Plan(seed, Math.Min(left, OfOneWorld))))
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
    public Task Random_operation_sequences_agree_with_the_model_on_postgres() => OnOneThread(() =>
        ExploreAsync(SqlDialect.Postgres, new Plan(Number(SeedVariable) ?? 1, 150)));

    [Fact]
    public Task The_same_seed_gives_the_same_run_and_another_seed_another() => OnOneThread(async () =>
    {
        var plan = new Plan(7, 40);
        var first = await SimulationRun.RunAsync(SqlDialect.Sqlite, plan);
        var again = await SimulationRun.RunAsync(SqlDialect.Sqlite, plan);
        var other = await SimulationRun.RunAsync(SqlDialect.Sqlite, plan with { Seed = 8 });

        Assert.Equal(first.Hash, again.Hash);
        Assert.NotEqual(first.Hash, other.Hash);
    });

    // What was met; fails with a report when the model forbids something of it.
    private static async Task<IReadOnlyDictionary<string, int>> ExploreAsync(SqlDialect dialect, Plan plan)
    {
        var (_, met, violation, lines) = await SimulationRun.RunAsync(dialect, plan);
        if (violation is null)
        {
            return met;
        }

        var report = new StringBuilder($"world {plan.Seed}, sequence {violation.Sequence?.ToString(CultureInfo.InvariantCulture) ?? "unknown"}: {violation.Message}\n");
        if (violation.Sequence is { } sequence && dialect == SqlDialect.Sqlite
            && await ShrinkAsync(dialect, plan with { Only = sequence }) is { } smaller)
        {
            report.Append(CultureInfo.InvariantCulture, $"The sequence alone, {smaller.Operations} operations, fails as well: {smaller.Violation.Message}\n");
            lines = smaller.Lines;
        }

        report.Append(CultureInfo.InvariantCulture, $"Run this world again with {SeedVariable}={plan.Seed}.\n");
        Assert.Fail(report.AppendJoin('\n', lines.TakeLast(400)).ToString());
        return met;
    }

    // The sequence alone, then as few of its operations as still fail.
    private static async Task<(int Operations, ModelViolation Violation, string[] Lines)?> ShrinkAsync(SqlDialect dialect, Plan plan)
    {
        (int, ModelViolation, string[])? smallest = null;
        foreach (var operations in new[] { 40, 20, 12, 8, 6, 5, 4, 3, 2, 1 })
        {
            var (_, _, violation, lines) = await SimulationRun.RunAsync(dialect, plan with { OperationsMax = operations });
            if (violation is null)
            {
                break;
            }

            smallest = (operations, violation, lines);
        }

        return smallest;
    }

    private static long? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? long.Parse(text, CultureInfo.InvariantCulture) : null;

    // Away from the runner's own context: all that is awaited runs on the pool's one thread.
    private static Task OnOneThread(Func<Task> work) => Task.Run(work);
}
