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
            Assert.DoesNotMatch(Chinese(), string.Concat(said.Where(c => !"阿杰小林中文福".Contains(c, StringComparison.Ordinal))));
        }
    }

    [GeneratedRegex(@"[\u4e00-\u9fff]")]
    private static partial Regex Chinese();
}
