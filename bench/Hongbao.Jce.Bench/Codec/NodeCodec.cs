using System.Globalization;
using System.Text.Json;

namespace Hongbao.Jce.Bench.Codec;

/// <summary>@tars/stream in a process of its own, which measures itself.</summary>
internal sealed class NodeCodec : ICodec, IAsyncDisposable
{
    /// <summary>With 64-bit numbers as texts, without which it has not all digits of a packet's number.</summary>
    public const string Exact = "tars-stream";

    /// <summary>With numbers of its language, which end at 53 bits.</summary>
    public const string Rounding = "tars-stream-rounding";

    private readonly ChildProcess _node;

    private NodeCodec(string id, ChildProcess node) => (Id, _node) = (id, node);

    public string Id { get; }

    public string Title => Id == Exact ? "@tars/stream on Node, all digits" : "@tars/stream on Node, default form";

    /// <summary>Its own bytes in hexadecimal digits.</summary>
    public string Hex { get; private init; } = "";

    public int Size => Hex.Length / 2;

    public JsonPacket Decoded { get; private init; } = new();

    /// <summary>Starts it, and gives it our bytes to read the sample from.</summary>
    public static async Task<NodeCodec> StartAsync(string id, JceCodec ours)
    {
        var node = ChildProcess.Node("codec.js", id == Exact ? "exact" : "rounding");
        var sample = await node.AskAsync($"sample {Convert.ToHexStringLower(ours.Bytes)}");
        return new NodeCodec(id, node)
        {
            Hex = sample.GetProperty("hex").GetString()!,
            Decoded = sample.GetProperty("decoded").Deserialize(LenientJsonPackets.Default.JsonPacket)!,
        };
    }

    /// <summary>Of Node and its packages.</summary>
    public async Task<string> VersionAsync() => (await _node.AskAsync("version")).GetString()!;

    public async Task<CodecFigures> MeasureAsync(CodecStep step, TimeSpan duration)
    {
        var answer = await _node.AskAsync(string.Create(CultureInfo.InvariantCulture, $"{(step == CodecStep.Encode ? "encode" : "decode")} {duration.TotalMilliseconds}"));
        return new CodecFigures(answer.GetProperty("nanoseconds").GetDouble(), null);
    }

    public ValueTask DisposeAsync() => _node.DisposeAsync();
}
