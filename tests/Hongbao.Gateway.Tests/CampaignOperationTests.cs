namespace Hongbao.Gateway.Tests;

/// <summary>Campaigns as operators meet them.</summary>
public sealed class CampaignOperationTests : IAsyncLifetime
{
    private const string Campaigns = "/ops/v1/campaigns";
    private const string Why = """{"reason":"drill of today"}""";
    private const string Budget = """{"budget":5000,"reason":"drill of today"}""";

    internal const string Plan = """
        {"name":"n","currency":"CNY","budget":1,"startsAt":"2026-02-17T12:00:00Z","endsAt":"2026-02-17T13:00:00Z","rounds":[],"prizes":[],"perUserLimit":1,"tokenTtlSeconds":60,"reason":"drill of today"}
        """;

    private GatewayHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await GatewayHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    /// <summary>Every operation, with a body that is acceptable, and whether it takes an admin.</summary>
    public static TheoryData<string, string, string?, bool> Operations => new()
    {
        { "POST", Campaigns, Plan, false },
        { "GET", Campaigns, null, false },
        { "GET", Campaigns + "/71", null, false },
        { "POST", Campaigns + "/71/schedule", Why, true },
        { "POST", Campaigns + "/71/pause", Why, false },
        { "POST", Campaigns + "/71/resume", Why, false },
        { "POST", Campaigns + "/71/end", Why, true },
        { "PUT", Campaigns + "/71/budget", Budget, true },
        { "POST", Campaigns + "/71/preview", """{"users":1000}""", false },
        { "GET", Campaigns + "/71/report", null, false },
    };

