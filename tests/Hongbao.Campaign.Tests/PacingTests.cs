using Hongbao.Foundation.Stores;
using static Hongbao.Campaign.Tests.CampaignHarness;

namespace Hongbao.Campaign.Tests;

/// <summary>A round's money comes with its time: never more than is released, and all of it in the end.</summary>
public sealed class PacingTests
{
    [Theory, BothStores]
    public async Task At_no_moment_more_is_won_than_its_time_has_released(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var other = await harness.StartProcessAsync();
        // A tenth at once, the rest evenly until four fifths of 100 s.
        var plan = harness.Rounds(harness.Plan(3000, Quantity(10, 200), Chance(10, 500_000_000)), 1, 100_000) with { PacingFirstPercent = 10, PacingFullPercent = 80 };
        var campaignId = await harness.ScheduledAsync(plan);
        var uid = 1;

        foreach (var second in (int[])[0, 1, 10, 20, 40, 50, 60, 79, 80, 99])
        {
            // More than there is for everybody, at both processes, twice: a pool that had nothing is asked again after a moment.
            foreach (var moment in (int[])[0, 150])
            {
                await harness.MoveAsync(TimeSpan.FromMilliseconds((second * 1000) + moment - (harness.Now - StandingClock.StartMs)));
                await Task.WhenAll(Enumerable.Range(0, 150).Select(_ => harness.DrawAsync(campaignId, uid++, at: uid % 2 == 0 ? harness.Main : other)));
                var pools = await harness.PoolsAsync(campaignId);
                Assert.All(pools, p => Assert.InRange(p.Won, 0, Released(p)));
                // And not much less: a piece may lie with the other process.
                Assert.All(pools, p => Assert.InRange(p.Won, moment == 0 ? 0 : Released(p) - (p.Planned / 20), p.Planned));
            }
        }

        Assert.Equal(2000, (await harness.PoolsAsync(campaignId)).Single(static p => p.Prize == 1).Won);
        await harness.AssertSoundAsync(campaignId);

        // A tenth and nine tenths of the part of 80 s that is over, in whole prizes, rounded up.
        long Released(PoolRow pool)
        {
            var unit = pool.Prize == 0 ? 1 : 10;
            var eightieths = Math.Min(harness.Now - StandingClock.StartMs, 80_000);
            var (part, whole) = (80_000 + (9 * eightieths), 800_000);
            return ((pool.Planned / unit * part) + whole - 1) / whole * unit;
        }
    }

    [Theory, BothStores]
    public async Task Without_a_first_part_one_prize_is_there_at_once_and_the_same_time_gives_the_same(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        List<long> won = [];
        for (var i = 0; i < 2; i++)
        {
            harness.Clock.NowMs = StandingClock.StartMs;
            await harness.MoveAsync(TimeSpan.Zero);
            var campaignId = await harness.ScheduledAsync(harness.Plan(1000, Quantity(100, 5), Chance(50, 100_000_000)) with { PacingFirstPercent = 0, PacingFullPercent = 100 });
            var users = await harness.UsersAsync(campaignId, 20, prize: 1);
            var chances = await harness.UsersAsync(campaignId, 20, prize: 2);
            await harness.DrawAllAsync(campaignId, users[..10]);
            await harness.DrawAllAsync(campaignId, chances[..10]);
            Assert.Equal([50L, 100], (await harness.PoolsAsync(campaignId)).ConvertAll(static p => p.Won));

            // Half of 600 s: three of five, and half of 500.
            await harness.MoveAsync(TimeSpan.FromSeconds(300));
            await harness.DrawAllAsync(campaignId, users[10..]);
            await harness.DrawAllAsync(campaignId, chances[10..]);
            Assert.Equal([250L, 300], (await harness.PoolsAsync(campaignId)).ConvertAll(static p => p.Won));
            won.Add((await harness.PoolsAsync(campaignId)).Sum(static p => p.Won));
            await harness.AssertSoundAsync(campaignId);
        }

        Assert.Single(won.Distinct());
    }

    [Theory, BothStores]
    public async Task Prizes_by_quantity_are_given_away_exactly_when_enough_come(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var other = await harness.StartProcessAsync();
        // Seven for three rounds: three, two, two; thirteen: five, four, four.
        var campaignId = await harness.ScheduledAsync(harness.Rounds(harness.Plan(1000, Quantity(30, 7), Quantity(7, 13)), 3) with { PerUserLimit = 3, PacingFirstPercent = 0, PacingFullPercent = 50 });
        var uid = 1;
        for (var round = 1; round <= 3; round++)
        {
            for (var step = 0; step < 12; step++)
            {
                await harness.MoveAsync(TimeSpan.FromMilliseconds(4999));
                await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => harness.DrawAsync(campaignId, uid++, round, at: uid % 2 == 0 ? harness.Main : other)));
            }

            await harness.MoveAsync(TimeSpan.FromMilliseconds(60_000 - (12 * 4999)));
        }

        Assert.Equal([90L, 35, 60, 28, 60, 28], (await harness.PoolsAsync(campaignId)).ConvertAll(static p => p.Won));
        await harness.AssertSoundAsync(campaignId);
    }
}
