namespace Hongbao.Web.Tests;

/// <summary>On a small phone: nothing is cut off at the side, nothing jumps.</summary>
public sealed class LayoutTests(Stage stage) : PageTests(stage)
{
    private const double ShiftMax = 0.1;

    /// <summary>What can be scrolled sideways or lies outside of the screen, except a row of people that is meant to be.</summary>
    private const string TooWide = """
        () => {
          const found = [];
          const width = document.documentElement.clientWidth;
          for (const element of document.querySelectorAll('body, body *')) {
            if (element.closest('.people, .sr, canvas')) continue;
            const style = getComputedStyle(element);
            const scrolls = element.scrollWidth > element.clientWidth + 1 && ['auto', 'scroll'].includes(style.overflowX);
            const box = element.getBoundingClientRect();
            const outside = box.width > 0 && (box.left < -1 || box.right > width + 1) && element.matches('button, a, input, select, p, h1, h2, h3, li, dd, dt');
            if (scrolls || outside) found.push(`${element.tagName}.${element.className} ${Math.round(box.left)}..${Math.round(box.right)}`);
          }
          if (document.scrollingElement.scrollWidth > width) found.push('the page itself');
          return found;
        }
        """;

    [Theory]
    [InlineData("zh-CN")]
    [InlineData("en-GB")]
    public async Task Nothing_is_wider_than_a_small_phone(string locale)
    {
        var widest = new string('W', 64);
        var packetNo = await Api.PacketAsync(App, 1001, p =>
        {
            p["greeting"] = widest;
            p["amount"] = 20_000;
            p["count"] = 1;
        });
        var phone = await PhoneAsync(locale);
        await phone.Page.GotoAsync("/");
        await Expect(phone.Get("user-1001")).ToBeVisibleAsync();
        await FitsAsync(phone, "the picker");

        await phone.SignInAsync(await Api.TokenAsync(1001, App));
        await Expect(phone.Get("feed-item")).ToBeVisibleAsync();
        await FitsAsync(phone, "the feed");
        await phone.GoAsync("#/p/" + packetNo);
        await Expect(phone.Get("packet-open")).ToBeVisibleAsync();
        await FitsAsync(phone, "the cover");
        await phone.Get("packet-open").ClickAsync();
        await Expect(phone.Get("claim-row")).ToHaveCountAsync(1);
        await phone.Get("draw-check").ClickAsync();
        await Expect(phone.Get("draw-verdict")).ToBeVisibleAsync();
        await FitsAsync(phone, "the result");
        await Api.UntilChangeAsync(App, 1001, 20_000);
        foreach (var (hash, row) in new[] { ("#/me/wallet", "wallet-entry"), ("#/me/sent", "sent-row"), ("#/camera", "pendant"), ("#/send", "send-submit") })
        {
            await phone.GoAsync(hash);
            await Expect(phone.Get(row).First).ToBeVisibleAsync();
            await FitsAsync(phone, hash);
        }

        await phone.Get("scope-exclusive").CheckAsync();
        await phone.Get("send-greeting").FillAsync(widest + widest);
        await phone.Get("send-options").ClickAsync();
        await phone.Get("send-opens-at").FillAsync("2131-01-01T00:00");
        await phone.Get("condition-share").CheckAsync();
        await phone.Get("send-shared").FillAsync(widest + widest);
        await FitsAsync(phone, "the options of sharing");
        await phone.Get("condition-password").CheckAsync();
        await phone.Get("send-submit").ClickAsync();
        await FitsAsync(phone, "the form with all its faults");
        await phone.Get("send-opens-at-once").ClickAsync();
        await phone.Get("condition-none").CheckAsync();
        await phone.Get("scope-public").CheckAsync();
        await phone.Get("send-greeting").FillAsync("");
        await phone.Get("send-amount").FillAsync("1200");
        await phone.Get("send-submit").ClickAsync();
        await phone.Page.WaitForURLAsync("**/cashier/**");
        await FitsAsync(phone, "the cashier");
        await phone.Page.Locator("#pay button").ClickAsync();
        await Expect(phone.Get("publish")).ToBeVisibleAsync();
        await FitsAsync(phone, "publishing");
    }

    [Theory]
    [InlineData("zh-CN")]
    [InlineData("en-GB")]
    public async Task Nothing_of_an_opening_is_wider_than_a_small_phone(string locale)
    {
        var widest = new string('W', 64);
        var later = await Api.PacketAsync(App, 1001, p =>
        {
            p["opensAt"] = Client.From(500_000);
            Client.Asks(p, widest);
        });
        var shared = await Api.PacketAsync(App, 1001, p => p["condition"] = new JsonObject { ["kind"] = "share", ["contentId"] = widest });
        var coming = await Api.CampaignAsync(App, startsIn: 2_000_000, change: p => Client.Asks(p, widest));
        var raining = await Api.CampaignAsync(App, change: p => Client.Asks(p, widest));
        var phone = await PhoneOfAsync(1002, locale: locale, isStill: false);
        phone.Expects(400, 403);
        foreach (var (hash, shown) in new[]
        {
            ("#/feed", "feed-packet-button"), ("#/p/" + later, "packet-clock"), ("#/p/" + shared, "packet-open"), ("#/rain/" + coming, "rain-password"), ("#/rain/" + raining, "rain-password"),
        })
        {
            await phone.GoAsync(hash);
            await Expect(phone.Get(shown).First).ToBeVisibleAsync();
            await FitsAsync(phone, hash);
        }

        await phone.Get("rain-password").FillAsync(widest + "x");
        await phone.Get("rain-password-say").ClickAsync();
        await FitsAsync(phone, "a password that can be none");
        await phone.GoAsync("#/p/" + shared);
        await phone.Get("packet-open").ClickAsync();
        await Expect(phone.Get("packet-state")).ToHaveAttributeAsync("data-state", "notShared");
        await FitsAsync(phone, "what was not shared");
    }

