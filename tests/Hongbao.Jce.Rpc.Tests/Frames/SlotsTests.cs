namespace Hongbao.Jce.Rpc.Tests;

public sealed class SlotsTests
{
    [Fact]
    public void Ids_are_never_zero_and_never_of_another_thing_under_way()
    {
        var slots = new Slots<object>(100);
        var random = new Random(5);
        var under = new Dictionary<int, object>();
        for (var round = 0; round < 100_000; round++)
        {
            if (random.Next(2) == 0)
            {
                var thing = new object();
                var id = slots.Add(thing, long.MaxValue);
                Assert.Equal(under.Count == 100, id == 0);
                if (id != 0)
                {
                    Assert.True(id >= slots.FirstId);
                    under.Add(id, thing);
                }
            }
            else if (under.Count > 0)
            {
                var (id, thing) = under.ElementAt(random.Next(under.Count));
                under.Remove(id);
                Assert.Same(thing, slots.Take(id));
                Assert.Null(slots.Take(id));
            }

            Assert.Equal(under.Count, slots.Count);
        }
    }

    [Fact]
    public void Id_wraps_around_without_becoming_zero_or_negative()
    {
        // 20 bits of place leave 11 for the uses.
        var slots = new Slots<object>(1 << 20);
        var thing = new object();
        var seen = new HashSet<int>();
        // All places but one are taken, so that one is used again and again.
        for (var i = 1; i < 1 << 20; i++)
        {
            slots.Add(thing, long.MaxValue);
        }

        for (var use = 0; use < 5000; use++)
        {
            var id = slots.Add(thing, long.MaxValue);
            Assert.True(id > 0);
            seen.Add(id);
            Assert.Same(thing, slots.Take(id));
        }

        Assert.Equal(2047, seen.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    [InlineData(1)]
    public void Id_that_was_never_given_is_not_found(int id)
    {
        var slots = new Slots<object>(16);
        slots.Add(new object(), long.MaxValue);

        Assert.Null(slots.Take(id));
        Assert.Equal(1, slots.Count);
    }

    [Fact]
    public void What_expires_is_taken_out_and_nothing_else()
    {
        var slots = new Slots<string>(1000);
        var random = new Random(11);
        var ids = new Dictionary<string, (int Id, long Deadline)>();
        for (var i = 0; i < 500; i++)
        {
            var deadline = random.Next(1, 1000);
            ids.Add($"{i}", (slots.Add($"{i}", deadline), deadline));
        }

        for (var now = 0L; now <= 1000; now += 10)
        {
            var taken = new List<string>();
            slots.TakeExpired(now, taken);
            Assert.Equal(ids.Where(p => p.Value.Deadline <= now).Select(p => p.Key).Order(), taken.Order());
            taken.ForEach(t => ids.Remove(t));
            // One that ends otherwise, and one that comes late.
            if (ids.Keys.FirstOrDefault() is { } gone)
            {
                Assert.Equal(gone, slots.Take(ids[gone].Id));
                ids.Remove(gone);
            }

            ids.Add($"late {now}", (slots.Add($"late {now}", now + 1), now + 1));
        }
    }
}
