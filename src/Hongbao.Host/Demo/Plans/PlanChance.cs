using Hongbao.Foundation.Chance;

namespace Hongbao.Host.Demo.Plans;

/// <summary>Draws that plans make.</summary>
internal static class PlanChance
{
    /// <summary>The generator of a seed. Folded to 32 bits, a seed and its negative would give the same plan: the finalizer of splitmix64 tears them apart.</summary>
    public static SeededRandomSource Of(long seed)
    {
        unchecked
        {
            var z = (ulong)seed + 0x9E3779B97F4A7C15UL;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
            return new SeededRandomSource((long)(z ^ (z >> 31)));
        }
    }

    /// <summary>A number from least to most.</summary>
    public static int Between(this SeededRandomSource chance, int least, int most) => least + chance.Below(most - least + 1);

    /// <summary>Puts items in any order.</summary>
    public static void Shuffle<T>(this SeededRandomSource chance, T[] items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = chance.Below(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    /// <summary>So many different items, in any order; all of them when there are no more.</summary>
    public static List<T> Some<T>(this SeededRandomSource chance, IReadOnlyList<T> items, int count)
    {
        var places = new HashSet<int>();
        var some = new List<T>();
        while (some.Count < Math.Min(count, items.Count))
        {
            if (chance.Below(items.Count) is var place && places.Add(place))
            {
                some.Add(items[place]);
            }
        }

        return some;
    }
}
