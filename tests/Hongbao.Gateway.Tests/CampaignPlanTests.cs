using System.Globalization;
using System.Net.Http.Headers;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hongbao.Gateway.Json;

namespace Hongbao.Gateway.Tests;

/// <summary>Plans as operators send them: read strictly, with numbers that are taken exactly.</summary>
public sealed class CampaignPlanTests : IClassFixture<CampaignPlanTests.Shared>
{
    private const string Campaigns = "/ops/v1/campaigns";

    private const string Plan = """
        {"name":"新年红包雨","currency":"CNY","budget":1000000,"startsAt":"2026-02-17T12:00:00Z","endsAt":"2026-02-17T21:00:00+08:00",
        "rounds":[{"round":1,"startsAt":"2026-02-17T12:00:00Z","endsAt":"2026-02-17T12:01:00Z"},{"round":2,"startsAt":"2026-02-17T12:10:00Z","endsAt":"2026-02-17T12:11:00Z"}],
        "prizes":[{"amount":888,"quantity":100},{"amount":20,"probability":0.001}],"perUserLimit":2,"tokenTtlSeconds":86400,"reason":"new year"}
        """;

    private readonly GatewayHost _host;

    public CampaignPlanTests(Shared shared)
    {
        _host = shared.Host;
        _host.Campaigns.Asked.Clear();
    }

    /// <summary>One gateway for all of them: they are many, and none changes it.</summary>
    public sealed class Shared : IAsyncLifetime
    {
        internal GatewayHost Host { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Host = await GatewayHost.StartAsync();

        public ValueTask DisposeAsync() => Host.DisposeAsync();
    }

    private Task<Answer> PostAsync(object body) => _host.PostAsync(Campaigns, body, _host.Token("4711", "operator"));

    [Fact]
    public async Task A_plan_with_everything_is_passed_on_as_it_was_sent()
    {
        var body = Body();
        body["passRate"] = JsonNode.Parse("0.25");
        body["pacing"] = JsonNode.Parse("""{"firstPercent":0,"fullPercent":100}""");
        body["jitterSeconds"] = 600;
        body["unknown"] = 1;
        var answer = await PostAsync(body.ToJsonString());
        Assert.Equal((201, """{"campaignId":"71","status":"DRAFT"}""", "/ops/v1/campaigns/71"), (answer.Status, answer.Body, answer.Header("Location")));
        var (context, request) = _host.Campaigns.Asked.Single();
        var create = Assert.IsType<CreateCampaignRequest>(request);
        Assert.Equal((4711L, "new year"), (context.Uid, create.Reason));
        Assert.Equal(FakeCampaigns.Plan() with { PacingFirstPercent = 0, PacingFullPercent = 100, JitterMs = 600_000 }, create.Plan);
    }

    [Fact]
    public async Task A_plan_without_what_is_optional_has_the_usual()
    {
        Assert.Equal(201, (await PostAsync(Plan)).Status);
        Assert.Equal(
            FakeCampaigns.Plan() with { PassPpb = 0, JitterMs = 0, PacingFirstPercent = 20, PacingFullPercent = 80 }, _host.Campaigns.Last<CreateCampaignRequest>().Plan);

        var body = Body();
        body["passRate"] = null;
        body["jitterSeconds"] = null;
        body["pacing"] = JsonNode.Parse("""{"fullPercent":50}""");
        Assert.Equal(201, (await PostAsync(body.ToJsonString())).Status);
        var plan = _host.Campaigns.Last<CreateCampaignRequest>().Plan;
        Assert.Equal((0L, 0, 20, 50), (plan.PassPpb, plan.JitterMs, plan.PacingFirstPercent, plan.PacingFullPercent));
    }

