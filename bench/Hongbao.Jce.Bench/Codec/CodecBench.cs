using System.Reflection;
using Hongbao.Bench.Measuring;
using Hongbao.Jce.Bench.Contracts;

namespace Hongbao.Jce.Bench.Codec;

/// <summary>Ours and a peer, one after the other.</summary>
internal sealed record CodecPair(int Round, CodecStep Step, string Peer, CodecFigures Ours, CodecFigures Theirs, Noise Noise);

/// <summary>What is known of a codec before it is measured.</summary>
internal sealed record CodecFacts(string Id, string Title, int Size);

/// <summary>Our codec beside its peers on the same data.</summary>
internal sealed class CodecBench : IAsyncDisposable
{
    private readonly JceCodec _ours;
    private readonly ICodec[] _peers;
    private readonly List<CodecPair> _pairs = [];

    private CodecBench(JceCodec ours, ICodec[] peers) => (_ours, _peers) = (ours, peers);

    /// <summary>As its package has it.</summary>
    public static string ProtobufVersion { get; } =
        typeof(Google.Protobuf.IMessage).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public IReadOnlyList<CodecPair> Pairs => _pairs;

    /// <summary>Ours first.</summary>
    public IReadOnlyList<CodecFacts> Codecs => [.. _peers.Prepend(_ours).Select(static c => new CodecFacts(c.Id, c.Title, c.Size))];

    /// <summary>Of Node and its packages.</summary>
    public Task<string> NodeVersionAsync() => _peers.OfType<NodeCodec>().First().VersionAsync();

    /// <summary>Makes all of them, and makes sure that each gives back what it was given.</summary>
    /// <exception cref="InvalidOperationException">One does not.</exception>
    public static async Task<CodecBench> StartAsync()
    {
        var ours = new JceCodec();
        var exact = await NodeCodec.StartAsync(NodeCodec.Exact, ours);
        var rounding = await NodeCodec.StartAsync(NodeCodec.Rounding, ours);
        var bench = new CodecBench(ours, [new ProtobufCodec(), new JsonCodec(), exact, rounding]);
        var sample = PacketSample.ToJson(PacketSample.Create()).ToString();
        // The last one is known to give back other numbers.
        foreach (var codec in bench._peers.Prepend(ours).Where(c => c != rounding))
        {
            if (codec.Decoded.ToString() != sample)
            {
                throw new InvalidOperationException($"{codec.Title} gives back {codec.Decoded}\nfor {sample}");
            }
        }

        if (exact.Hex != Convert.ToHexStringLower(ours.Bytes) || PacketSample.ToJson(JceSerializer.Read<Packet>(Convert.FromHexString(exact.Hex))).ToString() != sample)
        {
            throw new InvalidOperationException($"Node writes {exact.Hex}\nfor {Convert.ToHexStringLower(ours.Bytes)}");
        }

        return bench;
    }

    /// <summary>Runs everything until the compilers have optimized it.</summary>
    public async Task WarmUpAsync(TimeSpan each)
    {
        foreach (var codec in _peers.Prepend(_ours))
        {
            foreach (var step in Enum.GetValues<CodecStep>())
            {
                await codec.MeasureAsync(step, each);
            }
        }
    }

    /// <summary>Measures ours, a peer, ours, the next peer and so on, each way.</summary>
    public async Task RunAsync(int round, TimeSpan each, OwnCpu own)
    {
        var before = CpuTime.Now(own);
        var pairs = new List<(CodecStep Step, string Peer, CodecFigures Ours, CodecFigures Theirs)>();
        foreach (var step in Enum.GetValues<CodecStep>())
        {
            foreach (var peer in _peers)
            {
                pairs.Add((step, peer.Id, await _ours.MeasureAsync(step, each), await peer.MeasureAsync(step, each)));
            }
        }

        var noise = Noise.Since(before, own);
        _pairs.AddRange(pairs.Select(p => new CodecPair(round, p.Step, p.Peer, p.Ours, p.Theirs, noise)));
    }

    public async ValueTask DisposeAsync()
    {
        _ours.Dispose();
        foreach (var peer in _peers)
        {
            (peer as IDisposable)?.Dispose();
            if (peer is NodeCodec node)
            {
                await node.DisposeAsync();
            }
        }
    }
}
