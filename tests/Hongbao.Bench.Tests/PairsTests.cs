using Hongbao.Bench.Http.Loading;

namespace Hongbao.Bench.Tests;

public sealed class PairsTests
{
    private const int Users = 30;

    [Theory]
    [InlineData("H1", 50)]
    [InlineData("H2", 10_000)]
    [InlineData("H3", 10_000)]
    public void No_user_asks_twice_for_a_packet(string load, int packets)
    {
        var pairs = new Pairs(Load.Named(load).Choose(packets), packets, Users, isOnceEach: true);

        var asked = Enumerable.Range(0, 1400).Select(_ => pairs.Next()).ToList();

        Assert.Equal(asked.Count, asked.Distinct().Count());
        Assert.All(asked, p => Assert.InRange(p.User, 0, Users - 1));
    }

    [Fact]
    public void A_hot_packet_that_everybody_had_is_followed_by_the_next()
    {
        var pairs = new Pairs(Load.Named("H1").Choose(2), 2, Users, isOnceEach: true);

        Assert.Equal([.. Enumerable.Repeat(0, Users), .. Enumerable.Repeat(1, Users)], Enumerable.Range(0, 2 * Users).Select(_ => pairs.Next().Packet));
        Assert.Throws<InvalidOperationException>(() => pairs.Next());
    }

    [Fact]
    public void Where_nobody_gets_anything_all_users_come_again()
    {
        var pairs = new Pairs(Load.Named("H1").Choose(1), 1, Users, isOnceEach: false);

        Assert.All(Enumerable.Range(0, 3 * Users).Select(_ => pairs.Next().User).CountBy(u => u), c => Assert.Equal(3, c.Value));
    }
}
