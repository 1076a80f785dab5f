using System.Security.Cryptography;

namespace Hongbao.Foundation.Chance;

/// <summary>Where randomness comes from. Thread safe.</summary>
public interface IRandomSource
{
    /// <summary>Fills a span with random bytes.</summary>
    void Fill(Span<byte> bytes);

    /// <summary>A uniform number in [0, limit).</summary>
    /// <param name="limit">At least 1.</param>
    int Below(int limit);
}

/// <summary>The operating system's generator; fit for seeds, keys and nonces.</summary>
public sealed class SecureRandomSource : IRandomSource
{
    /// <inheritdoc/>
    public void Fill(Span<byte> bytes) => RandomNumberGenerator.Fill(bytes);

    /// <inheritdoc/>
    public int Below(int limit) => RandomNumberGenerator.GetInt32(limit);
}

/// <summary>A repeatable generator for simulations and fault dice; never for keys.</summary>
public sealed class SeededRandomSource(long seed) : IRandomSource
{
    private readonly Lock _gate = new();
#pragma warning disable RS0030 // The one place where a seeded generator is made.
    private readonly Random _random = new(unchecked((int)(seed ^ (seed >> 32))));
#pragma warning restore RS0030

    /// <inheritdoc/>
    public void Fill(Span<byte> bytes)
    {
        lock (_gate)
        {
            _random.NextBytes(bytes);
        }
    }

    /// <inheritdoc/>
    public int Below(int limit)
    {
        lock (_gate)
        {
            return _random.Next(limit);
        }
    }
}

/// <summary>Things that are drawn in several places.</summary>
public static class RandomSourceExtensions
{
    /// <summary>True in so many of 1,000 draws.</summary>
    public static bool Permille(this IRandomSource chance, int permille) => permille > 0 && chance.Below(1000) < permille;

    /// <summary>Random bytes as lower-case hex.</summary>
    public static string Hex(this IRandomSource chance, int bytes)
    {
        Span<byte> buffer = stackalloc byte[bytes];
        chance.Fill(buffer);
        return Convert.ToHexStringLower(buffer);
    }
}
