using Hongbao.Foundation.Stores;
using Hongbao.Simulation.Tests.Models;

namespace Hongbao.Simulation.Tests;

/// <summary>
/// Campaigns and what is won in them, against a model of their contracts, as in <see cref="ModelTests"/>. HONGBAO_RAIN_SEED runs one world again, HONGBAO_RAIN_SEQUENCES says how many campaigns
/// there are.
/// </summary>
public sealed class RainModelTests
{
    private const string SeedVariable = "HONGBAO_RAIN_SEED";
    private const string CountVariable = "HONGBAO_RAIN_SEQUENCES";
    private const int CountDefault = 400;
    private const int OfOneWorld = 10;

    // All that as many campaigns are known to meet.
    private static readonly string[] Expected =
    [
        "alert budget.overdue",
        "alert funding.forged",
        "alert funding.overdue",
        "alert outbox.behind",
        "alert refund.overdue",
        "alert refund.refused",
        "books closed",
        "books open",
        "campaign Draft",
        "campaign Ended",
        "campaigns silent: Hangs",
        "campaigns silent: Refuses",
        "campaigns silent: Throws",
        "claim ClaimBusy",
        "claim Ok",
        "claim PacketExhausted",
        "claim PacketExpired",
        "claim ends Failed",
        "claim ends Failed of a forged win",
        "claim ends Transferred",
        "create Ok",
        "create Ok repeated",
        "create SubsidyNotUsable",
        "create ValidationFailed",
        "draw CampaignNotOpen",
        "draw NotFound",
        "draw lost",
        "draw won",
        "list Ok",
        "list Ok degraded",
        "loss recorded",
        "lost messages of campaign",
        "lost messages of core",
        "one of two nodes dies",
        "only node dies",
        "operate CampaignNotOpen",
        "operate InsufficientFunds",
        "operate Ok",
        "operate Overloaded",
        "operate ValidationFailed",
        "packet Exhausted",
        "packet Exhausted of a forged win",
        "packet Refunded",
        "packet Refunded of a forged win",
        "refund for Expiry ends SetAside",
        "refund for Expiry ends Succeeded",
        "refund for Expiry ends Void",
        "refund for FailedClaim ends Succeeded",
        "subsidy Expired",
        "subsidy Used",
        "withdraw InsufficientFunds",
        "withdraw LimitExceeded",
        "withdraw Ok",
        "withdrawal Failed",
        "withdrawal Succeeded",
    ];

    [Fact]
    public Task Campaigns_and_what_is_won_in_them_agree_with_the_model() => Exploration.OnOneThread(async () =>
    {
        if (Exploration.Number(SeedVariable) is { } only)
        {
            await Exploration.RunAsync(RainRun.RunAsync, SeedVariable, SqlDialect.Sqlite, new Plan(only, OfOneWorld));
            return;
        }

        var count = (int)(Exploration.Number(CountVariable) ?? CountDefault);
        var met = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (int seed = 1, left = count; left > 0; seed++, left -= OfOneWorld)
        {
            foreach (var (what, times) in await Exploration.RunAsync(RainRun.RunAsync, SeedVariable, SqlDialect.Sqlite, new Plan(seed, Math.Min(left, OfOneWorld))))
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
    public Task Campaigns_and_what_is_won_in_them_agree_with_the_model_on_postgres() => Exploration.OnOneThread(() =>
        Exploration.RunAsync(RainRun.RunAsync, SeedVariable, SqlDialect.Postgres, new Plan(Exploration.Number(SeedVariable) ?? 1, OfOneWorld)));

    [Fact]
    public Task The_same_seed_gives_the_same_rain() => Exploration.OnOneThread(async () =>
    {
        var plan = new Plan(7, 4);
        var first = await RainRun.RunAsync(SqlDialect.Sqlite, plan);
        var again = await RainRun.RunAsync(SqlDialect.Sqlite, plan);

        Assert.Equal(first.Hash, again.Hash);
    });
}
