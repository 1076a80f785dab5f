using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Hongbao.Host.Draws;

/// <summary>A prize of a campaign, by quantity or by chance.</summary>
/// <param name="Amount">Minor units.</param>
/// <param name="Quantity">How many there are; 0 when it goes by chance.</param>
/// <param name="ChancePpb">Each user's chance in a round, in parts of 1,000,000,000; 0 when it goes by quantity.</param>
internal sealed record PrizeTerms(long Amount, long Quantity, long ChancePpb);

/// <summary>
/// Who may win what in a round, recomputed from what is public: a second implementation, so that an error of the platform's own is not repeated here. The HMAC-SHA256 of campaign, round and
/// user under the round's secret gives two numbers; the first says whether and by chance what he may win, the second which prize by quantity he is aimed at.
/// </summary>
/// <param name="prizes">In the order of their places.</param>
/// <param name="passPpb">Of those outside of all chances, the part who may win prizes by quantity, in parts of 1,000,000,000; 0 means all.</param>
/// <param name="campaignId">The campaign.</param>
internal sealed class RainRule(IReadOnlyList<PrizeTerms> prizes, long passPpb, long campaignId)
{
    private const long Whole = 1_000_000_000;
    private const int Algorithm = 1;

    /// <summary>SHA-256 of version, campaign, round, secret and terms, lower-case hex.</summary>
    /// <param name="round">From 1.</param>
    /// <param name="secret">Lower-case hex.</param>
    public string Commitment(int round, string secret)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, Algorithm);
        Add(hash, campaignId);
        Add(hash, round);
        hash.AppendData(Convert.FromHexString(secret));
        Add(hash, passPpb);
        Add(hash, prizes.Count);
        foreach (var prize in prizes)
        {
            Add(hash, prize.Amount);
            Add(hash, prize.Quantity);
            Add(hash, prize.ChancePpb);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The prize that a user is aimed at; null for none.</summary>
    /// <param name="round">From 1.</param>
    /// <param name="secret">Lower-case hex.</param>
    /// <param name="uid">Who.</param>
    public PrizeTerms? At(int round, string secret, long uid)
    {
        Span<byte> who = stackalloc byte[20];
        BinaryPrimitives.WriteInt64BigEndian(who, campaignId);
        BinaryPrimitives.WriteInt32BigEndian(who[8..], round);
        BinaryPrimitives.WriteInt64BigEndian(who[12..], uid);
        var mac = HMACSHA256.HashData(Convert.FromHexString(secret), who);
        var place = Scaled(mac.AsSpan(0, 8), Whole);
        foreach (var prize in prizes.Where(p => p.ChancePpb > 0))
        {
            if (place < prize.ChancePpb)
            {
                return prize;
            }

            place -= prize.ChancePpb;
        }

        // Of those who are left so many may win what goes by quantity.
        var left = Whole - prizes.Sum(p => p.ChancePpb);
        var pass = (long)((Int128)left * (passPpb == 0 ? Whole : passPpb) / Whole);
        var counted = prizes.Where(p => p.Quantity > 0).ToArray();
        if (place >= pass || counted.Length == 0)
        {
            return null;
        }

        place = Scaled(mac.AsSpan(8, 8), counted.Sum(p => p.Quantity));
        foreach (var prize in counted)
        {
            if (place < prize.Quantity)
            {
                return prize;
            }

            place -= prize.Quantity;
        }

        return null;
    }

    private static void Add(IncrementalHash hash, int number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        hash.AppendData(bytes);
    }

    private static void Add(IncrementalHash hash, long number)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        hash.AppendData(bytes);
    }

    // A uniform number of 64 bits as one below a limit.
    private static long Scaled(ReadOnlySpan<byte> uniform, long limit) => (long)(((UInt128)BinaryPrimitives.ReadUInt64BigEndian(uniform) * (ulong)limit) >> 64);
}
