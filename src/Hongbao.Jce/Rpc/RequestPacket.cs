using System.Buffers.Binary;

namespace Hongbao.Jce.Rpc;

/// <summary>A request as it lies in a frame. Its numbers of version, type and id decide how, and whether, it can be answered.</summary>
internal ref struct RequestPacket
{
    public const int VersionTars = 1;
    public const int VersionTupTyped = 2;
    public const int VersionTup = 3;
    public const int VersionJson = 5;
    public const int TwoWay = 0;
    public const int OneWay = 1;

    public short Version;
    public sbyte PacketType;
    public int MessageType;
    public int Id;
    public ReadOnlySpan<byte> Servant;
    public ReadOnlySpan<byte> Function;
    public ReadOnlySpan<byte> Buffer;
    public int TimeoutMs;
    public ReadOnlySpan<byte> Context; // as TextMap has it
    public ReadOnlySpan<byte> Status;

    public readonly bool IsOneWay => PacketType == OneWay;

    /// <summary>Reads one. What every sender writes must be there; the types, the timeout and the maps may be missing.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, JceLimits limits, out RequestPacket packet, out JceFault fault)
    {
        const int Required = (1 << 1) | (1 << 4) | (1 << 5) | (1 << 6) | (1 << 7);
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
                    packet.MessageType = reader.ReadInt32();
                    break;
                case 4:
                    packet.Id = reader.ReadInt32();
                    break;
                case 5:
                    packet.Servant = TextMap.TakeText(ref reader);
                    break;
                case 6:
                    packet.Function = TextMap.TakeText(ref reader);
                    break;
                case 7:
                    packet.Buffer = reader.ReadSpan();
                    break;
                case 8:
                    packet.TimeoutMs = reader.ReadInt32();
                    break;
                case 9:
                    packet.Context = TextMap.Take(ref reader, body);
                    break;
                case 10:
                    packet.Status = TextMap.Take(ref reader, body);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        Require(ref reader, seen, Required);
        fault = reader.Fault;
        return !reader.HasFault;
    }

    /// <summary>Writes a whole frame, every field of it. A call has more for the context and the status.</summary>
    public static void Write(FrameBuffer output, int packetType, int id, ReadOnlySpan<byte> servant, string function, ReadOnlySpan<byte> buffer, int timeoutMs,
        IReadOnlyDictionary<string, string>? context, IReadOnlyDictionary<string, string>? status, RpcCall? call, int messageType = 0)
    {
        var frame = output.BeginFrame();
        var writer = new JceWriter(output);
        writer.WriteInt16(1, VersionTars);
        writer.WriteInt8(2, (sbyte)packetType);
        writer.WriteInt32(3, messageType);
        writer.WriteInt32(4, id);
        WriteText(ref writer, 5, servant);
        writer.WriteString(6, function);
        writer.WriteBytes(7, buffer);
        writer.WriteInt32(8, timeoutMs);
        var hasTrace = call is { TraceId.Length: > 0 };
        var isShadow = call is { IsShadow: true };
        writer.BeginMap(9, (context?.Count ?? 0) + (hasTrace ? 1 : 0) + (isShadow ? 1 : 0));
        if (hasTrace)
        {
            WriteText(ref writer, 0, RpcNames.TraceIdBytes);
            writer.WriteString(1, call!.TraceId);
        }

        if (isShadow)
        {
            WriteText(ref writer, 0, RpcNames.ShadowBytes);
            writer.WriteString(1, "1");
        }

        if (context is not null)
        {
            TextMap.WritePairs(ref writer, context);
        }

        writer.BeginMap(10, (status?.Count ?? 0) + (call?.RouteKey is null ? 0 : 1));
        if (call?.RouteKey is { } key)
        {
            writer.WriteString(0, RpcNames.GridKey);
            writer.WriteString(1, key);
        }

        if (status is not null)
        {
            TextMap.WritePairs(ref writer, status);
        }

        writer.Flush();
        output.EndFrame(frame);
    }

    /// <summary>A text that is encoded already.</summary>
    public static void WriteText(ref JceWriter writer, int tag, ReadOnlySpan<byte> text)
    {
        if (text.Length <= byte.MaxValue)
        {
            writer.WriteEncoded(tag, JceType.ShortText, [(byte)text.Length]);
        }
        else
        {
            Span<byte> length = stackalloc byte[4];
            BinaryPrimitives.WriteInt32BigEndian(length, text.Length);
            writer.WriteEncoded(tag, JceType.LongText, length);
        }

        writer.WriteRaw(text);
    }

    /// <summary>Blames the first field that should have come.</summary>
    public static void Require(ref JceReader reader, int seen, int required)
    {
        for (var tag = 1; seen != (seen | required) && !reader.HasFault; tag++)
        {
            if ((required & ~seen & (1 << tag)) != 0)
            {
                reader.Miss(tag);
            }
        }
    }
}
