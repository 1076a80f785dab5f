using System.Buffers;
using Hongbao.Jce.Tests.Vectors;

namespace Hongbao.Jce.Tests;

/// <summary>What the writer does at the edges of its buffer and of its types.</summary>
public sealed class WriterTests
{
    [Fact]
    public void A_buffer_that_gives_as_little_as_it_may_gets_the_same_bytes()
    {
        foreach (var vector in Vector.All.Where(static v => v.Kind == "roundtrip"))
        {
            var codec = GeneratedCode.Codec(vector);
            var value = codec.FromJson(vector.Value);
            var stingy = new StingyBuffer();
            var writer = new JceWriter(stingy, JceForm.Full);
            value.WriteFields(ref writer);
            writer.Flush();
            Assert.Equal(codec.Write(value, JceForm.Full), stingy.Written);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(84)]
    [InlineData(85)]
    [InlineData(86)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(65_536)]
    public void Texts_of_every_length_and_width_come_back(int length)
    {
        foreach (var letter in new[] { "a", "é", "红", "𝒜" })
        {
            var text = string.Concat(Enumerable.Repeat(letter, length));
            using var buffer = new JceBuffer();
            var writer = new JceWriter(buffer);
            writer.WriteString(3, text);
            writer.Flush();
            var bytes = System.Text.Encoding.UTF8.GetByteCount(text);
            Assert.Equal(bytes + (bytes <= 255 ? 2 : 5), buffer.Length);
            Assert.Equal(text, First(buffer.Written).ReadString());
        }
    }

    [Fact]
    public void A_lone_surrogate_is_replaced_so_that_others_can_read_it()
    {
        using var buffer = new JceBuffer();
        var writer = new JceWriter(buffer);
        writer.WriteString(0, "a\uD800b");
        writer.Flush();
        Assert.Equal("a\uFFFDb", First(buffer.Written).ReadString());
    }

    [Fact]
    public void Long_byte_lists_come_back()
    {
        var bytes = new byte[32_768];
        new Random(5).NextBytes(bytes);
        using var buffer = new JceBuffer();
        var writer = new JceWriter(buffer);
        writer.WriteBytes(200, bytes);
        writer.Flush();
        Assert.Equal(bytes, First(buffer.Written).ReadBytes());
    }

    [Theory]
    [InlineData(0, "0C")]
    [InlineData(14, "EC")]
    [InlineData(15, "FC0F")]
    [InlineData(255, "FCFF")]
    public void A_tag_takes_a_second_byte_from_15_on(int tag, string hex)
    {
        using var buffer = new JceBuffer();
        var writer = new JceWriter(buffer);
        writer.WriteInt64(tag, 0);
        writer.Flush();
        Assert.Equal(hex, Convert.ToHexString(buffer.Written));
    }

    [Fact]
    public void A_tag_above_255_is_refused()
    {
        using var buffer = new JceBuffer();
        Assert.Throws<OverflowException>(() =>
        {
            var writer = new JceWriter(buffer);
            writer.WriteInt64(256, 0);
        });
    }

    [Fact]
    public void Encoding_into_a_pooled_buffer_allocates_nothing()
    {
        var vector = Vector.Find("roundtrip", "random/1");
        var value = GeneratedCode.Codec(vector).FromJson(vector.Value);
        using var buffer = new JceBuffer(64 * 1024);
        Encode();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            Encode();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Encode()
        {
            buffer.Clear();
            JceSerializer.Write(buffer, value);
        }
    }

    [Fact]
    public void A_buffer_grows_keeps_what_it_has_and_refuses_use_after_its_end()
    {
        var buffer = new JceBuffer(1);
        for (var i = 0; i < 10_000; i++)
        {
            buffer.GetSpan(1)[0] = (byte)(i % 251);
            buffer.Advance(1);
        }

        Assert.Equal(10_000, buffer.Length);
        Assert.All(Enumerable.Range(0, 10_000), i => Assert.Equal(i % 251, buffer.Written[i]));
        buffer.Truncate(5);
        Assert.Equal([0, 1, 2, 3, 4], buffer.Written.ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Truncate(6));
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Advance(int.MaxValue));
        buffer.Dispose();
        buffer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => buffer.GetMemory());
    }

    private static JceReader First(ReadOnlySpan<byte> bytes)
    {
        var reader = new JceReader(bytes);
        var tag = -1;
        Assert.True(reader.Next(ref tag));
        return reader;
    }

    // Gives exactly what is asked for, and one byte when nothing is.
    private sealed class StingyBuffer : IBufferWriter<byte>
    {
        private readonly List<byte> _written = [];
        private byte[] _given = [];

        public byte[] Written => [.. _written];

        public void Advance(int count) => _written.AddRange(_given[..count]);

        public Memory<byte> GetMemory(int sizeHint = 0) => _given = new byte[Math.Max(sizeHint, 1)];

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
    }
}
