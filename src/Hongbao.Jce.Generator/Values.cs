using System.Collections;
using System.Collections.Immutable;

namespace Hongbao.Jce.Generator;

/// <summary>A list that equals another with equal elements, as the compiler's cache needs it.</summary>
internal readonly struct Values<T>(ImmutableArray<T> items) : IEquatable<Values<T>>, IEnumerable<T>
{
    private readonly ImmutableArray<T> _items = items;

    public bool Equals(Values<T> other) => _items.SequenceEqual(other._items);

    public override bool Equals(object? obj) => obj is Values<T> other && Equals(other);

    public override int GetHashCode() => _items.Aggregate(17, static (hash, item) => unchecked((hash * 31) + (item?.GetHashCode() ?? 0)));

    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