    [Theory]
    [InlineData("zh-CN")]
    [InlineData("en-GB")]
    public async Task Nothing_of_a_campaign_is_wider_than_a_small_phone(string locale)
    {
        static void Widest(JsonObject plan)
        {
            plan["name"] = new string('W', 100);
            plan["prizes"]![0]!["amount"] = 200_000;
        }

        await Api.RewardAsync(App, 1001);
        var coming = await Api.CampaignAsync(App, startsIn: 2_000_000, change: Widest);
        var campaignId = await Api.CampaignAsync(App, change: Widest);
        var phone = await PhoneOfAsync(1001, locale: locale, isStill: false);
        foreach (var (hash, shown) in new[] { ("#/feed", "rain-card"), ($"#/rain/{coming}", "rain-clock"), ($"#/rain/{campaignId}", "rain-sky") })
        {
            await phone.GoAsync(hash);
            await Expect(phone.Get(shown)).ToBeVisibleAsync();
            await FitsAsync(phone, hash);
        }

        await phone.Get("rain-open").ClickAsync();
        await Money.ReadAsync(phone.Get("rain-amount"));
        await FitsAsync(phone, "the win");
        await phone.Get("rain-later").ClickAsync();
        await Expect(phone.Get("subsidy-row")).ToHaveCountAsync(1);
        await FitsAsync(phone, "the subsidies");
        await phone.Get("subsidy-send").ClickAsync();
        await phone.Get("send-count").FillAsync("101");
        await phone.Get("send-submit").ClickAsync();
        await FitsAsync(phone, "sending with a subsidy");
        await phone.GoAsync("#/me/wallet");
        await Expect(phone.Get("wallet-withdraw")).ToBeVisibleAsync();
        await FitsAsync(phone, "the wallet");
        await phone.Get("wallet-withdraw").ClickAsync();
        await phone.Get("withdraw-amount").FillAsync("123456789.99");
        await phone.Get("withdraw-submit").ClickAsync();
        await FitsAsync(phone, "withdrawing");
        await phone.Get("withdraw-all").ClickAsync();
        await phone.Get("withdraw-submit").ClickAsync();
        await Expect(phone.Get("withdrawal")).ToHaveAttributeAsync("data-state", "succeeded");
        await FitsAsync(phone, "the withdrawal");
    }

    [Fact]
    public async Task What_is_too_wide_or_jumps_or_breaks_the_policy_is_noticed()
    {
        var phone = await PhoneOfAsync(1001);
        phone.Expects("Content Security Policy");
        phone.Expects("policy violated");
        await Expect(phone.Page.GetByText("还没有红包视频")).ToBeVisibleAsync();
        await FitsAsync(phone, "the empty feed");
        await phone.Page.EvaluateAsync(
            """
            () => {
              const wide = document.createElement('p');
              wide.textContent = 'x'.repeat(200);
              wide.className = 'too-wide';
              document.querySelector('.feed-blank').prepend(wide);
              const script = document.createElement('script');
              script.textContent = 'window.ran = true;';
              document.body.append(script);
            }
            """);
        Assert.Contains("too-wide", Assert.Single(await phone.Page.EvaluateAsync<string[]>(TooWide), f => f.StartsWith("P.", StringComparison.Ordinal)), StringComparison.Ordinal);
        await Client.UntilAsync("the phone heard of the script", () => Task.FromResult(phone.HasHeard("policy violated: script-src")));
        await Client.UntilAsync("the jump is measured", async () => await phone.ShiftedAsync() > 0);
    }

    [Fact]
    public async Task Nothing_jumps_while_the_feed_loads_and_a_packet_opens()
    {
        for (var i = 0; i < 3; i++)
        {
            await Api.PacketAsync(App, 1001);
        }

        var phone = await PhoneOfAsync(1002, isStill: false);
        await Expect(phone.Get("feed-item").First).ToBeVisibleAsync();
        Assert.InRange(await phone.ShiftedAsync(), 0, ShiftMax);
        await phone.Get("feed-packet-button").First.ClickAsync();
        await phone.Get("packet-open").ClickAsync();
        await Money.ReadAsync(phone.Get("packet-result-amount"));
        await Expect(phone.Get("packet-state")).ToHaveAttributeAsync("data-state", "transferred");
        Assert.InRange(await phone.ShiftedAsync(), 0, ShiftMax);
    }

    [Fact]
    public async Task The_api_page_shows_the_operations_within_its_own_policy()
    {
        var phone = await PhoneAsync("en-GB");
        await phone.Page.GotoAsync("/docs");
        await Expect(phone.Page.GetByText("/api/v1/packets", new() { Exact = true }).First).ToBeVisibleAsync();
    }

    private static async Task FitsAsync(Phone phone, string place)
    {
        // Entering motions pass outside of the screen.
        await phone.Page.WaitForFunctionAsync("() => document.getAnimations().every((one) => one.playState !== 'running' || one.effect.getTiming().iterations === Infinity)");
        var found = await phone.Page.EvaluateAsync<string[]>(TooWide);
        Assert.True(found.Length == 0, $"{place}: {string.Join(", ", found)}");
    }
}
