using System.Buffers.Binary;

namespace Hongbao.Jce.Rpc.Tests;

/// <summary>What line noise and attackers make of a frame.</summary>
internal static class Mutation
{
    /// <summary>Chance for a test that says its seed, and takes it from <c>HONGBAO_JCE_SEED</c>.</summary>
    public static Random Seeded(out int seed)
    {
        seed = int.Parse(Environment.GetEnvironmentVariable("HONGBAO_JCE_SEED") ?? Random.Shared.Next(1_000_000).ToString(), null);
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed} (again with HONGBAO_JCE_SEED={seed})");
        return new Random(seed);
    }

    /// <summary>One to three bits are others; nothing else is.</summary>
    public static byte[] Flipped(byte[] frame, Random random)
    {
        var bytes = frame.AsSpan().ToArray();
        for (var flips = random.Next(1, 4); flips > 0; flips--)
        {
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
        }

        return bytes;
    }

    /// <summary>Bytes are others, missing, or too many.</summary>
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
