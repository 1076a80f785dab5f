using Hongbao.Jce.Bench.Contracts;

namespace Hongbao.Jce.Bench.Codec;

/// <summary>Ours: generated code, into a pooled buffer that is used again.</summary>
internal sealed class JceCodec : LocalCodec, IDisposable
{
    public const string Name = "jce";
    private readonly Packet _sample = PacketSample.Create();
    private readonly JceBuffer _buffer = new();
    private readonly byte[] _bytes;

    public JceCodec()
        : base(Name, "Hongbao.Jce") => _bytes = JceSerializer.ToBytes(_sample);

    public override int Size => _bytes.Length;

    /// <summary>The encoded sample.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    public override JsonPacket Decoded => PacketSample.ToJson(JceSerializer.Read<Packet>(_bytes));

    public void Dispose() => _buffer.Dispose();

    protected override void Encode()
    {
        _buffer.Clear();
        JceSerializer.Write(_buffer, _sample);
    }

    protected override object Decode() => JceSerializer.Read<Packet>(_bytes);
}
