using System.Text.Json;
using Hongbao.Client.Http;

namespace Hongbao.Client.Tests;

/// <summary>What leaves the client and what becomes of answers.</summary>
public sealed class CallTests
{
    internal const string Claim =
        """{"claimNo":"9223372036854775807","packetNo":"5","seq":1,"amount":88,"status":"CLAIMED","claimedAt":"2026-02-17T00:00:00.123Z","remainingCount":3}""";

    internal static CreatePacketBody Packet => new()
    {
        Amount = 10000,
        Count = 10,
        Currency = "CNY",
        Split = SplitKind.Random,
        Scope = new ScopeBody { Kind = ScopeKind.Exclusive, Uids = [1001, 4611686018427387904] },
        Funding = new FundingBody { Kind = FundingKind.Cashier },
    };

    [Fact]
    public async Task A_request_has_the_form_of_the_contract()
    {
        var service = new ScriptedService().Then(new PacketBook().Create);
        var client = service.Client(new ClientOptions { Token = (_, _) => ValueTask.FromResult<string?>("t1"), Locale = "zh-CN" });
        await client.CreatePacketAsync(Packet with { RequestId = "order-1", Greeting = "恭喜" });

        var sent = Assert.Single(service.Sent);
        Assert.Equal(("POST", "/base/api/v1/packets", "Bearer t1", "zh-CN", "application/json"), (sent.Method, sent.Path, sent.Token, sent.Language, sent.ContentType));
        Assert.True(JsonElement.DeepEquals(
            JsonDocument.Parse("""
                {"requestId":"order-1","amount":10000,"count":10,"currency":"CNY","split":"random","scope":{"kind":"exclusive","uids":["1001","4611686018427387904"]},
                 "greeting":"恭喜","funding":{"kind":"cashier"}}
                """).RootElement,
            JsonDocument.Parse(sent.Body).RootElement), sent.Body);
    }

    [Fact]
    public async Task An_answer_is_typed()
    {
        var claim = await new ScriptedService().Answers(200, Claim).Client().ClaimAsync(5);
        Assert.Equal((long.MaxValue, 5, ClaimStatus.Claimed, 3), (claim.ClaimNo, claim.PacketNo, claim.Status, claim.RemainingCount));
        Assert.Equal(new DateTimeOffset(2026, 2, 17, 0, 0, 0, 123, TimeSpan.Zero), claim.ClaimedAt);
    }

    [Fact]
    public async Task Parameters_stand_in_the_address_only_when_they_are_given()
    {
        var service = new ScriptedService();
        var client = service.Answers(200, """{"items":[]}""").Answers(200, """{"items":[],"next":"n"}""").Client();
        Assert.Null((await client.ListClaimsAsync(5)).Next);
        Assert.Equal("n", (await client.ListClaimsAsync(5, limit: 3, cursor: "a b&c")).Next);
        Assert.Equal(["/base/api/v1/packets/5/claims", "/base/api/v1/packets/5/claims?limit=3&cursor=a%20b%26c"], service.Sent.Select(s => s.Path));
    }

    [Fact]
    public async Task A_newer_service_does_not_break_an_older_client()
    {
        var answer = await new ScriptedService().Answers(200, """{"packetNo":"5","status":"SLEEPING","mood":{"good":true}}""").Client().GetPacketStatusAsync(5);
        Assert.Equal(PacketStatus.Unknown, answer.Status);
    }

    [Fact]
    public async Task A_value_that_only_a_newer_service_knows_is_not_sent() =>
        await Assert.ThrowsAsync<ArgumentException>(() => new ScriptedService().Client().CreatePacketAsync(Packet with { Split = SplitKind.Unknown }));

    [Fact]
    public async Task A_refusal_has_everything_that_the_service_said()
    {
        var service = new ScriptedService().Refuses(400, "VALIDATION_FAILED", ""","errors":{"amount":["must be at least 1"]}""");
        var refusal = await Assert.ThrowsAsync<HongbaoException>(() => service.Client().CreatePacketAsync(Packet));
        Assert.Equal((HongbaoCodes.ValidationFailed, 400, "said", "0af7"), (refusal.Code, refusal.Status, refusal.Detail, refusal.TraceId));
        Assert.Equal(["must be at least 1"], refusal.Errors["amount"]);
        Assert.True(refusal is { IsRefused: true, IsTransient: false, IsUnanswered: false, RetryAfter: null, MaxPolls: null, TriesLeft: null });
        Assert.Single(service.Sent);
    }

