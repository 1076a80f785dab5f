using System.Text.Json;
using Hongbao.Contracts;
using Hongbao.Host.Demo.Plans;

namespace Hongbao.Host.Tests.Demo;

public sealed class PlanTests
{
    [Theory]
    [InlineData(1, 50, 20)]
    [InlineData(-7, 2, 1)]
    [InlineData(long.MaxValue, 200, 50)]
    public void A_plan_is_a_function_of_seed_users_and_packets(long seed, int users, int packets)
    {
        static string Text(DemoPlan plan) => JsonSerializer.Serialize(plan);

        var plan = Text(DemoPlanner.Draw(seed, users, packets));

        Assert.Equal(plan, Text(DemoPlanner.Draw(seed, users, packets)));
        Assert.NotEqual(plan, Text(DemoPlanner.Draw(unchecked(seed + 1), users, packets)));
        Assert.NotEqual(plan, Text(DemoPlanner.Draw(seed, users + 1, packets)));
        Assert.NotEqual(plan, Text(DemoPlanner.Draw(seed, users, packets + 1)));
    }

    [Fact]
    public void A_plan_written_down_before_is_drawn_again()
    {
        // Holds the generator itself: an update that draws otherwise would make old seeds mean something else.
        var first = DemoPlanner.Draw(1, 50, 20).Packets[0];

        Assert.Equal(
            "Filled 100010 3401/3 Random [100015, 100004]",
            $"{first.Scenario} {first.Sender} {first.Amount}/{first.Count} {first.Split} [{string.Join(", ", first.Openers.Take(2).Select(o => o.Uid))}]");
    }

    [Fact]
    public void Every_packet_of_any_plan_is_acceptable_and_does_what_its_scenario_says()
    {
        for (var seed = 0L; seed < 60; seed++)
        {
            foreach (var (users, packets) in new[] { (2, 1), (2, 30), (3, 12), (50, 20), (200, 50) })
            {
                var plan = DemoPlanner.Draw(seed, users, packets);
                var where = $"seed {seed}, {users} users, {packets} packets";
                Assert.True(plan.Packets.Count == packets && plan.Uids.Count == users && plan.Uids.Distinct().Count() == users, where);
                Assert.True(plan.Packets.Count(p => p.Scenario == Scenario.Rush) == 1, where);
                Assert.All(plan.Packets, p => Assert.True(IsSound(p, plan), $"{where}: {p}"));
                Assert.True(plan.Faults.FirstWave >= 0 && plan.Faults.LastWave >= plan.Faults.FirstWave && plan.Faults.LastWave < plan.Waves, where);
                Assert.True(Enumerable.Range(0, plan.Waves).All(w => plan.Packets.Any(p => p.Wave == w)), where);
            }
        }
    }

    [Fact]
    public void There_are_about_four_openings_for_each_packet_and_every_kind_of_thing_occurs()
    {
        for (var seed = 1L; seed <= 10; seed++)
        {
            var plan = DemoPlanner.Draw(seed, 200, 200);
            var ratio = (decimal)plan.Opens / plan.Packets.Count;

            Assert.True(ratio is > 3.5m and < 4.5m, $"seed {seed}: {ratio}");
            Assert.Equal(Enum.GetValues<Scenario>(), plan.Packets.Select(p => p.Scenario).Distinct().Order());
            Assert.Equal(Enum.GetValues<SplitKind>(), plan.Packets.Select(p => p.Split).Distinct().Order());
            Assert.All<Func<PacketPlan, bool>>(
                [
                    p => p.CreatesTwice, p => p.CreatesOther, p => p.PaysTwice, p => p.HasContent, p => p.GetsContentLater, p => p.Strangers.Count > 0, p => p.Openers.Any(o => o.Repeats),
                    p => p.Openers.Count == 0, p => p.Amount == p.Count, p => p.Amount == p.Count * DemoPlanner.ShareMax, p => p.Greeting.Length == 0, p => p.Greeting.Any(char.IsSurrogate),
                    p => p.Scenario == Scenario.Filled && p.Openers.Count > p.Count, p => p.Openers.Any(o => o.Uid == p.Sender),
                ],
                occurs => Assert.Contains(plan.Packets, p => occurs(p)));
        }
    }

    [Fact]
    public void Finance_misbehaves_only_in_ways_that_it_can()
    {
        var operations = DemoPlanner.Draw(3, 50, 20).Faults.Operations;

        Assert.Equal(["createPayment", "pay", "transfer", "refund", "query"], operations.Select(o => o.Operation));
        // A refused refund is set aside for the sender and reaches no balance: the audit could not tell it from a loss.
        Assert.All(operations.Where(o => o.Operation != "transfer"), o => Assert.Equal(0, o.RefusePermille));
        Assert.Contains(operations, o => o.NotFoundPermille > 0);
        Assert.Contains(operations, o => o is { Operation: "createPayment", LaterPermille: > 0, LaterMs: > 0 });
        Assert.Contains(operations, o => o.CallbackLostPermille > 0 && o.CallbackRepeatPermille > 0);
    }

    private static bool IsSound(PacketPlan p, DemoPlan plan)
    {
        var openers = p.Openers.Select(o => o.Uid).ToHashSet();
        return p.Count is >= 1 and <= DemoPlanner.CountMax
            && p.Amount >= p.Count && p.Amount <= p.Count * DemoPlanner.ShareMax
            && (p.Split != SplitKind.Equal || p.Amount % p.Count == 0)
            && p.Greeting.EnumerateRunes().Count() <= 64
            && plan.Uids.Contains(p.Sender)
            && openers.Count == p.Openers.Count && openers.IsSubsetOf(plan.Uids)
            && !(p.HasContent && p.GetsContentLater)
            && p.Scenario switch
            {
                Scenario.Rush => openers.Count == plan.Uids.Count && p.Count <= openers.Count,
                Scenario.Filled => p.Count <= openers.Count,
                Scenario.Exclusive => p.Count <= openers.Count && p.Strangers.Count > 0 && !openers.Overlaps(p.Strangers),
                Scenario.LeftOver => openers.Count < p.Count && p.ExpiresSoon,
                Scenario.Unpaid => !p.IsPaid && !p.GetsContentLater,
            };
    }
}
