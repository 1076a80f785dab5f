using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Hongbao.Jce.Rpc.Tests;

/// <summary>One end of a connection that says what the test wants: a client or a server that does not play by the rules.</summary>
internal sealed class RawConnection(Socket socket) : IDisposable
{
    public const string Servant = "A.B.Echo";

    private readonly NetworkStream _stream = new(socket, ownsSocket: true);

    public Socket Socket => socket;

    public static async Task<RawConnection> ConnectAsync(RpcServer server, int? receiveBuffer = null)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer is { } size)
        {
            socket.ReceiveBufferSize = size;
        }

        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, server.Endpoints[0].Port));
        return new(socket);
    }

    public static byte[] Request(int id, string function, Writing? arguments = null, int timeoutMs = 5000, int packetType = 0, string servant = Servant,
        Dictionary<string, string>? context = null, Dictionary<string, string>? status = null)
    {
        var output = new FrameBuffer();
        RequestPacket.Write(output, packetType, id, Encoding.UTF8.GetBytes(servant), function, arguments is null ? [] : Fields(arguments), timeoutMs, context, status, null);
        return output.Written.ToArray();
    }

    /// <summary>As <see cref="Request"/>, of any version and with a buffer as it is.</summary>
    public static byte[] RequestOfVersion(short version, int id, string function, byte[] buffer, int packetType = 0)
    {
        var body = Fields((ref JceWriter writer) =>
        {
            writer.WriteInt16(1, version);
            writer.WriteInt8(2, (sbyte)packetType);
            writer.WriteInt32(3, 0);
            writer.WriteInt32(4, id);
            writer.WriteString(5, Servant);
            writer.WriteString(6, function);
            writer.WriteBytes(7, buffer);
            writer.WriteInt32(8, 5000);
            writer.BeginMap(9, 0);
            writer.BeginMap(10, 0);
        });
        var frame = new byte[4 + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length);
        body.CopyTo(frame, 4);
        return frame;
    }

    public static byte[] Response(int id, int code = 0, Writing? answer = null, string text = "", Dictionary<string, string>? status = null)
    {
        var output = new FrameBuffer();
        ResponsePacket.Write(output, 1, id, 0, code, answer is null ? [] : Fields(answer), status, text, null);
        return output.Written.ToArray();
    }

    public static byte[] Fields(Writing write)
    {
        using var buffer = new JceBuffer();
        var writer = new JceWriter(buffer);
        write(ref writer);
        writer.Flush();
        return buffer.Written.ToArray();
    }

    public async Task SendAsync(params byte[] bytes) => await _stream.WriteAsync(bytes).AsTask().WaitAsync(Poll.Deadline);

    /// <summary>The next frame's body.</summary>
    public async Task<byte[]> ReadBodyAsync()
    {
        var length = new byte[4];
        await _stream.ReadExactlyAsync(length).AsTask().WaitAsync(Poll.Deadline);
        var body = new byte[BinaryPrimitives.ReadInt32BigEndian(length) - 4];
        await _stream.ReadExactlyAsync(body).AsTask().WaitAsync(Poll.Deadline);
        return body;
    }

    // Tests send more than strangers may.
    private static readonly JceLimits s_limits = new() { LengthMax = 64 << 20, TotalMax = 64 << 20 };

    public async Task<ReadAnswer> ReadAnswerAsync()
    {
        var body = await ReadBodyAsync();
        Assert.True(ResponsePacket.TryRead(body, s_limits, out var packet, out var fault), fault.ToString());
        return new(packet.Version, packet.Id, packet.Code, Encoding.UTF8.GetString(packet.Text), packet.Buffer.ToArray(), TextMap.ToDictionary(packet.Status));
    }

    public async Task<ReadRequest> ReadRequestAsync()
    {
        var body = await ReadBodyAsync();
        Assert.True(RequestPacket.TryRead(body, s_limits, out var packet, out var fault), fault.ToString());
        return new(packet.Id, packet.PacketType, Encoding.UTF8.GetString(packet.Servant), Encoding.UTF8.GetString(packet.Function), packet.Buffer.ToArray(), packet.TimeoutMs,
            TextMap.ToDictionary(packet.Context), TextMap.ToDictionary(packet.Status));
    }

    /// <summary>Ends when the other side has closed it, and fails when it sends something first.</summary>
    public async Task AssertClosedAsync()
    {
        try
        {
            Assert.Equal(0, await _stream.ReadAsync(new byte[1]).AsTask().WaitAsync(Poll.Deadline));
        }
        catch (IOException)
        {
            // Reset is closed too.
        }
    }

    public void Dispose() => _stream.Dispose();

    internal delegate void Writing(ref JceWriter writer);

    internal sealed record ReadAnswer(short Version, int Id, int Code, string Text, byte[] Buffer, IReadOnlyDictionary<string, string> Status)
    {
        /// <summary>True when the server says that it has not begun the request.</summary>
        public bool IsUnbegun => Status.GetValueOrDefault(RpcNames.Refused) == "1";
    }

    internal sealed record ReadRequest(int Id, int PacketType, string Servant, string Function, byte[] Buffer, int TimeoutMs,
        IReadOnlyDictionary<string, string> Context, IReadOnlyDictionary<string, string> Status);
}
