using Hongbao.Bench.Rain;

namespace Hongbao.Bench.Tests;

public sealed class RainGoalTests
{
    [Fact]
    public void What_was_not_run_is_neither_reached_nor_missed()
    {
        Assert.All(RainGoal.All(new RainRun()), g => Assert.Null(g.IsReached));
        Assert.DoesNotContain("yes", RainReport.Goals(new RainRun()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.61, 0.62, 0.1, true)]
    [InlineData(0.59, 0.1, 0.9, false)]
    public void The_ratio_is_the_median_of_rounds_and_not_that_of_medians(double first, double second, double third, bool isReached)
    {
        // The machine is another one in each round.
        DrawRound[] rounds = [Round(1, 10_000, first), Round(2, 50_000, second), Round(3, 20_000, third)];

        Assert.Equal(isReached, RainGoal.All(new RainRun { Http = rounds })[0].IsReached);
    }

    [Fact]
    public void Noisy_rounds_are_left_out_where_enough_others_remain()
    {
        DrawRound[] rounds = [Round(1, 10_000, 0.5), Round(2, 10_000, 0.7), Round(3, 10_000, 0.5) with { Draws = Run(5000) with { Steal = 3 } }];

        Assert.True(RainGoal.All(new RainRun { Http = rounds })[0].IsReached);
        Assert.False(RainGoal.All(new RainRun { Http = rounds[..1] })[0].IsReached);
    }

    [Fact]
    public void The_clockworks_own_statements_count_for_nobody()
    {
        var round = Round(1, 10_000, 1) with
        {
            Nothing = Run(10_000) with { Statements = 40, CountedSeconds = 4 },
            Draws = Run(10_000) with { Statements = 20 + 100, CountedSeconds = 2, Won = 1000 },
            Losers = Run(10_000) with { Statements = 30, CountedSeconds = 3, Answered = 30_000 },
        };

        Assert.Equal((10, 0.1, 0), (round.IdleStatements, round.PerPasser, round.PerLoser));
        Assert.Equal([true, true], RainGoal.All(new RainRun { Http = [round] }).Skip(2).Take(2).Select(g => g.IsReached!.Value));
        var asking = round with { Losers = round.Losers with { Statements = 30 + 300 } };
        Assert.False(RainGoal.All(new RainRun { Http = [asking] })[2].IsReached);
    }

    [Theory]
    [InlineData(900, 900, 900, 100, 0)]
    [InlineData(900, 901, 900, 100, 1)]
    [InlineData(900, 900, 898, 100, 2)]
    [InlineData(900, 900, 900, 99, 1)]
    [InlineData(1001, 1001, 1001, 0, 2)]
    public void Every_cent_that_the_books_differ_by_is_an_error(long won, long issued, long allocated, long released, long error)
    {
        var run = new KillsRun
        {
            Seed = 1,
            Users = 10,
            Draws = 10,
            Kills = 1,
            Seconds = 1,
            Wins = 1,
            Budget = 1000,
            Won = won,
            IssuedOfChunks = issued,
            AllocatedOfPools = allocated,
            Released = released,
            Faults = [],
        };

        Assert.Equal(error, run.Error);
        Assert.Equal(error == 0, RainGoal.All(new RainRun { Kills = run }).Single(g => g.Wanted == "0 cents").IsReached);
    }

    [Theory]
    [InlineData(3_000_000, true)]
    [InlineData(4_000_000, false)]
    public void Memory_has_to_be_level_once_outcomes_are_renewed(long atTheEnd, bool isReached)
    {
        var run = new MemoryRun
        {
            RememberedMax = 20,
            BytesOfCampaign = 1,
            Faults = [],
            Samples = [new(0, 0, 0), new(200, 20, 2_900_000), new(400, 20, 3_000_000), new(700, 20, 2_000_000), new(1000, 20, atTheEnd)],
        };

        Assert.Equal(isReached, RainGoal.All(new RainRun { Memory = run })[^1].IsReached);
        Assert.NotNull(RainPlot.Draw(new RainRun { Memory = run }));
    }

    private static DrawRound Round(int number, double nothing, double ratio) =>
        new() { Number = number, Nothing = Run(nothing), Draws = Run(nothing * ratio), Repeats = Run(1), Losers = Run(1), Faults = [] };

    private static DrawRun Run(double perSecond) => new()
    {
        PerSecond = perSecond,
        WonPerSecond = 0,
        P50 = 1,
        P99 = 1,
        Answered = 1,
        Won = 1,
        Busy = 0,
        Statements = 0,
        Inserts = 0,
        Rows = 0,
        CountedSeconds = 1,
        Bytes = 0,
        LoadCpu = 0,
        Steal = 0,
        Others = 0,
    };
}
