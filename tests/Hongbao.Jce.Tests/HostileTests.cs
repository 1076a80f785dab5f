using Hongbao.Jce.Tests.Vectors;

namespace Hongbao.Jce.Tests;

/// <summary>Bytes that somebody made to hurt: whatever they are, a reader ends, with a value or a fault, and allocates in proportion to them.</summary>
public sealed class HostileTests(ITestOutputHelper output)
{
    private const int Flips = 1_000_000;

    [Fact]
    public void Every_truncation_of_every_vector_ends()
    {
        foreach (var (vector, bytes) in Vector.Encodings())
        {
            var codec = GeneratedCode.Codec(vector);
            for (var length = 0; length < bytes.Length; length++)
            {
                Read(codec, bytes.AsSpan(0, length), vector.Name);
            }
        }
    }

    [Fact]
    public void A_million_flipped_bits_end_and_what_is_read_is_written_and_read_the_same()
    {
        var seed = int.Parse(Environment.GetEnvironmentVariable("HONGBAO_JCE_SEED") ?? Random.Shared.Next(1_000_000).ToString(), null);
        output.WriteLine($"seed {seed} (again with HONGBAO_JCE_SEED={seed})");
        var random = new Random(seed);
        var all = Vector.Encodings().Where(static e => e.Bytes.Length > 0).Select(static e => (Codec: GeneratedCode.Codec(e.Vector), e.Vector.Name, e.Bytes)).ToArray();
        var read = 0;
        for (var i = 0; i < Flips; i++)
        {
            var (codec, name, original) = all[random.Next(all.Length)];
            var bytes = original.AsSpan().ToArray();
            for (var flip = random.Next(1, 4); flip > 0; flip--)
            {
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            }

            if (Read(codec, bytes, $"{name}, seed {seed}, flip {i}") is not { } value)
            {
                continue;
            }

            read++;
            if (read % 16 == 0)
            {
                var again = codec.Write(value, JceForm.Compact);
                Assert.True(codec.Read(again, out var second).Kind == JceFaultKind.None && again.AsSpan().SequenceEqual(codec.Write(second, JceForm.Compact)), $"{name}, seed {seed}, flip {i}");
            }
        }

        output.WriteLine($"{read} of {Flips} could be read");
        Assert.InRange(read, 1, Flips - 1);
    }

    [Theory]
    // Structs, lists of one list, maps of one map, and byte lists where an element should be.
    [InlineData("0A", JceFaultKind.OverLimit)]
    [InlineData("090001", JceFaultKind.OverLimit)]
    [InlineData("180001" + "0C", JceFaultKind.OverLimit)]
    [InlineData("0D", JceFaultKind.WrongType)]
    public void Nesting_without_end_in_a_field_that_nobody_knows_is_refused(string level, JceFaultKind kind)
    {
        var bytes = Convert.FromHexString(string.Concat(Enumerable.Repeat(level, 100_000)));
        Assert.Equal(kind, GeneratedCode.Codec(Vector.Find("decode", "unknown/many")).Read(bytes, out _).Kind);
    }

    [Fact]
    public void Nesting_is_followed_to_the_limit_and_not_further()
    {
        var codec = GeneratedCode.Codec(Vector.Find("decode", "unknown/many"));
        Assert.Equal(JceFaultKind.None, codec.Read(Nested(64), out _).Kind);
        var fault = codec.Read(Nested(65), out _);
        Assert.Equal(JceFaultKind.OverLimit, fault.Kind);

        // An unknown struct of so many levels at tag 0, then the field that is required.
        static byte[] Nested(int levels) => [.. Enumerable.Repeat((byte)0x0A, levels), .. Enumerable.Repeat((byte)0x0B, levels), 0x20, 0x01];
    }

    [Fact]
    public void A_type_that_holds_itself_is_followed_to_the_limit_and_not_further()
    {
        var vector = Vector.Find("roundtrip", "nest/recursive-30");
        var codec = GeneratedCode.Codec(vector);
        Assert.Equal(JceFaultKind.None, codec.Read(vector.Hex, out _).Kind);
        var fault = codec.Read(vector.Hex, out _, new JceLimits { DepthMax = 20 });
        Assert.Equal(JceFaultKind.OverLimit, fault.Kind);
        Assert.NotEmpty(fault.Path);
    }

