using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Hongbao.Contracts;
using Hongbao.Foundation.Signing;
using Microsoft.AspNetCore.Http;

namespace Hongbao.Outside.Tests;

/// <summary>What only the HTTP side has: signatures, deadlines, bad answers, the cache and the breaker.</summary>
public sealed class HttpTests : IAsyncLifetime
{
    private StubService _stub = null!;

    public async ValueTask InitializeAsync() => _stub = await StubService.StartAsync();

    public async ValueTask DisposeAsync() => await _stub.DisposeAsync();

    [Fact]
    public async Task The_receiver_can_verify_who_asks()
    {
        _stub.Answer = (http, _) => StubService.JsonAsync(http, """{"holds":true}""");
        await using var host = OutsideHost.Over(_stub);
        var context = new CallContext { App = "shop", Uid = 9007199254740993, TraceId = "4bf92f3577b34da6a3ce929d0e0e4736", Locale = "zh-CN", Shadow = true };

        Assert.True((await host.HoldsAsync(1, 9007199254740993, RelationKind.Friend, context)).Holds);

        var request = Assert.Single(_stub.Requests);
        var signature = new CallbackSignature(OutsideHost.Key);
        Assert.True(signature.IsGenuine(request.Timestamp, request.Nonce, request.Body, request.Signature, host.Clock.GetUtcNow()));
        Assert.False(signature.IsGenuine(request.Timestamp, request.Nonce, request.Body + " ", request.Signature, host.Clock.GetUtcNow()));
        Assert.Equal("/hongbao/relations?v=1", request.Path);
        Assert.Equal("application/json; charset=utf-8", request.ContentType);
        using var body = JsonDocument.Parse(request.Body);
        Assert.Equal(
            """{"port":"relations","app":"shop","uid":"9007199254740993","traceId":"4bf92f3577b34da6a3ce929d0e0e4736","shadow":true,"locale":"zh-CN","request":{"uid":"1","other":"9007199254740993","kind":"friend"}}""",
            JsonSerializer.Serialize(body.RootElement));
    }

    [Fact]
    public void The_example_in_the_documentation_is_signed_right()
    {
        const string body = """{"port":"relations","app":"default","uid":"1004","traceId":"4bf92f3577b34da6a3ce929d0e0e4736","shadow":false,"locale":"zh-CN","request":{"uid":"1001","other":"1004","kind":"follower"}}""";

        Assert.True(new CallbackSignature(Convert.FromBase64String("AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=")).IsGenuine(
            "1771315200", "6f1c0a5be2d94c7f8a3b5d7e9f012345", body, "5b69d80eb013371bde839c2e5f24c1b927bc1c78f2df065caa8d1d79570a3cd7",
            DateTimeOffset.FromUnixTimeSeconds(1771315200)));
    }

    [Fact]
    public async Task Every_attempt_has_its_own_nonce()
    {
        await using var host = OutsideHost.Over(_stub);

        await host.CheckAsync("a");
        await host.CheckAsync("b");

        Assert.Equal(2, _stub.Requests.Select(r => r.Nonce).Distinct().Count());
    }

    public static TheoryData<string> BadAnswers => new(Bad.Keys);

