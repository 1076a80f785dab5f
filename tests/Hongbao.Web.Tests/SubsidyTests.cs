namespace Hongbao.Web.Tests;

/// <summary>The list of subsidies, and sending with one.</summary>
public sealed class SubsidyTests(Stage stage) : PageTests(stage)
{
    [Fact]
    public async Task A_subsidy_is_sent_from_the_list_with_two_quick_presses_and_makes_one_packet()
    {
        await Api.WinAsync(App, 1001, await Api.CampaignAsync(App));
        var phone = await PhoneOfAsync(1001, "/me/received");
        await Expect(phone.Get("me-subsidies")).ToContainTextAsync("1 个可用");
        await phone.Get("me-subsidies").ClickAsync();
        await Expect(phone.Get("subsidy-row")).ToContainTextAsync(new Regex("(23|24) 小时后过期"));
        await phone.Get("subsidy-send").ClickAsync();
        var asked = Count(phone, "POST", "/api/v1/packets");
        await phone.Get("send-submit").DblClickAsync();
        await Expect(phone.Get("packet-cover")).ToBeVisibleAsync();
        Assert.Single(asked);
        Assert.Single((await Api.GetAsync(App, 1001, "/api/v1/me/packets/sent"))["items"]!.AsArray());
    }

    [Fact]
    public async Task A_packet_whose_answer_was_lost_is_made_once_even_after_a_reload()
    {
        await Api.WinAsync(App, 1001, await Api.CampaignAsync(App));
        var phone = await PhoneOfAsync(1001, "/me/subsidies");
        phone.ExpectsLostAnswers();
        await phone.Get("subsidy-send").ClickAsync();
        await phone.Page.RouteAsync("**/api/v1/packets", async route =>
        {
            await route.FetchAsync();
            await route.AbortAsync("failed");
        });
        await phone.Get("send-count").FillAsync("3");
        await phone.Get("send-submit").ClickAsync();
        await Expect(phone.Page.GetByText("没有收到答复。内容不变再点一次，不会重复创建。")).ToBeVisibleAsync();

        await phone.Page.UnrouteAllAsync();
        await phone.Page.ReloadAsync();
        await Expect(phone.Get("send-given")).ToHaveTextAsync("¥8.88");
        await Expect(phone.Get("send-count")).ToHaveValueAsync("3");
        await phone.Get("send-submit").ClickAsync();
        await Expect(phone.Get("packet-cover")).ToBeVisibleAsync();
        Assert.Single((await Api.GetAsync(App, 1001, "/api/v1/me/packets/sent"))["items"]!.AsArray());
    }

    [Fact]
    public async Task A_subsidy_that_was_used_elsewhere_is_told_and_leads_to_its_packet()
    {
        var token = await Api.WinAsync(App, 1001, await Api.CampaignAsync(App));
        var phone = await PhoneOfAsync(1001, "/me/subsidies");
        phone.Expects(409);
        await phone.Get("subsidy-send").ClickAsync();
        await Expect(phone.Get("send-given")).ToBeVisibleAsync();
        var packetNo = await Api.PacketWithAsync(App, 1001, token);
        await phone.Get("send-submit").ClickAsync();
        await Expect(phone.Page.GetByText("这个补贴已经用过或过期了")).ToBeVisibleAsync();
        await phone.Page.GetByRole(AriaRole.Link, new() { Name = "看我的补贴" }).ClickAsync();
        await Expect(phone.Get("subsidy-row")).ToHaveAttributeAsync("data-state", "used");
        await phone.Get("subsidy-packet").ClickAsync();
        await Expect(phone.Page).ToHaveURLAsync(new Regex("#/p/" + packetNo));
    }

    [Fact]
    public async Task Shares_that_do_not_suit_the_given_amount_are_told()
    {
        var campaignId = await Api.CampaignAsync(App, change: static plan => plan["prizes"]![0]!["amount"] = 5);
        await Api.WinAsync(App, 1001, campaignId);
        var phone = await PhoneOfAsync(1001, "/me/subsidies");
        await phone.Get("subsidy-send").ClickAsync();
        await Expect(phone.Get("send-count")).ToHaveValueAsync("5");
        await phone.Get("send-count").FillAsync("6");
        await phone.Get("send-submit").ClickAsync();
        await Expect(phone.Get("send-count")).ToBeFocusedAsync();
        await Expect(phone.Get("send-count")).ToHaveAccessibleDescriptionAsync("这个金额可以分成 1 到 5 份");
        await phone.Get("send-count").FillAsync("2");
        await phone.Get("split-equal").CheckAsync();
        await Expect(phone.Page.GetByText("分成 2 份除不尽")).ToBeVisibleAsync();
        await phone.Get("split-fair").CheckAsync();
        await phone.Get("send-submit").ClickAsync();
        await Expect(phone.Get("packet-cover")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_campaign_without_an_answer_is_told_and_what_is_stored_can_be_used()
    {
        await Api.WinAsync(App, 1001, await Api.CampaignAsync(App));
        await Client.UntilAsync("the subsidy is stored", async () =>
            (await Api.GetAsync(App, 1001, "/api/v1/me/subsidies"))["items"]![0]!["subsidyNo"] is not null);
        var phone = await PhoneAsync();
        await phone.Page.RouteAsync("**/api/v1/me/subsidies", async route =>
        {
            var list = JsonNode.Parse(await (await route.FetchAsync()).BodyAsync())!;
            list["degraded"] = new JsonArray("campaign");
            list["items"]![0]!.AsObject().Remove("token");
            await route.FulfillAsync(new() { ContentType = "application/json", Body = list.ToJsonString() });
        });
        await phone.SignInAsync(await Api.TokenAsync(1001, App), "/me/subsidies");
        await Expect(phone.Get("subsidies-degraded")).ToHaveTextAsync("活动暂时没有答复，最新抢到的可能还没显示。");
        await phone.Get("subsidy-send").ClickAsync();
        await phone.Get("send-submit").ClickAsync();
        await Expect(phone.Get("packet-cover")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task The_list_is_loaded_again_by_pulling_it_down_and_by_its_button()
    {
        var campaignId = await Api.CampaignAsync(App);
        var phone = await PhoneOfAsync(1001, "/me/subsidies");
        await Expect(phone.Page.GetByText("还没有补贴")).ToBeVisibleAsync();
        await Api.WinAsync(App, 1001, campaignId);
        await phone.Page.Locator(".me").EvaluateAsync(
            """
            (list) => {
              const touch = (type, y) => list.dispatchEvent(new TouchEvent(type, { bubbles: true, touches: type === 'touchend' ? [] : [new Touch({ identifier: 1, target: list, clientY: y })] }));
              touch('touchstart', 100);
              touch('touchmove', 300);
              touch('touchend', 300);
            }
            """);
        await Expect(phone.Get("subsidy-row")).ToHaveCountAsync(1);
        await Api.WinAsync(App, 1001, await Api.CampaignAsync(App));
        await phone.Get("subsidies-refresh").ClickAsync();
        await Expect(phone.Get("subsidy-row")).ToHaveCountAsync(2);
    }

    [Fact]
    public async Task Without_a_chosen_subsidy_there_is_the_list_to_choose_from()
    {
        var phone = await PhoneOfAsync(1001, "/send/subsidy");
        await Expect(phone.Page.GetByText("还没有补贴")).ToBeVisibleAsync();
        await Expect(phone.Page).ToHaveURLAsync(new Regex("#/me/subsidies$"));
    }
}
