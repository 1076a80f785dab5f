using Hongbao.Bench.Http.Loading;
using Hongbao.Bench.Rain;
using Hongbao.Bench.Rain.Kills;

namespace Hongbao.Bench.Tests;

public sealed class RainKillsTests
{
    [Fact]
    public void A_line_that_the_kill_cut_says_nothing()
    {
        var (won, done) = (DrawLines.Won(1L << 50, 1888), DrawLines.Done(new Section(2000, 100)));

        Assert.True(DrawLines.IsWon(won, out var uid, out var amount));
        Assert.Equal((1L << 50, 1888), (uid, amount));
        Assert.True(DrawLines.IsDone(done, out var section));
        Assert.Equal(new Section(2000, 100), section);
        Assert.All(Enumerable.Range(0, won.Length), length => Assert.False(DrawLines.IsWon(won[..length], out _, out _)));
        Assert.All(Enumerable.Range(0, done.Length), length => Assert.False(DrawLines.IsDone(done[..length], out _)));
        Assert.Equal(section, DrawLines.ReadSection(DrawLines.Ask(section)));
    }

    [Fact]
    public void Everybody_draws_however_often_processes_die()
    {
        var sections = new DrawSections(1010, 50);
        var (chance, drawn, taken) = (new Random(7), new HashSet<int>(), 0);
        while (sections.TryTake(out var section))
        {
            Assert.False(sections.IsDone);
            taken++;
            if (chance.Next(3) == 0)
            {
                sections.Again(section);
                continue;
            }

            sections.Answered();
            drawn.UnionWith(Enumerable.Range(section.First, section.Count));
        }

        Assert.True(sections.IsDone);
        Assert.Equal(Enumerable.Range(0, 1010), drawn.Order());
        Assert.True(taken > 21, "some are drawn twice");
    }

    [Fact]
    public void A_win_that_was_told_has_to_stand()
    {
        var wins = new AnsweredWins();
        wins.Add(1, 88);
        wins.Add(2, 188);
        wins.Add(1, 88);
        wins.Compare(new Dictionary<long, long> { [1] = 88, [2] = 188, [3] = 88 });
        Assert.Empty(wins.Faults);
        Assert.Equal(2, wins.Count);

        wins.Add(1, 188);
        Assert.Single(wins.Faults);
        wins.Compare(new Dictionary<long, long> { [1] = 88 });
        Assert.Equal(2, wins.Faults.Count);
    }

    [Fact]
    public void Totals_tell_wins_apart_and_not_their_order()
    {
        static WinTotals Of(params (long No, long Uid, long Amount)[] wins)
        {
            var totals = new WinTotals();
            Array.ForEach(wins, w => totals.Add(w.No, w.Uid, w.Amount));
            return totals;
        }

        var totals = Of((1, 10, 100), (1, 11, 200));
        Assert.Equal(totals, Of((1, 11, 200), (1, 10, 100)));
        Assert.NotEqual(totals, Of((1, 10, 200), (1, 11, 100)));
        Assert.NotEqual(totals, Of((1, 10, 100), (2, 11, 200)));
    }

    [Fact]
    public void Options_are_checked()
    {
        var options = RainOptions.Parse(["--quick", "--draws", "2000", "--only", "kills,memory"]);

        Assert.Equal((true, 2000, 800, 3), (options.Quick, options.Draws, options.Wins, options.Rounds));
        Assert.True(options.Has("kills"));
        Assert.False(options.Has("http"));
        Assert.Throws<ArgumentException>(() => RainOptions.Parse(["--draws", "1"]));
        Assert.Throws<ArgumentException>(() => RainOptions.Parse(["--only", "claims"]));
        Assert.Throws<ArgumentException>(() => RainOptions.Parse(["--draws"]));
    }
}
