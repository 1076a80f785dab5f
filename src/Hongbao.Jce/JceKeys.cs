using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Hongbao.Jce;

/// <summary>Equality of numbers as keys of maps that are read from bytes of strangers: where a key falls depends on a number that only this process knows.</summary>
/// <typeparam name="T">A number or an enum, of at most eight bytes.</typeparam>
public sealed class JceKeys<T> : IEqualityComparer<T>
    where T : unmanaged
{
    private readonly ulong _factor = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)) | 1;

    private JceKeys()
    {
    }

    /// <summary>The one of this process.</summary>
    [SuppressMessage("Design", "CA1000", Justification = "Generated code names the type anyway.")]
    public static JceKeys<T> Comparer { get; } = new();

    /// <inheritdoc/>
    public bool Equals(T x, T y) => EqualityComparer<T>.Default.Equals(x, y);

    /// <inheritdoc/>
    public int GetHashCode(T obj)
    {
        // Multiplying by an odd number that nobody knows and taking the upper half spreads any set of keys.
        var bits = Bits(obj) * _factor;
        return (int)((bits ^ (bits << 29)) >> 32);
    }

    private static ulong Bits(T value)
    {
        // Two zeros are equal, and so are all that are not numbers.
        if (typeof(T) == typeof(double))
        {
            var number = (double)(object)value;
            return number == 0 ? 0 : double.IsNaN(number) ? 1 : BitConverter.DoubleToUInt64Bits(number);
        }

        if (typeof(T) == typeof(float))
        {
            var number = (float)(object)value;
            return number == 0 ? 0 : float.IsNaN(number) ? 1 : BitConverter.SingleToUInt32Bits(number);
        }

        var bits = 0UL;
        Unsafe.As<ulong, T>(ref bits) = value;
        return bits;
    }
}