    [Theory]
    [InlineData("name")]
    [InlineData("currency")]
    [InlineData("budget")]
    [InlineData("startsAt")]
    [InlineData("endsAt")]
    [InlineData("rounds")]
    [InlineData("prizes")]
    [InlineData("perUserLimit")]
    [InlineData("tokenTtlSeconds")]
    [InlineData("reason")]
    [InlineData("rounds[0].round")]
    [InlineData("rounds[1].startsAt")]
    [InlineData("rounds[1].endsAt")]
    [InlineData("prizes[0].amount")]
    [InlineData("prizes[0].quantity")]
    public async Task A_missing_field_is_named(string field)
    {
        var body = Body();
        var (holder, name) = Find(body, field);
        holder.Remove(name);
        (await PostAsync(body.ToJsonString())).Blames(field);
        holder[name] = null;
        (await PostAsync(body.ToJsonString())).Blames(field);
        Assert.Empty(_host.Campaigns.Asked);
    }

    [Theory]
    [InlineData("name", "1")]
    [InlineData("name", "\"a\\u0000\"")]
    [InlineData("currency", "156")]
    [InlineData("budget", "\"1000000\"")]
    [InlineData("budget", "1000000.5")]
    [InlineData("budget", "1e6")]
    [InlineData("budget", "9223372036854775808")]
    [InlineData("startsAt", "1771329600000")]
    [InlineData("startsAt", "\"\"")]
    [InlineData("startsAt", "\"2026-02-17\"")]
    [InlineData("startsAt", "\"2026-02-17T12:00:00\"")]
    [InlineData("startsAt", "\"2026-02-17T12:00:00Z\\n\"")]
    [InlineData("startsAt", "\" 2026-02-17T12:00:00Z\"")]
    [InlineData("startsAt", "\"2026-02-17 12:00:00Z\"")]
    [InlineData("startsAt", "\"2026-02-17T12:00Z\"")]
    [InlineData("startsAt", "\"2026-02-17T12:00:60Z\"")]
    [InlineData("startsAt", "\"2026-02-17T24:00:00Z\"")]
    [InlineData("startsAt", "\"2026-02-29T12:00:00Z\"")]
    [InlineData("startsAt", "\"2026-13-01T12:00:00Z\"")]
    [InlineData("startsAt", "\"0000-01-01T00:00:00Z\"")]
    [InlineData("startsAt", "\"0001-01-01T00:00:00+01:00\"")]
    [InlineData("startsAt", "\"2026-02-17T12:00:00+8\"")]
    [InlineData("startsAt", "\"2026-02-17T12:00:00+0800\"")]
    [InlineData("startsAt", "\"2026-02-17T12:00:00+15:00\"")]
    [InlineData("startsAt", "\"2026-02-17T12:00:00+08:60\"")]
    [InlineData("startsAt", "\"2026-02-17T12:00:00.Z\"")]
    [InlineData("startsAt", "\"２０２６-02-17T12:00:00Z\"")]
    [InlineData("startsAt", "\"17 Feb 2026 12:00:00Z\"")]
    [InlineData("endsAt", "{}")]
    [InlineData("rounds", "{}")]
    [InlineData("rounds", "[1]")]
    [InlineData("rounds", "\"1\"")]
    [InlineData("rounds[0].round", "\"1\"")]
    [InlineData("rounds[0].round", "2147483648")]
    [InlineData("rounds[0].round", "1.5")]
    [InlineData("rounds[1].startsAt", "\"noon\"")]
    [InlineData("rounds[1].endsAt", "0")]
    [InlineData("prizes", "1")]
    [InlineData("prizes", "[[]]")]
    [InlineData("prizes[0].amount", "\"888\"")]
    [InlineData("prizes[0].amount", "8.88")]
    [InlineData("prizes[0].quantity", "0")]
    [InlineData("prizes[0].quantity", "-1")]
    [InlineData("prizes[0].quantity", "1.5")]
    [InlineData("prizes[0].quantity", "\"100\"")]
    [InlineData("prizes[0].probability", "0.5")]
    [InlineData("prizes[1].quantity", "5", "prizes[1].probability")]
    [InlineData("prizes[1].probability", "0")]
    [InlineData("prizes[1].probability", "0.0")]
    [InlineData("prizes[1].probability", "-0")]
    [InlineData("prizes[1].probability", "-0.1")]
    [InlineData("prizes[1].probability", "1.0000000001")]
    [InlineData("prizes[1].probability", "1.000000001")]
    [InlineData("prizes[1].probability", "2")]
    [InlineData("prizes[1].probability", "0.0000000001")]
    [InlineData("prizes[1].probability", "0.1234567891")]
    [InlineData("prizes[1].probability", "1e-10")]
    [InlineData("prizes[1].probability", "1e1")]
    [InlineData("prizes[1].probability", "1e400")]
    [InlineData("prizes[1].probability", "1e-99999999999999999999")]
    [InlineData("prizes[1].probability", "\"0.1\"")]
    [InlineData("prizes[1].probability", "\"NaN\"")]
    [InlineData("prizes[1].probability", "true")]
    [InlineData("prizes[1].probability", "[0.1]")]
    [InlineData("passRate", "0")]
    [InlineData("passRate", "1.5")]
    [InlineData("passRate", "-0.5")]
    [InlineData("passRate", "\"0.5\"")]
    [InlineData("pacing", "80")]
    [InlineData("pacing", "[]")]
    [InlineData("pacing.firstPercent", "20.5")]
    [InlineData("pacing.firstPercent", "\"20\"")]
    [InlineData("pacing.fullPercent", "1e2")]
    [InlineData("jitterSeconds", "-1")]
    [InlineData("jitterSeconds", "601")]
    [InlineData("jitterSeconds", "0.5")]
    [InlineData("jitterSeconds", "\"5\"")]
    [InlineData("jitterSeconds", "2147483647")]
    [InlineData("perUserLimit", "\"2\"")]
    [InlineData("perUserLimit", "2147483648")]
    [InlineData("tokenTtlSeconds", "86400.0")]
    [InlineData("reason", "\"\"")]
    [InlineData("reason", "\" \\u3000 \"")]
    [InlineData("reason", "\"a\\nb\"")]
    [InlineData("reason", "5")]
    public async Task A_field_that_is_not_acceptable_is_named(string field, string value, string? blamed = null)
    {
        var body = Body();
        body["pacing"] = new JsonObject();
        var (holder, name) = Find(body, field);
        holder[name] = JsonNode.Parse(value);
        (await PostAsync(body.ToJsonString())).Blames(blamed ?? field);
        Assert.Empty(_host.Campaigns.Asked);
    }

