namespace Hongbao.Web.Tests;

/// <summary>Leaving in the middle of paying and publishing loses nothing.</summary>
public sealed class ReloadTests(Stage stage) : PageTests(stage)
{
    [Fact]
    public async Task Reloading_while_paying_and_publishing_goes_on_where_it_was()
    {
        var phone = await PhoneOfAsync(1001, "/send");
        await phone.Get("send-amount").FillAsync("18.88");
        await phone.Get("send-greeting").FillAsync("好运连连");
        await phone.Get("send-submit").ClickAsync();

        // The link was used up by the first look; the page has put one of its own in its place.
        var pay = phone.Page.GetByRole(AriaRole.Button, new() { Name = "立即支付" });
        await Expect(pay).ToBeVisibleAsync();
        await phone.Page.ReloadAsync();
        await Expect(pay).ToBeVisibleAsync();

        // Back without having paid.
        await phone.Page.GoBackAsync();
        await Expect(phone.Page.GetByText("红包包好了，差付款")).ToBeVisibleAsync();
        await phone.Page.ReloadAsync();
        await phone.Get("pay").ClickAsync();
        await pay.ClickAsync();
        await Expect(phone.Get("publish")).ToBeVisibleAsync();
        await phone.Page.ReloadAsync();
        await phone.Get("publish").ClickAsync();
        await Expect(phone.Get("feed-item")).ToContainTextAsync("好运连连");
    }

    [Fact]
    public async Task A_payment_that_finance_decides_late_survives_a_reload_of_the_cashier()
    {
        var phone = await PhoneOfAsync(1001, "/send");
        await phone.Get("send-amount").FillAsync("6.66");
        await phone.Get("send-submit").ClickAsync();
        var pay = phone.Page.GetByRole(AriaRole.Button, new() { Name = "立即支付" });
        await Expect(pay).ToBeVisibleAsync();

        // The button is pressed at finance once; its outcome does not reach this page, however long the test machine takes.
        var pressed = 0;
        phone.ExpectsLostAnswers();
        await phone.Page.RouteAsync("**/pay?*", route => Interlocked.Increment(ref pressed) == 1 ? route.ContinueAsync() : route.AbortAsync("failed"));
        try
        {
            await Api.DelayPaymentsAsync(App, 5000);
            await pay.ClickAsync();
            await Expect(phone.Page.GetByText("正在等待支付结果，请不要关闭页面。")).ToBeVisibleAsync();
            await phone.Page.ReloadAsync();
            await phone.Page.UnrouteAllAsync();
        }
        finally
        {
            await Api.DelayPaymentsAsync(App, 0);
        }

        // Paying once more pays once; or it was decided in between and the cashier says that it is paid.
        var paid = phone.Page.GetByRole(AriaRole.Link, new() { Name = "去发布红包" });
        await Expect(pay.Or(paid)).ToBeVisibleAsync();
        await pay.Or(paid).ClickAsync();
        await phone.Get("publish").ClickAsync();
        await Expect(phone.Get("feed-item")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_payment_made_elsewhere_is_noticed_by_the_page_that_waits_for_it()
    {
        var created = await Api.UnpaidAsync(App, 1001);
        var phone = await PhoneOfAsync(1001, $"/publish/{(string)created["packetNo"]!}");
        await Expect(phone.Get("pay")).ToBeVisibleAsync();

        var other = await PhoneOfAsync(1001, $"/pay/{(string)created["packetNo"]!}");
        await other.Get("pay").ClickAsync();
        await other.Page.GetByRole(AriaRole.Button, new() { Name = "立即支付" }).ClickAsync();
        await Expect(phone.Get("publish")).ToBeVisibleAsync();
    }
}
