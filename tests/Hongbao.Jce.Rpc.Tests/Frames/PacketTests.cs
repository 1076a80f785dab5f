using System.Text;
using System.Text.Json;

namespace Hongbao.Jce.Rpc.Tests;

public sealed class PacketTests
{
    private static readonly JceLimits s_limits = new() { LengthMax = 10 << 20 };

    public static TheoryData<string> Frames => Vectors.Names("frame");

    [Theory]
    [MemberData(nameof(Frames))]
    public void Frame_of_a_real_peer_is_read(string name)
    {
        var vector = Vectors.Named(name);
        var value = vector.GetProperty("value");
        var body = vector.Bytes().AsSpan(4);
        if (vector.GetProperty("packet").GetString() == "RequestPacket")
        {
            Assert.True(RequestPacket.TryRead(body, s_limits, out var packet, out _));
            Assert.Equal(value.GetProperty("iVersion").GetInt32(), packet.Version);
            Assert.Equal(value.GetProperty("cPacketType").GetInt32(), packet.PacketType);
            Assert.Equal(value.GetProperty("iMessageType").GetInt32(), packet.MessageType);
            Assert.Equal(value.GetProperty("iRequestId").GetInt32(), packet.Id);
            Assert.Equal(value.GetProperty("sServantName").GetString(), Encoding.UTF8.GetString(packet.Servant));
            Assert.Equal(value.GetProperty("sFuncName").GetString(), Encoding.UTF8.GetString(packet.Function));
            Assert.Equal(value.GetProperty("sBuffer").GetString(), Convert.ToHexStringLower(packet.Buffer));
            Assert.Equal(value.GetProperty("iTimeout").GetInt32(), packet.TimeoutMs);
            Assert.Equal(Map(value, "context"), TextMap.ToDictionary(packet.Context));
            Assert.Equal(Map(value, "status"), TextMap.ToDictionary(packet.Status));
        }
        else
        {
            Assert.True(ResponsePacket.TryRead(body, s_limits, out var packet, out _));
            Assert.Equal(value.GetProperty("iVersion").GetInt32(), packet.Version);
            Assert.Equal(value.GetProperty("cPacketType").GetInt32(), packet.PacketType);
            Assert.Equal(value.GetProperty("iRequestId").GetInt32(), packet.Id);
            Assert.Equal(value.GetProperty("iMessageType").GetInt32(), packet.MessageType);
            Assert.Equal(value.GetProperty("iRet").GetInt32(), packet.Code);
            Assert.Equal(value.GetProperty("sBuffer").GetString(), Convert.ToHexStringLower(packet.Buffer));
            Assert.Equal(value.GetProperty("sResultDesc").GetString(), Encoding.UTF8.GetString(packet.Text));
            Assert.Equal(Map(value, "context"), TextMap.ToDictionary(packet.Context));
            Assert.Equal(Map(value, "status"), TextMap.ToDictionary(packet.Status));
        }
    }

    [Theory]
    [MemberData(nameof(Frames))]
    public void Frame_of_a_real_peer_is_written_byte_for_byte(string name)
    {
        var vector = Vectors.Named(name);
        var value = vector.GetProperty("value");
        var buffer = Convert.FromHexString(value.GetProperty("sBuffer").GetString()!);
        var output = new FrameBuffer();
        if (vector.GetProperty("packet").GetString() == "RequestPacket")
        {
            RequestPacket.Write(output, value.GetProperty("cPacketType").GetInt32(), value.GetProperty("iRequestId").GetInt32(),
                Encoding.UTF8.GetBytes(value.GetProperty("sServantName").GetString()!), value.GetProperty("sFuncName").GetString()!, buffer,
                value.GetProperty("iTimeout").GetInt32(), Map(value, "context"), Map(value, "status"), null, value.GetProperty("iMessageType").GetInt32());
        }
        else
        {
            ResponsePacket.Write(output, value.GetProperty("iVersion").GetInt16(), value.GetProperty("iRequestId").GetInt32(), value.GetProperty("iMessageType").GetInt32(),
                value.GetProperty("iRet").GetInt32(), buffer, Map(value, "status"), value.GetProperty("sResultDesc").GetString()!, Map(value, "context"));
        }

        Assert.Equal(vector.GetProperty("hex").GetString(), Convert.ToHexStringLower(output.Written.Span));
    }

