using System.Buffers.Binary;

namespace Hongbao.Jce.Rpc.Tests;

/// <summary>What line noise and attackers make of a frame.</summary>
internal static class Mutation
{
    public static byte[] Of(byte[] frame, Random random)
    {
        var bytes = frame.ToList();
        for (var changes = random.Next(1, 6); changes > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
                case 3 when bytes.Count > 5:
                    bytes.RemoveAt(at);
                    break;
                case 4:
                    bytes.InsertRange(at, Enumerable.Repeat((byte)(random.Next(16) << 4 | random.Next(8, 11)), random.Next(200)));
                    break;
                default:
                    bytes[at] = random.Next(4) switch { 0 => 0xff, 1 => 0x7f, 2 => 0x80, _ => 0 };
                    break;
            }
        }

        var mutated = bytes.ToArray();
        if (mutated.Length >= 4 && random.Next(4) > 0)
        {
            // Most should get past the length.
            BinaryPrimitives.WriteInt32BigEndian(mutated, mutated.Length);
        }

        return mutated;
    }
}
