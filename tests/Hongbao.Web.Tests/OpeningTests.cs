namespace Hongbao.Web.Tests;

/// <summary>Packets and rains that open at a time, or to those who do something first.</summary>
public sealed class OpeningTests(Stage stage) : PageTests(stage)
{
    private const string Word = "恭喜发财🧧";
    private const string Kept = "() => JSON.stringify(localStorage) + JSON.stringify(sessionStorage)";

    [Fact]
    public async Task A_packet_with_a_password_is_sent_and_opened_wrongly_and_then_rightly()
    {
        var lin = await PhoneOfAsync(1001, "/send");
        await lin.Get("send-amount").FillAsync("8.88");
        await lin.Get("send-count").FillAsync("1");

        // The main path is as long as it was.
        await Expect(lin.Get("condition-password")).ToHaveCountAsync(0);
        await lin.Get("send-options").ClickAsync();
        await lin.Get("condition-password").CheckAsync();
        await lin.Get("send-submit").ClickAsync();
        await Expect(lin.Get("send-password")).ToBeFocusedAsync();
        await Expect(lin.Get("send-password")).ToHaveAccessibleDescriptionAsync("写上口令");
        await lin.Get("send-password").FillAsync(Word);
        await lin.Get("send-submit").ClickAsync();
        await lin.Page.WaitForURLAsync("**/cashier/**");
        await lin.Page.Locator("#pay button").ClickAsync();
        await lin.Get("publish").ClickAsync();
        await Expect(lin.Get("feed-item")).ToBeVisibleAsync();
        Assert.DoesNotContain("恭喜发财🧧", await lin.Page.EvaluateAsync<string>(Kept), StringComparison.Ordinal);

        var jay = await PhoneOfAsync(1002);
        jay.Expects(400);
        var asked = Count(jay, "POST", "/claims");
        await jay.Get("feed-packet-button").ClickAsync();
        await Expect(jay.Get("packet-password")).ToBeFocusedAsync();
        await Expect(jay.Get("packet-cover")).ToContainTextAsync("这是口令红包");

        // Nothing said is nothing asked.
        await jay.Get("packet-open").ClickAsync();
        await Expect(jay.Get("packet-password-said")).ToHaveTextAsync("写上口令再领");
        await Expect(jay.Get("packet-password")).ToBeFocusedAsync();
        Assert.Empty(asked);

        await jay.Page.Keyboard.TypeAsync("恭喜發财");
        await jay.Page.Keyboard.PressAsync("Enter");
        await Expect(jay.Get("packet-password-said")).ToHaveTextAsync("口令不对，还能试 4 次");
        await Expect(jay.Get("packet-password")).ToHaveAccessibleDescriptionAsync("口令不对，还能试 4 次");
        await Expect(jay.Get("packet-password")).ToHaveAttributeAsync("aria-invalid", "true");
        await Expect(jay.Get("packet-password")).ToBeFocusedAsync();

        // What was wrong is marked, so that it is typed over.
        await jay.Page.Keyboard.TypeAsync(Word);
        await Expect(jay.Get("packet-password")).ToHaveValueAsync(Word);
        await jay.Get("packet-open").ClickAsync();
        Assert.Equal(888, await Money.ReadAsync(jay.Get("packet-result-amount")));
        Assert.Equal(2, asked.Count);
    }

    [Fact]
    public async Task After_too_many_wrong_passwords_none_is_taken()
    {
        var packetNo = await Api.PacketAsync(App, 1001, static p => Client.Asks(p, Word));
        var phone = await PhoneOfAsync(1002, "/p/" + packetNo, "en-GB");
        phone.Expects(400, 409);
        for (var left = 4; left > 0; left--)
        {
            await phone.Get("packet-password").FillAsync("guess");
            await phone.Get("packet-open").ClickAsync();
            await Expect(phone.Get("packet-password-said")).ToHaveTextAsync($"That is not the password. {left} {(left == 1 ? "try" : "tries")} left");
        }

        await phone.Get("packet-password").FillAsync("guess");
        await phone.Get("packet-open").ClickAsync();
        await Expect(phone.Get("packet-state")).ToHaveAttributeAsync("data-state", "locked");
        await Expect(phone.Get("packet-state")).ToHaveTextAsync("Too many wrong passwords. None is taken from you here any more");
        await Expect(phone.Get("packet-password")).ToHaveCountAsync(0);
        await Expect(phone.Get("packet-open")).ToHaveCountAsync(0);

        // The service remembers it, for the page forgets.
        await phone.Page.ReloadAsync();
        await phone.Get("packet-password").FillAsync(Word);
        await phone.Get("packet-open").ClickAsync();
        await Expect(phone.Get("packet-state")).ToHaveAttributeAsync("data-state", "locked");
    }

