using System.Net;
using System.Text.Json;
using Hongbao.Testing;

namespace Hongbao.Contract.Tests;

/// <summary>Rows of the contract's error table that packets, campaigns and withdrawals can meet, over real HTTP and by packages: both say the same.</summary>
public abstract class ErrorTableTests(RunningServer server, IEntry entry)
{
    private async Task<Answer> SendAsync(HttpMethod method, string path, long uid, object? body = null) => await entry.SendAsync(method, path, await server.Api.TokenAsync(uid), body);

    private Task<Answer> GetAsync(string path, long uid) => SendAsync(HttpMethod.Get, path, uid);

    private Task<Answer> PostAsync(string path, long uid, object? body = null) => SendAsync(HttpMethod.Post, path, uid, body);

    [Fact]
    public async Task What_does_not_exist_or_is_not_visible_is_not_found()
    {
        var (sender, other) = (RunningServer.NewUser(), RunningServer.NewUser());
        var (unpaid, _) = await server.CreateAsync(sender);

        AssertProblem(HttpStatusCode.NotFound, "NOT_FOUND", await GetAsync("/api/v1/packets/12345", other));
        AssertProblem(HttpStatusCode.NotFound, "NOT_FOUND", await PostAsync("/api/v1/packets/12345/claims", other));
        AssertProblem(HttpStatusCode.NotFound, "NOT_FOUND", await GetAsync($"/api/v1/packets/{unpaid}", other));
        AssertProblem(HttpStatusCode.NotFound, "NOT_FOUND", await GetAsync("/api/v1/claims/12345", other));
        AssertProblem(HttpStatusCode.NotFound, "NOT_FOUND", await GetAsync("/api/v1/me/withdrawals/12345", other));
        AssertProblem(HttpStatusCode.NotFound, "NOT_FOUND", await PostAsync("/api/v1/campaigns/12345/rounds/1/draws", other));
        AssertProblem(HttpStatusCode.NotFound, "NOT_FOUND", await server.Api.GetAsync("/api/v1/nothing", other), isHttp: true);
    }

    [Fact]
    public async Task Others_cannot_pay_publish_or_operate()
    {
        var (sender, other) = (RunningServer.NewUser(), RunningServer.NewUser());
        var (packetNo, payOrderNo) = await server.CreateAsync(sender);

        AssertProblem(HttpStatusCode.Forbidden, "FORBIDDEN", await PostAsync($"/cashier/{payOrderNo}/pay", other));
        AssertProblem(HttpStatusCode.Forbidden, "FORBIDDEN", await server.Api.GetAsync("/ops/v1/finance/ledger", other), isHttp: true);
        Assert.Equal("PENDING_PAYMENT", await server.StatusAsync(packetNo, sender));

        await server.PayAsync(sender, payOrderNo);
        AssertProblem(HttpStatusCode.Forbidden, "FORBIDDEN", await SendAsync(HttpMethod.Put, $"/api/v1/packets/{packetNo}/content", other, new { contentId = "v" }));
    }

    [Fact]
    public async Task A_packet_for_others_is_not_in_scope()
    {
        var (sender, meant, other) = (RunningServer.NewUser(), RunningServer.NewUser(), RunningServer.NewUser());
        var packetNo = await server.CreatePaidAsync(sender, ("scope", new { kind = "exclusive", uids = new[] { meant.ToString() } }));

        AssertProblem(HttpStatusCode.Forbidden, "NOT_IN_SCOPE", await PostAsync($"/api/v1/packets/{packetNo}/claims", other));
        Assert.True((await PostAsync($"/api/v1/packets/{packetNo}/claims", meant)).IsOk);
    }

    [Fact]
    public async Task A_packet_that_is_not_paid_is_not_active()
    {
        var (packetNo, _) = await server.CreateAsync(RunningServer.NewUser());

        AssertProblem(HttpStatusCode.Conflict, "PACKET_NOT_ACTIVE", await PostAsync($"/api/v1/packets/{packetNo}/claims", RunningServer.NewUser()));
    }

