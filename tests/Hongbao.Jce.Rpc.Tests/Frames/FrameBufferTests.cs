namespace Hongbao.Jce.Rpc.Tests;

public sealed class FrameBufferTests
{
    [Fact]
    public void Void_frames_are_left_out_in_whatever_order_they_became_so()
    {
        var random = new Random(3);
        for (var round = 0; round < 200; round++)
        {
            var buffer = new FrameBuffer();
            var frames = new List<(int Begin, byte[] Bytes)>();
            for (var i = 0; i < 10; i++)
            {
                var begin = buffer.BeginFrame();
                var body = new byte[random.Next(0, 300)];
                random.NextBytes(body);
                body.CopyTo(buffer.GetSpan(body.Length));
                buffer.Advance(body.Length);
                buffer.EndFrame(begin);
                frames.Add((begin, buffer.Written[begin..].ToArray()));
            }

            var voids = frames.Index().Where(_ => random.Next(2) == 0).Select(f => f.Index).ToArray();
            random.Shuffle(voids);
            foreach (var each in voids)
            {
                buffer.Void(frames[each].Begin);
            }

            buffer.RemoveVoids();
            Assert.Equal(frames.Where((_, i) => !voids.Contains(i)).SelectMany(f => f.Bytes), buffer.Written.ToArray());
        }
    }
}
