using System.Collections.Concurrent;
using Hongbao.Host.Demo.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Hongbao.Host.Tests.Demo;

/// <summary>How the demo's client behaves when it is told to come again.</summary>
public sealed class DemoClientTests
{
    [Fact]
    public async Task A_server_that_sheds_is_asked_again_when_it_says()
    {
        var asked = 0;
        await using var stub = await StubServer.StartAsync(app => app.MapPost("/{**path}", (HttpContext http) =>
        {
            if (Interlocked.Increment(ref asked) <= 2)
            {
                http.Response.Headers.RetryAfter = "3";
                return Results.Json(new { code = "OVERLOADED" }, statusCode: 503);
            }

            return Results.Json(new { ok = true });
        }));
        var clock = new SkippingClock();
        using var client = DemoClient.Connect(new Uri(stub.Url), clock);

        Assert.True((await client.ClaimAsync(1, "token", default)).IsOk);

        Assert.Equal((3, 2), (asked, client.Repeated));
        Assert.Equal(2, clock.Rests.Count);
        Assert.All(clock.Rests, rest => Assert.InRange(rest.TotalSeconds, 3, 6));
    }

    [Fact]
    public async Task A_busy_packet_is_the_callers_to_poll_as_the_answer_says()
    {
        var asked = 0;
        await using var stub = await StubServer.StartAsync(app => app.MapPost("/{**path}", () =>
        {
            Interlocked.Increment(ref asked);
            return Results.Json(new { code = "CLAIM_BUSY", retryAfterMs = 1234, maxPolls = 7 }, statusCode: 429);
        }));
        using var client = DemoClient.Connect(new Uri(stub.Url), TimeProvider.System);

        var answer = await client.ClaimAsync(1, "token", default);

        Assert.Equal(("CLAIM_BUSY", TimeSpan.FromMilliseconds(1234), 7, 1), (answer.Code, answer.RetryAfter, answer.MaxPolls, asked));
    }

    /// <summary>Lets every rest end at once, and remembers how long it should have been.</summary>
    private sealed class SkippingClock : TimeProvider
    {
        public ConcurrentQueue<TimeSpan> Rests { get; } = new();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Rests.Enqueue(dueTime);
            return base.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
