using Hongbao.Jce.Trees;

namespace Hongbao.Jce.Tests;

/// <summary>Bytes read without a contract.</summary>
public sealed class TreeTests
{
    [Fact]
    public void Everything_is_there_with_where_it_stands()
    {
        var tree = WireTree.Read(Convert.FromHexString("0005" + "190002" + "0c" + "0a160161" + "0b" + "280001" + "06016b" + "1007" + "f30f0000000100000000"));

        Assert.Equal(JceFault.None, tree.Fault);
        Assert.Equal([0, 1, 2, 15], tree.Root.Fields.Select(static f => f.Tag));
        Assert.Equal(new IntegerNode(0, JceType.Int8, 5), tree.Root.Fields[0].Value);
        var list = Assert.IsType<ListNode>(tree.Root.Fields[1].Value);
        Assert.Equal(new IntegerNode(5, JceType.Zero, 0), list.Items[0]);
        Assert.Equal(("a", 7), Assert.IsType<StructNode>(list.Items[1]).Fields.Select(static f => (((TextNode)f.Value).Text!, f.Value.Offset)).Single());
        Assert.Equal(("k", 7L), Assert.IsType<MapNode>(tree.Root.Fields[2].Value).Pairs.Select(static p => (((TextNode)p.Key).Text!, ((IntegerNode)p.Value!).Value)).Single());
        Assert.Equal(new IntegerNode(19, JceType.Int64, 1L << 32), tree.Root.Fields[3].Value);
    }

    [Fact]
    public void Fields_count_so_that_a_small_input_makes_no_large_tree()
    {
        var limits = JceLimits.Untrusted with { CountMax = 100 };
        var fields = Enumerable.Repeat((byte)0x0C, 1000).ToArray();

        var tree = WireTree.Read(fields, limits);

        Assert.Equal((JceFaultKind.OverLimit, 101), (tree.Fault.Kind, tree.Fault.Offset));
        Assert.Equal(100, tree.Root.Fields.Count);
        Assert.Equal(JceFaultKind.None, WireTree.Read(fields.AsSpan(0, 100), limits).Fault.Kind);
    }

    [Fact]
    public void Depth_and_size_are_bounded()
    {
        Assert.Equal(JceFaultKind.OverLimit, WireTree.Read(Enumerable.Repeat((byte)0x0A, 10_000).ToArray()).Fault.Kind);
        Assert.Equal(JceFaultKind.OverLimit, WireTree.Read(new byte[9], JceLimits.Untrusted with { TotalMax = 8 }).Fault.Kind);
    }

    [Theory]
    [InlineData("0b", 0)]
    [InlineData("0005 0b 0001", 2)]
    [InlineData("0005 fb63 000102", 3)]
    [InlineData("0a 0b", 0)]
    public void A_struct_end_at_the_top_ends_the_reading(string hex, int unread)
    {
        var tree = WireTree.Read(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)));

        Assert.Equal((JceFaultKind.None, unread), (tree.Fault.Kind, tree.Unread));
    }

    [Theory]
    [MemberData(nameof(Vectors.Vector.Names), "roundtrip", MemberType = typeof(Vectors.Vector))]
    public void What_the_vectors_hold_is_read(string name)
    {
        var tree = WireTree.Read(Vectors.Vector.Find("roundtrip", name).Hex);

        Assert.Equal((JceFaultKind.None, 0), (tree.Fault.Kind, tree.Unread));
    }

    [Fact]
    public void Every_truncation_and_many_mutations_end_with_what_was_there_before()
    {
        const int Seed = 7;
        var random = new Random(Seed);
        var encodings = Vectors.Vector.Encodings().Select(static e => e.Bytes).Where(static b => b.Length is > 0 and < 2000).ToList();
        foreach (var bytes in encodings)
        {
            for (var length = 0; length < bytes.Length; length++)
            {
                _ = WireTree.Read(bytes.AsSpan(0, length));
            }
        }

        for (var round = 0; round < 100_000; round++)
        {
            var bytes = encodings[random.Next(encodings.Count)].ToArray();
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            var tree = WireTree.Read(bytes);
            Assert.True(tree.Fault.Offset <= bytes.Length, $"seed {Seed}, round {round}");
        }
    }
}
