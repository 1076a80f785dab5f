using System.Buffers.Binary;
using System.Security.Cryptography;
using Hongbao.Host.Demo.Plans;

namespace Hongbao.Host.Demo.Audits;

/// <summary>
/// Who may win what in a round, recomputed from what is public: a second implementation, so that an error of the platform's own is not repeated here. The HMAC-SHA256 of campaign, round and
/// user under the round's secret gives two numbers; the first says whether and by chance what he may win, the second which prize by quantity he is aimed at.
/// </summary>
internal sealed class RainRule(CampaignTerms terms, long campaignId)
{
    private const long Whole = 1_000_000_000;
    private const int Algorithm = 1;

    /// <summary>SHA-256 of version, campaign, round and secret, lower-case hex.</summary>
    /// <param name="round">From 1.</param>
    /// <param name="secret">Lower-case hex.</param>
    public string Commitment(int round, string secret)
    {
        Span<byte> head = stackalloc byte[16];
        BinaryPrimitives.WriteInt32BigEndian(head, Algorithm);
        BinaryPrimitives.WriteInt64BigEndian(head[4..], campaignId);
        BinaryPrimitives.WriteInt32BigEndian(head[12..], round);
        return Convert.ToHexStringLower(SHA256.HashData([.. head, .. Convert.FromHexString(secret)]));
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
        foreach (var prize in terms.Prizes.Where(p => p.ChancePpb > 0))
        {
            if (place < prize.ChancePpb)
            {
                return prize;
            }

            place -= prize.ChancePpb;
        }

        // Of those who are left so many may win what goes by quantity.
        var left = Whole - terms.Prizes.Sum(p => p.ChancePpb);
        var pass = (long)((Int128)left * (terms.PassPpb == 0 ? Whole : terms.PassPpb) / Whole);
        var counted = terms.Prizes.Where(p => p.Quantity > 0).ToArray();
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

    // A uniform number of 64 bits as one below a limit.
    private static long Scaled(ReadOnlySpan<byte> uniform, long limit) => (long)(((UInt128)BinaryPrimitives.ReadUInt64BigEndian(uniform) * (ulong)limit) >> 64);
}