    [Theory]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData(".1")]
    [InlineData("0.")]
    [InlineData("+0.1")]
    [InlineData("0,1")]
    [InlineData("0x1")]
    [InlineData("00.1")]
    public async Task A_probability_that_json_does_not_know_makes_no_body(string probability)
    {
        (await PostAsync(Plan.Replace("0.001", probability, StringComparison.Ordinal))).Blames("body");
        Assert.Empty(_host.Campaigns.Asked);
    }

    [Theory]
    [InlineData("1", 1_000_000_000)]
    [InlineData("1.0", 1_000_000_000)]
    [InlineData("1.000000000", 1_000_000_000)]
    [InlineData("0.1", 100_000_000)]
    [InlineData("0.3", 300_000_000)]
    [InlineData("0.7", 700_000_000)]
    [InlineData("0.999999999", 999_999_999)]
    [InlineData("0.000000001", 1)]
    [InlineData("1e-3", 1_000_000)]
    [InlineData("1E-3", 1_000_000)]
    [InlineData("1e-9", 1)]
    [InlineData("1.5e-7", 150)]
    [InlineData("0.1e+1", 1_000_000_000)]
    [InlineData("1e0", 1_000_000_000)]
    [InlineData("100e-2", 1_000_000_000)]
    [InlineData("0.5000000000000000", 500_000_000)]
    public async Task A_probability_is_taken_exactly(string probability, long ppb)
    {
        Assert.Equal(201, (await PostAsync(Plan.Replace("0.001", probability, StringComparison.Ordinal))).Status);
        Assert.Equal(ppb, _host.Campaigns.Last<CreateCampaignRequest>().Plan.Prizes[1].ChancePpb);
    }