    [Fact]
    public async Task A_packet_that_opens_later_is_counted_down_to_and_then_opened()
    {
        var phone = await PhoneAsync();
        await phone.Page.AddInitScriptAsync("{ const real = Date.now; Date.now = () => real() + 3 * 3600 * 1000; }");
        var opensAt = Client.From(12);
        var packetNo = await Api.PacketAsync(App, 1001, p => p["opensAt"] = opensAt);
        await phone.SignInAsync(await Api.TokenAsync(1002, App));
        await Expect(phone.Get("feed-item")).ToContainTextAsync("即将开抢");
        var asked = Count(phone, "POST", "/claims");
        await phone.Get("feed-packet-button").ClickAsync();

        // By the service's time: this phone's own is hours ahead.
        await Expect(phone.Get("packet-clock")).ToHaveTextAsync(new Regex(@"^开抢倒计时 00:(0[1-9]|1[0-2])$"));
        await Expect(phone.Get("packet-clock")).ToHaveAttributeAsync("aria-live", "off");
        await Expect(phone.Get("packet-open")).ToBeFocusedAsync();
        await Expect(phone.Get("packet-open")).ToBeDisabledAsync();
        await phone.Get("packet-open").ClickAsync(new() { Force = true });
        await phone.Page.Keyboard.PressAsync("Enter");
        Assert.Empty(asked);

        await Expect(phone.Get("packet-open")).ToBeEnabledAsync();
        await Expect(phone.Get("packet-clock")).ToHaveCountAsync(0);
        await Expect(phone.Page.Locator("[role=dialog] [aria-live=polite]")).ToHaveTextAsync("可以领了");
        await phone.Get("packet-open").ClickAsync();
        await Money.ReadAsync(phone.Get("packet-result-amount"));

        // A claim before its time would have been refused, and heard by the phone.
        Assert.Single(asked);
    }

    [Fact]
    public async Task A_page_that_does_not_know_the_time_learns_it_from_the_refusal()
    {
        var phone = await PhoneAsync();
        phone.Expects(409, 503);
        await phone.Page.AddInitScriptAsync("{ const real = Date.now; Date.now = () => real() + 3 * 3600 * 1000; }");
        await phone.Page.RouteAsync("**/api/v1/packets/*", async route =>
        {
            // As an older service says it.
            var packet = JsonNode.Parse(await (await route.FetchAsync()).BodyAsync())!;
            packet.AsObject().Remove("serverTime");
            await route.FulfillAsync(new() { ContentType = "application/json", Body = packet.ToJsonString() });
        });
        await phone.Page.RouteAsync("**/api/v1/packets?*", route => route.FulfillAsync(new() { ContentType = "application/json", Body = """{"items":[]}""" }));
        await phone.Page.RouteAsync("**/api/v1/campaigns", route => route.FulfillAsync(new() { Status = 503, ContentType = "application/problem+json", Body = """{"code":"DEGRADED"}""" }));
        var opensAt = Client.From(15);
        var packetNo = await Api.PacketAsync(App, 1001, p => p["opensAt"] = opensAt);
        await phone.SignInAsync(await Api.TokenAsync(1002, App), "/p/" + packetNo);
        await phone.Get("packet-open").ClickAsync();
        await Expect(phone.Get("packet-clock")).ToBeVisibleAsync();
        await Expect(phone.Get("packet-open")).ToBeDisabledAsync();
        await Expect(phone.Get("packet-open")).ToBeEnabledAsync();
        await phone.Get("packet-open").ClickAsync();
        await Money.ReadAsync(phone.Get("packet-result-amount"));
    }

    [Fact]
    public async Task Who_does_not_follow_or_has_not_shared_is_told_what_to_do_and_may_try_again()
    {
        var follow = await Api.PacketAsync(App, 1001, static p => p["condition"] = new JsonObject { ["kind"] = "follow" });
        var share = await Api.PacketAsync(App, 1001, static p => p["condition"] = new JsonObject { ["kind"] = "share", ["contentId"] = "lantern-night" });
        var phone = await PhoneOfAsync(1008, "/p/" + follow);
        phone.Expects(403);
        await Expect(phone.Get("packet-cover")).ToContainTextAsync("关注小林 Lin才能领");
        await phone.Get("packet-open").ClickAsync();
        await Expect(phone.Get("packet-state")).ToHaveAttributeAsync("data-state", "notFollowing");
        await Expect(phone.Get("packet-open")).ToHaveAccessibleNameAsync("再试一次");
        await phone.GoAsync("#/p/" + share);
        await Expect(phone.Get("packet-cover")).ToContainTextAsync("分享“lantern-night”才能领");
        await phone.Get("packet-open").ClickAsync();
        await Expect(phone.Get("packet-state")).ToHaveAttributeAsync("data-state", "notShared");

        var met = await PhoneOfAsync(1003, "/p/" + follow);
        await met.Get("packet-open").ClickAsync();
        await Money.ReadAsync(met.Get("packet-result-amount"));
        await met.GoAsync("#/p/" + share);
        await met.Get("packet-open").ClickAsync();
        await Money.ReadAsync(met.Get("packet-result-amount"));
    }

