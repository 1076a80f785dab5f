using System.Collections.Concurrent;

namespace Hongbao.Web.Tests;

/// <summary>However often a button is pressed and whatever gets lost: one share, one packet.</summary>
public sealed class OnceTests(Stage stage) : PageTests(stage)
{
    private const string Busy = """{"status":429,"title":"Busy","code":"CLAIM_BUSY","retryAfterMs":20,"maxPolls":10}""";

    [Fact]
    public async Task A_busy_packet_is_polled_ten_times_and_then_says_so()
    {
        var packetNo = await Api.PacketAsync(App, 1001);
        var phone = await PhoneOfAsync(1002, "/p/" + packetNo);
        phone.Expects(429);
        var asked = 0;
        await phone.Page.RouteAsync($"**/api/v1/packets/{packetNo}/claims", async route =>
        {
            if (route.Request.Method != "POST")
            {
                await route.ContinueAsync();
                return;
            }

            Interlocked.Increment(ref asked);
            await route.FulfillAsync(new() { Status = 429, ContentType = "application/problem+json", Headers = new Dictionary<string, string> { ["Retry-After"] = "1" }, Body = Busy });
        });
        await phone.Get("packet-open").ClickAsync();
        await Expect(phone.Page.Locator("[data-state=queued]")).ToHaveTextAsync(new Regex("正在排队 \\d+/10"));
        await Expect(phone.Get("packet-state")).ToHaveAttributeAsync("data-state", "busy");
        await Expect(phone.Get("packet-state")).ToHaveTextAsync("抢的人太多了，歇一口气再试");
        Assert.Equal(11, asked);

        // The crowd has gone: the same button gets the share.
        await phone.Page.UnrouteAllAsync();
        await phone.Get("packet-open").ClickAsync();
        await Money.ReadAsync(phone.Get("packet-result-amount"));
        Assert.Equal(11, asked);
    }