    [Fact]
    public async Task After_a_wrong_password_it_says_how_often_another_may_be_said()
    {
        var service = new ScriptedService().Refuses(400, "VALIDATION_FAILED", ""","errors":{"password":["is wrong"]},"triesLeft":0""");
        Assert.Equal(0, (await Assert.ThrowsAsync<HongbaoException>(() => service.Client().ClaimAsync(5))).TriesLeft);
    }

    [Theory]
    [InlineData("<html>hello</html>")]
    [InlineData("null")]
    [InlineData("""{"packetNo":"5"}""")]
    [InlineData("""{"packetNo":5.5,"status":"ACTIVE"}""")]
    public async Task A_success_that_is_not_ours_is_said_to_be_none(string body)
    {
        var service = new ScriptedService().Answers(200, body);
        var problem = await Assert.ThrowsAsync<HongbaoException>(() => service.Client().GetPacketStatusAsync(5));
        Assert.Equal((HongbaoCodes.BadAnswer, 200), (problem.Code, problem.Status));
        Assert.Single(service.Sent);
    }

    [Theory]
    [InlineData("<html>")]
    [InlineData("""{"code":"blocked"}""")]
    [InlineData("""{"code":403}""")]
    [InlineData("""["FORBIDDEN"]""")]
    public async Task A_refusal_of_something_else_has_its_status_and_decides_nothing(string body)
    {
        var problem = await Assert.ThrowsAsync<HongbaoException>(() => new ScriptedService().Answers(403, body).Client().GetPacketStatusAsync(5));
        Assert.Equal(("HTTP_403", 403, ""), (problem.Code, problem.Status, problem.TraceId));
        Assert.True(problem is { IsRefused: false, IsTransient: false, IsUnanswered: false });
    }

    [Theory]
    [InlineData("""{"code":"CLAIM_BUSY","retryAfterMs":1e3,"maxPolls":"many","errors":{"amount":"text","count":["must be",5]},"traceId":7}""", 1000)]
    [InlineData("""{"code":"CLAIM_BUSY","retryAfterMs":99999999999,"errors":[],"detail":null,"mood":{}}""", null)]
    [InlineData("""{"code":"CLAIM_BUSY","detail":"half a character: \ud800","errors":{"\ud800":["x"]}}""", null)]
    public async Task What_can_be_read_of_a_refusal_is_kept(string body, int? waitMs)
    {
        var busy = await Assert.ThrowsAsync<HongbaoException>(() =>
            new ScriptedService().Answers(429, body).Client(new ClientOptions { MaxPolls = 0 }).ClaimAsync(5));
        Assert.Equal((HongbaoCodes.ClaimBusy, 429, "", "", null, waitMs), (busy.Code, busy.Status, busy.Detail, busy.TraceId, busy.MaxPolls, (int?)busy.RetryAfter?.TotalMilliseconds));
        Assert.Equal(body.Contains("must be", StringComparison.Ordinal) ? ["count"] : [], busy.Errors.Keys);
    }

    [Fact]
    public async Task A_token_is_asked_for_once_a_call_and_not_for_what_is_open()
    {
        var asked = new List<string?>();
        var service = new ScriptedService().Breaks().Answers(200, Claim).Refuses(404, "NOT_FOUND");
        var client = service.Client(new ClientOptions
        {
            Token = (refused, _) =>
            {
                asked.Add(refused);
                return ValueTask.FromResult<string?>("t1");
            },
        });
        await service.RunAsync(client.ClaimAsync(5, service.Watched));
        await Assert.ThrowsAsync<HongbaoException>(() => client.GetLimitsAsync());
        Assert.Equal([null], asked);
        Assert.Equal(["Bearer t1", "Bearer t1", null], service.Sent.Select(s => s.Token));
    }

