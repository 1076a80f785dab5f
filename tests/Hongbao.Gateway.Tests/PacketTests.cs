using System.Text.Json;

namespace Hongbao.Gateway.Tests;

public sealed class PacketTests : IAsyncLifetime
{
    private GatewayHost _host = null!;

    internal static Dictionary<string, object> Body() => new()
    {
        ["requestId"] = "order-7f3a",
        ["amount"] = 10000,
        ["count"] = 10,
        ["currency"] = "CNY",
        ["split"] = "random",
        ["scope"] = new { kind = "public" },
        ["greeting"] = "新年快乐",
        ["contentId"] = "video-881",
        ["ttlSeconds"] = 86400,
        ["funding"] = new { kind = "cashier" },
    };

    public async ValueTask InitializeAsync() => _host = await GatewayHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Creating_passes_every_field_and_the_caller_to_core()
    {
        var body = Body();
        body["scope"] = new { kind = "exclusive", uids = new[] { "1002", "9223372036854775807" } };
        body["unknown"] = new { ignored = true };
        var answer = await _host.PostAsync("/api/v1/packets", body, _host.Token("1001", app: "other-app"), ("Accept-Language", "zh-CN,zh;q=0.9"));

        Assert.Equal(201, answer.Status);
        var (context, request) = _host.Core.Asked.Single();
        var create = Assert.IsType<CreatePacketRequest>(request);
        Assert.Equal(("order-7f3a", 10000L, 10, "CNY"), (create.RequestId, create.Amount, create.Count, create.Currency));
        Assert.Equal((SplitKind.Random, ScopeKind.Exclusive), (create.Split, create.Scope));
        Assert.Equal([1002, long.MaxValue], create.ScopeUids);
        Assert.Equal(("新年快乐", "video-881", 86400), (create.Greeting, create.ContentId, create.TtlSeconds));
        Assert.Equal(("other-app", 1001L, "zh-CN"), (context.App, context.Uid, context.Locale));
        Assert.Equal((_host.Clock.GetUtcNow() + TimeSpan.FromSeconds(5)).ToUnixTimeMilliseconds(), context.DeadlineMs);
        Assert.Matches("^[0-9a-f]{32}$", context.TraceId);
    }

    [Fact]
    public async Task Creating_without_the_optional_fields_leaves_them_empty()
    {
        var body = Body();
        body.Remove("greeting");
        body["contentId"] = null!;
        body.Remove("ttlSeconds");
        Assert.Equal(201, (await _host.PostAsync("/api/v1/packets", body)).Status);
        var create = _host.Core.Last<CreatePacketRequest>();
        Assert.Equal(("", "", 0), (create.Greeting, create.ContentId, create.TtlSeconds));
        Assert.Empty(create.ScopeUids);
    }

    [Fact]
    public async Task A_created_packet_is_201_and_its_repetition_200_with_the_same_body()
    {
        var first = await _host.PostAsync("/api/v1/packets", Body());
        _host.Core.Create = (_, _, _) => Task.FromResult(FakeCore.Created() with { Repeated = true });
        var second = await _host.PostAsync("/api/v1/packets", Body());

        Assert.Equal((201, 200), (first.Status, second.Status));
        Assert.Equal(first.Body, second.Body);
        Assert.Equal("/api/v1/packets/9223372036854775807", first.Header("Location"));
        Assert.Equal(
            """{"packetNo":"9223372036854775807","kind":"c2c","status":"PENDING_PAYMENT","expiresAt":"2026-02-17T12:00:00.123Z","payment":{"payOrderNo":"730100000000000002","status":"PENDING","cashierUrl":"/cashier/730100000000000002"},"seedHash":"ab01"}""",
            first.Body);
    }