    [Fact]
    public void Request_without_types_timeout_and_maps_is_read()
    {
        var bytes = Fields((ref JceWriter writer) =>
        {
            writer.WriteInt16(1, 1);
            writer.WriteInt32(4, 7);
            writer.WriteString(5, "S");
            writer.WriteString(6, "f");
            writer.WriteBytes(7, []);
            writer.WriteString(30, "not known");
        });

        Assert.True(RequestPacket.TryRead(bytes, s_limits, out var packet, out _));
        Assert.Equal(7, packet.Id);
        Assert.Equal(0, packet.TimeoutMs);
        Assert.False(packet.IsOneWay);
        Assert.Empty(TextMap.ToDictionary(packet.Context));
    }

    [Fact]
    public void Response_as_TarsCpp_writes_it_is_read()
    {
        // TarsCpp leaves the text and the context out when they are empty.
        var bytes = Fields((ref JceWriter writer) =>
        {
            writer.WriteInt16(1, 1);
            writer.WriteInt8(2, 0);
            writer.WriteInt32(3, 9);
            writer.WriteInt32(4, 0);
            writer.WriteInt32(5, -3);
            writer.WriteBytes(6, []);
            writer.BeginMap(7, 0);
        });

        Assert.True(ResponsePacket.TryRead(bytes, s_limits, out var packet, out _));
        Assert.Equal(-3, packet.Code);
        Assert.Equal(9, packet.Id);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public void Request_without_what_every_sender_writes_is_a_fault(int missing)
    {
        var bytes = Fields((ref JceWriter writer) =>
        {
            for (var tag = 1; tag <= 7; tag++)
            {
                if (tag == missing)
                {
                    continue;
                }

                if (tag is 5 or 6)
                {
                    writer.WriteString(tag, "x");
                }
                else if (tag == 7)
                {
                    writer.WriteBytes(tag, []);
                }
                else
                {
                    writer.WriteInt32(tag, 1);
                }
            }
        });

        Assert.False(RequestPacket.TryRead(bytes, s_limits, out _, out var fault));
        Assert.Equal(JceFaultKind.Missing, fault.Kind);
        Assert.Equal(missing, fault.Tag);
    }

    [Fact]
    public void Context_whose_values_are_no_texts_is_a_fault()
    {
        var bytes = Fields((ref JceWriter writer) =>
        {
            writer.WriteInt16(1, 1);
            writer.WriteInt32(4, 7);
            writer.WriteString(5, "S");
            writer.WriteString(6, "f");
            writer.WriteBytes(7, []);
            writer.BeginMap(9, 1);
            writer.WriteString(0, "key");
            writer.WriteInt32(1, 5);
        });

        Assert.False(RequestPacket.TryRead(bytes, s_limits, out _, out var fault));
        Assert.Equal(JceFaultKind.WrongType, fault.Kind);
    }

    [Fact]
    public void Texts_longer_than_255_bytes_are_written_and_read()
    {
        var servant = new string('s', 300);
        var output = new FrameBuffer();
        RequestPacket.Write(output, 0, 5, Encoding.UTF8.GetBytes(servant), new string('f', 256), [], 1, null, null, null);

        Assert.True(RequestPacket.TryRead(output.Written.Span[4..], s_limits, out var packet, out _));
        Assert.Equal(servant, Encoding.UTF8.GetString(packet.Servant));
        Assert.Equal(256, packet.Function.Length);
    }

    [Fact]
    public void Frames_of_every_truncation_are_faults_or_read()
    {
        foreach (var vector in Vectors.Of("frame"))
        {
            var body = vector.Bytes()[4..];
            for (var length = 0; length < body.Length; length++)
            {
                // Only a cut between two fields that may be missing leaves a packet.
                _ = RequestPacket.TryRead(body.AsSpan(0, length), s_limits, out _, out _);
                _ = ResponsePacket.TryRead(body.AsSpan(0, length), s_limits, out _, out _);
            }
        }
    }

    private static Dictionary<string, string> Map(JsonElement value, string name) =>
        value.GetProperty(name).EnumerateArray().ToDictionary(p => p[0].GetString()!, p => p[1].GetString()!);

    private delegate void Writing(ref JceWriter writer);

    private static byte[] Fields(Writing write)
    {
        using var buffer = new JceBuffer();
        var writer = new JceWriter(buffer);
        write(ref writer);
        writer.Flush();
        return buffer.Written.ToArray();
    }
}
