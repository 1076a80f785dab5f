namespace Hongbao.Web.Tests;

/// <summary>Everything by keyboard, and every control has a name.</summary>
public sealed partial class KeyboardTests(Stage stage) : PageTests(stage)
{
    private const string IsShown = """
        () => {
          const at = document.activeElement;
          if (!at?.matches(':focus-visible')) return false;
          const marked = (element) => { const style = getComputedStyle(element); return style.outlineStyle !== 'none' || style.boxShadow !== 'none'; };
          return marked(at) || marked(at.parentElement);
        }
        """;

    [Fact]
    public async Task A_packet_is_sent_and_paid_for_and_published_by_keyboard_alone()
    {
        var phone = await PhoneOfAsync(1001);
        await Expect(phone.Page.GetByText("还没有红包视频")).ToBeVisibleAsync();
        await TabToAsync(phone, "camera-tab");
        await phone.Page.Keyboard.PressAsync("Enter");
        await Expect(phone.Get("pendant")).ToBeVisibleAsync();
        await TabToAsync(phone, "pendant", back: true);
        await phone.Page.Keyboard.PressAsync("Enter");

        // The focus goes into the dialog, stays there, and goes back where it came from.
        await Expect(phone.Get("send-amount")).ToBeFocusedAsync();
        await StaysInsideAsync(phone);
        await phone.Page.Keyboard.PressAsync("Escape");
        await Expect(phone.Page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        await Expect(phone.Get("pendant")).ToBeFocusedAsync();
        await phone.Page.Keyboard.PressAsync("Enter");
        await Expect(phone.Get("send-amount")).ToBeFocusedAsync();

        await phone.Page.Keyboard.TypeAsync("6.66");
        await TabToAsync(phone, "split-random");
        await phone.Page.Keyboard.PressAsync("ArrowRight");
        await Expect(phone.Get("split-fair")).ToBeCheckedAsync();
        await phone.Page.Keyboard.PressAsync("Tab");
        await phone.Page.Keyboard.PressAsync("Enter");
        await Expect(phone.Get("send-count")).ToHaveValueAsync("5");
        await TabToAsync(phone, "send-greeting");
        await phone.Page.Keyboard.TypeAsync("万事顺意");
        await phone.Page.Keyboard.PressAsync("Enter");

        var pay = phone.Page.GetByRole(AriaRole.Button, new() { Name = "立即支付" });
        await Expect(pay).ToBeVisibleAsync();
        await phone.Page.Keyboard.PressAsync("Tab");
        await Expect(pay).ToBeFocusedAsync();
        Assert.True(await phone.Page.EvaluateAsync<bool>(IsShown));
        await phone.Page.Keyboard.PressAsync("Enter");
        await Expect(phone.Get("publish")).ToBeVisibleAsync();
        await TabToAsync(phone, "publish");
        await phone.Page.Keyboard.PressAsync("Enter");
        await Expect(phone.Get("feed-item")).ToContainTextAsync("万事顺意");
    }

    [Fact]
    public async Task A_packet_is_opened_by_keyboard_alone()
    {
        await Api.PacketAsync(App, 1001);
        var phone = await PhoneOfAsync(1002);
        await Expect(phone.Get("feed-item")).ToBeVisibleAsync();
        await TabToAsync(phone, "feed-packet-button");
        await phone.Page.Keyboard.PressAsync("Enter");
        await Expect(phone.Get("packet-open")).ToBeFocusedAsync();
        await StaysInsideAsync(phone);
        await Expect(phone.Get("packet-open")).ToBeFocusedAsync();
        await phone.Page.Keyboard.PressAsync("Enter");

        // What was got takes the focus, so that it is read out.
        await Expect(phone.Get("packet-result-amount")).ToBeFocusedAsync();
        await StaysInsideAsync(phone);
        await TabToAsync(phone, "draw-check");
        await phone.Page.Keyboard.PressAsync("Enter");
        await Expect(phone.Get("draw-verdict")).ToBeVisibleAsync();
        await phone.Page.Keyboard.PressAsync("Escape");
        await Expect(phone.Page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        await Expect(phone.Get("feed-packet-button")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task A_rain_is_drawn_in_its_win_is_sent_and_its_share_withdrawn_by_keyboard_alone()
    {
        await Api.RewardAsync(App, 1001);
        await Api.CampaignAsync(App);
        var phone = await PhoneOfAsync(1001);
        await Expect(phone.Get("rain-card")).ToHaveAccessibleNameAsync("新春红包雨 正在下红包雨，快来！");
        await TabToAsync(phone, "rain-card");
        await phone.Page.Keyboard.PressAsync("Enter");
        await Expect(phone.Get("rain-said")).ToHaveTextAsync("红包雨开始了，点“拆一个”");
        await Expect(phone.Get("rain-sky")).ToHaveCountAsync(0);
        if (!await phone.Get("rain-open").EvaluateAsync<bool>("(button) => button === document.activeElement"))
        {
            await TabToAsync(phone, "rain-open");
        }

        await phone.Page.Keyboard.PressAsync("Enter");
        await Expect(phone.Get("rain-amount")).ToBeFocusedAsync();
        await Expect(phone.Get("rain-said")).ToHaveTextAsync("恭喜，你抢到了 ¥8.88");
        await TabToAsync(phone, "rain-send");
        await phone.Page.Keyboard.PressAsync("Enter");
        await Expect(phone.Get("send-given")).ToBeVisibleAsync();
        await StaysInsideAsync(phone);
        await TabToAsync(phone, "send-submit");
        await phone.Page.Keyboard.PressAsync("Enter");
        await Expect(phone.Get("packet-open")).ToBeFocusedAsync();
        await phone.Page.Keyboard.PressAsync("Escape");
        await Expect(phone.Page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);

        await phone.GoAsync("#/me/wallet");
        await TabToAsync(phone, "wallet-withdraw");
        await phone.Page.Keyboard.PressAsync("Enter");
        await TabToAsync(phone, "withdraw-amount");
        await phone.Page.Keyboard.PressAsync("Enter");
        await Expect(phone.Get("withdrawal")).ToHaveAttributeAsync("data-state", "succeeded");
    }

    [Fact]
    public async Task A_field_that_is_wrong_is_told_and_takes_the_focus()
    {
        var phone = await PhoneOfAsync(1001, "/send");
        phone.Expects(422);
        await Expect(phone.Get("send-amount")).ToBeFocusedAsync();
        await phone.Get("send-submit").ClickAsync();
        await Expect(phone.Get("send-amount")).ToBeFocusedAsync();
        await Expect(phone.Get("send-amount")).ToHaveAttributeAsync("aria-invalid", "true");
        await Expect(phone.Get("send-amount")).ToHaveAccessibleDescriptionAsync("写上金额，例如 8.88");

        await phone.Get("send-amount").FillAsync("10");
        await phone.Get("send-count").FillAsync("3");
        await phone.Get("split-equal").CheckAsync();
        await phone.Page.GetByRole(AriaRole.Button, new() { Name = "改成 ¥10.02" }).ClickAsync();
        await Expect(phone.Get("send-amount")).ToHaveValueAsync("10.02");
        await phone.Get("send-greeting").FillAsync("casino");
        await phone.Get("send-submit").ClickAsync();
        await Expect(phone.Get("send-greeting")).ToBeFocusedAsync();
        await Expect(phone.Get("send-greeting")).ToHaveAccessibleDescriptionAsync("这句祝福语不能用，换一句吧");
    }

    [Fact]
    public async Task Every_control_of_every_page_has_a_name()
    {
        var packetNo = await Api.PacketAsync(App, 1001, static p => p["count"] = 1);
        var campaignId = await Api.CampaignAsync(App);
        await Api.WinAsync(App, 1002, campaignId);
        var asks = await Api.PacketAsync(App, 1003, static p => Client.Asks(p, "open"));
        var rain = await Api.CampaignAsync(App, startsIn: 9_000, change: static plan => Client.Asks(plan, "open"));
        var phone = await PhoneAsync();
        await phone.Page.GotoAsync("/");
        await Expect(phone.Page.GetByRole(AriaRole.Button, new() { Name = "小林 Lin" })).ToBeVisibleAsync();
        await NamesAreCompleteAsync(phone, "the picker");

        await phone.SignInAsync(await Api.TokenAsync(1002, App));
        foreach (var (hash, role, name) in new[]
        {
            ("#/feed", AriaRole.Button, "小林 Lin的红包，剩 1 份"),
            ("#/camera", AriaRole.Button, "给视频挂一个红包"),
            ("#/send", AriaRole.Dialog, "包个红包"),
            ("#/send", AriaRole.Textbox, "总金额"),
            ("#/send", AriaRole.Textbox, "份数"),
            ("#/send", AriaRole.Textbox, "祝福语"),
            ("#/send", AriaRole.Radio, "拼手气"),
            ("#/send", AriaRole.Group, "给谁抢"),
            ("#/p/" + asks, AriaRole.Textbox, "口令"),
            ("#/rain/" + rain, AriaRole.Textbox, "口令"),
            ("#/p/" + packetNo, AriaRole.Dialog, "红包"),
            ("#/p/" + packetNo, AriaRole.Button, "打开小林 Lin的红包"),
            ("#/me/received", AriaRole.Combobox, "年份"),
            ("#/me/sent", AriaRole.Navigation, "主导航"),
            ("#/me/wallet", AriaRole.Link, "首页"),
            ("#/rain/" + campaignId, AriaRole.Region, "红包雨"),
            ("#/rain/" + campaignId, AriaRole.Button, "拆一个"),
            ("#/me/subsidies", AriaRole.Button, "用 ¥8.88 补贴发红包"),
            ("#/withdraw", AriaRole.Textbox, "提现金额"),
        })
        {
            await phone.GoAsync(hash);
            await Expect(phone.Page.GetByRole(role, new() { Name = name, Exact = true })).ToBeVisibleAsync();
            await NamesAreCompleteAsync(phone, hash);
        }

        await phone.GoAsync("#/p/" + packetNo);
        await phone.Get("packet-open").ClickAsync();
        await Expect(phone.Page.GetByRole(AriaRole.Region, new() { Name = "领取记录" })).ToBeVisibleAsync();
        await Expect(phone.Page.GetByRole(AriaRole.Region, new() { Name = "验一验公平" })).ToBeVisibleAsync();
        await NamesAreCompleteAsync(phone, "the result");
    }

    private static async Task NamesAreCompleteAsync(Phone phone, string place)
    {
        var tree = await phone.Page.Locator("body").AriaSnapshotAsync();
        Assert.Matches("- (button|link) \"", tree);
        Assert.False(Nameless().IsMatch(tree), $"{place} has a control without a name:\n{tree}");
    }

    private static async Task TabToAsync(Phone phone, string testId, bool back = false)
    {
        var wanted = phone.Get(testId);
        for (var i = 0; i < 40; i++)
        {
            await phone.Page.Keyboard.PressAsync(back ? "Shift+Tab" : "Tab");
            if (await wanted.EvaluateAsync<bool>("(element) => element === document.activeElement"))
            {
                Assert.True(await phone.Page.EvaluateAsync<bool>(IsShown), $"{testId} has the focus and does not show it");
                return;
            }
        }

        Assert.Fail($"{testId} is not reached by Tab; the focus is at {await phone.FocusedAsync()}");
    }

    /// <summary>Goes once around by Tab, forwards or backwards, and comes back to where it began.</summary>
    private static async Task StaysInsideAsync(Phone phone)
    {
        const string Inside = "() => document.querySelector('[role=dialog]').contains(document.activeElement)";
        const string Stops = "() => [...document.querySelectorAll('[role=dialog] :is(a[href], button, input, summary)')].filter((one) => one.tabIndex >= 0 && one.getClientRects().length > 0 && (one.type !== 'radio' || one.checked)).length";
        var stops = await phone.Page.EvaluateAsync<int>(Stops);
        Assert.InRange(stops, 1, 40);
        foreach (var key in new[] { "Tab", "Shift+Tab" })
        {
            for (var i = 0; i < stops; i++)
            {
                await phone.Page.Keyboard.PressAsync(key);
                Assert.True(await phone.Page.EvaluateAsync<bool>(Inside), $"{key} left the dialog to {await phone.FocusedAsync()}");
            }
        }
    }

    [GeneratedRegex("""^\s*- (button|link|textbox|radio|combobox|dialog)(?! ")""", RegexOptions.Multiline)]
    private static partial Regex Nameless();
}
