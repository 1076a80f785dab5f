using System.Text.Json;
using Hongbao.Host.Demo.Plans;

namespace Hongbao.Host.Tests.Demo;

public sealed class RainPlanTests
{
    private const long Whole = 1_000_000_000;

    [Theory]
    [InlineData(1, 2000, 200)]
    [InlineData(-7, 2, 1)]
    [InlineData(long.MaxValue, 5000, 2500)]
    public void A_plan_is_a_function_of_seed_users_and_packets(long seed, int users, int packets)
    {
        static string Text(RainPlan plan) => JsonSerializer.Serialize(plan);

        var plan = Text(RainPlanner.Draw(seed, users, packets));

        Assert.Equal(plan, Text(RainPlanner.Draw(seed, users, packets)));
        Assert.NotEqual(plan, Text(RainPlanner.Draw(unchecked(seed + 1), users, packets)));
        Assert.NotEqual(plan, Text(RainPlanner.Draw(seed, Math.Max(3, users - 1), packets)));
        Assert.NotEqual(plan, Text(RainPlanner.Draw(seed, users, packets + 1)));
    }

    [Fact]
    public void A_plan_written_down_before_is_drawn_again()
    {
        // Holds the generator itself: an update that draws otherwise would make old seeds mean something else.
        var plan = RainPlanner.Draw(7, 2000, 200);

        var first = plan.Wins[0];
        Assert.Equal(
            "177124 [120, 3000, 1200, 600] 2 | Token Filled 3 Fair [101192, 100056]",
            $"{plan.Campaign.Budget} [{string.Join(", ", plan.Campaign.Prizes.Select(p => p.Amount))}] {plan.Campaign.PerUserLimit} | "
            + $"{first.Way} {first.Scenario} {first.Count} {first.Split} [{string.Join(", ", first.Openers.Take(2).Select(o => o.Uid))}]");
    }

    [Fact]
    public void Any_plan_is_one_that_a_server_accepts()
    {
        for (var seed = 0L; seed < 40; seed++)
        {
            foreach (var (users, packets) in new[] { (2, 1), (2, 40), (3, 12), (60, 20), (2000, 200) })
            {
                var plan = RainPlanner.Draw(seed, users, packets);
                var where = $"seed {seed}, {users} users, {packets} packets";
                var campaign = plan.Campaign;
                var byChance = campaign.Prizes.Where(p => p.ChancePpb > 0).ToArray();
                Assert.True(campaign.Prizes.All(p => p.Amount > 0 && (p.Quantity > 0) != (p.ChancePpb > 0)), where);
                Assert.True(campaign.Prizes.Select(p => p.Amount).Distinct().Count() == campaign.Prizes.Count, where);
                Assert.True(byChance.Sum(p => p.ChancePpb) is > 0 and < Whole && campaign.PassPpb is >= 0 and < Whole, where);
                Assert.True(campaign.Budget - campaign.Counted >= byChance.Max(p => p.Amount) * RainPlan.Rounds, where);
                Assert.True(campaign.PerUserLimit is 1 or RainPlan.Rounds && campaign.TokenTtlSeconds >= 8, where);
                Assert.True(campaign.FirstPercent is >= 0 and <= 100 && campaign.FullPercent is >= 1 and <= 100, where);
                Assert.True(campaign.PauseMs > 0 && (campaign.RoundMs * campaign.PauseAtPermille / 1000) + (2 * campaign.PauseMs) < campaign.RoundMs, where);
                Assert.True(plan.Draws.Count == RainPlan.Rounds && plan.Draws.All(r => r.Select(d => d.Uid).SequenceEqual(plan.Uids)), where);
                Assert.True(plan.Packets == packets && plan.Wins.Select(w => w.Index).SequenceEqual(Enumerable.Range(0, plan.Wins.Count)), where);
                Assert.All(plan.Wins.Where(w => w.Way != WinWay.Expires), w => Assert.True(IsSound(w, plan), $"{where}: {w}"));
                Assert.Equal(WinWay.Expires, plan.WinAt(plan.Wins.Count).Way);
            }
        }
    }