    private static readonly Dictionary<string, Func<HttpContext, Task>> Bad = new()
    {
        ["server error"] = http => StubService.JsonAsync(http, Good, 500),
        ["not found"] = http => StubService.JsonAsync(http, Good, 404),
        ["no content"] = http =>
        {
            http.Response.StatusCode = 204;
            return Task.CompletedTask;
        },
        ["html"] = async http =>
        {
            http.Response.ContentType = "text/html";
            await http.Response.WriteAsync(Good);
        },
        ["no content type"] = async http => await http.Response.WriteAsync(Good),
        ["garbage"] = http => StubService.JsonAsync(http, "<!doctype html>"),
        ["cut off"] = http => StubService.JsonAsync(http, Good[..^1]),
        ["empty"] = http => StubService.JsonAsync(http, ""),
        ["null"] = http => StubService.JsonAsync(http, "null"),
        ["array"] = http => StubService.JsonAsync(http, "[]"),
        ["without the member"] = http => StubService.JsonAsync(http, "{}"),
        ["null members"] = http => StubService.JsonAsync(http, """{"holds":null,"items":null,"allowed":null}"""),
        ["wrong types"] = http => StubService.JsonAsync(http, """{"holds":"yes","items":"none","allowed":1}"""),
        ["members twice"] = http => StubService.JsonAsync(http, """{"holds":false,"holds":true,"items":[],"items":[],"allowed":false,"allowed":true}"""),
        ["too deep"] = http => StubService.JsonAsync(http, Good[..^1] + ",\"x\":" + new string('[', 500) + new string(']', 500) + "}"),
        ["too large"] = http => StubService.JsonAsync(http, Good + new string(' ', 64 * 1024)),
        ["too large without a length"] = async http =>
        {
            http.Response.ContentType = "application/json";
            await http.Response.WriteAsync(Good);
            for (var i = 0; i < 70 && !http.RequestAborted.IsCancellationRequested; i++)
            {
                await http.Response.WriteAsync(new string(' ', 1024));
                await http.Response.Body.FlushAsync();
            }
        },
        ["compressed"] = async http =>
        {
            http.Response.ContentType = "application/json";
            http.Response.Headers.ContentEncoding = "gzip";
            await using var zip = new GZipStream(http.Response.Body, CompressionLevel.Fastest);
            await zip.WriteAsync(Encoding.UTF8.GetBytes(Good));
        },
        ["connection cut"] = http =>
        {
            http.Abort();
            return Task.CompletedTask;
        },
    };

    private const string Good = """{"holds":true,"items":[],"allowed":true}""";

