using Hongbao.Foundation.Scheduling;

namespace Hongbao.Jce.Rpc.Tests;

/// <summary>What comes over a connection of the server, as bytes.</summary>
public sealed class FramingTests
{
    [Fact]
    public async Task Request_byte_by_byte_is_answered()
    {
        await using var host = new EchoHost();
        using var raw = await host.ConnectRawAsync();
        foreach (var each in Echo(1, "slow"))
        {
            await raw.SendAsync(each);
        }

        var answer = await raw.ReadAnswerAsync();
        Assert.Equal((1, 0, "slow"), (answer.Id, answer.Code, Text(answer)));
    }

    [Fact]
    public async Task Three_frames_in_one_write_are_answered()
    {
        await using var host = new EchoHost();
        using var raw = await host.ConnectRawAsync();
        await raw.SendAsync([.. Echo(1, "one"), .. Echo(2, "two"), .. Echo(3, "three")]);

        var answers = new[] { await raw.ReadAnswerAsync(), await raw.ReadAnswerAsync(), await raw.ReadAnswerAsync() };
        Assert.Equal([(1, "one"), (2, "two"), (3, "three")], answers.Select(a => (a.Id, Text(a))).Order());
    }

    [Fact]
    public async Task Frames_split_in_odd_places_are_answered()
    {
        await using var host = new EchoHost();
        using var raw = await host.ConnectRawAsync();
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        byte[] all = [.. Enumerable.Range(1, 50).SelectMany(i => Echo(i, new string('x', random.Next(3000))))];
        for (var at = 0; at < all.Length;)
        {
            var count = Math.Min(random.Next(1, 5000), all.Length - at);
            await raw.SendAsync(all[at..(at + count)]);
            at += count;
        }

        var ids = new HashSet<int>();
        for (var i = 0; i < 50; i++)
        {
            ids.Add((await raw.ReadAnswerAsync()).Id);
        }

        Assert.Equal(50, ids.Count);
    }

    [Theory]
    [InlineData("00000000", "a frame of 0 bytes")]
    [InlineData("00000003", "a frame of 3 bytes")]
    [InlineData("00000004", "a frame of 4 bytes")]
    [InlineData("00010001", "a frame of 65537 bytes")]
    [InlineData("7fffffff", "a frame of 2147483647 bytes")]
    [InlineData("ffffffff", "a frame of 4294967295 bytes")]
    [InlineData("00000008deadbeef", "no request packet")]
    [InlineData("0000000610010c", "no request packet")]
    [InlineData("474554202f20485454502f312e310d0a0d0a", "a frame of 1195725856 bytes")]
    public async Task Garbage_closes_its_connection_with_one_reason_and_no_other(string hex, string reason)
    {
        await using var host = new EchoHost(new() { FrameMax = 65536 });
        using var good = await host.ConnectRawAsync();
        using var bad = await host.ConnectRawAsync();
        await bad.SendAsync(Convert.FromHexString(hex));

        await bad.AssertClosedAsync();
        await host.UntilToldAsync(RpcEventKind.CutOff, reason);
        Assert.Single(host.Events, e => e.Kind == RpcEventKind.CutOff);
        await good.SendAsync(Echo(5, "still here"));
        Assert.Equal("still here", Text(await good.ReadAnswerAsync()));
    }

    [Fact]
    public async Task Frame_of_exactly_the_limit_is_answered()
    {
        await using var host = new EchoHost(new() { FrameMax = 65536 });
        using var raw = await host.ConnectRawAsync();
        var head = Echo(1, new string('x', 60_000)).Length - 60_000;
        var frame = Echo(1, new string('x', 65536 - head));
        Assert.Equal(65536, frame.Length);
        await raw.SendAsync(frame);

        Assert.Equal(65536 - head, Text(await raw.ReadAnswerAsync()).Length);
    }

    [Fact]
    public async Task Half_a_frame_is_cut_off_after_its_time()
    {
        var clock = new ManualClock(DateTimeOffset.UnixEpoch);
        await using var host = new EchoHost(new() { Clock = clock, HalfFrameTimeout = TimeSpan.FromSeconds(5), DrainPatience = TimeSpan.Zero });
        using var good = await host.ConnectRawAsync();
        using var half = await host.ConnectRawAsync();
        await half.SendAsync(Echo(1, "whole"));
        Assert.Equal(1, (await half.ReadAnswerAsync()).Id);
        await half.SendAsync(Echo(2, new string('x', 200_000))[..100_000]);
        await good.SendAsync(Echo(3, "whole"));
        Assert.Equal(3, (await good.ReadAnswerAsync()).Id);
        await Poll.UntilAsync(() => host.Server.PartBytes == 100_000, "the half was read");
        clock.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(2, host.Server.ConnectionCount);
        clock.Advance(TimeSpan.FromSeconds(2));

        await half.AssertClosedAsync();
        await host.UntilToldAsync(RpcEventKind.CutOff, "stopped in the middle");
        Assert.Equal(1, host.Server.ConnectionCount);
    }

