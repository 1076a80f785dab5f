using System.Text.Json.Serialization;
using Hongbao.Bench.Measuring;
using Hongbao.Jce.Bench.Calls;
using Hongbao.Jce.Bench.Codec;
using Hongbao.Jce.Bench.Rpc;

namespace Hongbao.Jce.Bench.Reporting;

/// <summary>All that was measured.</summary>
/// <param name="Facts">Of the machine.</param>
/// <param name="Codecs">Ours first.</param>
/// <param name="CodecPairs">None when that part was not run.</param>
/// <param name="EchoPairs">As those.</param>
/// <param name="CallPairs">As those.</param>
internal sealed record JceRun(
    IReadOnlyList<KeyValuePair<string, string>> Facts,
    IReadOnlyList<CodecFacts> Codecs,
    IReadOnlyList<CodecPair> CodecPairs,
    IReadOnlyList<EchoPair> EchoPairs,
    IReadOnlyList<CallPair> CallPairs)
{
    /// <summary>What disturbed each part of each round.</summary>
    [JsonIgnore]
    public IEnumerable<Noise> Noise => CodecPairs.Select(static p => (p.Round, p.Noise)).Distinct().Select(static p => p.Noise)
        .Concat(EchoPairs.Select(static p => p.Noise)).Concat(CallPairs.Select(static p => p.Noise));

    /// <summary>Ours against a codec; null when it was not run.</summary>
    public Comparison? Codec(CodecStep step, string peer) =>
        Comparison.Of(CodecPairs.Where(p => p.Step == step && p.Peer == peer), static p => p.Noise, static p => p.Ours.Nanoseconds, static p => p.Theirs.Nanoseconds, isLessBetter: true);

    /// <summary>Our calls a second against the peer's; null when they were not run.</summary>
    public Comparison? Echo => Comparison.Of(EchoPairs, static p => p.Noise, static p => p.Ours.Rate, static p => p.Theirs.Rate, isLessBetter: false);

    /// <summary>A call through the contract against a direct one; null when it was not run.</summary>
    public Comparison? Calls => Comparison.Of(CallPairs, static p => p.Noise, static p => p.Contract.Nanoseconds, static p => p.Direct.Nanoseconds, isLessBetter: true);
}