    [Theory]
    [InlineData("2026-02-17T12:00:00Z", 0)]
    [InlineData("2026-02-17t12:00:00z", 0)]
    [InlineData("2026-02-17T20:00:00+08:00", 0)]
    [InlineData("2026-02-17T08:30:00-03:30", 0)]
    [InlineData("2026-02-17T12:00:00-00:00", 0)]
    [InlineData("2026-02-17T12:00:00.5Z", 500)]
    [InlineData("2026-02-17T12:00:00.123Z", 123)]
    [InlineData("2026-02-17T12:00:00.1239999+00:00", 123)]
    public async Task A_time_is_read_with_its_offset(string time, long ms)
    {
        var body = Body();
        body["startsAt"] = time;
        Assert.Equal(201, (await PostAsync(body.ToJsonString())).Status);
        Assert.Equal(FakeCampaigns.Now + ms, _host.Campaigns.Last<CreateCampaignRequest>().Plan.StartsAtMs);
    }

    [Fact]
    public async Task More_rounds_or_prizes_than_there_may_be_are_refused_as_a_whole()
    {
        var body = Body();
        body["rounds"] = new JsonArray([.. Enumerable.Repeat(0, 101).Select(_ => new JsonObject())]);
        (await PostAsync(body.ToJsonString())).Blames("rounds");
        body = Body();
        body["prizes"] = new JsonArray([.. Enumerable.Repeat(0, 21).Select(_ => new JsonObject())]);
        (await PostAsync(body.ToJsonString())).Blames("prizes");
        Assert.Empty(_host.Campaigns.Asked);
    }

