namespace Hongbao.Gateway.Tests;

public sealed class ClaimTests : IAsyncLifetime
{
    private GatewayHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await GatewayHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_claim_has_the_shape_of_the_contract()
    {
        var answer = await _host.PostAsync("/api/v1/packets/9001/claims");
        Assert.Equal(200, answer.Status);
        Assert.Equal("""{"claimNo":"77","packetNo":"9001","seq":3,"amount":888,"status":"CLAIMED","claimedAt":"2026-02-17T12:00:00.123Z","remainingCount":7}""", answer.Body);
        Assert.Equal("application/json", answer.ContentHeaders.ContentType?.MediaType);
        Assert.Equal(1001, _host.Core.Asked.Single().Context.Uid);
    }

    [Fact]
    public async Task A_busy_claim_says_when_and_how_often_to_ask_again()
    {
        _host.Core.Claim = (_, _, _) => Task.FromResult(new ClaimResponse { Result = new Result { Code = ResultCode.ClaimBusy, RetryAfterMs = 1200, MaxPolls = 10 } });
        var answer = (await _host.PostAsync("/api/v1/packets/9001/claims")).IsProblem(429, "CLAIM_BUSY");
        Assert.Equal((1200, 10), (answer.Json.GetProperty("retryAfterMs").GetInt32(), answer.Json.GetProperty("maxPolls").GetInt32()));
        Assert.Equal("2", answer.Header("Retry-After"));
    }

    [Fact]
    public async Task A_claim_that_core_does_not_answer_in_time_is_shed()
    {
        await using var host = await GatewayHost.StartAsync(("Gateway:CallTimeoutMs", "100"));
        var never = new TaskCompletionSource<ClaimResponse>();
        host.Core.Claim = (_, _, _) => never.Task;
        var answer = (await host.PostAsync("/api/v1/packets/9001/claims")).IsProblem(503, "OVERLOADED");
        Assert.Equal("1", answer.Header("Retry-After"));
    }

    [Fact]
    public async Task A_claim_that_takes_too_long_is_cancelled_inside()
    {
        await using var host = await GatewayHost.StartAsync(("Gateway:CallTimeoutMs", "100"));
        var cancelled = new TaskCompletionSource();
        host.Core.Claim = async (_, _, cancellationToken) =>
        {
            await Task.Delay(Timeout.Infinite, cancellationToken).ContinueWith(_ => cancelled.SetResult(), TaskScheduler.Default);
            cancellationToken.ThrowIfCancellationRequested();
            return new ClaimResponse();
        };
        (await host.PostAsync("/api/v1/packets/9001/claims")).IsProblem(503, "OVERLOADED");
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_claim_whose_client_leaves_goes_on_and_is_no_fault()
    {
        var entered = new TaskCompletionSource<CancellationToken>();
        var decided = new TaskCompletionSource<ClaimResponse>();
        _host.Core.Claim = (_, _, cancellationToken) =>
        {
            entered.SetResult(cancellationToken);
            return decided.Task;
        };
        using var leaving = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/packets/9001/claims");
        request.Headers.Authorization = new("Bearer", _host.Token());
        var call = _host.Http.SendAsync(request, leaving.Token);
        var inside = await entered.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.False(inside.IsCancellationRequested);
        decided.SetResult(new ClaimResponse { Claim = new ClaimView { ClaimNo = 1, PacketNo = 9001, Uid = 1001, Seq = 1, Amount = 1, Status = ClaimStatus.Claimed } });
        Assert.Equal(200, (await _host.GetAsync("/api/v1/packets/9001/claims")).Status);
        Assert.DoesNotContain(_host.Logs.Lines, l => l.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_list_of_claims_has_the_shape_of_the_contract()
    {
        var answer = await _host.GetAsync("/api/v1/packets/9001/claims?limit=100&cursor=3");
        Assert.Equal("""{"items":[{"claimNo":"77","seq":1,"uid":"1001","name":"王","avatar":"/avatars/1.svg","amount":888,"claimedAt":"2026-02-17T12:00:00.007Z","luckiest":true}]}""", answer.Body);
        var page = (PageRequest)_host.Query.Asked.Single().Request;
        Assert.Equal((9001L, 100, "3"), (page.PacketNo, page.Limit, page.Cursor));
    }

    [Fact]
    public async Task A_single_claim_names_its_claimer() => Assert.Equal(
        """{"claimNo":"77","packetNo":"9001","uid":"1001","seq":1,"amount":888,"status":"TRANSFERRING","claimedAt":"2026-02-17T12:00:00.007Z"}""",
        (await _host.GetAsync("/api/v1/claims/77")).Body);

    [Fact]
    public async Task A_claim_with_a_large_body_is_refused()
    {
        (await _host.PostAsync("/api/v1/packets/9001/claims", new string('x', 65537))).IsProblem(413, "PAYLOAD_TOO_LARGE");
        Assert.Empty(_host.Core.Asked);
    }
}
