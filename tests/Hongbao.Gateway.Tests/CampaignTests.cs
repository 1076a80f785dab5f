using System.Globalization;

namespace Hongbao.Gateway.Tests;

/// <summary>Campaigns as users meet them: the list, and the draws of a rain.</summary>
public sealed class CampaignTests : IAsyncLifetime
{
    private const string Draws = "/api/v1/campaigns/71/rounds/2/draws";
    private GatewayHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await GatewayHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task The_list_shows_rounds_with_the_callers_start_and_a_secret_once_it_is_shown()
    {
        Assert.Equal(
            """
            {"items":[{"campaignId":"71","name":"新年红包雨","status":"RUNNING","currency":"CNY","startsAt":"2026-02-17T12:00:00.000Z","endsAt":"2026-02-17T13:00:00.000Z","rounds":[
            {"round":1,"startsAt":"2026-02-17T12:00:00.000Z","endsAt":"2026-02-17T12:01:00.000Z","yourStartAt":"2026-02-17T12:00:00.250Z","secretHash":"ab01","secret":"5ec1"},
            {"round":2,"startsAt":"2026-02-17T12:10:00.000Z","endsAt":"2026-02-17T12:11:00.000Z","yourStartAt":"2026-02-17T12:10:00.250Z","secretHash":"ab02"}
            ],"prizes":[{"amount":888,"quantity":100},{"amount":20,"probability":0.001}],"passRate":0.25}],"serverTime":"2026-02-17T12:00:00.001Z"}
            """.Replace("\n", "", StringComparison.Ordinal),
            (await _host.GetAsync("/api/v1/campaigns")).Body);
        Assert.Equal(1001, _host.Campaigns.Asked.Single().Context.Uid);
    }

    [Fact]
    public async Task Terms_that_are_not_shown_yet_are_absent()
    {
        _host.Campaigns.Views = [FakeCampaigns.View() with { Prizes = [], PassPpb = 0 }];
        var row = (await _host.GetAsync("/api/v1/campaigns")).Json.GetProperty("items")[0];
        Assert.False(row.TryGetProperty("prizes", out _));
        Assert.False(row.TryGetProperty("passRate", out _));
    }

    [Theory]
    [InlineData(ResultCode.Degraded, 503, "DEGRADED")]
    [InlineData(ResultCode.Overloaded, 503, "OVERLOADED")]
    [InlineData(ResultCode.Internal, 500, "INTERNAL")]
    public async Task A_list_that_there_is_not_says_why(ResultCode code, int status, string name)
    {
        _host.Campaigns.Result = Result.Of(code);
        (await _host.GetAsync("/api/v1/campaigns")).IsProblem(status, name);
    }

    [Fact]
    public async Task A_lost_draw_says_only_that()
    {
        var answer = await _host.PostAsync(Draws);
        Assert.Equal((200, """{"won":false}"""), (answer.Status, answer.Body));
        Assert.Equal(("application/json", "no-store"), (answer.ContentHeaders.ContentType?.MediaType, answer.Header("Cache-Control")));
        var (context, request) = _host.Campaigns.Asked.Single();
        Assert.Equal(new RainDrawRequest { CampaignId = 71, Round = 2 }, request);
        Assert.Equal(("default", 1001L), (context.App, context.Uid));
        Assert.Equal((_host.Clock.GetUtcNow() + TimeSpan.FromSeconds(5)).ToUnixTimeMilliseconds(), context.DeadlineMs);
        Assert.Matches("^[0-9a-f]{32}$", context.TraceId);
    }

    [Fact]
    public async Task A_won_draw_has_the_shape_of_the_contract()
    {
        _host.Campaigns.Draw = (_, _, _) => Task.FromResult(FakeCampaigns.Won());
        var answer = await _host.PostAsync(Draws);
        Assert.Equal((200, """{"won":true,"amount":888,"currency":"CNY","token":"k1.won-token","expiresAt":"2026-02-17T12:00:00.007Z"}"""), (answer.Status, answer.Body));
    }

    [Fact]
    public async Task Many_who_draw_at_once_hear_their_own_answer()
    {
        // Every tenth wins his own uid, at once or later: the one written loss is nobody's win.
        _host.Campaigns.Draw = async (context, _, _) =>
        {
            if (context.Uid % 2 == 0)
            {
                await Task.Yield();
            }

            return context.Uid % 10 == 0 ? FakeCampaigns.Won() with { Amount = context.Uid } : new RainDrawResponse();
        };
        await Task.WhenAll(Enumerable.Range(1, 200).Select(async uid =>
        {
            var answer = await _host.PostAsync(Draws, null, _host.Token(uid.ToString(CultureInfo.InvariantCulture)));
            Assert.Equal(uid % 10 == 0, answer.Json.GetProperty("won").GetBoolean());
            Assert.Equal(uid % 10 == 0 ? uid : 0, answer.Json.TryGetProperty("amount", out var amount) ? amount.GetInt32() : 0);
        }));
    }

