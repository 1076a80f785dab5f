namespace Hongbao.Jce.Rpc;

/// <summary>An answer as it lies in a frame.</summary>
internal ref struct ResponsePacket
{
    public short Version;
    public sbyte PacketType;
    public int Id;
    public int MessageType;
    public int Code;
    public ReadOnlySpan<byte> Buffer;
    public ReadOnlySpan<byte> Status;
    public ReadOnlySpan<byte> Text;
    public ReadOnlySpan<byte> Context;

    /// <summary>Reads one. Only the version, the id and the buffer must be there.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, JceLimits limits, out ResponsePacket packet, out JceFault fault)
    {
        const int Required = (1 << 1) | (1 << 3) | (1 << 6);
        packet = default;
        var reader = new JceReader(body, limits);
        var seen = 0;
        for (var tag = -1; reader.Next(ref tag);)
        {
            seen |= tag < 32 ? 1 << tag : 0;
            switch (tag)
            {
                case 1:
                    packet.Version = reader.ReadInt16();
                    break;
                case 2:
                    packet.PacketType = reader.ReadInt8();
                    break;
                case 3:
                    packet.Id = reader.ReadInt32();
                    break;
                case 4:
                    packet.MessageType = reader.ReadInt32();
                    break;
                case 5:
                    packet.Code = reader.ReadInt32();
                    break;
                case 6:
                    packet.Buffer = reader.ReadSpan();
                    break;
                case 7:
                    packet.Status = TextMap.Take(ref reader, body);
                    break;
                case 8:
                    packet.Text = TextMap.TakeText(ref reader);
                    break;
                case 9:
                    packet.Context = TextMap.Take(ref reader, body);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        RequestPacket.Require(ref reader, seen, Required);
        fault = reader.Fault;
        return !reader.HasFault;
    }

    /// <summary>Writes a whole frame, every field of it, as others do which would miss them.</summary>
    public static void Write(FrameBuffer output, short version, int id, int messageType, int code, ReadOnlySpan<byte> buffer,
        IReadOnlyCollection<KeyValuePair<string, string>>? status, string text, IReadOnlyCollection<KeyValuePair<string, string>>? context)
    {
        var frame = output.BeginFrame();
        var writer = new JceWriter(output);
        writer.WriteInt16(1, version);
        writer.WriteInt8(2, 0);
        writer.WriteInt32(3, id);
        writer.WriteInt32(4, messageType);
        writer.WriteInt32(5, code);
        writer.WriteBytes(6, buffer);
        TextMap.Write(ref writer, 7, status);
        writer.WriteString(8, text);
        TextMap.Write(ref writer, 9, context);
        writer.Flush();
        output.EndFrame(frame);
    }
}
