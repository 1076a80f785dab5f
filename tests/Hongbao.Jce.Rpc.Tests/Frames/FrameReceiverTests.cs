using System.Buffers.Binary;

namespace Hongbao.Jce.Rpc.Tests;

public sealed class FrameReceiverTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(100_000)]
    public void Frames_come_out_whole_however_they_come_in(int atOnce)
    {
        byte[][] bodies = [[1], [2, 2], [.. Enumerable.Range(0, 20_000).Select(i => (byte)(i % 251))], [3], [.. Enumerable.Range(0, 70_000).Select(i => (byte)(i * 7 % 251))], [4, 4, 4]];
        var stream = bodies.SelectMany(Frame).ToArray();
        var receiver = new FrameReceiver(100_000);
        var got = new List<byte[]>();
        for (var at = 0; at < stream.Length;)
        {
            var room = receiver.Room;
            var count = Math.Min(Math.Min(atOnce, room.Length), stream.Length - at);
            stream.AsSpan(at, count).CopyTo(room.Span);
            receiver.Added(count);
            at += count;
            while (receiver.TryTake(out var body, out var fault))
            {
                Assert.Null(fault);
                got.Add(body.ToArray());
            }
        }

        Assert.Equal(bodies, got);
        Assert.False(receiver.HasPart);
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
        var receiver = new FrameReceiver(1000);
        BinaryPrimitives.WriteUInt32BigEndian(receiver.Room.Span, length);
        receiver.Added(4);

        Assert.False(receiver.TryTake(out _, out var fault));
        Assert.NotNull(fault);
    }

    [Fact]
    public void Frame_of_exactly_the_limit_is_taken()
    {
        var receiver = new FrameReceiver(1000);
        Frame(new byte[996]).CopyTo(receiver.Room);
        receiver.Added(1000);

        Assert.True(receiver.TryTake(out var body, out _));
        Assert.Equal(996, body.Length);
    }

    [Fact]
    public void Memory_grows_with_what_came_not_with_what_a_length_claims()
    {
        var receiver = new FrameReceiver(10 << 20);
        BinaryPrimitives.WriteInt32BigEndian(receiver.Room.Span, 10 << 20);
        receiver.Added(4);
        Assert.False(receiver.TryTake(out _, out _));

        Assert.True(receiver.Room.Length < 8 << 10);
    }

    private static byte[] Frame(byte[] body)
    {
        var frame = new byte[4 + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length);
        body.CopyTo(frame.AsSpan(4));
        return frame;
    }
}