    [Fact]
    public async Task An_exhausted_packet_says_so_and_gives_winners_their_claims()
    {
        var (winner, late) = (RunningServer.NewUser(), RunningServer.NewUser());
        var packetNo = await server.CreatePaidAsync(RunningServer.NewUser(), ("count", 1));
        var won = await PostAsync($"/api/v1/packets/{packetNo}/claims", winner);

        AssertProblem(HttpStatusCode.Conflict, "PACKET_EXHAUSTED", await PostAsync($"/api/v1/packets/{packetNo}/claims", late));
        Assert.Equal(won.Text("claimNo"), (await PostAsync($"/api/v1/packets/{packetNo}/claims", winner)).Text("claimNo"));
    }

    [Fact]
    public async Task An_expired_packet_says_so_and_its_rest_goes_back()
    {
        var (sender, winner) = (RunningServer.NewUser(), RunningServer.NewUser());
        var packetNo = await server.CreatePaidAsync(sender, ("ttlSeconds", 2));
        var won = await PostAsync($"/api/v1/packets/{packetNo}/claims", winner);
        Assert.True(won.IsOk, won.ToString());

        await RunningServer.UntilAsync(async () => await server.StatusAsync(packetNo, sender) == "REFUNDED", "refunded");

        AssertProblem(HttpStatusCode.Conflict, "PACKET_EXPIRED", await PostAsync($"/api/v1/packets/{packetNo}/claims", RunningServer.NewUser()));
        Assert.Equal(won.Text("claimNo"), (await PostAsync($"/api/v1/packets/{packetNo}/claims", winner)).Text("claimNo"));
        Assert.Equal(1000 - won["amount"].GetInt64(), (await GetAsync("/api/v1/me/wallet", sender))["change"].GetInt64());
    }

