using System.Net;
using System.Text;
using System.Text.Json;
using Hongbao.Foundation.Opening;

namespace Hongbao.Gateway.Tests;

/// <summary>Packets and campaigns that open at a time, or to those who meet a condition.</summary>
public sealed class OpeningTests : IAsyncLifetime
{
    private const string Claims = "/api/v1/packets/9001/claims";
    private const string Draws = "/api/v1/campaigns/71/rounds/2/draws";
    private GatewayHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await GatewayHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("""{"kind":"password","password":"恭喜发财🧧"}""", ConditionKind.Password, "恭喜发财🧧", 0, "")]
    [InlineData("""{"kind":"follow","uid":"1002"}""", ConditionKind.Follow, "", 1002, "")]
    [InlineData("""{"kind":"follow"}""", ConditionKind.Follow, "", 0, "")]
    [InlineData("""{"kind":"share","contentId":"video-7","uid":null}""", ConditionKind.Share, "", 0, "video-7")]
    [InlineData("""{"kind":"none"}""", ConditionKind.None, "", 0, "")]
    public async Task When_a_packet_opens_and_to_whom_is_passed_to_core(string condition, ConditionKind kind, string password, long uid, string contentId)
    {
        var body = PacketTests.Body();
        body["opensAt"] = "2026-02-17T20:00:00.5+08:00";
        body["condition"] = JsonDocument.Parse(condition).RootElement;
        var answer = await _host.PostAsync("/api/v1/packets", body);
        Assert.Equal(201, answer.Status);
        Assert.DoesNotContain("恭喜", answer.Body, StringComparison.Ordinal);
        var create = _host.Core.Last<CreatePacketRequest>();
        Assert.Equal(1_771_329_600_500, create.OpensAtMs);
        Assert.Equal(new OpeningCondition { Kind = kind, Password = password, Uid = uid, ContentId = contentId }, create.Condition);
    }

    [Fact]
    public async Task A_packet_without_them_opens_at_once_to_everybody()
    {
        var body = PacketTests.Body();
        await _host.PostAsync("/api/v1/packets", body);
        (body["opensAt"], body["condition"]) = (null!, null!);
        await _host.PostAsync("/api/v1/packets", body);
        Assert.All(_host.Core.Asked, a => Assert.Equal((0L, new OpeningCondition()), (((CreatePacketRequest)a.Request).OpensAtMs, ((CreatePacketRequest)a.Request).Condition)));
        Assert.DoesNotContain("opensAt", (await _host.GetAsync("/api/v1/packets/9001")).Body, StringComparison.Ordinal);
        Assert.DoesNotContain("condition", (await _host.GetAsync("/api/v1/packets/9001")).Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("opensAt", "\"tomorrow\"", "opensAt")]
    [InlineData("opensAt", "\"2026-02-17T20:00:00\"", "opensAt")]
    [InlineData("opensAt", "1771329600000", "opensAt")]
    [InlineData("condition", "\"password\"", "condition")]
    [InlineData("condition", "[]", "condition")]
    [InlineData("condition", "{}", "condition.kind")]
    [InlineData("condition", """{"kind":"Password","password":"x"}""", "condition.kind")]
    [InlineData("condition", """{"kind":1}""", "condition.kind")]
    [InlineData("condition", """{"kind":"password","password":7}""", "condition.password")]
    [InlineData("condition", """{"kind":"password","password":"a\u0000"}""", "condition.password")]
    [InlineData("condition", """{"kind":"password","password":"\ud83e"}""", "condition.password")]
    [InlineData("condition", """{"kind":"follow","uid":1002}""", "condition.uid")]
    [InlineData("condition", """{"kind":"follow","uid":"0"}""", "condition.uid")]
    [InlineData("condition", """{"kind":"share","contentId":{}}""", "condition.contentId")]
    public async Task What_cannot_be_read_is_refused_by_name(string field, string value, string blamed)
    {
        var body = JsonSerializer.Serialize(PacketTests.Body());
        (await _host.PostAsync("/api/v1/packets", $"{body[..^1]},\"{field}\":{value}}}")).Blames(blamed);
        Assert.Empty(_host.Core.Asked);
    }

    [Theory]
    [InlineData(ConditionKind.Password, 0, "", """{"kind":"password"}""")]
    [InlineData(ConditionKind.Follow, 1002, "", """{"kind":"follow","uid":"1002"}""")]
    [InlineData(ConditionKind.Share, 0, "video-7", """{"kind":"share","contentId":"video-7"}""")]
    public async Task The_detail_shows_them_without_the_password(ConditionKind kind, long uid, string contentId, string shown)
    {
        _host.Query.Packet = FakeQuery.View() with
        {
            OpensAtMs = 1_771_329_600_123,
            Condition = new OpeningCondition { Kind = kind, Uid = uid, ContentId = contentId, Password = "never told" },
        };
        var answer = await _host.GetAsync("/api/v1/packets/9001");
        Assert.EndsWith($$""","opensAt":"2026-02-17T12:00:00.123Z","condition":{{shown}}}""", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("never told", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_it_opens_later_the_detail_says_what_time_it_is()
    {
        _host.Query.Packet = FakeQuery.View() with { OpensAtMs = 1_771_329_600_123, NowMs = 1_771_329_599_000 };
        Assert.Equal("2026-02-17T11:59:59.000Z", (await _host.GetAsync("/api/v1/packets/9001")).Json.GetProperty("serverTime").GetString());
        _host.Query.Packet = FakeQuery.View() with { OpensAtMs = 1_771_329_600_123 };
        Assert.False((await _host.GetAsync("/api/v1/packets/9001")).Json.TryGetProperty("serverTime", out _));
    }

    [Theory]
    [InlineData(Claims)]
    [InlineData(Draws)]
    public async Task The_password_is_passed_on_if_there_is_one(string path)
    {
        foreach (var (body, password) in new (object?, string)[]
        {
            (null, ""), ("", ""), ("{}", ""), ("""{"password":null}""", ""), ("""{"other":[1]}""", ""), ("""{"password":""}""", ""), ("""{"password":"恭喜发财🧧"}""", "恭喜发财🧧"),
            (new Unsized(""), ""), (new Unsized("""{"password":"x"}"""), "x"), (new StringContent("", Encoding.UTF8, "text/plain"), ""),
        })
        {
            Assert.Equal(200, (await _host.PostAsync(path, body)).Status);
            Assert.Equal(password, path == Claims ? _host.Core.Last<ClaimRequest>().Password : _host.Campaigns.Last<RainDrawRequest>().Password);
        }

        Assert.All(_host.Core.Asked, a => Assert.Equal(9001, ((ClaimRequest)a.Request).PacketNo));
        Assert.All(_host.Campaigns.Asked, a => Assert.Equal((71, 2), (((RainDrawRequest)a.Request).CampaignId, ((RainDrawRequest)a.Request).Round)));
    }

    [Theory]
    [InlineData("""{"password":7}""", "password")]
    [InlineData("""{"password":["x"]}""", "password")]
    [InlineData("""{"password":"a\u0000b"}""", "password")]
    [InlineData("""{"password":"\ud83e"}""", "password")]
    [InlineData("""{"password":"a","password":"b"}""", "body")]
    [InlineData("[]", "body")]
    [InlineData("\"x\"", "body")]
    [InlineData("{", "body")]
    public async Task A_body_that_cannot_be_read_is_refused_by_name(string body, string blamed)
    {
        foreach (var path in new[] { Claims, Draws })
        {
            (await _host.PostAsync(path, body)).Blames(blamed);
            (await _host.PostAsync(path, new StringContent(body, Encoding.UTF8, "text/plain"))).Blames("content-type");
            (await _host.PostAsync(path, new Unsized(new string('x', 65_537)))).IsProblem(413, "PAYLOAD_TOO_LARGE");
        }

        Assert.Empty(_host.Core.Asked);
        Assert.Empty(_host.Campaigns.Asked);
    }

    [Fact]
    public async Task A_packet_that_opens_later_says_when()
    {
        _host.Core.Claim = (_, _, _) => Task.FromResult(new ClaimResponse { Result = new Result { Code = ResultCode.PacketNotActive, Detail = "It opens later.", RetryAfterMs = 90_000 } });
        var answer = (await _host.PostAsync(Claims)).IsProblem(409, "PACKET_NOT_ACTIVE");
        Assert.Equal((90_000, "It opens later."), (answer.Json.GetProperty("retryAfterMs").GetInt32(), answer.Json.GetProperty("detail").GetString()));
        Assert.Null(answer.Header("Retry-After"));

        _host.Core.Claim = (_, _, _) => Task.FromResult(new ClaimResponse { Result = new Result { Code = ResultCode.PacketNotActive, Detail = "Days.", RetryAfterMs = int.MaxValue } });
        Assert.Equal(3_600_000, (await _host.PostAsync(Claims)).Json.GetProperty("retryAfterMs").GetInt32());
        _host.Core.Claim = (_, _, _) => Task.FromResult(new ClaimResponse { Result = Result.Of(ResultCode.PacketNotActive, "Not paid.") });
        Assert.False((await _host.PostAsync(Claims)).Json.TryGetProperty("retryAfterMs", out _));
    }

    [Fact]
    public async Task A_wrong_password_is_told_by_its_field_and_appears_in_no_log()
    {
        _host.Core.Claim = (_, _, _) => Task.FromResult(new ClaimResponse { Result = Result.Invalid("password", "is wrong; 4 tries are left") });
        var answer = await _host.PostAsync(Claims, """{"password":"secret-word"}""");
        answer.Blames("password");
        Assert.DoesNotContain("secret-word", answer.Body, StringComparison.Ordinal);
        _host.Core.Claim = (_, _, _) => throw new InvalidOperationException("a fault");
        (await _host.PostAsync(Claims, """{"password":"secret-word"}""")).IsProblem(500, "INTERNAL");
        Assert.DoesNotContain(_host.Logs.Lines, l => l.Contains("secret-word", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Claims)]
    [InlineData(Draws)]
    public async Task How_often_a_password_may_still_be_said_is_told_as_a_number(string path)
    {
        void Answers(Result result)
        {
            _host.Core.Claim = (_, _, _) => Task.FromResult(new ClaimResponse { Result = result });
            _host.Campaigns.Draw = (_, _, _) => Task.FromResult(new RainDrawResponse { Result = result });
        }

        foreach (var left in new[] { 4, 0 })
        {
            Answers(PasswordTries.Wrong(left));
            Assert.Equal(left, (await _host.PostAsync(path, """{"password":"x"}""")).IsProblem(400, "VALIDATION_FAILED").Json.GetProperty("triesLeft").GetInt32());
        }

        Answers(PasswordTries.UsedUp());
        Assert.Equal(0, (await _host.PostAsync(path, """{"password":"x"}""")).IsProblem(409, "LIMIT_EXCEEDED").Json.GetProperty("triesLeft").GetInt32());

        // Nothing was counted.
        foreach (var result in new[] { Result.Invalid("password", "is required"), Result.Of(ResultCode.LimitExceeded) })
        {
            Answers(result);
            Assert.False((await _host.PostAsync(path)).Json.TryGetProperty("triesLeft", out _));
        }
    }

    [Fact]
    public async Task A_campaign_has_a_condition_from_its_plan_to_its_players()
    {
        var plan = CampaignOperationTests.Plan.TrimEnd()[..^1] + ""","condition":{"kind":"password","password":"恭喜发财"}}""";
        Assert.Equal(201, (await _host.PostAsync("/ops/v1/campaigns", plan, _host.Token(role: "operator"))).Status);
        Assert.Equal(new OpeningCondition { Kind = ConditionKind.Password, Password = "恭喜发财" }, _host.Campaigns.Last<CreateCampaignRequest>().Plan.Condition);

        var condition = new OpeningCondition { Kind = ConditionKind.Follow, Uid = 1002 };
        _host.Campaigns.Views = [FakeCampaigns.View() with { Condition = condition }];
        _host.Campaigns.Details = [FakeCampaigns.Detail() with { Plan = FakeCampaigns.Plan() with { Condition = condition } }];
        foreach (var path in new[] { "/api/v1/campaigns", "/ops/v1/campaigns" })
        {
            var row = (await _host.GetAsync(path, _host.Token(role: "operator"))).Json.GetProperty("items")[0];
            Assert.Equal("""{"kind":"follow","uid":"1002"}""", row.GetProperty("condition").GetRawText());
        }
    }

    /// <summary>A body whose length nobody knows before it ends.</summary>
    private sealed class Unsized : HttpContent
    {
        private readonly byte[] _bytes;

        public Unsized(string text)
        {
            _bytes = Encoding.UTF8.GetBytes(text);
            Headers.ContentType = new("application/json");
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => stream.WriteAsync(_bytes).AsTask();

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
