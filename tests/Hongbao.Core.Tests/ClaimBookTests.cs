using Hongbao.Contracts;
using Hongbao.Core.Lanes;

namespace Hongbao.Core.Tests;

public sealed class ClaimBookTests(ITestOutputHelper output)
{
    [Fact]
    public void A_book_says_what_a_dictionary_says()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var chance = new Random(seed);
        for (var round = 0; round < 50; round++)
        {
            // Few distinct bits make uids collide in the index.
            var shift = chance.Next(0, 50);
            var expected = new Dictionary<long, HeldClaim>();
            var loaded = chance.Next(0, 20);
            for (var i = 0; i < loaded; i++)
            {
                expected[chance.NextInt64(1000) << shift] = Claim(i + 1);
            }

            var book = new ClaimBook(expected);
            for (var i = 0; i < 500; i++)
            {
                var uid = chance.NextInt64(1000) << shift;
                if (!expected.TryGetValue(uid, out var claim))
                {
                    book.Add(uid, expected[uid] = Claim(loaded + i + 1));
                }
                else if (chance.Next(2) == 0)
                {
                    book.End(uid, ClaimStatus.Transferred);
                    expected[uid] = claim with { Status = ClaimStatus.Transferred };
                }
            }

            Assert.Equal(expected.Count, book.Count);
            for (var n = 0L; n < 1000; n++)
            {
                Assert.Equal(expected.TryGetValue(n << shift, out var one), book.TryGet(n << shift, out var found));
                Assert.Equal(one, found);
            }
        }
    }

    [Fact]
    public async Task Whoever_reads_while_claims_are_added_finds_whole_ones_and_never_loses_one()
    {
        const int Claims = 200_000;
        var book = new ClaimBook([]);
        var added = 0;
        var readers = Enumerable.Range(0, 3).Select(r => Task.Run(() =>
        {
            var chance = new Random(r);
            int until;
            do
            {
                until = Volatile.Read(ref added);
                for (var i = 0; i < 100; i++)
                {
                    var n = chance.Next(1, Claims + 1);
                    var found = book.TryGet(Uid(n), out var claim);
                    Assert.True(found || n > until, $"claim {n} of {until} is lost");
                    Assert.Equal(found ? Claim(n) : default, claim);
                }
            }
            while (until < Claims);
        })).ToArray();

        for (var n = 1; n <= Claims; n++)
        {
            book.Add(Uid(n), Claim(n));
            Volatile.Write(ref added, n);
        }

        await Task.WhenAll(readers);
    }

    private static long Uid(int n) => unchecked(n * 0x5851F42D4C957F2DL);

    private static HeldClaim Claim(int n) => new(n * 1_000_003L, n, n * 7L, n * 13L, ClaimStatus.Claimed);
}