    [Fact]
    public async Task Frame_that_comes_slowly_but_goes_on_is_read_to_its_end()
    {
        var clock = new ManualClock(DateTimeOffset.UnixEpoch);
        await using var host = new EchoHost(new() { Clock = clock, HalfFrameTimeout = TimeSpan.FromSeconds(5), DrainPatience = TimeSpan.Zero });
        using var raw = await host.ConnectRawAsync();
        var frame = Echo(1, new string('x', 500_000));
        for (var at = 100_000; at <= 500_000; at += 100_000)
        {
            await raw.SendAsync(frame[(at - 100_000)..at]);
            await Poll.UntilAsync(() => host.Server.PartBytes == at, "it was read");
            clock.Advance(TimeSpan.FromSeconds(4));
        }

        await raw.SendAsync(frame[500_000..]);
        Assert.Equal(500_000, Text(await raw.ReadAnswerAsync()).Length);
        await Poll.UntilAsync(() => host.Server.PartBytes == 0, "nothing is left of it");
    }

    [Fact]
    public async Task Parts_of_frames_are_bounded_over_all_connections()
    {
        await using var host = new EchoHost(new() { PartsMax = 300_000 });
        using var small = await host.ConnectRawAsync();
        using var large = await host.ConnectRawAsync();
        var frame = Echo(1, new string('x', 250_000));
        await small.SendAsync(frame[..100_000]);
        await Poll.UntilAsync(() => host.Server.PartBytes == 100_000, "the first part was read");
        await large.SendAsync(frame[..240_000]);

        await large.AssertClosedAsync();
        await host.UntilToldAsync(RpcEventKind.CutOff, "in part");
        Assert.Equal(1, host.Server.ConnectionCount);
        await small.SendAsync(frame[100_000..]);
        Assert.Equal(250_000, Text(await small.ReadAnswerAsync()).Length);
        await Poll.UntilAsync(() => host.Server.PartBytes == 0, "nothing is left of either");
    }

    [Fact]
    public async Task Mutated_frames_over_sockets_harm_nobody_else()
    {
        const int Rounds = 3000;
        await using var host = new EchoHost(new() { FrameMax = 1 << 16 });
        var echo = host.Connect();
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var done = false;
        var good = 0;
        async Task GoOnAsync()
        {
            while (!Volatile.Read(ref done))
            {
                Assert.Equal("good", await echo.EchoAsync("good"));
                good++;
                await Task.Delay(1);
            }
        }

        var going = GoOnAsync();
        byte[][] frames =
        [
            Echo(1, "text"), RawConnection.Request(2, "add", (ref JceWriter w) => { w.WriteInt32(1, 1); w.WriteInt32(2, 2); }),
            RawConnection.Request(3, "tars_ping"), RawConnection.RequestOfVersion(3, 4, "echo", Vectors.Named("tup3/scalars").Bytes()),
            RawConnection.RequestOfVersion(2, 5, "echo", Vectors.Named("tup2/scalars").Bytes()),
            .. Vectors.Of("frame").Select(v => v.Bytes()),
        ];
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async lane =>
        {
            var random = new Random(seed + lane);
            for (var i = 0; i < Rounds / 4;)
            {
                using var raw = await host.ConnectRawAsync();
                try
                {
                    for (var each = random.Next(1, 8); each > 0; each--, i++)
                    {
                        await raw.SendAsync(Mutation.Of(frames[random.Next(frames.Length)], random));
                    }
                }
                catch (IOException)
                {
                    // It was cut off before all was sent.
                }
            }
        }));
        Volatile.Write(ref done, true);
        await going;

        Assert.True(good > 5);
        Assert.Contains(host.Events, e => e.Kind == RpcEventKind.CutOff);
        await Poll.UntilAsync(() => host.Server.ConnectionCount == 1, "only the good connection is left");
    }

    internal static byte[] Echo(int id, string text) => RawConnection.Request(id, "echo", (ref JceWriter w) => w.WriteString(1, text));

    internal static string Text(RawConnection.ReadAnswer answer)
    {
        Assert.Equal((0, ""), (answer.Code, answer.Text));
        var reader = new JceReader(answer.Buffer);
        Assert.True(reader.Element(0));
        return reader.ReadString();
    }
}
