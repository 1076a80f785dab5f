using System.Buffers;
using Google.Protobuf;

namespace Hongbao.Jce.Bench.Codec;

/// <summary>Google.Protobuf, into memory that is used again. A span of the size that it counts first was tried, and is no quicker.</summary>
internal sealed class ProtobufCodec : LocalCodec
{
    public const string Name = "protobuf";
    private readonly Contracts.Proto.Packet _sample = PacketSample.ToProto(PacketSample.Create());
    private readonly ArrayBufferWriter<byte> _buffer = new(64 << 10);
    private readonly byte[] _bytes;

    public ProtobufCodec()
        : base(Name, "Google.Protobuf") => _bytes = _sample.ToByteArray();

    public override int Size => _bytes.Length;

    public override JsonPacket Decoded => PacketSample.ToJson(PacketSample.FromProto(Contracts.Proto.Packet.Parser.ParseFrom(_bytes)));

    protected override void Encode()
    {
        _buffer.ResetWrittenCount();
        _sample.WriteTo(_buffer);
    }

    protected override object Decode() => Contracts.Proto.Packet.Parser.ParseFrom(_bytes);
}
