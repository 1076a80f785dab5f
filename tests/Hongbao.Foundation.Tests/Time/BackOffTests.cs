using Hongbao.Foundation.Time;

namespace Hongbao.Foundation.Tests.Time;

public sealed class BackOffTests
{
    [Theory]
    [InlineData(-1, 3)]
    [InlineData(0, 3)]
    [InlineData(1, 3)]
    [InlineData(2, 6)]
    [InlineData(3, 7)]
    [InlineData(40, 7)]
    [InlineData(int.MaxValue, 7)]
    public void Rests_double_up_to_the_longest(int attempt, int seconds)
    {
        Assert.Equal(TimeSpan.FromSeconds(seconds), BackOff.Doubling(TimeSpan.FromSeconds(3), attempt, TimeSpan.FromSeconds(7)));
    }

    [Fact]
    public void The_longest_bounds_the_first_too_and_nothing_overflows()
    {
        Assert.Equal(TimeSpan.FromSeconds(2), BackOff.Doubling(TimeSpan.FromSeconds(3), 1, TimeSpan.FromSeconds(2)));
        Assert.Equal(TimeSpan.MaxValue, BackOff.Doubling(TimeSpan.FromDays(1), 200, TimeSpan.MaxValue));
    }
}