    [Fact]
    public async Task The_same_request_gives_the_same_packet_and_another_body_is_refused()
    {
        var sender = RunningServer.NewUser();
        var body = RunningServer.Body(("requestId", "one"));
        var first = await PostAsync("/api/v1/packets", sender, body);

        var again = await PostAsync("/api/v1/packets", sender, body);
        var other = await PostAsync("/api/v1/packets", sender, RunningServer.Body(("requestId", "one"), ("amount", 1001)));

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK), (first.Status, again.Status));
        Assert.Equal(first.Body.GetRawText(), again.Body.GetRawText());
        AssertProblem(HttpStatusCode.Conflict, "IDEMPOTENCY_MISMATCH", other);
        Assert.Equal(1, (await GetAsync("/api/v1/me/packets/sent", sender))["items"].GetArrayLength());
    }

    [Fact]
    public async Task Two_bodies_under_one_request_at_the_same_moment_make_one_packet()
    {
        var sender = RunningServer.NewUser();
        await server.Api.TokenAsync(sender);

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(i =>
            PostAsync("/api/v1/packets", sender, RunningServer.Body(("requestId", "same"), ("amount", i % 2 == 0 ? 1000 : 2000)))));

        Assert.Single(answers, a => a.Status == HttpStatusCode.Created);
        Assert.All(answers.Where(a => !a.IsOk), a => AssertProblem(HttpStatusCode.Conflict, "IDEMPOTENCY_MISMATCH", a));
        Assert.Single(answers.Where(a => a.IsOk).Select(a => a.Text("packetNo")).Distinct());
        Assert.Equal(8, answers.Count(a => a.IsOk));
        Assert.Equal(1, (await GetAsync("/api/v1/me/packets/sent", sender))["items"].GetArrayLength());
    }

    [Fact]
    public async Task A_limit_of_the_day_is_told()
    {
        var sender = RunningServer.NewUser();
        foreach (var _ in Enumerable.Range(0, 2))
        {
            await server.CreateAsync(sender, ("amount", 2_000_000), ("count", 100));
        }

        AssertProblem(HttpStatusCode.Conflict, "LIMIT_EXCEEDED", await PostAsync("/api/v1/packets", sender, RunningServer.Body(("amount", 2_000_000), ("count", 100))));
        await server.CreateAsync(sender, ("amount", 1_000_000), ("count", 100));
    }

    [Fact]
    public async Task A_greeting_that_moderation_refuses_is_told()
    {
        var sender = RunningServer.NewUser();

        AssertProblem(HttpStatusCode.UnprocessableEntity, "CONTENT_REJECTED",
            await PostAsync("/api/v1/packets", sender, RunningServer.Body(("greeting", "come to the casino"))));
        Assert.Equal(0, (await GetAsync("/api/v1/me/packets/sent", sender))["items"].GetArrayLength());
    }

    [Fact]
    public async Task Relations_without_an_answer_refuse_the_claim_and_the_sender_may_still_claim()
    {
        var sender = RunningServer.NewUser();
        var packetNo = await server.CreatePaidAsync(sender, ("scope", new { kind = "followers" }));

        var refused = await PostAsync($"/api/v1/packets/{packetNo}/claims", RunningServer.NewUser());

        AssertProblem(HttpStatusCode.ServiceUnavailable, "DEGRADED", refused);
        Assert.True(entry.IsHttp ? refused.Headers.RetryAfter is not null : refused["retryAfterMs"].GetInt32() > 0);
        Assert.True((await PostAsync($"/api/v1/packets/{packetNo}/claims", sender)).IsOk);
    }

    [Fact]
    public async Task A_payment_order_that_finance_takes_its_time_to_know_is_pending_and_then_paid()
    {
        var (sender, admin) = (RunningServer.NewUser(), RunningServer.NewUser());
        Task<Answer> SetFaultsAsync(params object[] operations) => server.Api.SendAsync(HttpMethod.Put, "/ops/v1/finance/faults", admin, new { reason = "test", seed = 1, operations }, "admin");
        Assert.True((await SetFaultsAsync(new { operation = "createPayment", laterPermille = 1000, laterMs = 1500 })).IsOk);
        try
        {
            var (packetNo, payOrderNo) = await server.CreateAsync(sender);
            var first = await PostAsync($"/cashier/{payOrderNo}/pay", sender);
            Assert.Equal((HttpStatusCode.OK, "PENDING"), (first.Status, first.Text("status")));
            await server.PayAsync(sender, payOrderNo);
            Assert.Equal("ACTIVE", await server.StatusAsync(packetNo, sender));
        }
        finally
        {
            Assert.True((await SetFaultsAsync()).IsOk);
        }
    }

    [Fact]
    public async Task A_subsidy_that_is_none_or_anothers_or_used_is_not_usable()
    {
        var (winner, other) = (RunningServer.NewUser(), RunningServer.NewUser());
        var won = await PostAsync($"/api/v1/campaigns/{await server.CampaignAsync()}/rounds/1/draws", winner);
        Assert.True(won["won"].GetBoolean(), won.ToString());
        Task<Answer> SendAsync(long uid, object funding) => PostAsync("/api/v1/packets", uid, RunningServer.Body(("amount", 888), ("funding", funding)));

        AssertProblem(HttpStatusCode.Conflict, "SUBSIDY_NOT_USABLE", await SendAsync(winner, new { kind = "subsidy", subsidyNo = "123" }));
        AssertProblem(HttpStatusCode.Conflict, "SUBSIDY_NOT_USABLE", await SendAsync(winner, new { kind = "subsidy", token = won.Text("token")[..^4] + "AAAA" }));
        AssertProblem(HttpStatusCode.Conflict, "SUBSIDY_NOT_USABLE", await SendAsync(other, new { kind = "subsidy", token = won.Text("token") }));
        var sent = await SendAsync(winner, new { kind = "subsidy", token = won.Text("token") });
        Assert.True(sent.IsOk, sent.ToString());
        AssertProblem(HttpStatusCode.Conflict, "SUBSIDY_NOT_USABLE", await SendAsync(winner, new { kind = "subsidy", token = won.Text("token") }));
        var subsidy = Assert.Single((await GetAsync("/api/v1/me/subsidies", winner))["items"].EnumerateArray());
        Assert.Equal(("USED", sent.Text("packetNo")), (subsidy.GetProperty("status").GetString(), subsidy.GetProperty("packetNo").GetString()));
    }

    [Fact]
    public async Task A_round_that_there_is_not_is_not_open()
    {
        AssertProblem(HttpStatusCode.Conflict, "CAMPAIGN_NOT_OPEN", await PostAsync($"/api/v1/campaigns/{await server.CampaignAsync()}/rounds/2/draws", RunningServer.NewUser()));
    }

    [Fact]
    public async Task A_campaign_with_a_password_wants_to_hear_it()
    {
        var (draws, player) = ($"/api/v1/campaigns/{await server.CampaignAsync("恭喜发财")}/rounds/1/draws", RunningServer.NewUser());

        AssertProblem(HttpStatusCode.BadRequest, "VALIDATION_FAILED", await PostAsync(draws, player));
        AssertProblem(HttpStatusCode.BadRequest, "VALIDATION_FAILED", await PostAsync(draws, player, new { password = "恭喜" }));
        var won = await PostAsync(draws, player, new { password = "恭喜发财" });
        Assert.Equal((true, 888), (won["won"].GetBoolean(), won["amount"].GetInt32()));
    }

    [Fact]
    public async Task A_withdrawal_needs_a_balance_and_has_a_limit()
    {
        var user = RunningServer.NewUser();

        AssertProblem(HttpStatusCode.BadRequest, "VALIDATION_FAILED", await PostAsync("/api/v1/me/withdrawals", user, new { requestId = "w-1", amount = 0 }));
        AssertProblem(HttpStatusCode.Conflict, "LIMIT_EXCEEDED", await PostAsync("/api/v1/me/withdrawals", user, new { requestId = "w-1", amount = 20_001 }));
        AssertProblem(HttpStatusCode.Conflict, "INSUFFICIENT_FUNDS", await PostAsync("/api/v1/me/withdrawals", user, new { requestId = "w-1", amount = 1 }));
    }

    [Fact]
    public async Task A_token_of_another_app_sees_nothing_of_this_one()
    {
        var sender = RunningServer.NewUser();
        var packetNo = await server.CreatePaidAsync(sender);
        var token = await server.Api.TokenAsync(sender, app: "another");

        AssertProblem(HttpStatusCode.NotFound, "NOT_FOUND", await entry.SendAsync(HttpMethod.Get, $"/api/v1/packets/{packetNo}", token));
        AssertProblem(HttpStatusCode.NotFound, "NOT_FOUND", await entry.SendAsync(HttpMethod.Post, $"/api/v1/packets/{packetNo}/claims", token));
    }

    private void AssertProblem(HttpStatusCode status, string code, Answer answer) => AssertProblem(status, code, answer, entry.IsHttp);

    private static void AssertProblem(HttpStatusCode status, string code, Answer answer, bool isHttp)
    {
        Assert.Equal(code, answer.Code);
        Assert.All(isHttp ? new[] { "title", "detail", "traceId" } : ["detail", "traceId"], name => Assert.False(string.IsNullOrEmpty(answer.Text(name)), answer.ToString()));
        Assert.DoesNotContain("at Hongbao", JsonSerializer.Serialize(answer.Body), StringComparison.Ordinal);
        if (isHttp)
        {
            Assert.Equal((status, (int)status), (answer.Status, answer["status"].GetInt32()));
        }
    }
}

public sealed class ErrorTableTestsInOneProcess(OneProcess server) : ErrorTableTests(server, new HttpEntry(server)), IClassFixture<OneProcess>;

public sealed class ErrorTableTestsInSixProcesses(SixProcesses server) : ErrorTableTests(server, new HttpEntry(server)), IClassFixture<SixProcesses>;

public sealed class ErrorTableTestsByPackageInOneProcess(OneProcess server) : ErrorTableTests(server, new PackageEntry(server)), IClassFixture<OneProcess>;

public sealed class ErrorTableTestsByPackageInSixProcesses(SixProcesses server) : ErrorTableTests(server, new PackageEntry(server)), IClassFixture<SixProcesses>;