    [Fact]
    public async Task An_opening_time_is_checked_sent_and_taken_up_after_a_lost_answer()
    {
        var token = await Api.WinAsync(App, 1001, await Api.CampaignAsync(App));
        Assert.NotEmpty(token);
        var phone = await PhoneOfAsync(1001, "/me/subsidies", "en-GB");
        phone.ExpectsLostAnswers();
        await phone.Get("subsidy-send").ClickAsync();
        await phone.Get("send-options").ClickAsync();
        await phone.Get("send-opens-at").FillAsync(await LocalAsync(phone, days: 8));
        await phone.Get("send-submit").ClickAsync();
        await Expect(phone.Get("send-opens-at")).ToBeFocusedAsync();
        await Expect(phone.Get("send-opens-at")).ToHaveAccessibleDescriptionAsync("At most 7 days from now");
        await phone.Get("send-opens-at").FillAsync(await LocalAsync(phone, days: -1));
        await Expect(phone.Get("send-opens-at")).ToHaveAccessibleDescriptionAsync("That moment is past: it opens at once");
        var tomorrow = await LocalAsync(phone, days: 1);
        await phone.Get("send-opens-at").FillAsync(tomorrow);
        await phone.Get("condition-follow").CheckAsync();

        await phone.Page.RouteAsync("**/api/v1/packets", async route =>
        {
            await route.FetchAsync();
            await route.AbortAsync("failed");
        });
        await phone.Get("send-submit").ClickAsync();
        await Expect(phone.Page.GetByText("No answer came. Press again with the same content: it is never created twice.")).ToBeVisibleAsync();
        await phone.Page.UnrouteAllAsync();
        await phone.Page.ReloadAsync();
        await Expect(phone.Get("send-opens-at")).ToHaveValueAsync(tomorrow);
        await Expect(phone.Get("condition-follow")).ToBeCheckedAsync();
        await phone.Get("send-submit").ClickAsync();
        await Expect(phone.Get("packet-clock")).ToHaveTextAsync(new Regex("^Opens in (1 day |23:)"));
        var sent = (await Api.GetAsync(App, 1001, "/api/v1/me/packets/sent"))["items"]!.AsArray();
        Assert.Single(sent);

        // The sender finds the list, and the link to tell of, before anybody can open it.
        await phone.Get("packet-peek").ClickAsync();
        await Expect(phone.Page.GetByRole(AriaRole.Button, new() { Name = "Copy link" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Half_a_date_is_not_at_once()
    {
        var phone = await PhoneOfAsync(1001, "/send");
        await phone.Get("send-amount").FillAsync("8.88");
        await phone.Get("send-options").FocusAsync();
        await phone.Page.Keyboard.PressAsync("Enter");
        await Expect(phone.Get("send-opens-at")).ToBeVisibleAsync();
        await phone.Page.Keyboard.PressAsync("Tab");
        await Expect(phone.Get("send-opens-at")).ToBeFocusedAsync();
        await phone.Page.Keyboard.TypeAsync("2031");
        await phone.Get("send-submit").ClickAsync();
        await Expect(phone.Get("send-opens-at")).ToBeFocusedAsync();
        await Expect(phone.Get("send-opens-at")).ToHaveAccessibleDescriptionAsync("把日期和时间都填完整");
        await phone.Get("send-opens-at-once").ClickAsync();
        await Expect(phone.Get("send-opens-at")).ToHaveAccessibleDescriptionAsync("");
        await phone.Get("send-submit").ClickAsync();
        await phone.Page.WaitForURLAsync("**/cashier/**");
    }

    [Fact]
    public async Task What_the_service_says_of_an_option_stands_at_the_option()
    {
        var phone = await PhoneOfAsync(1001, "/send");
        phone.Expects(400);
        await phone.Page.RouteAsync("**/api/v1/packets", route => route.FulfillAsync(new()
        {
            Status = 400,
            ContentType = "application/problem+json",
            Body = """{"status":400,"title":"t","code":"VALIDATION_FAILED","errors":{"condition.password":["is too easy"]}}""",
        }));
        await phone.Get("send-amount").FillAsync("8.88");
        await phone.Get("send-options").ClickAsync();
        await phone.Get("condition-password").CheckAsync();
        await phone.Get("send-password").FillAsync(Word);

        // Closed again it tells what is chosen, and opens by itself where something is wrong.
        await phone.Get("send-options").ClickAsync();
        await Expect(phone.Get("send-options")).ToHaveTextAsync("更多选项口令");
        await phone.Get("send-submit").ClickAsync();
        await Expect(phone.Get("send-password")).ToBeFocusedAsync();
        await Expect(phone.Get("send-password")).ToHaveAccessibleDescriptionAsync("is too easy");
    }

    [Fact]
    public async Task A_rain_asks_for_its_password_ahead_and_again_when_it_was_wrong()
    {
        var campaignId = await Api.CampaignAsync(App, startsIn: 10, change: static plan => Client.Asks(plan, Word));
        var phone = await PhoneOfAsync(1001, "/rain/" + campaignId);
        phone.Expects(400);
        var asked = Count(phone, "POST", "/draws");
        await phone.Get("rain-password-say").ClickAsync();
        await Expect(phone.Get("rain-password")).ToHaveAccessibleDescriptionAsync("写上口令再拆");
        await phone.Get("rain-password").FillAsync("恭喜發财");
        await phone.Page.Keyboard.PressAsync("Enter");
        await Expect(phone.Get("rain-password-kept")).ToContainTextAsync("口令已记好");
        await Expect(phone.Get("rain-password-change")).ToBeFocusedAsync();

        await phone.Get("rain-open").ClickAsync();
        await Expect(phone.Get("rain-password")).ToHaveAccessibleDescriptionAsync("口令不对，还能试 4 次");
        await Expect(phone.Get("rain-stage")).ToHaveAttributeAsync("data-stage", "rain");
        await Expect(phone.Get("rain-open")).ToHaveCountAsync(0);
        await phone.Get("rain-password").FillAsync(Word);
        await phone.Get("rain-password-say").ClickAsync();
        Assert.Equal(888, await Money.ReadAsync(phone.Get("rain-amount")));
        Assert.Equal(2, asked.Count);
        Assert.DoesNotContain(Word, await phone.Page.EvaluateAsync<string>(Kept), StringComparison.Ordinal);

        // Known for as long as the page is there, and no longer: the win is the user's own and is shown without it.
        await phone.GoAsync("#/feed");
        await phone.GoAsync("#/rain/" + campaignId);
        Assert.Equal(888, await Money.ReadAsync(phone.Get("rain-amount")));
        await phone.Page.ReloadAsync();
        Assert.Equal(888, await Money.ReadAsync(phone.Get("rain-amount")));
        await Expect(phone.Get("rain-password")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_rain_for_followers_says_so_before_and_when_it_refuses()
    {
        var campaignId = await Api.CampaignAsync(App, startsIn: 8, change: static plan => plan["condition"] = new JsonObject { ["kind"] = "follow", ["uid"] = "1001" });
        var phone = await PhoneOfAsync(1008, "/rain/" + campaignId);
        phone.Expects(403);
        await Expect(phone.Get("rain-condition")).ToHaveTextAsync("关注用户号 1001的人才能参加");
        await phone.Get("rain-open").ClickAsync();
        await Expect(phone.Get("rain-tip")).ToHaveTextAsync("还没有关注，先到应用里关注，再试一次");
        await Expect(phone.Get("rain-open")).ToHaveTextAsync("重试");
    }

    [Fact]
    public async Task A_phone_that_is_turned_keeps_its_rain()
    {
        var campaignId = await Api.CampaignAsync(App);
        var phone = await PhoneOfAsync(1001, "/rain/" + campaignId, isStill: false);
        const string Fits = "() => { const sky = document.querySelector('.rain-sky'); return sky.width === sky.clientWidth && sky.height === sky.clientHeight ? sky.clientWidth : 0; }";
        await Expect(phone.Get("rain-sky")).ToBeVisibleAsync();
        Assert.Equal(360, await phone.Page.EvaluateAsync<int>(Fits));
        foreach (var (width, height) in new[] { (780, 360), (360, 780) })
        {
            await phone.Page.SetViewportSizeAsync(width, height);
            await Client.UntilAsync("the sky has the size of the phone", async () => await phone.Page.EvaluateAsync<int>(Fits) == Math.Min(width, 480));
            await Expect(phone.Get("rain-stage")).ToHaveAttributeAsync("data-stage", "rain");
        }

        await phone.Get("rain-open").ClickAsync();
        Assert.Equal(888, await Money.ReadAsync(phone.Get("rain-amount")));
    }

    /// <summary>A date and time as an input takes it, in the phone's own zone.</summary>
    private static Task<string> LocalAsync(Phone phone, int days) => phone.Page.EvaluateAsync<string>(
        "(days) => { const at = new Date(Date.now() + days * 86400000); return new Date(at - at.getTimezoneOffset() * 60000).toISOString().slice(0, 16); }", days);
}