    [Theory]
    [InlineData("""{"kind":"cashier"}""", 0, "")]
    [InlineData("""{"kind":"cashier","subsidyNo":12,"token":[]}""", 0, "")]
    [InlineData("""{"kind":"subsidy","subsidyNo":"12"}""", 12, "")]
    [InlineData("""{"kind":"subsidy","subsidyNo":"9223372036854775807","token":null}""", long.MaxValue, "")]
    [InlineData("""{"kind":"subsidy","subsidyNo":"12","token":""}""", 12, "")]
    [InlineData("""{"kind":"subsidy","token":"abc"}""", 0, "abc")]
    public async Task Who_funds_a_packet_is_passed_to_core(string funding, long subsidyNo, string token)
    {
        var body = Body();
        body["funding"] = JsonDocument.Parse(funding).RootElement;
        Assert.Equal(201, (await _host.PostAsync("/api/v1/packets", body)).Status);
        var create = _host.Core.Last<CreatePacketRequest>();
        Assert.Equal((subsidyNo, token), (create.SubsidyNo, create.Token));
        Assert.Equal(("order-7f3a", 10000L, 10), (create.RequestId, create.Amount, create.Count));
    }

    [Fact]
    public async Task A_packet_that_a_subsidy_funds_is_active_and_has_no_payment()
    {
        var body = Body();
        body["funding"] = new { kind = "subsidy", subsidyNo = "12" };
        _host.Core.Create = (_, _, _) => Task.FromResult(Subsidized());
        var first = await _host.PostAsync("/api/v1/packets", body);
        _host.Core.Create = (_, _, _) => Task.FromResult(Subsidized() with { Repeated = true });
        var second = await _host.PostAsync("/api/v1/packets", body);
        Assert.Equal((201, 200), (first.Status, second.Status));
        Assert.Equal("""{"packetNo":"9001","kind":"b2c","status":"ACTIVE","expiresAt":"2026-02-18T12:00:00.000Z","seedHash":"ab01"}""", first.Body);
        Assert.Equal(first.Body, second.Body);

        static CreatePacketResponse Subsidized() =>
            new() { PacketNo = 9001, Kind = PacketKind.B2C, Status = PacketStatus.Active, ExpiresAtMs = 1_771_416_000_000, SeedHash = "ab01" };
    }

