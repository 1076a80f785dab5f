namespace Hongbao.Web.Tests;

/// <summary>A rain from its countdown to the check of its fairness.</summary>
public sealed class RainTests(Stage stage) : PageTests(stage)
{
    private const string Crowded = """{"status":429,"title":"Busy","code":"RATE_LIMITED"}""";

    [Fact]
    public async Task A_win_becomes_a_packet_and_its_share_is_paid_out()
    {
        var campaignId = await Api.CampaignAsync(App, startsIn: 10);
        var lin = await PhoneOfAsync(1001, isStill: false);
        await Expect(lin.Get("rain-card")).ToHaveAttributeAsync("data-state", "coming");
        await Expect(lin.Get("rain-card")).ToContainTextAsync(new Regex(@"红包雨倒计时\s*00:(0[1-9]|10)"));
        await lin.Get("rain-card").ClickAsync();
        await Expect(lin.Get("rain-clock")).ToHaveTextAsync(new Regex("^00:(0[1-9]|10)$"));

        // It begins by itself; what falls can be tapped.
        await Expect(lin.Get("rain-sky")).ToBeVisibleAsync();
        var asked = Count(lin, "POST", "/draws");
        await TapUntilHitAsync(lin);
        Assert.Equal(888, await Money.ReadAsync(lin.Get("rain-amount")));
        Assert.Single(asked);
        await lin.Get("rain-send").ClickAsync();
        await Expect(lin.Get("send-given")).ToHaveTextAsync("¥8.88");
        await Expect(lin.Get("send-amount")).ToHaveCountAsync(0);
        await lin.Get("send-count").FillAsync("1");
        await lin.Get("send-greeting").FillAsync("雨露均沾");
        await lin.Get("send-submit").ClickAsync();
        await Expect(lin.Get("packet-cover")).ToContainTextAsync("雨露均沾");

        var jay = await PhoneOfAsync(1002, isStill: false);
        await Expect(jay.Get("feed-item").First).ToContainTextAsync("雨露均沾");
        await jay.Get("feed-packet-button").First.ClickAsync();
        await jay.Get("packet-open").ClickAsync();
        Assert.Equal(888, await Money.ReadAsync(jay.Get("packet-result-amount")));
        await Expect(jay.Get("packet-state")).ToHaveTextAsync("已存入奖励余额，可以提现");
        await jay.GoAsync("#/me/wallet");
        await Expect(jay.Get("wallet-reward")).ToHaveTextAsync("¥8.88");
        await Expect(jay.Get("wallet-change")).ToHaveTextAsync("¥0.00");
        await jay.Get("wallet-withdraw").ClickAsync();
        await Expect(jay.Get("withdraw-amount")).ToHaveValueAsync("8.88");
        await jay.Get("withdraw-submit").ClickAsync();
        await Expect(jay.Get("withdrawal")).ToHaveAttributeAsync("data-state", "succeeded");
        await Expect(jay.Page.GetByText("钱已经打到你的账户。")).ToBeVisibleAsync();
        await jay.Get("withdrawal-wallet").ClickAsync();
        await Expect(jay.Get("wallet-reward")).ToHaveTextAsync("¥0.00");
        await Expect(jay.Get("wallet-entry").First).ToContainTextAsync("提现");

        // The rain remembers what became of the win, and so does the list.
        await lin.GoAsync("#/rain/" + campaignId);
        await Expect(lin.Get("rain-packet")).ToBeVisibleAsync();
        await lin.GoAsync("#/me/subsidies");
        await Expect(lin.Get("subsidy-row")).ToHaveAttributeAsync("data-state", "used");
        await lin.Get("subsidy-packet").ClickAsync();
        await Expect(lin.Get("claim-row")).ToContainTextAsync("¥8.88");
    }

