using System.Buffers.Binary;
using System.Security.Cryptography;
using Hongbao.Contracts;

namespace Hongbao.Simulation.Tests.Models;

/// <summary>Who may win what, from docs/rain.md and on its own.</summary>
internal static class AimModel
{
    private const ulong Whole = 1_000_000_000;

    /// <summary>The place of the prize in the plan, from 1, that a user is aimed at; 0 for nothing.</summary>
    public static int At(CampaignPlan plan, byte[] secret, long campaignId, int round, long uid)
    {
        var message = new byte[20];
        BinaryPrimitives.WriteInt64BigEndian(message, campaignId);
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(8), round);
        BinaryPrimitives.WriteInt64BigEndian(message.AsSpan(12), uid);
        var mac = HMACSHA256.HashData(secret, message);
        var place = Part(mac.AsSpan(0, 8), Whole);
        var lot = Part(mac.AsSpan(8, 8), (ulong)plan.Prizes.Sum(static p => p.Quantity));

        var chances = 0UL;
        for (var i = 0; i < plan.Prizes.Count; i++)
        {
            chances += (ulong)plan.Prizes[i].ChancePpb;
            if (plan.Prizes[i].ChancePpb > 0 && place < chances)
            {
                return i + 1;
            }
        }

        var pass = chances + ((Whole - chances) * (plan.PassPpb == 0 ? Whole : (ulong)plan.PassPpb) / Whole);
        if (place >= pass)
        {
            return 0;
        }

        var counted = 0UL;
        for (var i = 0; i < plan.Prizes.Count; i++)
        {
            counted += (ulong)plan.Prizes[i].Quantity;
            if (lot < counted)
            {
                return i + 1;
            }
        }

        return 0;
    }

    private static ulong Part(ReadOnlySpan<byte> uniform, ulong of) => (ulong)((UInt128)BinaryPrimitives.ReadUInt64BigEndian(uniform) * of >> 64);
}