    [Theory]
    [InlineData(new byte[] { 0x16, 0xFF })]
    [InlineData(new byte[] { 0x17, 0x7F, 0xFF, 0xFF, 0xFF })]
    [InlineData(new byte[] { 0x17, 0xFF, 0xFF, 0xFF, 0xFF })]
    [InlineData(new byte[] { 0x29, 0x02, 0x7F, 0xFF, 0xFF, 0xFF, 0x0C })]
    [InlineData(new byte[] { 0x29, 0x00, 0x80, 0x0C })]
    [InlineData(new byte[] { 0x38, 0x02, 0x7F, 0xFF, 0xFF, 0xFF, 0x0C, 0x1C })]
    [InlineData(new byte[] { 0x4D, 0x00, 0x02, 0x7F, 0xFF, 0xFF, 0xFF, 0x0C })]
    public void A_length_that_promises_more_than_there_is_allocates_nothing(byte[] field)
    {
        var codec = GeneratedCode.Codec(Vector.Find("error", "error/list-huge-size"));
        codec.Read(field, out _);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var fault = codec.Read([0x00, 0x05, .. field], out _);
        Assert.NotEqual(JceFaultKind.None, fault.Kind);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4_000);
    }

    [Fact]
    public void More_elements_than_the_limit_are_refused_however_they_are_spread()
    {
        var codec = GeneratedCode.Codec(Vector.Find("roundtrip", "vector/nested-2"));
        var limits = new JceLimits { CountMax = 10 };
        // Three lists of three elements each are 3 + 9 elements.
        byte[] threes = [0x09, 0x00, 0x03, .. Enumerable.Repeat<byte[]>([0x09, 0x00, 0x03, 0x0C, 0x0C, 0x0C], 3).SelectMany(static b => b)];
        Assert.Equal(JceFaultKind.None, codec.Read(threes, out _).Kind);
        Assert.Equal(JceFaultKind.OverLimit, codec.Read(threes, out _, limits).Kind);
    }

    [Fact]
    public void A_text_a_byte_list_and_an_input_over_their_limits_are_refused()
    {
        var bytes = Vector.Find("roundtrip", "bytes/len-300");
        Assert.Equal(JceFaultKind.OverLimit, GeneratedCode.Codec(bytes).Read(bytes.Hex, out _, new JceLimits { LengthMax = 299 }).Kind);
        Assert.Equal(JceFaultKind.None, GeneratedCode.Codec(bytes).Read(bytes.Hex, out _, new JceLimits { LengthMax = 300 }).Kind);
        var text = Vector.Find("roundtrip", "string/1000");
        Assert.Equal(JceFaultKind.OverLimit, GeneratedCode.Codec(text).Read(text.Hex, out _, new JceLimits { LengthMax = 999 }).Kind);
        Assert.Equal(JceFaultKind.OverLimit, GeneratedCode.Codec(text).Read(text.Hex, out _, new JceLimits { TotalMax = text.Hex.Length - 1 }).Kind);
        Assert.Equal(JceFaultKind.None, GeneratedCode.Codec(text).Read(text.Hex, out _, new JceLimits { TotalMax = text.Hex.Length }).Kind);
    }

    [Fact]
    public void Keys_that_were_chosen_to_meet_do_not()
    {
        // Their halves are equal, so that the framework's own hash of each is 0.
        const int Count = 100_000;
        using var buffer = new JceBuffer(2 << 20);
        var writer = new JceWriter(buffer);
        writer.BeginMap(0, Count);
        for (var i = 1L; i <= Count; i++)
        {
            writer.WriteInt64(0, (i << 32) | i);
            writer.WriteInt64(1, 0);
        }

        writer.Flush();
        var vector = Vector.Find("roundtrip", "map/long-key");
        var clock = System.Diagnostics.Stopwatch.StartNew();
        Assert.Equal(JceFaultKind.None, GeneratedCode.Codec(vector).Read(buffer.Written, out _).Kind);
        // Some ten milliseconds; without a seed of its own it is ten seconds.
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(3), $"it took {clock.Elapsed}");
    }

    [Fact]
    public void Objects_that_an_element_brings_along_are_counted()
    {
        var codec = InlineContract.Codec("module M { struct E { 0 optional vector<int> a; 1 optional map<int, int> b; 2 optional vector<byte> c; }; struct S { 0 optional vector<E> v; }; };", "M.S");
        byte[] ten = [0x09, 0x00, 10, .. Enumerable.Repeat<byte[]>([0x0A, 0x0B], 10).SelectMany(static b => b)];
        Assert.Equal(JceFaultKind.None, codec.Read(ten, out _, new JceLimits { CountMax = 30 }).Kind);
        Assert.Equal(JceFaultKind.OverLimit, codec.Read(ten, out _, new JceLimits { CountMax = 29 }).Kind);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(513)]
    public void A_depth_that_a_stack_does_not_hold_is_no_limit(int depth) => Assert.Throws<ArgumentOutOfRangeException>(() => new JceLimits { DepthMax = depth });

    // The value, or null after a fault.
    private static IJceStruct? Read(ICodec codec, ReadOnlySpan<byte> bytes, string name)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var fault = codec.Read(bytes, out var value);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        // An element takes a byte of input at least, and with its place in a list or map a hundred or so of memory; a struct with lists in it some hundreds.
        Assert.True(allocated <= 20_000 + (bytes.Length * 1_000), $"{name}: {allocated} bytes for {bytes.Length}");
        Assert.InRange(fault.Offset, 0, bytes.Length);
        return fault.Kind == JceFaultKind.None ? value : null;
    }
}
