using System.Buffers.Binary;
using System.Security.Cryptography;
using Hongbao.Campaign.Plans;
using Hongbao.Foundation.Signing;

namespace Hongbao.Campaign.Rain;

/// <summary>
/// Who may win what in a round: fixed by the round's secret before it begins, the same on every process and at every repetition, and open to anyone afterwards. The exact rule with vectors is in
/// docs/rain.md. Whoever is aimed at nothing has lost, without a row anywhere.
/// </summary>
internal sealed class Aim
{
    /// <summary>The whole, in parts of 1,000,000,000.</summary>
    public const long Whole = 1_000_000_000;

    /// <summary>Version of the rule, part of the commitment.</summary>
    public const int Algorithm = 1;

    /// <summary>Bytes of a round's secret.</summary>
    public const int SecretBytes = 32;

    private readonly byte[] _terms;
    private readonly (int Prize, long Below)[] _byChance;
    private readonly (int Prize, long Below)[] _byQuantity;
    private readonly long _chance;
    private readonly long _pass;

    /// <summary>Makes it from a plan.</summary>
    /// <param name="prizes">In order of their places.</param>
    /// <param name="passPpb">Part of those outside of all chances who may win prizes by quantity; 0 means all.</param>
    public Aim(IReadOnlyCollection<Prize> prizes, long passPpb)
    {
        _terms = Terms(prizes, passPpb);
        var byChance = new List<(int, long)>();
        var byQuantity = new List<(int, long)>();
        foreach (var prize in prizes)
        {
            if (prize.ChancePpb > 0)
            {
                _chance += prize.ChancePpb;
                byChance.Add((prize.No, _chance));
            }
            else
            {
                byQuantity.Add((prize.No, (byQuantity.Count == 0 ? 0 : byQuantity[^1].Item2) + prize.Quantity));
            }
        }

        _byChance = [.. byChance];
        _byQuantity = [.. byQuantity];
        _pass = _byQuantity.Length == 0 ? _chance : _chance + (long)((Int128)(Whole - _chance) * (passPpb == 0 ? Whole : passPpb) / Whole);
    }

    /// <summary>The part of all users who are aimed at something, in parts of 1,000,000,000.</summary>
    public long PassPpb => _pass;

    /// <summary>The prize that a user is aimed at in a round, or 0.</summary>
    public int At(byte[] secret, long campaignId, int round, long uid)
    {
        Span<byte> message = stackalloc byte[20];
        BinaryPrimitives.WriteInt64BigEndian(message, campaignId);
        BinaryPrimitives.WriteInt32BigEndian(message[8..], round);
        BinaryPrimitives.WriteInt64BigEndian(message[12..], uid);
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        KeyedMac.Compute(secret, message, mac);
        return At(BinaryPrimitives.ReadUInt64BigEndian(mac), BinaryPrimitives.ReadUInt64BigEndian(mac[8..]));
    }

    /// <summary>The same by two uniform numbers.</summary>
    public int At(ulong first, ulong second)
    {
        var place = (long)Scaled(first, (ulong)Whole);
        if (place >= _pass)
        {
            return 0;
        }

        if (place < _chance)
        {
            return Find(_byChance, place);
        }

        return Find(_byQuantity, (long)Scaled(second, (ulong)_byQuantity[^1].Below));
    }

    /// <summary>What is shown before the round of the secret and of all terms that decide who may win what, lower-case hex.</summary>
    public string Commitment(long campaignId, int round, byte[] secret)
    {
        Span<byte> head = stackalloc byte[16];
        BinaryPrimitives.WriteInt32BigEndian(head, Algorithm);
        BinaryPrimitives.WriteInt64BigEndian(head[4..], campaignId);
        BinaryPrimitives.WriteInt32BigEndian(head[12..], round);
        return Convert.ToHexStringLower(SHA256.HashData([.. head, .. secret, .. _terms]));
    }

    /// <summary>A user's fixed place in a span of time: 0 to below the span. Public, for it spreads and decides nothing.</summary>
    public static int Spread(long campaignId, int round, long uid, int span)
    {
        if (span == 0)
        {
            return 0;
        }

        Span<byte> message = stackalloc byte[20];
        BinaryPrimitives.WriteInt64BigEndian(message, campaignId);
        BinaryPrimitives.WriteInt32BigEndian(message[8..], round);
        BinaryPrimitives.WriteInt64BigEndian(message[12..], uid);
        return (int)Scaled(BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(message)), (ulong)span);
    }

    private static byte[] Terms(IReadOnlyCollection<Prize> prizes, long passPpb)
    {
        const int PrizeBytes = 24;
        var terms = new byte[12 + (prizes.Count * PrizeBytes)];
        BinaryPrimitives.WriteInt64BigEndian(terms, passPpb);
        BinaryPrimitives.WriteInt32BigEndian(terms.AsSpan(8), prizes.Count);
        var rest = terms.AsSpan(12);
        foreach (var prize in prizes)
        {
            BinaryPrimitives.WriteInt64BigEndian(rest, prize.Amount);
            BinaryPrimitives.WriteInt64BigEndian(rest[8..], prize.Quantity);
            BinaryPrimitives.WriteInt64BigEndian(rest[16..], prize.ChancePpb);
            rest = rest[PrizeBytes..];
        }

        return terms;
    }

    private static ulong Scaled(ulong uniform, ulong limit) => Math.BigMul(uniform, limit, out _);

    private static int Find((int Prize, long Below)[] places, long place)
    {
        foreach (var (prize, below) in places)
        {
            if (place < below)
            {
                return prize;
            }
        }

        return places[^1].Prize;
    }
}
