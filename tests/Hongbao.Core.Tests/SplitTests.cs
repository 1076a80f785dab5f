using System.Globalization;
using Hongbao.Contracts;
using Hongbao.Core.Splits;

namespace Hongbao.Core.Tests;

/// <summary>Amounts of shares: exact in sum, within bounds, recomputable by others, fair where fairness is promised.</summary>
public sealed class SplitTests(ITestOutputHelper output)
{
    private const int Seed = 20_261_121;

    public static TheoryData<string, string, long, int, SplitKind, long, string, long[]> Vectors => new()
    {
        // Worked out by a Python implementation of the rule; web/tests/drawVectors.ts has them all.
        {
            "7301444488550940673", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", 10_000, 10, SplitKind.Random, 20_000,
            "6bf9f7862a6bc713e6565d5f2137e096317287440bdf561d236696a88794cd2f", [399, 825, 96, 895, 752, 1590, 157, 352, 811, 4123]
        },
        {
            "7301444488550940673", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", 10_000, 10, SplitKind.Fair, 20_000,
            "eaa6c2e5f6fc17ddded6484074fbe198008fe69c9122321e7f3bea6075df1f8c", [895, 811, 752, 352, 4123, 825, 399, 96, 157, 1590]
        },
        {
            "9223372036854775807", "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", 8888, 8, SplitKind.Equal, 20_000,
            "d7817c71fee2c8fc27a2969f041244a4551b1dc0369766e790f51626cdfc4deb", [1111, 1111, 1111, 1111, 1111, 1111, 1111, 1111]
        },
    };

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Amounts_and_commitment_are_those_of_an_independent_implementation(
        string packetNo, string seed, long amount, int count, SplitKind split, long cap, string seedHash, long[] shares)
    {
        var number = long.Parse(packetNo, CultureInfo.InvariantCulture);

        Assert.Equal(shares, Split.All(split, Convert.FromHexString(seed), number, amount, count, cap));
        Assert.Equal(seedHash, SeedDraw.Commitment(number, Convert.FromHexString(seed), amount, count, split, cap));
    }

    [Fact]
    public void Two_hundred_thousand_shares_sum_up_exactly_and_keep_their_bounds()
    {
        output.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        var seed = new byte[SeedDraw.SeedLength];
        var draws = 0;
        for (var packet = 1L; draws < 200_000; packet++)
        {
            random.NextBytes(seed);
            var kind = (SplitKind)random.Next(1, 4);
            var count = random.Next(4) switch { 0 => 1, 1 => 100, _ => random.Next(1, 101) };
            var cap = random.Next(3) switch { 0 => 1, 1 => 20_000, _ => random.NextInt64(1, 1_000_000_000) };
            var amount = random.Next(5) switch { 0 => count, 1 => count * cap, 2 => Math.Min(count * cap, count + 1), _ => random.NextInt64(count, (count * cap) + 1) };
            if (kind == SplitKind.Equal)
            {
                amount -= amount % count;
            }

            var shares = Split.All(kind, seed, packet, amount, count, cap);

            var terms = $"seed {Seed}, packet {packet}: {kind}, {amount} in {count}, cap {cap}";
            Assert.True(shares.Sum() == amount, $"{terms} sums to {shares.Sum()}");
            Assert.True(shares.All(s => s >= 1 && s <= cap), $"{terms} gives {shares.Min()} to {shares.Max()}");
            Assert.True(kind != SplitKind.Equal || shares.Distinct().Count() == 1, terms);
            draws += count;
        }
    }

    [Theory]
    [InlineData(SplitKind.Random)]
    [InlineData(SplitKind.Fair)]
    public void The_extremes_leave_no_choice(SplitKind kind)
    {
        var seed = new byte[SeedDraw.SeedLength];

        Assert.All(Split.All(kind, seed, 1, 100, 100, 20_000), s => Assert.Equal(1, s));
        Assert.All(Split.All(kind, seed, 1, 2_000_000, 100, 20_000), s => Assert.Equal(20_000, s));
        Assert.Equal([777L], Split.All(kind, seed, 1, 777, 1, 20_000));
    }

    [Fact]
    public void A_random_share_is_at_most_twice_the_mean_of_what_is_left()
    {
        var random = new Random(Seed);
        var seed = new byte[SeedDraw.SeedLength];
        for (var packet = 1; packet <= 500; packet++)
        {
            random.NextBytes(seed);
            var shares = Split.All(SplitKind.Random, seed, packet, 5000, 20, 20_000);
            var left = 5000L;
            for (var i = 0; i < 19; i++)
            {
                Assert.InRange(shares[i], 1, 2 * left / (20 - i));
                left -= shares[i];
            }
        }
    }

    [Fact]
    public void In_a_fair_packet_every_position_is_the_luckiest_equally_often()
    {
        // 20,000 packets of 10 million fen each: a tie for the greatest share is then rarer than one in 100,000, so
        // that "the earliest is the luckiest" cannot favour the front.
        const int Packets = 20_000, Count = 10;
        output.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        var seed = new byte[SeedDraw.SeedLength];
        var fair = new int[Count];
        var drawnInOrder = new int[Count];
        var ties = 0;
        for (var packet = 1; packet <= Packets; packet++)
        {
            random.NextBytes(seed);
            var shares = Split.All(SplitKind.Fair, seed, packet, 10_000_000, Count, 1_000_000_000);
            fair[Array.IndexOf(shares, shares.Max())]++;
            ties += shares.Count(s => s == shares.Max()) > 1 ? 1 : 0;
            var live = Split.All(SplitKind.Random, seed, packet, 10_000_000, Count, 1_000_000_000);
            drawnInOrder[Array.IndexOf(live, live.Max())]++;
        }

        output.WriteLine($"fair {string.Join(' ', fair)}, random {string.Join(' ', drawnInOrder)}, {ties} ties");
        var mean = Packets / (double)Count;
        var sigma = Math.Sqrt(mean * (1 - (1.0 / Count)));
        Assert.All(fair, n => Assert.InRange(n, mean - (3 * sigma), mean + (3 * sigma)));
        // The test can tell: shares drawn in order favour the last positions.
        Assert.True(drawnInOrder[^1] > mean + (6 * sigma));
        Assert.True(ties <= 2, $"{ties} ties");
    }

    [Fact]
    public void A_draw_is_uniform_over_its_range()
    {
        var seed = new byte[SeedDraw.SeedLength];
        var hits = new int[7];
        for (var n = 1; n <= 70_000; n++)
        {
            hits[SeedDraw.Uniform(seed, 5, n, 3, 9) - 3]++;
        }

        var sigma = Math.Sqrt(10_000 * (1 - (1.0 / 7)));
        Assert.All(hits, n => Assert.InRange(n, 10_000 - (4 * sigma), 10_000 + (4 * sigma)));
    }
}
