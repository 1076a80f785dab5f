using Hongbao.Foundation.Chance;

namespace Hongbao.Foundation.Tests.Chance;

public sealed class RandomSourceTests
{
    public static TheoryData<IRandomSource> Sources => [new SecureRandomSource(), new SeededRandomSource(1)];

    [Theory]
    [MemberData(nameof(Sources))]
    public void Draws_stay_below_their_limit_and_reach_all_of_it(IRandomSource chance)
    {
        Assert.Equal([0, 1, 2], Enumerable.Range(0, 1000).Select(_ => chance.Below(3)).Distinct().Order());
        Assert.Equal(0, chance.Below(1));
        Assert.ThrowsAny<ArgumentOutOfRangeException>(() => chance.Below(-1));
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public void Hex_has_two_digits_a_byte_and_does_not_repeat(IRandomSource chance)
    {
        var drawn = Enumerable.Range(0, 100).Select(_ => chance.Hex(16)).ToArray();

        Assert.All(drawn, d => Assert.Matches("^[0-9a-f]{32}$", d));
        Assert.Equal(100, drawn.Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public void Permille_is_never_at_zero_and_always_at_a_thousand(IRandomSource chance)
    {
        Assert.DoesNotContain(true, Enumerable.Range(0, 500).Select(_ => chance.Permille(0)));
        Assert.DoesNotContain(false, Enumerable.Range(0, 500).Select(_ => chance.Permille(1000)));
        Assert.InRange(Enumerable.Range(0, 2000).Count(_ => chance.Permille(500)), 800, 1200);
    }

    [Fact]
    public void A_seed_repeats_and_large_seeds_count_in_full()
    {
        static string Draw(long seed) => new SeededRandomSource(seed).Hex(16);

        Assert.Equal(Draw(5), Draw(5));
        Assert.NotEqual(Draw(5), Draw(5 + (1L << 40)));
    }
}
