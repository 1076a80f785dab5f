using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Hongbao.Jce.Bench.Codec;

/// <summary>System.Text.Json with generated code, in its quickest form: a writer and memory that are used again, no checks of the writer, no escapes that need not be.</summary>
internal sealed class JsonCodec : LocalCodec, IDisposable
{
    public const string Name = "json";
    private readonly JsonPacket _sample = PacketSample.ToJson(PacketSample.Create());
    private readonly ArrayBufferWriter<byte> _buffer = new(64 << 10);
    private readonly Utf8JsonWriter _writer;
    private readonly byte[] _bytes;

    public JsonCodec()
        : base(Name, "System.Text.Json, source-generated")
    {
        _writer = new Utf8JsonWriter(_buffer, new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        Encode();
        _bytes = _buffer.WrittenSpan.ToArray();
    }

    public override int Size => _bytes.Length;

    public override JsonPacket Decoded => JsonSerializer.Deserialize(_bytes, JsonPackets.Default.JsonPacket)!;

    public void Dispose() => _writer.Dispose();

    protected override void Encode()
    {
        _buffer.ResetWrittenCount();
        _writer.Reset(_buffer);
        JsonSerializer.Serialize(_writer, _sample, JsonPackets.Default.JsonPacket);
        _writer.Flush();
    }

    protected override object Decode() => JsonSerializer.Deserialize(_bytes, JsonPackets.Default.JsonPacket)!;
}