    private Task<Answer> SendAsync(string method, string path, string? body, string? role = "admin") =>
        _host.SendAsync(new HttpMethod(method), path, body, _host.Token("4711", role));

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task Roles_open_what_they_are_for(string method, string path, string? body, bool needsAdmin)
    {
        (await _host.SendAsync(new HttpMethod(method), path, body, null)).IsProblem(401, "UNAUTHENTICATED");
        (await SendAsync(method, path, body, role: null)).IsProblem(403, "FORBIDDEN");
        (await SendAsync(method, path, body, "root")).IsProblem(403, "FORBIDDEN");
        if (needsAdmin)
        {
            (await SendAsync(method, path, body, "operator")).IsProblem(403, "FORBIDDEN");
        }

        Assert.Empty(_host.Campaigns.Asked);
        foreach (var role in needsAdmin ? new[] { "admin" } : ["operator", "admin"])
        {
            Assert.InRange((await SendAsync(method, path, body, role)).Status, 200, 201);
        }
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task What_campaign_refuses_is_refused_in_its_words(string method, string path, string? body, bool needsAdmin)
    {
        _ = needsAdmin;
        foreach (var (code, status, name) in new[]
        {
            (ResultCode.NotFound, 404, "NOT_FOUND"), (ResultCode.CampaignNotOpen, 409, "CAMPAIGN_NOT_OPEN"), (ResultCode.InsufficientFunds, 409, "INSUFFICIENT_FUNDS"),
            (ResultCode.LimitExceeded, 409, "LIMIT_EXCEEDED"), (ResultCode.Degraded, 503, "DEGRADED"), (ResultCode.Overloaded, 503, "OVERLOADED"), (ResultCode.Internal, 500, "INTERNAL"),
        })
        {
            _host.Campaigns.Result = Result.Of(code, "said by campaign");
            var answer = (await SendAsync(method, path, body)).IsProblem(status, name);
            Assert.Equal(code != ResultCode.Internal, answer.Json.GetProperty("detail").GetString() == "said by campaign");
        }

        _host.Campaigns.Result = new Result { Code = ResultCode.ValidationFailed, Faults = [new FieldFault { Field = "prizes[0].probability", Message = "is too much" }] };
        (await SendAsync(method, path, body)).Blames("prizes[0].probability");
    }

    [Theory]
    [InlineData("schedule", "SCHEDULED")]
    [InlineData("pause", "PAUSED")]
    [InlineData("resume", "RUNNING")]
    [InlineData("end", "ENDED")]
    public async Task A_change_passes_campaign_and_reason_and_gives_the_status(string change, string status)
    {
        var answer = await SendAsync("POST", $"{Campaigns}/71/{change}", Why);
        Assert.Equal((200, $$"""{"campaignId":"71","status":"{{status}}"}"""), (answer.Status, answer.Body));
        var (context, request) = _host.Campaigns.Asked.Single();
        Assert.Equal(new CampaignRequest { CampaignId = 71, Reason = "drill of today" }, request);
        Assert.Equal(4711, context.Uid);
    }

    [Fact]
    public async Task A_budget_is_passed_with_its_reason()
    {
        Assert.Equal("""{"campaignId":"71","status":"SCHEDULED"}""", (await SendAsync("PUT", Campaigns + "/71/budget", Budget)).Body);
        Assert.Equal(new ChangeBudgetRequest { CampaignId = 71, Budget = 5000, Reason = "drill of today" }, _host.Campaigns.Last<ChangeBudgetRequest>());
    }

    [Theory]
    [InlineData("""{"budget":5000}""", "reason")]
    [InlineData("""{"budget":5000,"reason":" "}""", "reason")]
    [InlineData("""{"reason":"x"}""", "budget")]
    [InlineData("""{"budget":"5000","reason":"x"}""", "budget")]
    [InlineData("""{"budget":50.5,"reason":"x"}""", "budget")]
    [InlineData("""{"budget":9223372036854775808,"reason":"x"}""", "budget")]
    public async Task A_budget_is_read_strictly(string body, string field)
    {
        (await SendAsync("PUT", Campaigns + "/71/budget", body)).Blames(field);
        Assert.Empty(_host.Campaigns.Asked);
    }

    [Fact]
    public async Task Every_change_needs_a_reason()
    {
        foreach (var change in new[] { "schedule", "pause", "resume", "end" })
        {
            foreach (var body in new[] { "{}", """{"reason":null}""", """{"reason":7}""", """{"reason":""}""", """{"reason":"\t"}""", $$"""{"reason":"{{new string('x', 201)}}"}""" })
            {
                (await SendAsync("POST", $"{Campaigns}/71/{change}", body)).Blames("reason");
            }

            (await SendAsync("POST", $"{Campaigns}/71/{change}", "")).Blames("body");
            (await _host.PostAsync($"{Campaigns}/71/{change}", null, _host.Token(role: "admin"))).Blames("content-type");
        }

        Assert.Empty(_host.Campaigns.Asked);

        // Characters, not their halves.
        Assert.Equal(200, (await SendAsync("POST", Campaigns + "/71/pause", $$"""{"reason":"{{string.Concat(Enumerable.Repeat("🧧", 200))}}"}""")).Status);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task A_number_in_the_path_that_is_none_is_refused(string method, string path, string? body, bool needsAdmin)
    {
        _ = needsAdmin;
        if (!path.Contains("/71", StringComparison.Ordinal))
        {
            return;
        }

        foreach (var number in new[] { "0", "x", "-1", "071", "9223372036854775808" })
        {
            (await SendAsync(method, path.Replace("/71", "/" + number, StringComparison.Ordinal), body)).Blames("campaignId");
        }

        Assert.Empty(_host.Campaigns.Asked);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task A_body_over_the_limit_is_refused(string method, string path, string? body, bool needsAdmin)
    {
        _ = needsAdmin;
        if (body is null)
        {
            return;
        }

        (await SendAsync(method, path, body.TrimEnd()[..^1] + $$""","padding":"{{new string('x', 65536)}}"}""")).IsProblem(413, "PAYLOAD_TOO_LARGE");
        Assert.Empty(_host.Campaigns.Asked);
    }

    [Fact]
    public async Task A_campaign_is_shown_with_its_plan_in_the_words_that_it_was_planned_in()
    {
        const string campaign = """
            {"campaignId":"71","name":"新年红包雨","status":"RUNNING","currency":"CNY","budget":1000000,"issuedAmount":908,"issuedCount":2,"startsAt":"2026-02-17T12:00:00.000Z","endsAt":"2026-02-17T13:00:00.000Z",
            "rounds":[{"round":1,"startsAt":"2026-02-17T12:00:00.000Z","endsAt":"2026-02-17T12:01:00.000Z","secretHash":"ab01","secret":"5ec1"},
            {"round":2,"startsAt":"2026-02-17T12:10:00.000Z","endsAt":"2026-02-17T12:11:00.000Z","secretHash":"ab02"}],
            "prizes":[{"amount":888,"quantity":100},{"amount":20,"probability":0.001}],"perUserLimit":2,"tokenTtlSeconds":86400,"passRate":0.25,
            "pacing":{"firstPercent":20,"fullPercent":80},"jitterSeconds":5}
            """;
        var shown = campaign.Replace("\n", "", StringComparison.Ordinal);
        Assert.Equal(shown, (await SendAsync("GET", Campaigns + "/71", null)).Body);
        Assert.Equal(71, _host.Campaigns.Last<CampaignRequest>().CampaignId);
        Assert.Equal($$"""{"items":[{{shown}}]}""", (await SendAsync("GET", Campaigns, null)).Body);
        Assert.Equal(new CampaignRequest(), _host.Campaigns.Last<CampaignRequest>());
    }

    [Fact]
    public async Task A_draft_shows_its_rounds_before_their_secrets_are_settled_and_why_its_budget_is_not_held()
    {
        var detail = FakeCampaigns.Detail() with { Trouble = "finance refused" };
        detail.View.Status = CampaignStatus.Draft;
        detail.View.Rounds = [];
        detail.Plan.PassPpb = 0;
        detail.Plan.Prizes = [new PrizePlan { Amount = 1, ChancePpb = 1_000_000_000 }];
        _host.Campaigns.Details = [detail];
        var shown = (await SendAsync("GET", Campaigns + "/71", null)).Json;
        Assert.Equal(("DRAFT", "finance refused"), (shown.GetProperty("status").GetString(), shown.GetProperty("trouble").GetString()));
        Assert.Equal("""{"round":1,"startsAt":"2026-02-17T12:00:00.000Z","endsAt":"2026-02-17T12:01:00.000Z"}""", shown.GetProperty("rounds")[0].GetRawText());
        Assert.Equal("""[{"amount":1,"probability":1}]""", shown.GetProperty("prizes").GetRawText());
        Assert.False(shown.TryGetProperty("passRate", out _));
    }

    [Fact]
    public async Task A_campaign_that_there_is_not_is_not_found()
    {
        _host.Campaigns.Details = [];
        (await SendAsync("GET", Campaigns + "/71", null)).IsProblem(404, "NOT_FOUND");
        Assert.Equal("""{"items":[]}""", (await SendAsync("GET", Campaigns, null)).Body);
    }

    [Fact]
    public async Task A_preview_passes_its_users_and_shows_round_by_round()
    {
        Assert.Equal(
            """{"budget":1000000,"amount":908,"wins":2,"rounds":[{"round":1,"users":10000000,"passers":9,"wins":2,"amount":908,"winsByTenth":[2,0,0,0,0,0,0,0,0,0]}]}""",
            (await SendAsync("POST", Campaigns + "/71/preview", """{"users":10000000}""")).Body);
        Assert.Equal(new PreviewRequest { CampaignId = 71, Users = 10_000_000 }, _host.Campaigns.Last<PreviewRequest>());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"users":null}""")]
    [InlineData("""{"users":"1000"}""")]
    [InlineData("""{"users":1e3}""")]
    [InlineData("""{"users":1.5}""")]
    public async Task A_preview_is_read_strictly(string body)
    {
        (await SendAsync("POST", Campaigns + "/71/preview", body)).Blames("users");
        Assert.Empty(_host.Campaigns.Asked);
    }

    [Fact]
    public async Task The_report_shows_the_books_of_all_hours_and_of_each()
    {
        const string books = """
            "issuedCount":10,"issuedAmount":1000,"storedCount":9,"storedAmount":900,"usedCount":8,"usedAmount":800,"expiredCount":1,"expiredAmount":100,"claimedAmount":700,"returnedAmount":88,"fundedAmount":777,"ledgerReturnedAmount":77
            """;
        Assert.Equal(
            $$"""
            {"campaignId":"71","status":"ENDED","currency":"CNY","budget":1000000,"total":{{{books}}},"hours":[{"hour":"2026-02-17T12:00:00.000Z",{{books}}}],
            "heldAmount":1000000,"fundedAmount":888,"ledgerReturnedAmount":88,"releasedAmount":999000,"heldNowAmount":200,"withdrawnAmount":700,"faults":["stored more than issued"],"closed":true}
            """.Replace("\n", "", StringComparison.Ordinal),
            (await SendAsync("GET", Campaigns + "/71/report", null)).Body);
        Assert.Equal(71, _host.Campaigns.Last<CampaignRequest>().CampaignId);
    }

    [Fact]
    public async Task Changes_are_logged_with_their_reason_and_without_the_operators_uid()
    {
        foreach (var (method, path, body) in Operations.Where(o => o.Data.Item3?.Contains("reason", StringComparison.Ordinal) == true).Select(o => (o.Data.Item1, o.Data.Item2, o.Data.Item3)))
        {
            _host.Logs.Lines.Clear();
            _host.Campaigns.Result = Result.Ok();
            await SendAsync(method, path, body);
            var told = Assert.Single(_host.Logs.Lines, l => l.Contains("drill of today", StringComparison.Ordinal));
            Assert.Contains("Campaign 71: ", told, StringComparison.Ordinal);
            Assert.Contains("uid 47**", told, StringComparison.Ordinal);
            Assert.DoesNotContain("not done", told, StringComparison.Ordinal);

            _host.Logs.Lines.Clear();
            _host.Campaigns.Result = Result.Of(ResultCode.InsufficientFunds);
            await SendAsync(method, path, body);
            told = Assert.Single(_host.Logs.Lines, l => l.Contains("drill of today", StringComparison.Ordinal));
            Assert.Contains("not done (InsufficientFunds)", told, StringComparison.Ordinal);
            Assert.DoesNotContain(_host.Logs.Lines, l => l.Contains("4711", StringComparison.Ordinal));
        }
    }
}
