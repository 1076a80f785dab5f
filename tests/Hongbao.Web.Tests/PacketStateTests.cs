namespace Hongbao.Web.Tests;

/// <summary>What a packet says when there is nothing to open, or nothing any more.</summary>
public sealed class PacketStateTests(Stage stage) : PageTests(stage)
{
    [Fact]
    public async Task An_expired_packet_says_so_and_how_much_went_back()
    {
        var packetNo = await Api.PacketAsync(App, 1001, static p =>
        {
            p["ttlSeconds"] = 5;
            p["count"] = 3;
        });
        var share = await Api.ClaimAsync(App, 1002, packetNo);
        await Api.UntilStatusAsync(App, 1001, packetNo, "REFUNDED");

        var late = await PhoneOfAsync(1003, "/p/" + packetNo);
        await Expect(late.Get("packet-state")).ToHaveAttributeAsync("data-state", "expired");
        await Expect(late.Get("packet-state")).ToHaveTextAsync("红包已过期");
        await Expect(late.Page.GetByText($"已领 1/3 份，{Money.Write(share)} / ¥8.88")).ToBeVisibleAsync();
        await Expect(late.Page.GetByText("已退回 " + Money.Write(888 - share))).ToBeVisibleAsync();
        await late.Get("draw-check").ClickAsync();
        await Expect(late.Get("draw-verdict")).ToHaveAttributeAsync("data-outcome", "right");

        var sender = await PhoneOfAsync(1001, "/me/wallet");
        await Expect(sender.Get("wallet-entry")).ToContainTextAsync("+" + Money.Write(888 - share));
        await Expect(sender.Get("wallet-entry")).ToContainTextAsync("红包退回");
    }

    [Fact]
    public async Task A_packet_for_others_says_that_it_is_not_meant_for_this_user()
    {
        var packetNo = await Api.PacketAsync(App, 1001, static p => p["scope"] = new JsonObject { ["kind"] = "exclusive", ["uids"] = new JsonArray("1003") });

        var stranger = await PhoneOfAsync(1002);
        stranger.Expects(403);
        await Expect(stranger.Page.GetByText("还没有红包视频")).ToBeVisibleAsync();
        await stranger.GoAsync("#/p/" + packetNo);
        await Expect(stranger.Get("packet-state")).ToHaveAttributeAsync("data-state", "notInScope");
        await Expect(stranger.Get("packet-state")).ToHaveTextAsync("这个红包不是发给你的");
        await Expect(stranger.Get("packet-open")).ToHaveCountAsync(0);

        var meant = await PhoneOfAsync(1003, "/p/" + packetNo);
        await meant.Get("packet-open").ClickAsync();
        await Money.ReadAsync(meant.Get("packet-result-amount"));
    }

    [Fact]
    public async Task An_exhausted_packet_shows_a_third_user_who_got_it()
    {
        var packetNo = await Api.PacketAsync(App, 1001);
        var third = await PhoneOfAsync(1004, "/p/" + packetNo);
        third.Expects(409);
        await Expect(third.Get("packet-open")).ToBeVisibleAsync();
        await Api.ClaimAsync(App, 1002, packetNo);
        await Api.ClaimAsync(App, 1003, packetNo);

        // He comes too late while the cover still lies before him.
        await third.Get("packet-open").ClickAsync();
        await Expect(third.Get("packet-state")).ToHaveAttributeAsync("data-state", "exhausted");
        await Expect(third.Get("packet-state")).ToHaveTextAsync("手慢了，红包领完了");
        await Expect(third.Get("claim-row")).ToHaveCountAsync(2);
        await Expect(third.Get("packet-result-amount")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_draw_that_does_not_agree_with_its_seed_is_told()
    {
        var packetNo = await Api.PacketAsync(App, 1001);
        await Api.ClaimAsync(App, 1002, packetNo);
        await Api.ClaimAsync(App, 1003, packetNo);
        var phone = await PhoneOfAsync(1002, "/p/" + packetNo);
        await phone.Page.RouteAsync("**/draw", async route =>
        {
            var draw = JsonNode.Parse(await (await route.FetchAsync()).BodyAsync())!;
            draw["draws"]![0]!["amount"] = (long)draw["draws"]![0]!["amount"]! + 1;
            await route.FulfillAsync(new() { ContentType = "application/json", Body = draw.ToJsonString() });
        });
        await phone.Get("draw-check").ClickAsync();
        await Expect(phone.Get("draw-verdict")).ToHaveAttributeAsync("data-outcome", "wrong");
        await Expect(phone.Page.Locator("[data-right=false]")).ToHaveAttributeAsync("data-step", "drawsMatch");
    }

    [Fact]
    public async Task The_sender_opens_his_own_packet_like_everyone_else()
    {
        var packetNo = await Api.PacketAsync(App, 1001);
        var sender = await PhoneOfAsync(1001, "/p/" + packetNo);
        await sender.Get("packet-peek").ClickAsync();
        await Expect(sender.Get("packet-state")).ToHaveAttributeAsync("data-state", "open");
        await Expect(sender.Page.GetByText("还没有人领")).ToBeVisibleAsync();
        await sender.Get("draw-check").ClickAsync();
        await Expect(sender.Get("draw-verdict")).ToHaveAttributeAsync("data-outcome", "notRevealed");
        await sender.Page.GetByRole(AriaRole.Button, new() { Name = "自己也抢一份" }).ClickAsync();
        await sender.Get("packet-open").ClickAsync();
        await Money.ReadAsync(sender.Get("packet-result-amount"));
        await Expect(sender.Get("packet-state")).ToHaveAttributeAsync("data-state", "transferred");
        await Expect(sender.Page.GetByRole(AriaRole.Button, new() { Name = "复制链接" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_packet_that_is_not_there_says_so()
    {
        var phone = await PhoneOfAsync(1001, "/p/123456");
        phone.Expects(404);
        await Expect(phone.Get("packet-state")).ToHaveTextAsync("没有这个红包");
        await phone.Page.GetByRole(AriaRole.Button, new() { Name = "关闭" }).ClickAsync();
        await Expect(phone.Get("packet-cover")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_new_user_of_a_new_app_sees_what_there_is_to_do_first()
    {
        var phone = await PhoneOfAsync(1008);
        await Expect(phone.Page.GetByText("还没有红包视频")).ToBeVisibleAsync();
        await phone.GoAsync("#/me/wallet");
        await Expect(phone.Page.GetByText("还没有明细")).ToBeVisibleAsync();
        await Expect(phone.Get("wallet-change")).ToHaveTextAsync("¥0.00");
        await phone.Get("me-sent").ClickAsync();
        await Expect(phone.Page.GetByText("这一年还没有发过红包")).ToBeVisibleAsync();
        await phone.Get("me-received").ClickAsync();
        await Expect(phone.Get("received-total")).ToHaveTextAsync("¥0.00");
        await phone.Page.GetByRole(AriaRole.Link, new() { Name = "去抢一个" }).ClickAsync();
        await phone.Page.GetByRole(AriaRole.Link, new() { Name = "去拍摄" }).ClickAsync();
        await Expect(phone.Get("pendant")).ToBeVisibleAsync();
    }
}