    [Theory]
    [InlineData("zh-CN", "人有点多，正在排队 1/10")]
    [InlineData("en-GB", "A bit crowded, in line 1/10")]
    public async Task Who_is_in_line_is_told_so_and_presses_again_without_asking_twice(string locale, string words)
    {
        var packetNo = await Api.PacketAsync(App, 1001);
        var phone = await PhoneOfAsync(1002, "/p/" + packetNo, locale);
        phone.Expects(429);
        var asked = await TurnAwayAsync(phone, packetNo, BusyFor(3000));
        // Presses of the same moment, which the page cannot have shown yet.
        await Expect(phone.Get("packet-open")).ToBeVisibleAsync();
        await phone.Page.EvaluateAsync("() => { const seal = document.querySelector('[data-testid=packet-open]'); for (let i = 0; i < 3; i += 1) seal.click(); }");
        await Expect(phone.Page.Locator("[data-state=queued]")).ToHaveTextAsync(words);
        for (var i = 0; i < 5; i++)
        {
            // The driver would wait for a button that is not disabled; a finger does not.
            await phone.Get("packet-open").ClickAsync(new() { Force = true });
        }

        Assert.Equal("true", await phone.Get("packet-open").GetAttributeAsync("aria-disabled"));
        await Expect(phone.Page.Locator("[aria-live=polite]").First).ToHaveTextAsync(words);
        if (Environment.GetEnvironmentVariable("HONGBAO_SCREENSHOTS") is { } folder)
        {
            await phone.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"in-line-{locale}.png") });
        }

        Assert.Single(asked);
        await phone.Page.UnrouteAllAsync();
        await Money.ReadAsync(phone.Get("packet-result-amount"));
        await Expect(phone.Get("claim-row")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task Leaving_the_line_asks_no_more_and_coming_back_starts_anew()
    {
        var packetNo = await Api.PacketAsync(App, 1001);
        var phone = await PhoneOfAsync(1002, "/p/" + packetNo);
        phone.Expects(429);
        var asked = await TurnAwayAsync(phone, packetNo, BusyFor(300));
        await phone.Get("packet-open").ClickAsync();
        // Looked at with every frame: the line moves on quickly.
        await phone.Page.WaitForFunctionAsync("() => document.querySelector('[data-state=queued]')?.textContent.includes('正在排队 2/10')");
        await phone.Page.GetByRole(AriaRole.Button, new() { Name = "关闭" }).ClickAsync();
        await Expect(phone.Get("packet-cover")).ToHaveCountAsync(0);
        var before = asked.Count;
        // Three waits long nothing more is sent.
        await phone.Page.WaitForTimeoutAsync(1400);
        Assert.Equal(before, asked.Count);

        await phone.Page.UnrouteAllAsync();
        await phone.GoAsync("#/p/" + packetNo);
        await phone.Get("packet-open").ClickAsync();
        await Money.ReadAsync(phone.Get("packet-result-amount"));
    }

    [Fact]
    public async Task The_line_ends_with_the_packet_and_an_overloaded_service_is_polled_like_a_busy_packet()
    {
        var packetNo = await Api.PacketAsync(App, 1001);
        var phone = await PhoneOfAsync(1004, "/p/" + packetNo);
        phone.Expects(503, 409);
        var asked = await TurnAwayAsync(phone, packetNo, """{"status":503,"title":"Overloaded","code":"OVERLOADED"}""", 503);
        await phone.Get("packet-open").ClickAsync();
        await Expect(phone.Page.Locator("[data-state=queued]")).ToHaveTextAsync("人有点多，正在排队 1/10");
        await Api.ClaimAsync(App, 1002, packetNo);
        await Api.ClaimAsync(App, 1003, packetNo);
        await phone.Page.UnrouteAllAsync();
        await Expect(phone.Get("packet-state")).ToHaveAttributeAsync("data-state", "exhausted");
        await Expect(phone.Get("claim-row")).ToHaveCountAsync(2);
        Assert.NotEmpty(asked);
    }

    [Fact]
    public async Task Opening_with_two_quick_presses_asks_for_one_share()
    {
        var packetNo = await Api.PacketAsync(App, 1001);
        var phone = await PhoneOfAsync(1002, "/p/" + packetNo, isStill: false);
        var asked = Count(phone, "POST", "/claims");
        await phone.Get("packet-open").DblClickAsync();
        await Money.ReadAsync(phone.Get("packet-result-amount"));
        Assert.Single(asked);
        await Expect(phone.Get("claim-row")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task Sending_with_two_quick_presses_makes_one_packet()
    {
        var phone = await PhoneOfAsync(1001, "/send");
        var asked = Count(phone, "POST", "/api/v1/packets");
        await phone.Get("send-amount").FillAsync("8.88");
        await phone.Get("send-submit").DblClickAsync();
        await Expect(phone.Page).ToHaveURLAsync(new Regex("/cashier/"));
        Assert.Single(asked);
        var sent = await Api.GetAsync(App, 1001, "/api/v1/me/packets/sent");
        Assert.Single(sent["items"]!.AsArray());
    }

    [Fact]
    public async Task A_packet_whose_answer_was_lost_is_made_once_even_after_a_reload()
    {
        var phone = await PhoneOfAsync(1001, "/send");
        phone.ExpectsLostAnswers();
        await phone.Page.RouteAsync("**/api/v1/packets", async route =>
        {
            await route.FetchAsync();
            await route.AbortAsync("failed");
        });
        await phone.Get("send-amount").FillAsync("8.88");
        await phone.Get("send-submit").ClickAsync();
        await Expect(phone.Page.GetByText("没有收到答复。内容不变再点一次，不会重复创建。")).ToBeVisibleAsync();

        await phone.Page.UnrouteAllAsync();
        await phone.Page.ReloadAsync();
        await Expect(phone.Get("send-amount")).ToHaveValueAsync("8.88");
        await phone.Get("send-submit").ClickAsync();
        await phone.Page.WaitForURLAsync("**/cashier/**");
        Assert.Single((await Api.GetAsync(App, 1001, "/api/v1/me/packets/sent"))["items"]!.AsArray());
    }

    [Fact]
    public async Task A_share_whose_answer_was_lost_is_the_same_share_when_asked_again()
    {
        var packetNo = await Api.PacketAsync(App, 1001);
        var phone = await PhoneOfAsync(1002, "/p/" + packetNo);
        phone.ExpectsLostAnswers();
        var lost = 0;
        await phone.Page.RouteAsync($"**/api/v1/packets/{packetNo}/claims", async route =>
        {
            if (route.Request.Method == "POST" && Interlocked.Increment(ref lost) == 1)
            {
                await route.FetchAsync();
                await route.AbortAsync("failed");
                return;
            }

            await route.ContinueAsync();
        });
        await phone.Get("packet-open").ClickAsync();
        await Money.ReadAsync(phone.Get("packet-result-amount"));
        Assert.Equal(2, lost);
        await Expect(phone.Get("claim-row")).ToHaveCountAsync(1);
        Assert.Equal(1, (int)(await Api.GetAsync(App, 1002, "/api/v1/packets/" + packetNo))["claimedCount"]!);
    }

    private static string BusyFor(int ms) => Busy.Replace("\"retryAfterMs\":20", $"\"retryAfterMs\":{ms}", StringComparison.Ordinal);

    /// <summary>Answers every claim of the packet with a refusal; what was asked is noted.</summary>
    private static async Task<ConcurrentBag<string>> TurnAwayAsync(Phone phone, string packetNo, string problem, int status = 429)
    {
        var asked = new ConcurrentBag<string>();
        await phone.Page.RouteAsync($"**/api/v1/packets/{packetNo}/claims", async route =>
        {
            if (route.Request.Method != "POST")
            {
                await route.ContinueAsync();
                return;
            }

            asked.Add(route.Request.Url);
            await route.FulfillAsync(new() { Status = status, ContentType = "application/problem+json", Headers = new Dictionary<string, string> { ["Retry-After"] = "1" }, Body = problem });
        });
        return asked;
    }
}
