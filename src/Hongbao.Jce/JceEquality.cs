namespace Hongbao.Jce;

/// <summary>Equality of what structs hold, for generated code.</summary>
public static class JceEquality
{
    /// <summary>The same bytes.</summary>
    public static bool Bytes(byte[] a, byte[] b) => a.AsSpan().SequenceEqual(b);

    /// <summary>Equal elements in the same order.</summary>
    public static bool Lists<T>(List<T> a, List<T> b) => Lists(a, b, EqualityComparer<T>.Default.Equals);

    /// <summary>Equal elements in the same order, by a comparison of elements.</summary>
    public static bool Lists<T>(List<T> a, List<T> b, Func<T, T, bool> areEqual)
    {
        if (a.Count != b.Count)
        {
            return false;
        }

        for (var i = 0; i < a.Count; i++)
        {
            if (!areEqual(a[i], b[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The same keys with equal values, in whatever order.</summary>
    public static bool Maps<TKey, TValue>(Dictionary<TKey, TValue> a, Dictionary<TKey, TValue> b)
        where TKey : notnull => Maps(a, b, EqualityComparer<TValue>.Default.Equals);

    /// <summary>The same keys with equal values, by a comparison of values.</summary>
    public static bool Maps<TKey, TValue>(Dictionary<TKey, TValue> a, Dictionary<TKey, TValue> b, Func<TValue, TValue, bool> areEqual)
        where TKey : notnull
    {
        if (a.Count != b.Count)
        {
            return false;
        }

        foreach (var (key, value) in a)
        {
            if (!b.TryGetValue(key, out var other) || !areEqual(value, other))
            {
                return false;
            }
        }

        return true;
    }
}
