using System.Buffers;
using System.Text;

namespace Hongbao.Jce.Rpc.Tests;

/// <summary>
/// Frames that somebody made to hurt, on all of their way but the sockets: cut, read, given to a servant, answered. Whatever they are, there is an answer or a fault
/// that is told to the caller.
/// </summary>
public sealed class HostileFrameTests
{
    private const int Flips = 1_000_000;
    private const int Mutations = 200_000;
    private const int FrameMax = 1 << 16;

    private static readonly JceLimits s_limits = new() { LengthMax = FrameMax, TotalMax = FrameMax };

    /// <summary>Frames of real peers.</summary>
    private static readonly byte[][] s_peers = [.. Vectors.Of("frame").Select(v => v.Bytes())];

    /// <summary>Frames that the servant below knows: over TARS and both kinds of TUP.</summary>
    private static readonly byte[][] s_known =
    [
        FramingTests.Echo(1, "text"),
        RawConnection.Request(2, "add", (ref JceWriter w) => { w.WriteInt32(1, 1); w.WriteInt32(2, 2); }, context: new() { ["trace-id"] = "0af7", ["k"] = "v" }, status: new() { ["s"] = "t" }),
        RawConnection.Request(3, "fail", (ref JceWriter w) => { w.WriteInt32(1, 7); w.WriteString(2, "why"); }),
        RawConnection.Request(4, "scope", context: new() { ["trace-id"] = "0af7" }),
        RawConnection.RequestOfVersion(RequestPacket.VersionTup, 5, "echo", Named(3, ("text", (ref JceWriter w) => w.WriteString(0, "text")))),
        RawConnection.RequestOfVersion(RequestPacket.VersionTup, 6, "add", Named(3, ("a", (ref JceWriter w) => w.WriteInt32(0, 1)), ("b", (ref JceWriter w) => w.WriteInt32(0, 2)))),
        RawConnection.RequestOfVersion(RequestPacket.VersionTupTyped, 7, "echo", Vectors.Named("tup2/scalars").Bytes()),
    ];

    [Fact]
    public void A_million_flipped_bits_end_in_an_answer_or_a_fault() => Send(Flips, Mutation.Flipped);

    [Fact]
    public void Mutated_frames_end_in_an_answer_or_a_fault() => Send(Mutations, Mutation.Of);

    private static void Send(int rounds, Func<byte[], Random, byte[]> mutate)
    {
        var random = Mutation.Seeded(out var seed);
        var server = new RpcServer(new() { FrameMax = FrameMax });
        var servants = new ServantTable();
        servants.Add(RawConnection.Servant, new EchoDispatcher(new AtOnce()));
        var output = new FrameBuffer();
        var (read, answered, refused) = (0, 0, 0);
        for (var i = 0; i < rounds; i++)
        {
            var frames = random.Next(3) == 0 ? s_peers : s_known;
            var bytes = mutate(frames[random.Next(frames.Length)], random);
            try
            {
                var cutter = new FrameCutter(FrameMax);
                var left = new ReadOnlySequence<byte>(bytes);
                while (cutter.TryTake(ref left, out var body, out _))
                {
                    if (ResponsePacket.TryRead(body, s_limits, out var response, out _))
                    {
                        read++;
                        _ = TextMap.ToDictionary(response.Context).Count + TextMap.ToDictionary(response.Status).Count;
                        _ = Encoding.UTF8.GetString(response.Text);
                    }

                    if (!RequestPacket.TryRead(body, s_limits, out var request, out _))
                    {
                        continue;
                    }

                    read++;
                    if (servants.Find(request.Servant) is { } servant && servant.Find(request.Function) is >= 0 and var function)
                    {
                        if (Invoke(server, servant, function, request, output))
                        {
                            answered++;
                        }
                        else
                        {
                            refused++;
                        }
                    }
                    else
                    {
                        // What was read must be usable.
                        _ = TextMap.ToDictionary(request.Context).Count + TextMap.ToDictionary(request.Status).Count;
                        _ = TextMap.Find(request.Context, "trace-id"u8);
                    }
                }
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}, round {i}: {Convert.ToHexString(bytes)}: {e}");
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"of {rounds} frames {read} read, of these {answered} answered and {refused} refused by the servant");
        Assert.True(read > rounds / 20 && answered > rounds / 100 && refused > rounds / 100, $"{read} {answered} {refused}");
    }

    // As the server does it, with nobody to send the answer to. True when it was carried out.
    private static bool Invoke(RpcServer server, ServantTable.Entry servant, int function, in RequestPacket request, FrameBuffer output)
    {
        var invocation = server.Rent();
        invocation.Begin(null!, servant, function, request, 0);
        var code = RpcCode.Success;
        try
        {
            // All of the servant happens at once.
            var work = servant.Servant.InvokeAsync(function, invocation);
            Assert.True(work.IsCompleted);
            work.GetAwaiter().GetResult();
        }
        catch (JceFormatException)
        {
            code = RpcCode.ServerDecode;
        }
        catch (RpcException e)
        {
            code = e.Code;
        }

        output.Clear();
        invocation.Write(output, code, "");
        var answer = output.Written.Span[4..];
        Assert.True(request.Version is RequestPacket.VersionTup or RequestPacket.VersionTupTyped
            ? RequestPacket.TryRead(answer, s_limits, out _, out _)
            : ResponsePacket.TryRead(answer, s_limits, out _, out _));
        server.GiveBack(invocation);
        return code == RpcCode.Success;
    }

    private static byte[] Named(int version, params (string Name, RawConnection.Writing Write)[] values)
    {
        var attributes = new TupAttributes(version);
        foreach (var (name, write) in values)
        {
            var bytes = RawConnection.Fields(write);
            var reader = new JceReader(bytes);
            Assert.True(reader.Element(0));
            attributes.SetEncoded(name, "", reader.Type, reader.TakeValue());
        }

        using var buffer = new JceBuffer();
        attributes.Write(buffer);
        return buffer.Written.ToArray();
    }

    /// <summary>Nothing waits, and nothing is kept.</summary>
    private sealed class AtOnce : IEcho
    {
        public Task<string> EchoAsync(string text, CancellationToken cancellationToken = default) => Task.FromResult(text);

        public Task<int> WaitAsync(int number, CancellationToken cancellationToken = default) => Task.FromResult(number);

        public Task<AddResult> AddAsync(int a, int b, CancellationToken cancellationToken = default) => Task.FromResult(new AddResult(a ^ b, (long)a + b));

        public Task FailAsync(int code, string text, CancellationToken cancellationToken = default) => throw new RpcException(code, text);

        public Task<string> ScopeAsync(Scope scope, CancellationToken cancellationToken = default) => Task.FromResult(scope.TraceId);

        public Task NoteAsync(string text, CancellationToken cancellationToken = default) => Task.CompletedTask;
    }
}