    [Fact]
    public async Task All_fields_at_fault_are_named_at_once()
    {
        var answer = (await PostAsync("""{"rounds":[{}],"prizes":[{"probability":7}],"passRate":"x","pacing":{"firstPercent":"x"}}""")).IsProblem(400, "VALIDATION_FAILED");
        Assert.Equal(
            [
                "budget", "currency", "endsAt", "name", "pacing.firstPercent", "passRate", "perUserLimit", "prizes[0].amount", "prizes[0].probability", "reason", "rounds[0].endsAt",
                "rounds[0].round", "rounds[0].startsAt", "startsAt", "tokenTtlSeconds",
            ],
            answer.Json.GetProperty("errors").EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
    }

    /// <summary>Any JSON number against arithmetic on whole numbers of any length.</summary>
    [Theory]
    [InlineData(20260217)]
    [InlineData(4711)]
    public void A_ratio_is_what_its_digits_say(int seed)
    {
        var random = new Random(seed);
        var accepted = 0;
        for (var i = 0; i < 20_000; i++)
        {
            string Digits(int most) => string.Concat(Enumerable.Range(0, random.Next(1, most + 1)).Select(_ => random.Next(3) == 0 ? random.Next(10) : 0));
            var whole = random.Next(3) > 0 ? $"{random.Next(2)}" : Digits(4).TrimStart('0') is { Length: > 0 } greater ? greater : "0";
            var fraction = random.Next(4) > 0 ? Digits(12) : "";
            var exponent = random.Next(2) == 0 ? random.Next(-14, 5) : 0;
            var json = whole + (fraction.Length > 0 ? "." + fraction : "") + (exponent != 0 ? $"{"eE"[random.Next(2)]}{(exponent > 0 && random.Next(2) == 0 ? "+" : "")}{exponent}" : "");

            // In parts of 10^-40: nothing here is finer.
            var exact = BigInteger.Parse(whole + fraction, CultureInfo.InvariantCulture) * BigInteger.Pow(10, 40 - fraction.Length + exponent);
            var (ppb, rest) = BigInteger.DivRem(exact, BigInteger.Pow(10, 31));
            var isOne = rest.IsZero && ppb >= 1 && ppb <= 1_000_000_000;
            Assert.True(Ratio.TryParse(json, out var ratio) == isOne && (!isOne || ratio.Ppb == ppb), $"seed {seed}: {json}");
            if (isOne)
            {
                accepted++;

                // And is written so that it is read as the same.
                Assert.True(Ratio.TryParse(ratio.ToString(), out var again) && again == ratio, $"seed {seed}: {json} was written {ratio}");
            }
        }

        Assert.InRange(accepted, 1000, 19_000);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("0.1x")]
    [InlineData("e")]
    [InlineData("1e")]
    [InlineData("1e1e1")]
    [InlineData("1e 0")]
    [InlineData("NaN")]
    [InlineData("１")]
    public void What_is_no_number_is_no_ratio(string text) => Assert.False(Ratio.TryParse(text, out _));

    [Theory]
    [InlineData(20260217)]
    [InlineData(4711)]
    public async Task Mutated_plans_never_break_the_service_and_campaign_gets_only_what_was_sent(int seed)
    {
        // Long texts, where a change does no harm.
        var random = new Random(seed);
        var body = Body();
        body["name"] = new string('n', 300);
        body["reason"] = new string('r', 200);
        var valid = Encoding.UTF8.GetBytes(body.ToJsonString());
        var accepted = 0;
        for (var i = 0; i < 500; i++)
        {
            var mutated = Mutations.Of(valid, random);
            var content = new ByteArrayContent(mutated);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            var before = _host.Campaigns.Asked.Count;
            var answer = await PostAsync(content);
            var what = $"seed {seed}, mutation {i}: {answer.Status} for {Encoding.UTF8.GetString(mutated)}";
            if (answer.Status == 201)
            {
                accepted++;
                using var sent = JsonDocument.Parse(mutated);
                Assert.True(IsWhatWasSent(_host.Campaigns.Last<CreateCampaignRequest>(), sent.RootElement), what);
            }
            else
            {
                Assert.True(answer.Status == 400 && _host.Campaigns.Asked.Count == before, what);
            }
        }

        // The mutations are mild enough to prove something.
        Assert.InRange(accepted, 20, 450);
    }

    private static bool IsWhatWasSent(CreateCampaignRequest request, JsonElement root)
    {
        var (plan, rounds, prizes) = (request.Plan, root.GetProperty("rounds"), root.GetProperty("prizes"));
        return root.GetProperty("name").GetString() == plan.Name
            && root.GetProperty("currency").GetString() == plan.Currency
            && root.GetProperty("reason").GetString() == request.Reason
            && Is(root, "budget", plan.Budget) && Is(root, "perUserLimit", plan.PerUserLimit) && Is(root, "tokenTtlSeconds", plan.TokenTtlSeconds)
            && At(root, "startsAt", plan.StartsAtMs) && At(root, "endsAt", plan.EndsAtMs)
            && rounds.GetArrayLength() == plan.Rounds.Count && prizes.GetArrayLength() == plan.Prizes.Count
            && rounds.EnumerateArray().Zip(plan.Rounds).All(r => Is(r.First, "round", r.Second.Round) && At(r.First, "startsAt", r.Second.StartsAtMs) && At(r.First, "endsAt", r.Second.EndsAtMs))
            && prizes.EnumerateArray().Zip(plan.Prizes).All(p => Is(p.First, "amount", p.Second.Amount)
                && (p.Second.Quantity > 0 ? Is(p.First, "quantity", p.Second.Quantity) && p.Second.ChancePpb == 0 : p.First.GetProperty("probability").GetDecimal() * 1_000_000_000 == p.Second.ChancePpb));

        static bool Is(JsonElement holder, string name, long value) => holder.GetProperty(name).GetDecimal() == value;

        static bool At(JsonElement holder, string name, long unixMs) => holder.GetProperty(name).GetDateTimeOffset().ToUnixTimeMilliseconds() == unixMs;
    }

    private static JsonObject Body() => JsonNode.Parse(Plan)!.AsObject();

    /// <summary>The object that a field such as <c>rounds[1].endsAt</c> is in, and its name there.</summary>
    private static (JsonObject Holder, string Name) Find(JsonObject body, string field)
    {
        var parts = field.Split('.');
        JsonNode holder = body;
        foreach (var part in parts[..^1])
        {
            var at = part.IndexOf('[', StringComparison.Ordinal);
            holder = at < 0 ? holder[part]! : holder[part[..at]]![int.Parse(part[(at + 1)..^1], CultureInfo.InvariantCulture)]!;
        }

        return (holder.AsObject(), parts[^1]);
    }
}
