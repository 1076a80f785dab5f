using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;

namespace Hongbao.Jce.Rpc.Tests;

public sealed class FrameCutterTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(100_000)]
    public async Task Frames_come_out_whole_however_they_come_in(int atOnce)
    {
        byte[][] bodies = [[1], [2, 2], [.. Enumerable.Range(0, 20_000).Select(i => (byte)(i % 251))], [3], [.. Enumerable.Range(0, 70_000).Select(i => (byte)(i * 7 % 251))], [4, 4, 4]];
        var stream = bodies.SelectMany(Frame).ToArray();
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        var cutter = new FrameCutter(100_000);
        var got = new List<byte[]>();
        var left = 0L;
        for (var at = 0; at < stream.Length; at += atOnce)
        {
            await pipe.Writer.WriteAsync(stream.AsMemory(at, Math.Min(atOnce, stream.Length - at)));
            Assert.True(pipe.Reader.TryRead(out var read));
            var bytes = read.Buffer;
            while (cutter.TryTake(ref bytes, out var body, out var fault))
            {
                Assert.Null(fault);
                got.Add(body.ToArray());
            }

            left = bytes.Length;
            pipe.Reader.AdvanceTo(bytes.Start, bytes.End);
        }

        Assert.Equal(bodies, got);
        Assert.Equal(0, left);
    }

    [Fact]
    public void Memory_of_an_unusual_frame_is_given_back_with_the_next_look()
    {
        var frame = Frame(new byte[200_000]);
        var first = new Piece(frame.AsMemory(..100_000), null);
        var last = new Piece(frame.AsMemory(100_000..), first);
        var bytes = new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
        var cutter = new FrameCutter(1 << 20);

        Assert.True(cutter.TryTake(ref bytes, out var body, out _));
        Assert.Equal(200_000, body.Length);
        Assert.True(cutter.Held >= 200_000);
        Assert.False(cutter.TryTake(ref bytes, out _, out _));
        Assert.Equal(0, cutter.Held);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(3u)]
    [InlineData(4u)]
    [InlineData(1001u)]
    [InlineData(0x7fffffffu)]
    [InlineData(0xffffffffu)]
    public void Length_that_no_frame_has_is_a_fault(uint length)
    {
        var frame = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(frame, length);
        var bytes = new ReadOnlySequence<byte>(frame);

        Assert.False(new FrameCutter(1000).TryTake(ref bytes, out _, out var fault));
        Assert.NotNull(fault);
    }

    [Fact]
    public void Frame_of_exactly_the_limit_is_taken()
    {
        var bytes = new ReadOnlySequence<byte>(Frame(new byte[996]));

        Assert.True(new FrameCutter(1000).TryTake(ref bytes, out var body, out _));
        Assert.Equal((996, 0), (body.Length, bytes.Length));
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, Piece? before)
        {
            Memory = memory;
            if (before is not null)
            {
                before.Next = this;
                RunningIndex = before.RunningIndex + before.Memory.Length;
            }
        }
    }

    private static byte[] Frame(byte[] body)
    {
        var frame = new byte[4 + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length);
        body.CopyTo(frame.AsSpan(4));
        return frame;
    }
}