    [Fact]
    public async Task A_refused_token_is_replaced_once()
    {
        var tokens = new Queue<string?>(["old", "new"]);
        var asked = new List<string?>();
        ValueTask<string?> Next(string? refused, CancellationToken end)
        {
            asked.Add(refused);
            return ValueTask.FromResult(tokens.Dequeue());
        }

        var service = new ScriptedService().Refuses(401, "UNAUTHENTICATED").Answers(200, Claim);
        await service.Client(new ClientOptions { Token = Next }).ClaimAsync(5);
        Assert.Equal([null, "old"], asked);
        Assert.Equal(["Bearer old", "Bearer new"], service.Sent.Select(s => s.Token));

        tokens = new Queue<string?>(["old", "worse"]);
        service = new ScriptedService().Refuses(401, "UNAUTHENTICATED").Refuses(401, "UNAUTHENTICATED");
        await Assert.ThrowsAsync<HongbaoException>(() => service.Client(new ClientOptions { Token = Next }).ClaimAsync(5));
        Assert.Equal(2, service.Sent.Count);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("old")]
    public async Task Without_a_newer_token_the_refusal_stands(string? second)
    {
        var tokens = new Queue<string?>(["old", second]);
        var service = new ScriptedService().Refuses(401, "UNAUTHENTICATED");
        var refusal = await Assert.ThrowsAsync<HongbaoException>(() => service.Client(new ClientOptions { Token = (_, _) => ValueTask.FromResult(tokens.Dequeue()) }).ClaimAsync(5));
        Assert.Equal((HongbaoCodes.Unauthenticated, 401, "0af7"), (refusal.Code, refusal.Status, refusal.TraceId));
        Assert.Single(service.Sent);
    }

    [Theory]
    [InlineData("packets.test")]
    [InlineData("ftp://packets.test/")]
    [InlineData("http://packets.test/?x=1")]
    public void An_address_that_is_none_is_refused_at_once(string address)
    {
        using var http = new HttpClient();
        Assert.Throws<ArgumentException>(() => new HongbaoClient(http, new Uri(address, UriKind.RelativeOrAbsolute)));
    }

    [Fact]
    public async Task A_token_source_that_fails_after_a_refusal_does_not_hide_the_refusal()
    {
        var asked = new List<string?>();
        var service = new ScriptedService().Refuses(401, "UNAUTHENTICATED");
        var client = service.Client(new ClientOptions
        {
            Token = (refused, _) =>
            {
                asked.Add(refused);
                return asked.Count switch
                {
                    1 => ValueTask.FromResult<string?>("old"),
                    2 => throw new HongbaoException(HongbaoCodes.Offline, 0),
                    _ => ValueTask.FromResult<string?>(null),
                };
            },
        });
        var refusal = await Assert.ThrowsAsync<HongbaoException>(() => service.RunAsync(client.ClaimAsync(5, service.Watched)));
        Assert.Equal((HongbaoCodes.Unauthenticated, 401), (refusal.Code, refusal.Status));
        Assert.Equal([null, "old", "old"], asked);
    }

    [Theory]
    [InlineData("zh CN")]
    [InlineData("zh-CN\n")]
    [InlineData("zh-CN,en")]
    public void A_language_that_is_none_is_refused_at_once(string locale)
    {
        using var http = new HttpClient();
        Assert.Contains(nameof(ClientOptions.Locale), Assert.Throws<ArgumentException>(() =>
            new HongbaoClient(http, new Uri("http://packets.test"), new ClientOptions { Locale = locale })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_out_of_range_are_refused_at_once()
    {
        using var http = new HttpClient();
        foreach (var wrong in new[] { new ClientOptions { Attempts = 0 }, new() { MaxPolls = -1 }, new() { Deadline = TimeSpan.Zero }, new() { AttemptTimeout = TimeSpan.Zero }, new() { AttemptTimeout = TimeSpan.MaxValue } })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => new HongbaoClient(http, new Uri("http://packets.test"), wrong));
        }
    }
}
