using System.Diagnostics;
using Hongbao.Bench.Http.Loading;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Hongbao.Bench.Tests;

public sealed class OpenLoopTests
{
    [Fact]
    public void Arrivals_have_the_mean_rate_and_no_fixed_gaps()
    {
        var arrivals = new Arrivals(10_000, start: 0);
        var planned = new List<long>();
        while (arrivals.TryTake(Stopwatch.Frequency, out var moment))
        {
            planned.Add(moment);
        }

        Assert.InRange(planned.Count, 9_500, 10_500);
        Assert.Equal(planned.Order(), planned);
        Assert.InRange(planned.Zip(planned.Skip(1), (a, b) => b - a).Distinct().Count(), 1000, planned.Count);
    }

    [Fact]
    public void An_arrival_that_is_taken_late_keeps_its_moment()
    {
        var arrivals = new Arrivals(1000, start: 0);

        Assert.True(arrivals.TryTake(10 * Stopwatch.Frequency, out var planned));
        Assert.InRange(planned, 0, Stopwatch.Frequency / 10);
    }

    // With latency from the moment of sending, only the two requests on the two connections would show the stall: fewer than 1 % of all.
    [Fact]
    public async Task A_server_that_stalls_shows_in_every_request_that_was_planned_meanwhile()
    {
        var begun = Stopwatch.GetTimestamp();
        await using var server = await StartAsync(async () =>
        {
            var (since, until) = (Stopwatch.GetElapsedTime(begun), TimeSpan.FromMilliseconds(700));
            if (since > TimeSpan.FromMilliseconds(300) && since < until)
            {
                await Task.Delay(until - since);
            }
        });
        var plan = Plan(server) with { Connections = 2, Rate = 400, Seconds = 1.5 };
        begun = Stopwatch.GetTimestamp();

        var result = Run(plan);

        Assert.Null(result.Error);
        Assert.InRange(result.Taken, 500, 700);
        Assert.InRange(result.P99, 200, Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
    }

    [Fact]
    public async Task A_closed_loop_counts_what_is_answered_and_adds_up_amounts()
    {
        await using var server = await StartAsync(() => Task.CompletedTask);

        var result = Run(Plan(server) with { Connections = 8, Requests = 250 });

        Assert.Equal((250, 250 * 7, null), (result.TakenInAll, result.WonInAll.Amount, result.Error));
    }

    [Fact]
    public async Task An_answer_that_no_claim_should_get_is_an_error()
    {
        await using var server = await StartAsync(() => Task.CompletedTask, StatusCodes.Status401Unauthorized);

        Assert.StartsWith("401", Run(Plan(server) with { Connections = 1, Requests = 1 }).Error, StringComparison.Ordinal);
    }

    private static LoadPlan Plan(WebApplication server) => new()
    {
        Url = server.Urls.First(),
        Endpoint = "claims",
        Load = "H1",
        PacketNos = [1],
        Users = 10,
        TokenKey = Convert.ToBase64String(new byte[32]),
        Connections = 1,
        IsOnceEach = false,
    };

    private static LoadResult Run(LoadPlan plan)
    {
        using var run = new LoadRun(plan, Requests.SignTokens(plan.TokenKey, plan.Users), static _ => { });
        return run.Run();
    }

    private static async Task<WebApplication> StartAsync(Func<Task> before, int status = StatusCodes.Status200OK)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(async http =>
        {
            await before();
            var body = """{"amount":7}"""u8.ToArray();
            http.Response.StatusCode = status;
            http.Response.ContentLength = body.Length;
            await http.Response.Body.WriteAsync(body);
        });
        await app.StartAsync();
        return app;
    }
}