    [Fact]
    public async Task A_subsidy_that_core_does_not_take_is_not_usable()
    {
        var body = Body();
        body["funding"] = new { kind = "subsidy", token = "forged" };
        _host.Core.Create = (_, _, _) => Task.FromResult(new CreatePacketResponse { Result = Result.Of(ResultCode.SubsidyNotUsable) });
        var answer = (await _host.PostAsync("/api/v1/packets", body)).IsProblem(409, "SUBSIDY_NOT_USABLE");
        Assert.DoesNotContain("forged", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"kind":"subsidy"}""", "funding.subsidyNo")]
    [InlineData("""{"kind":"subsidy","token":""}""", "funding.subsidyNo")]
    [InlineData("""{"kind":"subsidy","subsidyNo":null,"token":null}""", "funding.subsidyNo")]
    [InlineData("""{"kind":"subsidy","subsidyNo":12}""", "funding.subsidyNo")]
    [InlineData("""{"kind":"subsidy","token":12}""", "funding.token")]
    [InlineData("""{"kind":"subsidy","token":"a\u0000b"}""", "funding.token")]
    [InlineData("""{"kind":"subsidy","subsidyNo":"0"}""", "funding.subsidyNo")]
    [InlineData("""{"kind":"subsidy","subsidyNo":"-12"}""", "funding.subsidyNo")]
    [InlineData("""{"kind":"subsidy","subsidyNo":"12","token":"abc"}""", "funding.token")]
    public async Task Funding_by_subsidy_names_the_subsidy(string funding, string field)
    {
        var body = Body();
        body["funding"] = JsonDocument.Parse(funding).RootElement;
        (await _host.PostAsync("/api/v1/packets", body)).Blames(field);
        Assert.Empty(_host.Core.Asked);
    }

    [Fact]
    public async Task A_packet_shows_what_there_is_and_omits_what_is_empty()
    {
        var answer = await _host.GetAsync("/api/v1/packets/9001");
        Assert.Equal(200, answer.Status);
        Assert.Equal(9001, ((PacketRequest)_host.Query.Asked.Single().Request).PacketNo);
        var names = answer.Json.EnumerateObject().Select(p => p.Name);
        Assert.Equal(
            ["packetNo", "kind", "status", "sender", "senderName", "senderAvatar", "greeting", "split", "amount", "currency", "count", "scope", "claimedAmount", "claimedCount",
                "remainingCount", "createdAt", "expiresAt", "seedHash", "refundedAmount"],
            names);
        Assert.Equal("""{"kind":"public"}""", answer.Json.GetProperty("scope").GetRawText());
        Assert.Equal("新年快乐 <b>", answer.Json.GetProperty("greeting").GetString());
        Assert.DoesNotContain("<", answer.Body, StringComparison.Ordinal);
        Assert.Equal("no-store", answer.Header("Cache-Control"));
    }

    [Fact]
    public async Task A_packet_shows_seed_claim_content_and_payment_when_there_are_any()
    {
        _host.Query.Packet = FakeQuery.View() with { Seed = "5eed", ContentId = "v1", MyClaim = FakeQuery.Claim(), PayOrderNo = 55, Status = PacketStatus.PendingPayment };
        var packet = (await _host.GetAsync("/api/v1/packets/9001")).Json;
        Assert.Equal(("5eed", "v1"), (packet.GetProperty("seed").GetString(), packet.GetProperty("contentId").GetString()));
        Assert.Equal("""{"claimNo":"77","packetNo":"9001","seq":1,"amount":888,"status":"TRANSFERRING","claimedAt":"2026-02-17T12:00:00.007Z"}""", packet.GetProperty("myClaim").GetRawText());
        Assert.Equal(("55", "/cashier/55"), (packet.GetProperty("payOrderNo").GetString(), packet.GetProperty("cashierUrl").GetString()));

        _host.Query.Packet = _host.Query.Packet with { Status = PacketStatus.Active };
        Assert.False((await _host.GetAsync("/api/v1/packets/9001")).Json.TryGetProperty("payOrderNo", out _));
    }

    [Fact]
    public async Task Status_lists_and_draw_have_the_shapes_of_the_contract()
    {
        _host.Query.Next = "c2";
        _host.Query.Packet = FakeQuery.View() with { Status = PacketStatus.Exhausted, Seed = "5eed" };
        Assert.Equal("""{"packetNo":"9001","status":"EXHAUSTED"}""", (await _host.GetAsync("/api/v1/packets/9001/status")).Body);

        var list = await _host.GetAsync("/api/v1/packets?contentId=video-881&limit=5&cursor=c1");
        Assert.Equal("c2", list.Json.GetProperty("next").GetString());
        Assert.Equal("9001", list.Json.GetProperty("items")[0].GetProperty("packetNo").GetString());
        var page = (PageRequest)_host.Query.Asked.Last().Request;
        Assert.Equal(("video-881", 5, "c1"), (page.ContentId, page.Limit, page.Cursor));

        Assert.Equal(
            """{"packetNo":"9001","algorithm":1,"split":"random","amount":10000,"count":10,"cap":20000,"seedHash":"ab01","seed":"5eed","draws":[{"seq":1,"amount":888}]}""",
            (await _host.GetAsync("/api/v1/packets/9001/draw", token: null)).Body);
    }

    [Fact]
    public async Task A_draw_that_is_not_for_everyone_asks_nobody_for_a_token_and_refuses_others()
    {
        _host.Query.Result = Result.Of(ResultCode.NotInScope);
        Assert.Equal("Bearer", (await _host.GetAsync("/api/v1/packets/9001/draw", token: null)).IsProblem(401, "UNAUTHENTICATED").Header("WWW-Authenticate"));
        (await _host.GetAsync("/api/v1/packets/9001/draw")).IsProblem(403, "NOT_IN_SCOPE");
        Assert.Equal([0, 1001], _host.Query.Asked.Select(a => a.Context.Uid));
    }

    [Fact]
    public async Task A_draw_shows_no_seed_before_its_end() =>
        Assert.False((await _host.GetAsync("/api/v1/packets/9001/draw", token: null)).Json.TryGetProperty("seed", out _));

    [Fact]
    public async Task Content_is_bound_by_put()
    {
        var answer = await _host.PutAsync("/api/v1/packets/9001/content", new { contentId = "video-881" });
        Assert.Equal((200, """{"packetNo":"9001","contentId":"video-881"}"""), (answer.Status, answer.Body));
        var request = _host.Core.Last<SetContentRequest>();
        Assert.Equal((9001L, "video-881"), (request.PacketNo, request.ContentId));
        (await _host.PutAsync("/api/v1/packets/9001/content", "{}")).Blames("contentId");
    }

    [Fact]
    public async Task Limits_need_no_token()
    {
        var answer = await _host.GetAsync("/api/v1/limits", token: null);
        Assert.Equal(
            """{"currency":"CNY","maxCount":100,"minShare":1,"maxShare":20000,"maxGreeting":64,"minTtlSeconds":5,"maxTtlSeconds":604800,"defaultTtlSeconds":86400,"maxOpensAheadSeconds":3600}""",
            answer.Body);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("01")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("1e3")]
    [InlineData("abc")]
    [InlineData("１")]
    [InlineData("9223372036854775808")]
    [InlineData("99999999999999999999")]
    [InlineData("1%2F2")]
    public async Task A_number_in_the_path_that_is_none_is_refused(string number)
    {
        foreach (var path in new[] { "", "/status", "/draw", "/claims" })
        {
            (await _host.GetAsync($"/api/v1/packets/{number}{path}")).Blames("packetNo");
        }

        (await _host.PutAsync($"/api/v1/packets/{number}/content", new { contentId = "v" })).Blames("packetNo");
        (await _host.PostAsync($"/api/v1/packets/{number}/claims")).Blames("packetNo");
        (await _host.GetAsync($"/api/v1/claims/{number}")).Blames("claimNo");
        Assert.Empty(_host.Query.Asked);
        Assert.Empty(_host.Core.Asked);
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=101", "limit")]
    [InlineData("limit=-1", "limit")]
    [InlineData("limit=", "limit")]
    [InlineData("limit=ten", "limit")]
    [InlineData("limit=1&limit=2", "limit")]
    [InlineData("limit=99999999999999999999", "limit")]
    [InlineData("cursor=a%00b", "cursor")]
    [InlineData("cursor=a&cursor=b", "cursor")]
    [InlineData("contentId=a%0Ab", "contentId")]
    public async Task A_parameter_of_a_list_that_is_not_acceptable_is_named(string query, string field)
    {
        (await _host.GetAsync("/api/v1/packets?" + query)).Blames(field);
        Assert.Empty(_host.Query.Asked);
    }

    [Fact]
    public async Task Text_parameters_are_bounded_by_characters()
    {
        var fits = Uri.EscapeDataString(string.Concat(Enumerable.Repeat("🧧", 64)));
        Assert.Equal(200, (await _host.GetAsync("/api/v1/packets?contentId=" + fits)).Status);
        (await _host.GetAsync("/api/v1/packets?contentId=" + fits + "x")).Blames("contentId");
        (await _host.GetAsync("/api/v1/packets?cursor=" + new string('c', 513))).Blames("cursor");
    }

    [Fact]
    public async Task A_list_without_parameters_asks_for_twenty()
    {
        await _host.GetAsync("/api/v1/packets");
        var page = (PageRequest)_host.Query.Asked.Single().Request;
        Assert.Equal((20, "", ""), (page.Limit, page.Cursor, page.ContentId));
    }
}
