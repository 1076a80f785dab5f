using System.Globalization;
using System.Text.Json;
using Hongbao.Contracts;
using Hongbao.Core.Splits;
using Hongbao.Foundation.Chance;

namespace Hongbao.Host.Tests.Draws;

/// <summary>docs/draw.md, the platform and docs/draw.mjs say the same.</summary>
public sealed class DrawDocumentTests
{
    private const string Worker =
        """
        import { readFileSync } from 'node:fs';
        import { pathToFileURL } from 'node:url';
        const { commitment, shares, uniform } = await import(pathToFileURL('docs/draw.mjs'));
        const { terms, uniforms } = JSON.parse(readFileSync(0, 'utf8'));
        console.log(JSON.stringify({
          terms: terms.map((t) => ({ seedHash: commitment(t), shares: shares(t).map(Number) })),
          uniforms: uniforms.map((u) => String(uniform(Buffer.from(u.seed, 'hex'), u.packetNo, u.n, BigInt(u.lo), BigInt(u.hi)))),
        }));
        """;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private sealed record Answer(string SeedHash, long[] Shares);

    private sealed record Answers(List<Answer> Terms, List<string> Uniforms);

    [Fact]
    public void The_platform_draws_what_the_page_says()
    {
        Assert.True(DrawDocument.Vectors.Count >= 7);
        Assert.Equal(3, DrawDocument.Vectors.Select(v => v.Kind).Distinct().Count());
        Assert.All(DrawDocument.Vectors, v =>
        {
            Assert.Equal(v.SeedHash, SeedDraw.Commitment(No(v.PacketNo), Bytes(v.Seed), v.Amount, v.Count, v.Kind, v.Cap));
            Assert.Equal(v.Shares, Split.All(v.Kind, Bytes(v.Seed), No(v.PacketNo), v.Amount, v.Count, v.Cap));
        });
        Assert.Contains(DrawDocument.Uniforms, u => u.Retries > 1);
        Assert.All(DrawDocument.Uniforms, u => Assert.Equal(No(u.Value), SeedDraw.Uniform(Bytes(u.Seed), No(u.PacketNo), u.N, No(u.Lo), No(u.Hi))));
    }

    [Fact]
    public async Task The_second_implementation_draws_what_the_page_says()
    {
        var answers = await AskAsync(DrawDocument.Vectors, DrawDocument.Uniforms);

        Assert.All(DrawDocument.Vectors.Zip(answers.Terms), pair =>
        {
            Assert.Equal(pair.First.SeedHash, pair.Second.SeedHash);
            Assert.Equal(pair.First.Shares, pair.Second.Shares);
        });
        Assert.Equal(DrawDocument.Uniforms.Select(u => u.Value), answers.Uniforms);
    }

    [Fact]
    public async Task Both_implementations_agree_on_draws_that_nobody_chose()
    {
        const long Seed = 20_250_129;
        var chance = new SeededRandomSource(Seed);
        var terms = Enumerable.Range(0, 300).Select(i =>
        {
            var kind = (SplitKind)(1 + (i % 3));
            var count = 1 + chance.Below(100);
            var cap = 1 + chance.Below(20_000);
            var amount = kind == SplitKind.Equal ? count * (1L + chance.Below(cap)) : Math.Min(count * (long)cap, count + (long)chance.Below((count * (cap - 1)) + 1));
            var packetNo = 1 + (((long)chance.Below(int.MaxValue) << 31) | (uint)chance.Below(int.MaxValue));
            var seed = chance.Hex(SeedDraw.SeedLength);
            return new DrawVector(
                packetNo.ToString(CultureInfo.InvariantCulture), seed, kind.ToString().ToLowerInvariant(), amount, count, cap,
                SeedDraw.Commitment(packetNo, Bytes(seed), amount, count, kind, cap), Split.All(kind, Bytes(seed), packetNo, amount, count, cap));
        }).ToList();

        var answers = await AskAsync(terms, []);

        for (var i = 0; i < terms.Count; i++)
        {
            Assert.True(terms[i].SeedHash == answers.Terms[i].SeedHash && terms[i].Shares.SequenceEqual(answers.Terms[i].Shares), $"draw {i} of seed {Seed} differs: {terms[i]}");
        }
    }

    [Fact]
    public void The_page_of_the_web_is_held_to_the_same_vectors()
    {
        var web = File.ReadAllText(Path.Combine(DrawDocument.Root, "web", "tests", "drawVectors.ts"));

        Assert.All(DrawDocument.Vectors, v => Assert.Contains($"'{v.SeedHash}'", web, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_program_of_the_page_gives_each_verdict()
    {
        var vector = DrawDocument.Vectors[0];
        var draws = vector.Shares.Select((amount, i) => new { seq = i + 1, amount }).Take(3).ToList();
        async Task<(int, string)> CheckAsync(object draw)
        {
            var (exitCode, output, _) = await NodeProgram.RunAsync(JsonSerializer.Serialize(draw, Json), "docs/draw.mjs", "-");
            return (exitCode, output.TrimEnd().Split('\n')[^1]);
        }

        Assert.Equal((0, "genuine"), await CheckAsync(new { vector.PacketNo, Algorithm = 1, vector.Split, vector.Amount, vector.Count, vector.Cap, vector.SeedHash, vector.Seed, draws }));
        Assert.Equal((1, "NOT GENUINE"), await CheckAsync(
            new { vector.PacketNo, Algorithm = 1, vector.Split, vector.Amount, vector.Count, vector.Cap, vector.SeedHash, vector.Seed, draws = draws.Select(d => new { d.seq, amount = d.amount + 1 }) }));
        Assert.Equal((1, "NOT GENUINE"), await CheckAsync(
            new { vector.PacketNo, Algorithm = 1, vector.Split, vector.Amount, vector.Count, vector.Cap, vector.SeedHash, Seed = "ff" + vector.Seed[2..], draws }));
        Assert.Equal((2, "cannot be said"), await CheckAsync(new { vector.PacketNo, Algorithm = 1, vector.Split, vector.Amount, vector.Count, vector.Cap, vector.SeedHash, draws }));
        Assert.Equal(2, (await NodeProgram.RunAsync("", "docs/draw.mjs", "no-such-file.json")).ExitCode);
    }

    private static async Task<Answers> AskAsync(IEnumerable<DrawVector> terms, IEnumerable<UniformVector> uniforms)
    {
        var (exitCode, output, errors) = await NodeProgram.RunAsync(JsonSerializer.Serialize(new { terms, uniforms }, Json), "--input-type=module", "-e", Worker);
        Assert.True(exitCode == 0, errors);
        return JsonSerializer.Deserialize<Answers>(output, Json)!;
    }

    private static long No(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex);
}
