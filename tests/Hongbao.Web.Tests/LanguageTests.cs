namespace Hongbao.Web.Tests;

/// <summary>Chinese and English.</summary>
public sealed partial class LanguageTests(Stage stage) : PageTests(stage)
{
    [Fact]
    public async Task The_language_is_the_browsers_first_then_the_chosen_one_also_at_the_cashier()
    {
        var phone = await PhoneAsync("en-GB");
        await phone.Page.GotoAsync("/");
        await Expect(phone.Page.GetByRole(AriaRole.Heading, new() { Name = "Who are you today?" })).ToBeVisibleAsync();
        await Expect(phone.Page.Locator("html")).ToHaveAttributeAsync("lang", "en");
        await phone.Get("lang-switch").ClickAsync();
        await Expect(phone.Page.GetByRole(AriaRole.Heading, new() { Name = "选一个人开始" })).ToBeVisibleAsync();
        await Expect(phone.Page.Locator("html")).ToHaveAttributeAsync("lang", "zh-CN");
        await Expect(phone.Page).ToHaveTitleAsync("红包");
        await phone.Page.ReloadAsync();
        await Expect(phone.Page.GetByRole(AriaRole.Heading, new() { Name = "选一个人开始" })).ToBeVisibleAsync();

        // The browser still says English; the cashier follows what was chosen on the page.
        await phone.SignInAsync(await Api.TokenAsync(1001, App), "/send");
        await phone.Get("send-amount").FillAsync("8.88");
        await phone.Get("send-submit").ClickAsync();
        await Expect(phone.Page.GetByRole(AriaRole.Button, new() { Name = "立即支付" })).ToBeVisibleAsync();
        await Expect(phone.Page.Locator(".subject")).ToHaveTextAsync("红包");
        await phone.Page.ReloadAsync();
        await Expect(phone.Page.GetByRole(AriaRole.Button, new() { Name = "立即支付" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task No_page_mixes_its_languages()
    {
        await Api.PacketAsync(App, 1001, static p => p["greeting"] = "Good luck");
        var phone = await PhoneOfAsync(1002, locale: "en-GB");
        foreach (var hash in new[] { "#/feed", "#/camera", "#/send", "#/me/received", "#/me/sent", "#/me/wallet" })
        {
            await phone.GoAsync(hash);
            await Expect(phone.Page.Locator("main")).ToBeVisibleAsync();
            var said = await phone.Page.Locator("body").InnerTextAsync();

            // Names of people and the switch itself are in their own language; the seal on packets is a picture.
            IsEnglish(said);
        }
    }

    [Fact]
    public async Task No_page_of_a_campaign_mixes_its_languages()
    {
        await Api.RewardAsync(App, 1002);
        var coming = await Api.CampaignAsync(App, startsIn: 200_000, change: static plan => plan["name"] = "Spring");
        var campaignId = await Api.CampaignAsync(App, change: static plan => plan["name"] = "Spring");
        var phone = await PhoneAsync("en-GB");
        await phone.Page.RouteAsync("**/api/v1/campaigns", async route =>
        {
            // The one that gave the reward has a Chinese name.
            var list = JsonNode.Parse(await (await route.FetchAsync()).BodyAsync())!;
            foreach (var campaign in list["items"]!.AsArray())
            {
                campaign!["name"] = "Spring";
            }

            await route.FulfillAsync(new() { ContentType = "application/json", Body = list.ToJsonString() });
        });
        await phone.SignInAsync(await Api.TokenAsync(1002, App));
        foreach (var (hash, shown) in new[] { ("#/feed", "rain-card"), ($"#/rain/{coming}", "rain-clock"), ($"#/rain/{campaignId}", "rain-open") })
        {
            await phone.GoAsync(hash);
            await Expect(phone.Get(shown)).ToBeVisibleAsync();
            IsEnglish(await phone.Page.Locator("body").InnerTextAsync());
        }

        await phone.Get("rain-open").ClickAsync();
        foreach (var (press, shown) in new[] { ("rain-later", "rain-amount"), ("subsidy-send", "subsidies-rain"), ("send-submit", "send-given") })
        {
            await Expect(phone.Get(shown).First).ToBeVisibleAsync();
            IsEnglish(await phone.Page.Locator("body").InnerTextAsync());
            await phone.Get(press).ClickAsync();
        }

        await Expect(phone.Get("packet-cover")).ToBeVisibleAsync();
        await phone.GoAsync("#/withdraw");
        foreach (var (press, shown) in new[] { ("withdraw-submit", "withdraw-balance"), ("withdrawal-wallet", "withdrawal") })
        {
            await Expect(phone.Get(shown)).ToBeVisibleAsync();
            IsEnglish(await phone.Page.Locator("body").InnerTextAsync());
            await phone.Get(press).ClickAsync();
        }

        await Expect(phone.Get("wallet-entry").First).ToBeVisibleAsync();
        IsEnglish(await phone.Page.Locator("body").InnerTextAsync());
    }

    private static void IsEnglish(string said) =>
        Assert.DoesNotMatch(Chinese(), string.Concat(said.Where(static c => !"阿杰小林中文福".Contains(c, StringComparison.Ordinal))));

    [GeneratedRegex(@"[\u4e00-\u9fff]")]
    private static partial Regex Chinese();
}
