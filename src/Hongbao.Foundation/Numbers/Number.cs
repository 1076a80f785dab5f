namespace Hongbao.Foundation.Numbers;

/// <summary>
/// The layout of every number of a packet, claim, payment, transfer, refund: 63 bits, from the top 30 of seconds since
/// 2025-01-01 UTC (34 years), 10 of slot, 6 of instance, 17 of sequence. A number alone leads to its slot.
/// </summary>
public static class Number
{
    /// <summary>Number of slots.</summary>
    public const int Slots = 1024;

    /// <summary>Number of instances that can mint one kind at the same time.</summary>
    public const int Instances = 64;

    internal const int SequenceBits = 17;
    internal const int SequencesPerSecond = 1 << SequenceBits;
    private const int InstanceBits = 6;
    private const int SlotBits = 10;
    private const int SecondShift = SlotBits + InstanceBits + SequenceBits;
    private const long SecondMax = (1L << 30) - 1;

    /// <summary>The second that counts as 0, in Unix seconds.</summary>
    public const long EpochSeconds = 1_735_689_600;

    /// <summary>The slot of a user and of everything he owns; a fixed mix, so that neighbouring uids spread.</summary>
    public static int SlotOf(long uid)
    {
        unchecked
        {
            return Mixed((ulong)uid);
        }
    }

    /// <summary>The slot of something that has only a text for a name, such as an external number; a fixed hash of its UTF-16 units.</summary>
    public static int SlotOfText(string text)
    {
        unchecked
        {
            // FNV-1a; its low bits alone would be poorly spread.
            var hash = 0xCBF29CE484222325UL;
            foreach (var unit in text)
            {
                hash = (hash ^ unit) * 0x100000001B3UL;
            }

            return Mixed(hash);
        }
    }

    /// <summary>The slot that a number carries.</summary>
    public static int SlotFrom(long number) => (int)((number >> (InstanceBits + SequenceBits)) & (Slots - 1));

    /// <summary>When a number was minted, Unix seconds; may run a little ahead of the clock under load.</summary>
    public static long UnixSecondFrom(long number) => (number >> SecondShift) + EpochSeconds;

    /// <summary>The smallest number that a Unix millisecond can have: numbers order by time.</summary>
    public static long LowestAt(long unixMs) => Math.Clamp(Math.DivRem(unixMs, 1000).Quotient - EpochSeconds, 0, SecondMax) << SecondShift;

    private static int Mixed(ulong value)
    {
        unchecked
        {
            // The finalizer of splitmix64.
            var z = value + 0x9E3779B97F4A7C15UL;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
            return (int)((z ^ (z >> 31)) & (Slots - 1));
        }
    }

    internal static long Compose(long second, int slot, int instance, int sequence)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(second);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(second, SecondMax);
        ArgumentOutOfRangeException.ThrowIfNegative(slot);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(slot, Slots);
        return (second << SecondShift) | ((long)slot << (InstanceBits + SequenceBits)) | ((long)instance << SequenceBits) | (long)sequence;
    }
}