    [Theory]
    [InlineData("x", "1", "campaignId")]
    [InlineData("0", "1", "campaignId")]
    [InlineData("-1", "1", "campaignId")]
    [InlineData("071", "1", "campaignId")]
    [InlineData("9223372036854775808", "1", "campaignId")]
    [InlineData("7１", "1", "campaignId")]
    [InlineData("71", "0", "round")]
    [InlineData("71", "-1", "round")]
    [InlineData("71", "+1", "round")]
    [InlineData("71", "01", "round")]
    [InlineData("71", "1.0", "round")]
    [InlineData("71", "1e0", "round")]
    [InlineData("71", "first", "round")]
    [InlineData("71", "2147483648", "round")]
    [InlineData("71", "4294967297", "round")]
    [InlineData("71", "9223372036854775808", "round")]
    [InlineData("71", "99999999999999999999999999", "round")]
    [InlineData("x", "x", "campaignId")]
    public async Task A_path_that_is_none_is_refused_by_name(string campaignId, string round, string field)
    {
        (await _host.PostAsync($"/api/v1/campaigns/{campaignId}/rounds/{round}/draws")).Blames(field);
        Assert.Empty(_host.Campaigns.Asked);
    }

    [Fact]
    public async Task The_greatest_numbers_are_taken()
    {
        Assert.Equal(200, (await _host.PostAsync("/api/v1/campaigns/9223372036854775807/rounds/2147483647/draws")).Status);
        Assert.Equal(new RainDrawRequest { CampaignId = long.MaxValue, Round = int.MaxValue }, _host.Campaigns.Last<RainDrawRequest>());
    }

    [Theory]
    [InlineData(ResultCode.ValidationFailed, 400, "VALIDATION_FAILED")]
    [InlineData(ResultCode.RiskRefused, 403, "RISK_REFUSED")]
    [InlineData(ResultCode.NotFound, 404, "NOT_FOUND")]
    [InlineData(ResultCode.CampaignNotOpen, 409, "CAMPAIGN_NOT_OPEN")]
    [InlineData(ResultCode.RateLimited, 429, "RATE_LIMITED")]
    [InlineData(ResultCode.Degraded, 503, "DEGRADED")]
    [InlineData(ResultCode.Overloaded, 503, "OVERLOADED")]
    [InlineData(ResultCode.Internal, 500, "INTERNAL")]
    public async Task A_refused_draw_says_why_and_nothing_of_a_win(ResultCode code, int status, string name)
    {
        _host.Campaigns.Draw = (_, _, _) => Task.FromResult(FakeCampaigns.Won() with { Result = Result.Of(code) });
        var answer = (await _host.PostAsync(Draws)).IsProblem(status, name);
        Assert.Equal(status is 429 or 503 ? "1" : null, answer.Header("Retry-After"));
        Assert.DoesNotContain("won-token", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/api/v1/campaigns")]
    [InlineData("POST", Draws)]
    public async Task Who_does_not_say_who_he_is_is_refused(string method, string path)
    {
        (await _host.SendAsync(new HttpMethod(method), path, null, null)).IsProblem(401, "UNAUTHENTICATED");
        (await _host.SendAsync(new HttpMethod(method), path, null, "wrong")).IsProblem(401, "UNAUTHENTICATED");
        Assert.Empty(_host.Campaigns.Asked);
    }

    [Fact]
    public async Task A_draw_with_a_large_body_is_refused()
    {
        (await _host.PostAsync(Draws, new string('x', 65537))).IsProblem(413, "PAYLOAD_TOO_LARGE");
        Assert.Empty(_host.Campaigns.Asked);
    }

    [Fact]
    public async Task A_draw_that_takes_too_long_is_shed_and_cancelled_inside()
    {
        await using var host = await GatewayHost.StartAsync(("Gateway:CallTimeoutMs", "100"));
        var cancelled = new TaskCompletionSource();
        host.Campaigns.Draw = async (_, _, cancellationToken) =>
        {
            await Task.Delay(Timeout.Infinite, cancellationToken).ContinueWith(_ => cancelled.SetResult(), TaskScheduler.Default);
            cancellationToken.ThrowIfCancellationRequested();
            return new RainDrawResponse();
        };
        (await host.PostAsync(Draws)).IsProblem(503, "OVERLOADED");
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_draw_whose_client_leaves_goes_on_and_is_no_fault()
    {
        var entered = new TaskCompletionSource<CancellationToken>();
        var decided = new TaskCompletionSource<RainDrawResponse>();
        _host.Campaigns.Draw = (_, _, cancellationToken) =>
        {
            entered.SetResult(cancellationToken);
            return decided.Task;
        };
        using var leaving = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Post, Draws);
        request.Headers.Authorization = new("Bearer", _host.Token());
        var call = _host.Http.SendAsync(request, leaving.Token);
        var inside = await entered.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.False(inside.IsCancellationRequested);
        decided.SetResult(FakeCampaigns.Won());
        Assert.Equal(200, (await _host.GetAsync("/api/v1/campaigns")).Status);
        Assert.DoesNotContain(_host.Logs.Lines, l => l.StartsWith("Error", StringComparison.Ordinal));
    }
}
