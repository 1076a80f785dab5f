namespace Hongbao.Web.Tests;

/// <summary>The whole way of a packet between two people, as they see it, with all its motion.</summary>
public sealed class StoryTests(Stage stage) : PageTests(stage)
{
    [Fact]
    public async Task A_packet_goes_from_one_user_to_another_and_everything_adds_up()
    {
        var lin = await PhoneAsync(isStill: false);
        await PickAsync(lin, "1001");
        await SendAsync(lin);
        await PayAndPublishAsync(lin);
        await Expect(lin.Get("feed-item").First).ToContainTextAsync("岁岁有今朝");
        await Expect(lin.Get("feed-packet-button").First).ToHaveAccessibleNameAsync("小林 Lin的红包，剩 2 份");

        var jay = await PhoneAsync(isStill: false);
        await PickAsync(jay, "1002");
        var jays = await OpenAsync(jay);

        // The sender sees who opened it before he takes a share himself.
        await lin.Get("feed-refresh").ClickAsync();
        await lin.Get("feed-packet-button").First.ClickAsync();
        await lin.Get("packet-peek").ClickAsync();
        await Expect(lin.Get("claim-row")).ToHaveCountAsync(1);
        await Expect(lin.Get("claim-row")).ToContainTextAsync("阿杰 Jay");
        await Expect(lin.Get("claim-row")).ToContainTextAsync(Money.Write(jays));
        await lin.Page.GetByRole(AriaRole.Button, new() { Name = "自己也抢一份" }).ClickAsync();
        await lin.Get("packet-open").ClickAsync();
        var lins = await Money.ReadAsync(lin.Get("packet-result-amount"));
        Assert.Equal(666, jays + lins);

        await CheckListAsync(lin, jays, lins);
        await CheckWalletAsync(lin, 1001, lins, sent: 666);
        await CheckWalletAsync(jay, 1002, jays, sent: 0);
        await Expect(lin.Get("sent-row")).ToHaveCountAsync(0);
        await lin.Get("me-sent").ClickAsync();
        await Expect(lin.Get("sent-row")).ToContainTextAsync("已领完");
    }

    private static async Task PickAsync(Phone phone, string uid)
    {
        await phone.Page.GotoAsync("/");
        await phone.Get("user-" + uid).ClickAsync();
        await Expect(phone.Get("feed-tab")).ToHaveAttributeAsync("aria-current", "page");
    }

    private static async Task SendAsync(Phone lin)
    {
        await lin.Get("camera-tab").ClickAsync();
        await lin.Get("pendant").ClickAsync();
        await lin.Get("send-amount").FillAsync("6.66");
        await lin.Get("send-count").FillAsync("2");
        await lin.Get("split-fair").CheckAsync();
        await lin.Get("split-random").CheckAsync();
        await lin.Get("scope-exclusive").CheckAsync();
        await lin.Get("scope-public").CheckAsync();
        await lin.Get("send-greeting").FillAsync("岁岁有今朝");
        await lin.Get("send-submit").ClickAsync();
    }

    private static async Task PayAndPublishAsync(Phone lin)
    {
        await lin.Page.WaitForURLAsync("**/cashier/**");
        await Expect(lin.Page.Locator(".amount")).ToHaveTextAsync("¥6.66");
        await lin.Page.GetByRole(AriaRole.Button, new() { Name = "立即支付" }).ClickAsync();
        await lin.Get("publish").ClickAsync();
        await Expect(lin.Get("feed-tab")).ToHaveAttributeAsync("aria-current", "page");
    }

    private static async Task<long> OpenAsync(Phone jay)
    {
        await Expect(jay.Get("feed-item").First.GetByRole(AriaRole.Img, new() { Name = "演示视频：天灯" })).ToBeVisibleAsync();
        await jay.Get("feed-packet-button").First.ClickAsync();
        await Expect(jay.Get("packet-cover")).ToContainTextAsync("小林 Lin的红包");
        await Expect(jay.Get("packet-cover")).ToContainTextAsync("岁岁有今朝");
        await Expect(jay.Get("packet-cover")).ToContainTextAsync("拼手气红包");

        // The coin turns at least until the answer is there.
        await jay.Get("packet-open").ClickAsync();
        await Expect(jay.Page.Locator(".coin-spinning")).ToBeVisibleAsync();
        var amount = await Money.ReadAsync(jay.Get("packet-result-amount"));
        await Expect(jay.Get("packet-cover")).ToHaveCountAsync(0);
        Assert.InRange(amount, 1, 665);
        return amount;
    }

    private static async Task CheckListAsync(Phone lin, long jays, long lins)
    {
        await Expect(lin.Get("claim-row")).ToHaveCountAsync(2);
        await Expect(lin.Page.GetByText("2 份 ¥6.66，全部领完")).ToBeVisibleAsync();
        var luckiest = lin.Get("claim-row").Filter(new() { Has = lin.Get("claim-luckiest") });
        await Expect(luckiest).ToHaveCountAsync(1);
        await Expect(luckiest).ToContainTextAsync(Money.Write(Math.Max(jays, lins)));

        await lin.Get("draw-check").ClickAsync();
        await Expect(lin.Get("draw-verdict")).ToHaveAttributeAsync("data-outcome", "right");

        // The sender saw the fingerprint before anyone opened, so the check holds the server to it.
        await Expect(lin.Page.Locator("[data-step=hashSeenBefore]")).ToHaveAttributeAsync("data-right", "true");
        await Expect(lin.Page.Locator("[data-right=false]")).ToHaveCountAsync(0);
    }

    private async Task CheckWalletAsync(Phone phone, long uid, long share, long sent)
    {
        await Api.UntilChangeAsync("default", uid, share);
        await phone.GoAsync("#/me/wallet");
        await Expect(phone.Get("wallet-change")).ToHaveTextAsync(Money.Write(share));
        await Expect(phone.Get("wallet-reward")).ToHaveTextAsync("¥0.00");
        await Expect(phone.Get("wallet-entry")).ToHaveCountAsync(1);
        await Expect(phone.Get("wallet-entry")).ToContainTextAsync("+" + Money.Write(share));
        await Expect(phone.Get("wallet-entry")).ToContainTextAsync("余额 " + Money.Write(share));
        await Expect(phone.Get("sent-total")).ToHaveTextAsync(Money.Write(sent));

        // The list of what was received follows the claims by messages.
        await Client.UntilAsync("the share is listed", async () =>
            (long)(await Api.GetAsync("default", uid, "/api/v1/me/packets/received"))["totals"]!["amount"]! == share);
        await phone.GoAsync("#/feed");
        await phone.GoAsync("#/me/received");
        await Expect(phone.Get("received-total")).ToHaveTextAsync(Money.Write(share));
        await Expect(phone.Get("received-row")).ToContainTextAsync(Money.Write(share));
    }
}