    [Fact]
    public async Task Nothing_is_shown_without_a_campaign()
    {
        var phone = await PhoneOfAsync(1001);
        await Expect(phone.Page.GetByText("还没有红包视频")).ToBeVisibleAsync();
        await Expect(phone.Get("rain-card")).ToHaveCountAsync(0);
        await phone.GoAsync("#/rain/7301444488550940673");
        await Expect(phone.Page.GetByText("这场红包雨看不到了")).ToBeVisibleAsync();
        await phone.GoAsync("#/me/subsidies");
        await Expect(phone.Page.GetByText("还没有补贴")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Many_presses_and_a_reload_are_one_win()
    {
        var campaignId = await Api.CampaignAsync(App);
        var phone = await PhoneOfAsync(1001, "/rain/" + campaignId, isStill: false);
        var asked = Count(phone, "POST", "/draws");
        await Expect(phone.Get("rain-open")).ToBeVisibleAsync();
        await phone.Page.EvaluateAsync("() => { const open = document.querySelector('[data-testid=rain-open]'); for (let i = 0; i < 5; i += 1) open.click(); }");
        await phone.Get("rain-open").ClickAsync(new() { Force = true });
        await Money.ReadAsync(phone.Get("rain-amount"));
        Assert.Single(asked);

        await phone.Page.ReloadAsync();
        Assert.Equal(888, await Money.ReadAsync(phone.Get("rain-amount")));
        await Expect(phone.Get("rain-sky")).ToHaveCountAsync(0);
        await phone.Get("rain-later").ClickAsync();
        await Expect(phone.Get("subsidy-row")).ToHaveCountAsync(1);
        await Expect(phone.Get("subsidy-row")).ToContainTextAsync("¥8.88");
    }

    [Fact]
    public async Task A_loss_is_friendly_names_the_next_round_and_is_not_asked_again()
    {
        var campaignId = await Api.CampaignAsync(App, change: static plan =>
        {
            Client.NobodyWins(plan);
            plan["rounds"]!.AsArray().Add((JsonNode)Client.Round(2, 900, 60));
        });
        var phone = await PhoneOfAsync(1001, "/rain/" + campaignId);
        await phone.Get("rain-open").ClickAsync();
        await Expect(phone.Get("rain-title")).ToHaveTextAsync("这次没抢到");
        await Expect(phone.Get("rain-title")).ToBeFocusedAsync();
        await Expect(phone.Get("rain-next")).ToHaveTextAsync(new Regex(@"下一场\s*1[45]:\d\d"));

        var asked = Count(phone, "POST", "/draws");
        await phone.Page.ReloadAsync();
        await Expect(phone.Get("rain-title")).ToHaveTextAsync("这次没抢到");
        Assert.Empty(asked);
        await phone.Get("rain-next").ClickAsync();
        await Expect(phone.Get("rain-clock")).ToHaveTextAsync(new Regex(@"^1[45]:\d\d$"));
        await phone.GoAsync("#/feed");
        await Expect(phone.Get("rain-card")).ToHaveAttributeAsync("data-state", "drawn");
    }

    [Fact]
    public async Task An_answer_that_is_lost_and_a_crowd_end_in_the_same_win()
    {
        var campaignId = await Api.CampaignAsync(App);
        var phone = await PhoneOfAsync(1001, "/rain/" + campaignId);
        phone.ExpectsLostAnswers();
        phone.Expects(429);
        var times = 0;
        await phone.Page.RouteAsync("**/draws", async route =>
        {
            switch (Interlocked.Increment(ref times))
            {
                case 1:
                    await route.FetchAsync();
                    await route.AbortAsync("failed");
                    break;
                case 2:
                    await route.FulfillAsync(new() { Status = 429, ContentType = "application/problem+json", Headers = new Dictionary<string, string> { ["Retry-After"] = "1" }, Body = Crowded });
                    break;
                default:
                    await route.ContinueAsync();
                    break;
            }
        });
        await phone.Get("rain-open").ClickAsync();
        await Expect(phone.Get("rain-tip")).ToHaveTextAsync("人有点多，正在排队…");
        Assert.Equal(888, await Money.ReadAsync(phone.Get("rain-amount")));
        Assert.Equal(3, times);
        Assert.Single((await Api.GetAsync(App, 1001, "/api/v1/me/subsidies"))["items"]!.AsArray());
    }

    [Fact]
    public async Task Without_a_network_it_says_so_and_goes_on_when_it_is_back()
    {
        var campaignId = await Api.CampaignAsync(App);
        var phone = await PhoneOfAsync(1001, "/rain/" + campaignId);
        phone.ExpectsToBeOffline();
        await Expect(phone.Get("rain-open")).ToBeVisibleAsync();
        await phone.Context.SetOfflineAsync(true);
        await phone.Get("rain-open").ClickAsync();
        await Expect(phone.Get("offline-banner")).ToBeVisibleAsync();
        await Expect(phone.Get("rain-tip")).ToHaveTextAsync("正在拆…");
        await phone.Context.SetOfflineAsync(false);
        Assert.Equal(888, await Money.ReadAsync(phone.Get("rain-amount")));
    }

    [Fact]
    public async Task A_slow_network_and_a_wrong_device_clock_make_nobody_come_too_early()
    {
        var campaignId = await Api.CampaignAsync(App, startsIn: 10);
        var phone = await PhoneAsync();
        await phone.Page.AddInitScriptAsync("{ const real = Date.now; Date.now = () => real() + 3 * 3600 * 1000; }");
        await phone.Page.RouteAsync("**/api/v1/campaigns", async route =>
        {
            await Task.Delay(1500);
            await route.ContinueAsync();
        });
        await phone.Page.RouteAsync("**/draws", async route =>
        {
            await Task.Delay(1500);
            await route.ContinueAsync();
        });
        await phone.SignInAsync(await Api.TokenAsync(1001, App), "/rain/" + campaignId);
        await Expect(phone.Get("rain-stage")).ToHaveAttributeAsync("data-stage", "coming");
        await phone.Get("rain-open").ClickAsync();
        await Expect(phone.Get("rain-tip")).ToHaveTextAsync("正在拆…");

        // A draw before the round would have been refused.
        await Money.ReadAsync(phone.Get("rain-amount"));
    }

    [Fact]
    public async Task A_paused_rain_says_so_and_goes_on()
    {
        var campaignId = await Api.CampaignAsync(App);
        var phone = await PhoneOfAsync(1001, "/rain/" + campaignId);
        phone.Expects(409);
        await Expect(phone.Get("rain-open")).ToBeVisibleAsync();
        await Api.ChangeCampaignAsync(App, campaignId, "pause");
        await Client.UntilAsync("the pause is known", async () =>
            (string)(await Api.GetAsync(App, 1001, "/api/v1/campaigns"))["items"]![0]!["status"]! == "PAUSED");
        await phone.Get("rain-open").ClickAsync();
        await Expect(phone.Get("rain-stage")).ToHaveAttributeAsync("data-stage", "paused");
        await Api.ChangeCampaignAsync(App, campaignId, "resume");
        await Client.UntilAsync("the rain goes on", async () =>
            (string)(await Api.GetAsync(App, 1001, "/api/v1/campaigns"))["items"]![0]!["status"]! == "RUNNING");
        await phone.Page.GetByRole(AriaRole.Button, new() { Name = "再看看" }).ClickAsync();
        await phone.Get("rain-open").ClickAsync();
        await Money.ReadAsync(phone.Get("rain-amount"));
    }

    [Fact]
    public async Task After_the_round_everybody_can_check_that_it_was_fair()
    {
        var campaignId = await Api.CampaignAsync(App, seconds: 10);
        var phone = await PhoneOfAsync(1001, "/rain/" + campaignId);
        await phone.Get("rain-open").ClickAsync();
        await Money.ReadAsync(phone.Get("rain-amount"));
        await Expect(phone.Get("fair-check")).ToHaveCountAsync(0);

        // The page finds the secret by itself; it saw the fingerprint before.
        await Expect(phone.Get("fair-secret")).ToHaveTextAsync(new Regex("^[0-9a-f]{64}$"));
        await phone.Get("fair-check").ClickAsync();
        await Expect(phone.Get("fair-verdict")).ToHaveAttributeAsync("data-outcome", "right");
        await Expect(phone.Page.Locator("[data-step=hashSeenBefore]")).ToHaveAttributeAsync("data-right", "true");
        await Expect(phone.Get("fair-place")).ToHaveTextAsync(new Regex("你的名次：1,000,000,000 个位置里的第 [\\d,]+ 个"));

        // Another secret than the promised one is told.
        var other = await PhoneAsync();
        await other.Page.RouteAsync("**/api/v1/campaigns", async route =>
        {
            var list = JsonNode.Parse(await (await route.FetchAsync()).BodyAsync())!;
            list["items"]![0]!["rounds"]![0]!["secret"] = new string('0', 64);
            await route.FulfillAsync(new() { ContentType = "application/json", Body = list.ToJsonString() });
        });
        await other.SignInAsync(await Api.TokenAsync(1002, App), "/rain/" + campaignId);
        await other.Get("fair-check").ClickAsync();
        await Expect(other.Get("fair-verdict")).ToHaveAttributeAsync("data-outcome", "wrong");
    }

    /// <summary>Taps over the whole sky until a packet was under the finger.</summary>
    private static async Task TapUntilHitAsync(Phone phone)
    {
        var box = (await phone.Get("rain-sky").BoundingBoxAsync())!;
        await Client.UntilAsync("a packet is hit", async () =>
        {
            for (var x = 30; x < box.Width; x += 60)
            {
                await phone.Page.Mouse.ClickAsync(box.X + x, box.Y + 160);
            }

            return await phone.Get("rain-stage").GetAttributeAsync("data-stage") != "rain" || await phone.Page.GetByText("正在拆…").CountAsync() > 0;
        });
    }
}