    [Theory]
    [MemberData(nameof(BadAnswers))]
    public async Task An_answer_that_cannot_be_used_is_no_answer_and_is_not_kept(string answer)
    {
        await using var host = OutsideHost.Over(_stub);
        _stub.Answer = (http, _) => Bad[answer](http);

        var relation = await host.HoldsAsync(1, 2);
        var profiles = await host.ProfilesAsync(1);
        var verdict = await host.CheckAsync("hello");

        Assert.Equal((ResultCode.Degraded, false), (relation.Result.Code, relation.Holds));
        Assert.Equal((ResultCode.Degraded, 0), (profiles.Result.Code, profiles.Items.Count));
        Assert.Equal((ResultCode.Degraded, false), (verdict.Result.Code, verdict.Allowed));
        Assert.Equal(3, host.Log.Count("gave no answer"));

        _stub.Answer = (http, _) => StubService.JsonAsync(http, Good);
        Assert.True((await host.HoldsAsync(1, 2)).Holds);
        Assert.True((await host.ProfilesAsync(1)).Result.IsOk());
        Assert.True((await host.CheckAsync("hello")).Allowed);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_is_not_followed(int status)
    {
        await using var elsewhere = await StubService.StartAsync();
        elsewhere.Answer = (http, _) => StubService.JsonAsync(http, Good);
        await using var host = OutsideHost.Over(_stub);
        _stub.Answer = (http, _) =>
        {
            http.Response.Headers.Location = elsewhere.Url;
            return StubService.JsonAsync(http, Good, status);
        };

        Assert.Equal(ResultCode.Degraded, (await host.HoldsAsync(1, 2)).Result.Code);

        Assert.Empty(elsewhere.Requests);
        Assert.Single(_stub.Requests);
    }

    [Theory]
    [InlineData("", 500)]
    [InlineData("{}", 200)]
    [InlineData("""{"allowed":null}""", 200)]
    [InlineData("""{"allowed":true,"reason":null}""", 200)]
    [InlineData("""{"allowed":true,"allowed":true}""", 200)]
    public async Task Without_a_verdict_of_risk_control_nothing_is_allowed(string answer, int status)
    {
        await using var host = OutsideHost.Over(_stub);
        _stub.Answer = (http, _) => StubService.JsonAsync(http, answer, status);

        var response = await host.RiskAsync(1);

        Assert.Equal((ResultCode.Degraded, false), (response.Result.Code, response.Allowed));
    }

    [Fact]
    public async Task Risk_control_is_told_what_is_asked_for_and_is_asked_again_each_time_unless_verdicts_are_kept()
    {
        _stub.Answer = (http, _) => StubService.JsonAsync(http, """{"allowed":true}""");
        await using (var host = OutsideHost.Over(_stub))
        {
            await host.RiskAsync(1004, 250, context: new CallContext { App = "a", Uid = 1004, TraceId = "t", Locale = "zh-CN" });
            await host.RiskAsync(1004, 250);
        }

        Assert.Equal(2, _stub.Requests.Count);
        Assert.Equal(
            """{"port":"risk","app":"a","uid":"1004","traceId":"t","shadow":false,"locale":"zh-CN","request":{"operation":"withdrawal","uid":"1004","amount":"250","currency":"CNY"}}""",
            _stub.Requests.First().Body);

        await using (var host = OutsideHost.Over(_stub, ("Risk:CacheSeconds", "10"), ("Risk:CacheEntries", "10")))
        {
            await host.RiskAsync(1004, 250);
            await host.RiskAsync(1004, 250);
            Assert.Equal(3, _stub.Requests.Count);
            // Another amount, user, app or operation is another question.
            await host.RiskAsync(1004, 251);
            await host.RiskAsync(1005, 250);
            await host.RiskAsync(1004, 250, context: new CallContext { App = "b", Uid = 1004 });
            await host.RiskAsync(1004, 250, operation: "other");
        }

        Assert.Equal(7, _stub.Requests.Count);
    }

    [Theory]
    [InlineData("", 500)]
    [InlineData("{}", 200)]
    [InlineData("""{"met":null}""", 200)]
    [InlineData("""{"met":"true"}""", 200)]
    [InlineData("""{"met":true,"met":true}""", 200)]
    public async Task Without_an_answer_no_condition_is_met(string answer, int status)
    {
        await using var host = OutsideHost.Over(_stub);
        _stub.Answer = (http, _) => StubService.JsonAsync(http, answer, status);

        foreach (var response in new[] { await host.SharedAsync(1, "video-7"), await host.FollowsAsync(1, 2) })
        {
            Assert.Equal((ResultCode.Degraded, false), (response.Result.Code, response.Met));
        }
    }

    [Fact]
    public async Task A_share_is_asked_about_once_for_a_while_and_its_absence_for_a_moment()
    {
        _stub.Answer = (http, _) => StubService.JsonAsync(http, """{"met":true}""");
        await using var host = OutsideHost.Over(_stub);
        await host.SharedAsync(1004, "video-7", new CallContext { App = "a", Uid = 1004, TraceId = "t", Locale = "zh-CN" });
        Assert.Equal(
            """{"port":"conditions","app":"a","uid":"1004","traceId":"t","shadow":false,"locale":"zh-CN","request":{"kind":"share","uid":"1004","contentId":"video-7"}}""",
            _stub.Requests.Single().Body);
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => host.SharedAsync(1004, "video-7", new CallContext { App = "a", Uid = 1004 }))), a => Assert.True(a.Met));
        Assert.Single(_stub.Requests);

        // Another app, user or content is another question.
        await host.SharedAsync(1004, "video-7");
        await host.SharedAsync(1005, "video-7");
        await host.SharedAsync(1004, "video-8");
        Assert.Equal(4, _stub.Requests.Count);

        _stub.Answer = (http, _) => StubService.JsonAsync(http, """{"met":false}""");
        Assert.False((await host.SharedAsync(1006, "video-7")).Met);
        _stub.Answer = (http, _) => StubService.JsonAsync(http, """{"met":true}""");
        Assert.False((await host.SharedAsync(1006, "video-7")).Met);
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True((await host.SharedAsync(1006, "video-7")).Met);
        Assert.Equal(6, _stub.Requests.Count);
        host.Clock.Advance(TimeSpan.FromSeconds(10));
        await host.SharedAsync(1006, "video-7");
        Assert.Equal(7, _stub.Requests.Count);
    }

    [Fact]
    public async Task Moderation_set_open_lets_texts_pass_without_a_verdict_and_forgets_it()
    {
        await using var host = OutsideHost.Over(_stub, ("Moderation:OnFailure", "open"));
        _stub.Answer = (http, _) => StubService.JsonAsync(http, "", 500);

        var passed = await host.CheckAsync("hello");
        Assert.True(passed.Result.IsOk());
        Assert.True(passed.Allowed);

        _stub.Answer = (http, _) => StubService.JsonAsync(http, """{"allowed":false}""");
        Assert.False((await host.CheckAsync("hello")).Allowed);
    }

    [Fact]
    public async Task A_service_that_is_not_there_gives_no_answer()
    {
        var gone = await StubService.StartAsync();
        await using var host = OutsideHost.Over(gone);
        await gone.DisposeAsync();

        Assert.Equal(ResultCode.Degraded, (await host.HoldsAsync(1, 2)).Result.Code);
    }

    [Fact]
    public async Task An_answer_after_the_timeout_is_no_answer()
    {
        var arrived = new TaskCompletionSource();
        _stub.Answer = async (http, _) =>
        {
            arrived.SetResult();
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        };
        await using var host = OutsideHost.Over(_stub, ("Relations:TimeoutMs", "300"));

        var asking = host.HoldsAsync(1, 2);
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(10));
        host.Clock.Advance(TimeSpan.FromMilliseconds(299));
        Assert.False(asking.IsCompleted);
        host.Clock.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(ResultCode.Degraded, (await asking.WaitAsync(TimeSpan.FromSeconds(10))).Result.Code);
    }

    [Fact]
    public async Task A_body_that_trickles_is_cut_by_the_timeout_too()
    {
        var trickling = new TaskCompletionSource();
        _stub.Answer = async (http, _) =>
        {
            http.Response.ContentType = "application/json";
            await http.Response.WriteAsync("{");
            await http.Response.Body.FlushAsync();
            trickling.SetResult();
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        };
        await using var host = OutsideHost.Over(_stub);

        var asking = host.HoldsAsync(1, 2);
        await trickling.Task.WaitAsync(TimeSpan.FromSeconds(10));
        host.Clock.Advance(TimeSpan.FromMilliseconds(300));

        Assert.Equal(ResultCode.Degraded, (await asking.WaitAsync(TimeSpan.FromSeconds(10))).Result.Code);
    }

    [Fact]
    public async Task A_caller_waits_no_longer_than_his_deadline_and_the_answer_serves_the_next()
    {
        var arrived = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        _stub.Answer = async (http, _) =>
        {
            arrived.SetResult();
            await release.Task;
            await StubService.JsonAsync(http, Good);
        };
        await using var host = OutsideHost.Over(_stub);
        var hurried = new CallContext { Uid = 2, DeadlineMs = host.Clock.GetUtcNow().ToUnixTimeMilliseconds() + 50 };

        var asking = host.HoldsAsync(1, 2, context: hurried);
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(10));
        var patient = host.HoldsAsync(1, 2);
        host.Clock.Advance(TimeSpan.FromMilliseconds(50));

        Assert.Equal(ResultCode.Degraded, (await asking.WaitAsync(TimeSpan.FromSeconds(10))).Result.Code);
        release.SetResult();
        Assert.True((await patient.WaitAsync(TimeSpan.FromSeconds(10))).Holds);
        Assert.Single(_stub.Requests);
    }

    [Fact]
    public async Task Nothing_is_asked_for_a_caller_whose_deadline_has_passed()
    {
        await using var host = OutsideHost.Over(_stub);
        var late = new CallContext { DeadlineMs = host.Clock.GetUtcNow().ToUnixTimeMilliseconds() };

        Assert.Equal(ResultCode.Degraded, (await host.HoldsAsync(1, 2, context: late)).Result.Code);
        Assert.Empty(_stub.Requests);
    }

    [Fact]
    public async Task A_caller_who_gives_up_takes_no_answer_from_others()
    {
        var arrived = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        _stub.Answer = async (http, _) =>
        {
            arrived.SetResult();
            await release.Task;
            await StubService.JsonAsync(http, Good);
        };
        await using var host = OutsideHost.Over(_stub);
        using var given = new CancellationTokenSource();

        var first = host.Relations.HoldsAsync(new CallContext(), new RelationRequest { Uid = 1, Other = 2, Kind = RelationKind.Follower }, given.Token);
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(10));
        var second = host.HoldsAsync(1, 2);
        await given.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        release.SetResult();

        Assert.True((await second.WaitAsync(TimeSpan.FromSeconds(10))).Holds);
    }

    [Fact]
    public async Task A_yes_is_kept_for_its_time_and_a_no_for_a_second()
    {
        await using var host = OutsideHost.Over(_stub, ("Relations:CacheSeconds", "10"));
        _stub.Answer = (http, _) => StubService.JsonAsync(http, """{"holds":false}""");
        Assert.False((await host.HoldsAsync(1, 2)).Holds);
        Assert.False((await host.HoldsAsync(1, 2)).Holds);
        Assert.Single(_stub.Requests);

        // He follows now, and is not refused by memory.
        _stub.Answer = (http, _) => StubService.JsonAsync(http, Good);
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True((await host.HoldsAsync(1, 2)).Holds);
        host.Clock.Advance(TimeSpan.FromSeconds(10) - TimeSpan.FromMilliseconds(1));
        Assert.True((await host.HoldsAsync(1, 2)).Holds);
        Assert.Equal(2, _stub.Requests.Count);
        host.Clock.Advance(TimeSpan.FromMilliseconds(1));
        await host.HoldsAsync(1, 2);
        Assert.Equal(3, _stub.Requests.Count);
    }

    [Fact]
    public async Task Apps_and_shadow_traffic_share_no_answers()
    {
        await using var host = OutsideHost.Over(_stub);
        _stub.Answer = (http, body) => StubService.JsonAsync(http, body.Contains("\"app\":\"a\"", StringComparison.Ordinal) ? Good : """{"holds":false}""");

        Assert.True((await host.HoldsAsync(1, 2, context: new CallContext { App = "a" })).Holds);
        Assert.False((await host.HoldsAsync(1, 2, context: new CallContext { App = "b" })).Holds);
        await host.HoldsAsync(1, 2, context: new CallContext { App = "a", Shadow = true });
        Assert.Equal(3, _stub.Requests.Count);
    }

    [Fact]
    public async Task Only_the_missing_profiles_are_asked_for_and_the_known_ones_survive_a_failure()
    {
        await using var host = OutsideHost.Over(_stub);
        _stub.Answer = (http, _) => StubService.JsonAsync(http, """{"items":[{"uid":"1","name":"one"},null]}""");
        await host.ProfilesAsync(1, 2);
        _stub.Answer = (http, _) => StubService.JsonAsync(http, "", 503);

        var response = await host.ProfilesAsync(1, 2, 3);

        Assert.Equal(ResultCode.Degraded, response.Result.Code);
        Assert.Equal("one", Assert.Single(response.Items).Name);
        Assert.Contains("\"uids\":[\"3\"]", _stub.Requests.Last().Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failing_service_is_left_alone_for_a_while_and_then_tried_again()
    {
        await using var host = OutsideHost.Over(_stub);
        _stub.Answer = (http, _) => StubService.JsonAsync(http, "", 500);
        for (var i = 0; i < 30; i++)
        {
            Assert.Equal(ResultCode.Degraded, (await host.HoldsAsync(1, 100 + i)).Result.Code);
        }

        Assert.Equal(10, _stub.Requests.Count);
        Assert.Equal(1, host.Log.Count("it is not asked for 5 s"));

        // The other ports go on.
        _stub.Answer = (http, _) => StubService.JsonAsync(http, Good);
        Assert.True((await host.CheckAsync("hello")).Allowed);
        Assert.Equal(ResultCode.Degraded, (await host.HoldsAsync(1, 2)).Result.Code);

        host.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.True((await host.HoldsAsync(1, 2)).Holds);
        Assert.True((await host.HoldsAsync(1, 3)).Holds);
    }

    [Fact]
    public async Task Questions_beyond_the_bound_get_no_answer_at_once()
    {
        var release = new TaskCompletionSource();
        _stub.Answer = async (http, _) =>
        {
            await release.Task;
            await StubService.JsonAsync(http, Good);
        };
        await using var host = OutsideHost.Over(_stub);

        var asking = Enumerable.Range(0, 256).Select(i => host.HoldsAsync(1, 1000 + i)).ToArray();
        Assert.Equal(ResultCode.Degraded, (await host.HoldsAsync(1, 2).WaitAsync(TimeSpan.FromSeconds(10))).Result.Code);
        release.SetResult();

        Assert.All(await Task.WhenAll(asking).WaitAsync(TimeSpan.FromSeconds(10)), r => Assert.True(r.Holds));
        Assert.True((await host.HoldsAsync(1, 2)).Holds);
    }

    [Fact]
    public async Task Nothing_secret_is_logged()
    {
        await using var host = OutsideHost.Over(_stub);
        _stub.Answer = (http, _) => StubService.JsonAsync(http, "{\"password\":");

        await host.CheckAsync("a private greeting");

        Assert.NotEmpty(host.Log.Lines);
        Assert.All(host.Log.Lines, l =>
        {
            Assert.DoesNotContain("private", l.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("password", l.Text, StringComparison.Ordinal);
            Assert.DoesNotContain(Convert.ToBase64String(OutsideHost.Key), l.Text, StringComparison.Ordinal);
        });
    }
}
