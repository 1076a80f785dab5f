using Hongbao.Foundation.Numbers;

namespace Hongbao.Foundation.Tests;

public sealed class NumberTests
{
    [Fact]
    public void A_number_carries_its_slot_and_second()
    {
        var number = Number.Compose(123_456_789, 1023, 63, 131_071);

        Assert.Equal(1023, Number.SlotFrom(number));
        Assert.Equal(Number.EpochSeconds + 123_456_789, Number.UnixSecondFrom(number));
        Assert.True(number > 0);
    }

    [Fact]
    public void Slots_spread_over_neighbouring_uids()
    {
        var used = Enumerable.Range(1, 10_000).Select(uid => Number.SlotOf(uid)).ToHashSet();

        Assert.True(used.Count > 1000, $"{used.Count} of {Number.Slots} slots");
    }

    [Fact]
    public void Slots_of_texts_spread_and_never_change()
    {
        var used = Enumerable.Range(1, 10_000).Select(i => Number.SlotOfText($"501-1-{i}")).ToHashSet();

        Assert.True(used.Count > 1000, $"{used.Count} of {Number.Slots} slots");
        // Rows lie by them.
        Assert.Equal([816, 845, 733], new[] { "", "501-1-8001", "红包雨" }.Select(Number.SlotOfText));
    }

    [Fact]
    public void The_lowest_number_of_a_moment_is_below_every_number_minted_then()
    {
        var ms = (Number.EpochSeconds + 1000) * 1000;

        Assert.Equal(Number.Compose(1000, 0, 0, 0), Number.LowestAt(ms + 999));
        Assert.True(Number.LowestAt(ms + 1000) > Number.Compose(1000, 1023, 63, 131_071));
    }
}