    [Fact]
    public void Every_kind_of_thing_occurs()
    {
        for (var seed = 1L; seed <= 5; seed++)
        {
            var plan = RainPlanner.Draw(seed, 2000, 200);

            Assert.Equal(Enum.GetValues<WinWay>(), plan.Wins.Select(w => w.Way).Distinct().Order());
            Assert.Equal(Enum.GetValues<DrawWay>(), plan.Draws[0].Select(d => d.Way).Distinct().Order());
            Assert.Equal(Enum.GetValues<WithdrawalWay>(), plan.Withdrawals.Values.Distinct().Order());
            Assert.Equal([Scenario.Filled, Scenario.Exclusive, Scenario.LeftOver], plan.Wins.Select(w => w.Scenario).Distinct().Order());
            Assert.All<Func<WinPlan, bool>>(
                [w => w.IsForged, w => w.IsStolen, w => w.AsksForMore, w => w.UsesAgain, w => w.CreatesTwice, w => w.Openers.Any(o => o.Repeats), w => w.Openers.Count > w.Count],
                occurs => Assert.Contains(plan.Wins, w => occurs(w)));

            // Some come before the pause, some meet it, some come after it.
            var pause = plan.Campaign.PauseAtPermille;
            Assert.All<Func<DrawPlan, bool>>([d => d.AtPermille < pause, d => d.AtPermille >= pause && d.AtPermille < pause + 125, d => d.AtPermille > pause + 125],
                occurs => Assert.Contains(plan.Draws[0], d => occurs(d)));
        }
    }

    [Fact]
    public void What_is_won_can_be_sent()
    {
        var plan = RainPlanner.Draw(3, 200, 100);

        foreach (var win in plan.Wins.Where(w => w.Way != WinWay.Expires))
        {
            foreach (var amount in plan.Campaign.Prizes.Select(p => p.Amount))
            {
                var packet = win.ToPacket(100_007, amount);
                Assert.Equal((100_007L, amount, win.Index), (packet.Sender, packet.Amount, packet.Index));
                Assert.True(packet.Amount >= packet.Count && packet.Amount <= packet.Count * DemoPlanner.ShareMax);
                Assert.True(packet.Split != Contracts.SplitKind.Equal || packet.Amount % packet.Count == 0);
            }
        }
    }

    [Fact]
    public void Finance_misbehaves_only_in_ways_that_the_audit_can_tell_from_a_loss()
    {
        var operations = RainPlanner.Draw(3, 50, 20).Faults.Operations;

        Assert.Equal(["hold", "fund", "transfer", "refund", "payout", "query"], operations.Select(o => o.Operation));
        Assert.All(operations, o => Assert.True(o.Operation is "transfer" or "payout" ? o.RefusePermille > 0 : o.RefusePermille == 0));
        Assert.All(operations, o => Assert.True((o.NotFoundPermille > 0) == (o.Operation == "query")));
        Assert.All(operations.Where(o => o.Operation is not ("hold" or "query")), o => Assert.True(o is { CallbackLostPermille: > 0, CallbackRepeatPermille: > 0, CallbackLatePermille: > 0 }));
    }

    private static bool IsSound(WinPlan win, RainPlan plan)
    {
        var openers = win.Openers.Select(o => o.Uid).ToHashSet();
        return win.Count is >= 1 and <= RainPlanner.CountMax && win.Greeting.EnumerateRunes().Count() <= 64
            && openers.Count == win.Openers.Count && openers.IsSubsetOf(plan.Uids) && (!win.CreatesTwice || win.Way == WinWay.Token)
            && win.Scenario switch
            {
                Scenario.Filled => win.Count <= openers.Count && win.Strangers.Count == 0,
                Scenario.Exclusive => win.Count <= openers.Count && win.Strangers.Count > 0 && !openers.Overlaps(win.Strangers),
                Scenario.LeftOver => openers.Count < win.Count && win.Strangers.Count == 0,
                Scenario.Rush or Scenario.Unpaid => false,
            };
    }
}
