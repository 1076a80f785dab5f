namespace Hongbao.Web.Tests;

/// <summary>Without a network, and with a sign-in that no longer counts.</summary>
public sealed class ConnectionTests(Stage stage) : PageTests(stage)
{
    [Fact]
    public async Task Offline_is_said_at_once_and_the_page_recovers_by_itself()
    {
        await Api.PacketAsync(App, 1001);
        var phone = await PhoneOfAsync(1002);
        phone.ExpectsToBeOffline();
        await Expect(phone.Get("feed-item").First).ToBeVisibleAsync();

        await phone.Context.SetOfflineAsync(true);
        await Expect(phone.Get("offline-banner")).ToContainTextAsync("网络断开了");
        await phone.Get("me-tab").ClickAsync();
        await Expect(phone.Page.GetByText("没有取到数据")).ToBeVisibleAsync();

        await phone.Context.SetOfflineAsync(false);
        await Expect(phone.Get("offline-banner")).ToHaveCountAsync(0);
        await Expect(phone.Get("received-total")).ToHaveTextAsync("¥0.00");
        await Expect(phone.Page.GetByText("没有取到数据")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Opening_without_a_network_says_that_nothing_is_lost_and_works_once_it_is_back()
    {
        var packetNo = await Api.PacketAsync(App, 1001);
        var phone = await PhoneOfAsync(1002, "/p/" + packetNo);
        phone.ExpectsToBeOffline();
        await Expect(phone.Get("packet-open")).ToBeVisibleAsync();
        await phone.Context.SetOfflineAsync(true);
        await phone.Get("packet-open").ClickAsync();
        await Expect(phone.Get("packet-state")).ToHaveAttributeAsync("data-state", "offline");
        await Expect(phone.Get("packet-state")).ToHaveTextAsync("网络断开了，你的份没有丢，连上再试");

        await phone.Context.SetOfflineAsync(false);
        await Expect(phone.Get("offline-banner")).ToHaveCountAsync(0);
        await phone.Get("packet-open").ClickAsync();
        await Money.ReadAsync(phone.Get("packet-result-amount"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_host_applications_token_that_does_not_count_is_told_in_words(bool isExpired)
    {
        var phone = await PhoneAsync();
        phone.Expects(401, 404);
        await phone.Page.RouteAsync("**/api/v1/dev/users", route => route.FulfillAsync(new() { Status = 404, ContentType = "application/problem+json", Body = """{"code":"NOT_FOUND"}""" }));
        await phone.SignInAsync(isExpired ? Client.ExpiredToken(Server.DataFolder, 1001, "hongbao") : "not.a.token");
        await Expect(phone.Page.GetByText("登录已过期，请回到应用重新打开本页。")).ToBeVisibleAsync();
        await Expect(phone.Page.GetByText("这里没有演示用户")).ToBeVisibleAsync();
        Assert.DoesNotContain("token", phone.Page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_demo_user_whose_token_ran_out_gets_a_new_one_without_noticing()
    {
        var phone = await PhoneAsync();
        phone.Expects(401);
        await phone.Page.GotoAsync("/");
        await phone.Get("user-1007").ClickAsync();
        await Expect(phone.Get("feed-tab")).ToBeVisibleAsync();
        await phone.Page.EvaluateAsync(
            """
            (token) => {
              const kept = JSON.parse(sessionStorage.getItem('hongbao.session'));
              sessionStorage.setItem('hongbao.session', JSON.stringify({ ...kept, token }));
            }
            """, Client.ExpiredToken(Server.DataFolder, 1007, "hongbao"));
        await phone.Page.ReloadAsync();
        await phone.Get("me-tab").ClickAsync();
        await Expect(phone.Get("received-total")).ToHaveTextAsync("¥0.00");
    }
}
