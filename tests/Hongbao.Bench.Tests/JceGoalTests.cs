using Hongbao.Bench.Measuring;
using Hongbao.Jce.Bench;
using Hongbao.Jce.Bench.Calls;
using Hongbao.Jce.Bench.Codec;
using Hongbao.Jce.Bench.Reporting;
using Hongbao.Jce.Bench.Rpc;

namespace Hongbao.Bench.Tests;

public sealed class JceGoalTests
{
    private static readonly Noise s_quiet = new(0, 1);
    private static readonly Noise s_loud = new(0, 60);

    [Theory]
    [InlineData(new[] { 3.0 }, 3.0)]
    [InlineData(new[] { 5.0, 1, 3 }, 3.0)]
    [InlineData(new[] { 4.0, 1, 2, 9 }, 3.0)]
    public void Median_is_the_middle_one_or_between_the_two_in_the_middle(double[] values, double expected) => Assert.Equal(expected, Comparison.Median(values));

    [Fact]
    public void Ratio_of_durations_says_how_many_times_less_ours_takes()
    {
        var seen = Compare([(100, 250, s_quiet), (110, 220, s_quiet), (90, 360, s_quiet)], isLessBetter: true)!;

        Assert.Equal((100, 250, 2.5), (seen.Ours, seen.Theirs, seen.Ratio));
        Assert.Equal((2, 4), (seen.Least, seen.Most));
        Assert.Equal((3, 3, false), (seen.Counting, seen.All, seen.IsDisturbed));
    }

    [Fact]
    public void Ratio_of_rates_says_how_many_times_more_ours_does()
    {
        var seen = Compare([(600, 100, s_quiet), (500, 100, s_quiet), (400, 100, s_quiet)], isLessBetter: false)!;

        Assert.Equal((5, 4, 6), (seen.Ratio, seen.Least, seen.Most));
    }

    [Fact]
    public void Loud_rounds_are_left_out_while_three_quiet_ones_remain()
    {
        var seen = Compare([(100, 200, s_quiet), (100, 200, s_quiet), (100, 200, s_quiet), (900, 200, s_loud)], isLessBetter: true)!;

        Assert.Equal((2, 2, 3, 4, false), (seen.Ratio, seen.Least, seen.Counting, seen.All, seen.IsDisturbed));
    }

    [Fact]
    public void With_fewer_quiet_rounds_all_count_and_the_figure_is_marked()
    {
        var seen = Compare([(100, 200, s_quiet), (100, 200, s_quiet), (100, 400, s_loud), (100, 400, s_loud)], isLessBetter: true)!;

        Assert.Equal((3, 4, 4, true), (seen.Ratio, seen.Counting, seen.All, seen.IsDisturbed));
    }

    [Fact]
    public void Without_rounds_there_is_no_comparison() => Assert.Null(Compare([], isLessBetter: true));

    [Fact]
    public void Goals_are_reached_at_their_bounds_and_not_below()
    {
        // By goal, as they are listed: each figure at its bound.
        var reached = JceGoal.All(Run(protobuf: 150, json: (300, 500), node: 1000, allocated: 0, ourRate: 174_000, theirRate: 34_800, contract: 49.9));
        Assert.All(reached, static g => Assert.True(g.IsReached, g.What));

        var missed = JceGoal.All(Run(protobuf: 149, json: (299, 499), node: 999, allocated: 0.001, ourRate: 173_999, theirRate: 34_900, contract: 51));
        Assert.All(missed, static g => Assert.False(g.IsReached, g.What));
        Assert.Equal(reached.Count, missed.Count);
    }

    [Fact]
    public void What_was_not_run_is_neither_reached_nor_missed()
    {
        var goals = JceGoal.All(new JceRun([], [], [], [], []));

        Assert.NotEmpty(goals);
        Assert.All(goals, static g => Assert.Null(g.IsReached));
    }

    [Fact]
    public void A_contract_that_allocates_has_missed_its_goal_however_quick()
    {
        var run = Run(150, (300, 500), 1000, 0, 174_000, 34_800, 1);
        var copying = run with { CallPairs = [.. run.CallPairs.Select(static p => p with { Contract = p.Contract with { Allocated = 24 } })] };

        Assert.True(JceGoal.All(run)[^1].IsReached);
        Assert.False(JceGoal.All(copying)[^1].IsReached);
    }

    [Fact]
    public void A_report_of_disturbed_rounds_says_so_before_anything_else()
    {
        var quiet = Run(150, (300, 500), 1000, 0, 174_000, 34_800, 1);
        var loud = quiet with { EchoPairs = [.. quiet.EchoPairs.Select(static p => p with { Noise = s_loud })] };

        Assert.DoesNotContain("isturbed", JceReport.Disturbance(quiet), StringComparison.Ordinal);
        Assert.StartsWith("**Disturbed", JceReport.Disturbance(loud), StringComparison.Ordinal);
        Assert.Contains("| ~5.0 x |", JceReport.Goals(loud), StringComparison.Ordinal);
        Assert.DoesNotContain("~", JceReport.Goals(quiet), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--rounds")]
    [InlineData("--rounds", "0")]
    [InlineData("--only", "codec,nothing")]
    [InlineData("--nonsense", "1")]
    public void Arguments_that_make_no_sense_are_refused(params string[] arguments) => Assert.Throws<ArgumentException>(() => JceBenchOptions.Parse(arguments));

    [Fact]
    public void Later_arguments_change_what_a_quick_run_does()
    {
        var options = JceBenchOptions.Parse(["--quick", "--rounds", "5", "--only", "rpc"]);

        Assert.Equal((true, 5, true, false), (options.Quick, options.Rounds, options.Has(JceBenchOptions.RpcPart), options.Has(JceBenchOptions.CodecPart)));
    }

    private static Comparison? Compare((double Ours, double Theirs, Noise Noise)[] rounds, bool isLessBetter) =>
        Comparison.Of(rounds, static r => r.Noise, static r => r.Ours, static r => r.Theirs, isLessBetter);

    // Ours takes 100 ns each way, and a direct call nothing.
    private static JceRun Run(double protobuf, (double Encode, double Decode) json, double node, double allocated, double ourRate, double theirRate, double contract)
    {
        CodecPair Pair(CodecStep step, string peer, double theirs) => new(1, step, peer, new(100, allocated), new(theirs, null), s_quiet);
        return new JceRun(
            [],
            [],
            [
                Pair(CodecStep.Encode, ProtobufCodec.Name, protobuf), Pair(CodecStep.Decode, ProtobufCodec.Name, protobuf),
                Pair(CodecStep.Encode, JsonCodec.Name, json.Encode), Pair(CodecStep.Decode, JsonCodec.Name, json.Decode),
                Pair(CodecStep.Encode, NodeCodec.Exact, node), Pair(CodecStep.Decode, NodeCodec.Exact, node),
                Pair(CodecStep.Encode, NodeCodec.Rounding, node), Pair(CodecStep.Decode, NodeCodec.Rounding, node),
            ],
            [new EchoPair(1, new(ourRate, 1, 1, 1, 1, 1), new(theirRate, 1, 1, 1, 1, null), s_quiet)],
            [new CallPair(1, new(0, 0), new(contract, 0), s_quiet)]);
    }
}
