using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Hongbao.Contracts;
using Hongbao.Foundation.Signing;

namespace Hongbao.Core.Splits;

/// <summary>Draws and commitment of a packet's seed, algorithm version 1; the rule with vectors is in docs/draw.md.</summary>
public static class SeedDraw
{
    /// <summary>Version of the rule, part of the commitment.</summary>
    public const int Algorithm = 1;

    /// <summary>Length of a seed in bytes.</summary>
    public const int SeedLength = 32;

    private static readonly byte[] Domain = Encoding.ASCII.GetBytes("hongbao-draw");

    /// <summary>
    /// A uniform integer in [lo, hi]: HMAC-SHA256 of the seed over packet, draw and retry, with rejection so that no value
    /// is favoured.
    /// </summary>
    /// <param name="seed">32 bytes.</param>
    /// <param name="packetNo">The packet.</param>
    /// <param name="n">Which draw, from 1.</param>
    /// <param name="lo">Lowest value.</param>
    /// <param name="hi">Highest value, at least <paramref name="lo"/>.</param>
    public static long Uniform(ReadOnlySpan<byte> seed, long packetNo, int n, long lo, long hi)
    {
        var range = (ulong)(hi - lo) + 1;
        // The greatest multiple of range that fits 2^64; 0 stands for 2^64 itself.
        var rest = ((ulong.MaxValue % range) + 1) % range;
        Span<byte> message = stackalloc byte[16];
        Span<byte> mac = stackalloc byte[32];
        BinaryPrimitives.WriteInt64BigEndian(message, packetNo);
        BinaryPrimitives.WriteInt32BigEndian(message[8..], n);
        for (var retry = 0; ; retry++)
        {
            BinaryPrimitives.WriteInt32BigEndian(message[12..], retry);
            KeyedMac.Compute(seed, message, mac);
            var value = BinaryPrimitives.ReadUInt64BigEndian(mac);
            if (rest == 0 || value <= ulong.MaxValue - rest)
            {
                return lo + (long)(value % range);
            }
        }
    }

    /// <summary>The commitment shown at creation: lower-case hex SHA-256 over everything that decides the amounts.</summary>
    public static string Commitment(long packetNo, ReadOnlySpan<byte> seed, long amount, int count, SplitKind split, long cap)
    {
        Span<byte> message = stackalloc byte[12 + 4 + 8 + SeedLength + 8 + 4 + 1 + 8];
        Domain.CopyTo(message);
        BinaryPrimitives.WriteInt32BigEndian(message[12..], Algorithm);
        BinaryPrimitives.WriteInt64BigEndian(message[16..], packetNo);
        seed.CopyTo(message[24..]);
        BinaryPrimitives.WriteInt64BigEndian(message[56..], amount);
        BinaryPrimitives.WriteInt32BigEndian(message[64..], count);
        message[68] = (byte)split;
        BinaryPrimitives.WriteInt64BigEndian(message[69..], cap);
        return Convert.ToHexStringLower(SHA256.HashData(message));
    }
}
