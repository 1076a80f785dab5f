using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text.Json;
using Hongbao.Campaign.Plans;
using Hongbao.Campaign.Rain;
using Hongbao.Contracts;
using Hongbao.Foundation.Stores;
using static Hongbao.Campaign.Tests.CampaignHarness;

namespace Hongbao.Campaign.Tests;

/// <summary>Who may win can be recomputed by anyone: docs/rain.md, its vectors, an implementation of its own here, and the platform say the same.</summary>
public sealed class RainRuleTests
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    internal sealed record Term(long Amount, long Quantity, long ChancePpb);

    internal sealed record Place(string Uid, int Prize);

    internal sealed record Vector(string CampaignId, int Round, string Secret, long PassPpb, Term[] Prizes, string SecretHash, Place[] Users);

    public static TheoryData<string> Vectors
    {
        get
        {
            var data = new TheoryData<string>();
            foreach (var vector in JsonDocument.Parse(Block("rain-vectors")).RootElement.EnumerateArray())
            {
                data.Add(vector.GetRawText());
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void The_vectors_of_the_page_hold_for_the_platform_and_for_another_implementation(string text)
    {
        var vector = JsonSerializer.Deserialize<Vector>(text, Web)!;
        var (campaignId, secret) = (long.Parse(vector.CampaignId, CultureInfo.InvariantCulture), Convert.FromHexString(vector.Secret));
        var aim = AimOf(vector);

        Assert.Equal(vector.SecretHash, aim.Commitment(campaignId, vector.Round, secret));
        Assert.Equal(vector.SecretHash, Commitment(vector, secret));
        Assert.NotEmpty(vector.Users);
        foreach (var user in vector.Users)
        {
            var uid = long.Parse(user.Uid, CultureInfo.InvariantCulture);
            Assert.Equal((user.Prize, user.Prize), (aim.At(secret, campaignId, vector.Round, uid), At(vector, secret, uid)));
        }
    }

    [Fact]
    public void Both_implementations_agree_on_any_terms()
    {
        const int Seed = 20_260_601;
        var random = new Random(Seed);
        var secret = new byte[32];
        for (var i = 0; i < 400; i++)
        {
            random.NextBytes(secret);
            var left = Aim.Whole;
            var prizes = Enumerable.Range(0, random.Next(1, 21)).Select(_ =>
            {
                var chance = random.Next(2) == 0 ? 0 : random.NextInt64(1, Math.Max(2, left / 2));
                left -= chance;
                return new Term(1, chance == 0 ? random.NextInt64(1, random.Next(2) == 0 ? 10 : 1_000_000_000_000) : 0, chance);
            }).ToArray();
            var vector = new Vector($"{random.NextInt64()}", random.Next(1, 101), "", random.Next(3) switch { 0 => 0, 1 => Aim.Whole, _ => random.NextInt64(Aim.Whole) }, prizes, "", []);
            var aim = AimOf(vector);
            Assert.Equal(Commitment(vector, secret), aim.Commitment(long.Parse(vector.CampaignId, CultureInfo.InvariantCulture), vector.Round, secret));
            for (var u = 0; u < 50; u++)
            {
                var uid = random.NextInt64();
                Assert.Equal(At(vector, secret, uid), aim.At(secret, long.Parse(vector.CampaignId, CultureInfo.InvariantCulture), vector.Round, uid));
            }
        }
    }

    [Theory, BothStores]
    public async Task Afterwards_anyone_can_recompute_who_could_win(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var plan = harness.Plan(10_000, Quantity(10, 50), Chance(20, 100_000_000), Quantity(30, 20)) with { PassPpb = 200_000_000 };
        var campaignId = await harness.ScheduledAsync(plan);
        var running = (await harness.Main.Campaigns.ListCampaignsAsync(As(1), default)).Items[0];
        var before = running.Rounds[0];
        Assert.Empty(running.Prizes);
        Assert.Equal(0, running.PassPpb);
        await harness.DrawAllAsync(campaignId, Enumerable.Range(1, 500).Select(static i => (long)i));
        Ok(await harness.EndAsync(campaignId));

        var over = (await harness.Main.Campaigns.ListCampaignsAsync(As(1), default)).Items[0];
        var shown = over.Rounds[0];
        var secret = Convert.FromHexString(shown.Secret);
        var terms = new Vector(
            $"{campaignId}", 1, shown.Secret, over.PassPpb, [.. over.Prizes.Select(static p => new Term(p.Amount, p.Quantity, p.ChancePpb))], shown.SecretHash, []);
        Assert.Equal(("", before.SecretHash), (before.Secret, Commitment(terms, secret)));
        Assert.Equal(plan.PassPpb, over.PassPpb);
        Assert.Equal(plan.Prizes, over.Prizes);
        var passers = Enumerable.Range(1, 500).Where(uid => At(terms, secret, uid) > 0).Select(static uid => (long)uid).ToArray();
        var draws = await harness.DrawsAsync(campaignId);
        Assert.Equal(passers, draws.Select(static d => d.Uid));
        Assert.All(draws.Where(static d => d.Amount > 0), d => Assert.Equal(plan.Prizes[At(terms, secret, d.Uid) - 1].ChancePpb > 0, d.Prize == 0));
    }

    [Fact]
    public void The_commitment_is_another_one_when_any_term_is()
    {
        var terms = new Vector("42", 1, "", 5, [new Term(100, 7, 0), new Term(3, 0, 9)], "", []);
        Vector[] others =
        [
            terms with { CampaignId = "43" },
            terms with { Round = 2 },
            terms with { PassPpb = 6 },
            terms with { Prizes = [new Term(101, 7, 0), new Term(3, 0, 9)] },
            terms with { Prizes = [new Term(100, 8, 0), new Term(3, 0, 9)] },
            terms with { Prizes = [new Term(100, 7, 0), new Term(3, 0, 8)] },
            terms with { Prizes = [new Term(3, 0, 9), new Term(100, 7, 0)] },
            terms with { Prizes = [new Term(100, 7, 0)] },
            terms with { Prizes = [.. terms.Prizes, new Term(1, 1, 0)] },
        ];
        string Of(Vector v) => AimOf(v).Commitment(long.Parse(v.CampaignId, CultureInfo.InvariantCulture), v.Round, new byte[32]);
        Assert.Equal(others.Length + 1, others.Append(terms).Select(Of).Append(Of(terms)).Distinct().Count());
    }

    [Fact]
    public async Task Every_round_has_a_secret_of_its_own()
    {
        await using var harness = await StartAsync(SqlDialect.Sqlite);
        var first = await harness.FindAsync(await harness.DraftAsync(harness.Rounds(harness.Plan(), 5)));
        var second = await harness.FindAsync(await harness.DraftAsync(harness.Rounds(harness.Plan(), 5)));
        var secrets = first.Rounds.Concat(second.Rounds).Select(static r => Convert.ToHexString(r.Secret)).ToArray();
        Assert.Equal(10, secrets.Distinct().Count());
        Assert.All(secrets, static s => Assert.Equal(64, s.Length));
    }

    [Fact]
    public void The_example_of_the_page_is_right()
    {
        var example = JsonSerializer.Deserialize<Dictionary<string, string>>(Block("rain-example"), Web)!;
        var mac = HMACSHA256.HashData(Convert.FromHexString(example["secret"]), Convert.FromHexString(example["message"]));
        Assert.Equal(example["mac"], Convert.ToHexStringLower(mac));
        Assert.Equal(example["place"], (Number(mac.AsSpan(0, 8)) * 1_000_000_000 >> 64).ToString(CultureInfo.InvariantCulture));
        Assert.Equal(example["lot"], (Number(mac.AsSpan(8, 8)) * BigInteger.Parse(example["quantities"], CultureInfo.InvariantCulture) >> 64).ToString(CultureInfo.InvariantCulture));
    }

    // The rule as the page has it, with numbers of any length and nothing of the platform's.
    private static int At(Vector terms, byte[] secret, long uid)
    {
        var mac = HMACSHA256.HashData(secret, (byte[])[.. Bytes(BigInteger.Parse(terms.CampaignId, CultureInfo.InvariantCulture), 8), .. Bytes(terms.Round, 4), .. Bytes(uid, 8)]);
        var place = Number(mac.AsSpan(0, 8)) * 1_000_000_000 >> 64;
        BigInteger chances = 0;
        for (var i = 0; i < terms.Prizes.Length; i++)
        {
            chances += terms.Prizes[i].ChancePpb;
            if (terms.Prizes[i].ChancePpb > 0 && place < chances)
            {
                return i + 1;
            }
        }

        BigInteger quantities = 0;
        foreach (var prize in terms.Prizes)
        {
            quantities += prize.Quantity;
        }

        var rate = terms.PassPpb == 0 ? 1_000_000_000 : terms.PassPpb;
        if (quantities == 0 || place >= chances + ((1_000_000_000 - chances) * rate / 1_000_000_000))
        {
            return 0;
        }

        var lot = Number(mac.AsSpan(8, 8)) * quantities >> 64;
        for (var i = 0; ; i++)
        {
            lot -= terms.Prizes[i].Quantity;
            if (lot < 0)
            {
                return i + 1;
            }
        }
    }

    private static Aim AimOf(Vector terms) => new([.. terms.Prizes.Select(static (p, i) => new Prize(i + 1, p.Amount, p.Quantity, p.ChancePpb))], terms.PassPpb);

    private static string Commitment(Vector terms, byte[] secret) => Convert.ToHexStringLower(SHA256.HashData((byte[])[
        .. Bytes(1, 4), .. Bytes(BigInteger.Parse(terms.CampaignId, CultureInfo.InvariantCulture), 8), .. Bytes(terms.Round, 4), .. secret,
        .. Bytes(terms.PassPpb, 8), .. Bytes(terms.Prizes.Length, 4), .. terms.Prizes.SelectMany(static p => (byte[])[.. Bytes(p.Amount, 8), .. Bytes(p.Quantity, 8), .. Bytes(p.ChancePpb, 8)])]));

    private static BigInteger Number(ReadOnlySpan<byte> bigEndian) => new(bigEndian, isUnsigned: true, isBigEndian: true);

    private static byte[] Bytes(BigInteger number, int length)
    {
        var bytes = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[length - bytes.Length], .. bytes];
    }

    private static string Block(string name)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Hongbao.slnx")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("no Hongbao.slnx above the tests");
        }

        var page = File.ReadAllText(Path.Combine(folder.FullName, "docs/rain.md"));
        var start = page.IndexOf($"```json {name}\n", StringComparison.Ordinal);
        Assert.True(start >= 0, $"docs/rain.md has no block {name}");
        start = page.IndexOf('\n', start) + 1;
        return page[start..page.IndexOf("\n```", start, StringComparison.Ordinal)];
    }
}
