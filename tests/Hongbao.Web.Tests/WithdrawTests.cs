namespace Hongbao.Web.Tests;

/// <summary>Withdrawing rewards: however often it is pressed and whatever gets lost, it is paid out once.</summary>
public sealed class WithdrawTests(Stage stage) : PageTests(stage)
{
    [Fact]
    public async Task Two_quick_presses_are_one_withdrawal_of_a_part()
    {
        await Api.RewardAsync(App, 1001);
        var phone = await PhoneOfAsync(1001, "/withdraw");
        var asked = Count(phone, "POST", "/withdrawals");
        await phone.Get("withdraw-amount").FillAsync("3");
        await phone.Get("withdraw-submit").DblClickAsync();
        await Expect(phone.Get("withdrawal")).ToHaveAttributeAsync("data-state", "succeeded");
        Assert.Single(asked);
        await phone.Get("withdrawal-wallet").ClickAsync();
        await Expect(phone.Get("wallet-reward")).ToHaveTextAsync("¥5.88");
        await Expect(phone.Get("wallet-entry").First).ToContainTextAsync("-¥3.00");
        await Expect(phone.Get("wallet-entry").First).ToContainTextAsync("奖励余额 ¥5.88");
        await Expect(phone.Get("wallet-open")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_withdrawal_whose_answer_was_lost_is_made_once_even_after_a_reload()
    {
        await Api.RewardAsync(App, 1001);
        var phone = await PhoneOfAsync(1001, "/withdraw");
        phone.ExpectsLostAnswers();
        var asked = Count(phone, "POST", "/withdrawals");
        await phone.Page.RouteAsync("**/me/withdrawals", async route =>
        {
            await route.FetchAsync();
            await route.AbortAsync("failed");
        });
        await phone.Get("withdraw-submit").ClickAsync();
        await Expect(phone.Get("withdraw-said")).ToHaveTextAsync("没有收到答复。金额不变再点一次，不会重复提现。");

        // The balance without it is known by now, and is no reason to keep the same request back.
        await Expect(phone.Get("withdraw-balance")).ToHaveTextAsync("¥0.00");
        await Expect(phone.Get("withdraw-said")).ToContainTextAsync("没有收到答复");
        await phone.Get("withdraw-submit").ClickAsync();
        await Client.UntilAsync("asked for again", () => Task.FromResult(asked.Count == 2));
        await Expect(phone.Get("withdraw-submit")).ToHaveAttributeAsync("aria-disabled", "false");

        await phone.Page.UnrouteAllAsync();
        await phone.Page.ReloadAsync();
        await Expect(phone.Get("withdraw-said")).ToContainTextAsync("没有收到答复");
        await Expect(phone.Get("withdraw-amount")).ToHaveValueAsync("8.88");
        await phone.Get("withdraw-submit").ClickAsync();
        await Expect(phone.Get("withdrawal")).ToHaveAttributeAsync("data-state", "succeeded");
        Assert.Equal(3, asked.Count);
        Assert.Single(asked.Distinct());
        var entries = (await Api.GetAsync(App, 1001, "/api/v1/me/wallet/entries"))["items"]!.AsArray();
        Assert.Single(entries, static e => (string)e!["kind"]! == "payout");
    }

    [Theory]
    [InlineData("INSUFFICIENT_FUNDS", 409, "奖励余额不够")]
    [InlineData("LIMIT_EXCEEDED", 409, "超过了提现限额，或者奖励还没有全部放开，少提一些或以后再来")]
    [InlineData("RISK_REFUSED", 403, "这次操作没有通过安全检查")]
    [InlineData("DEGRADED", 503, "提现暂时不能用，钱还在余额里，请稍后再来")]
    public async Task What_is_refused_is_told_in_words(string code, int status, string words)
    {
        await Api.RewardAsync(App, 1001);
        var phone = await PhoneOfAsync(1001, "/withdraw");
        phone.Expects(status);
        await phone.Page.RouteAsync("**/me/withdrawals", route => route.FulfillAsync(new()
        {
            Status = status,
            ContentType = "application/problem+json",
            Body = $$"""{"status":{{status}},"title":"Refused","code":"{{code}}"}""",
        }));
        await phone.Get("withdraw-submit").ClickAsync();
        await Expect(phone.Get("withdraw-said")).ToHaveTextAsync(words);
        await Expect(phone.Get("withdraw-submit")).ToHaveAttributeAsync("aria-disabled", "false");
    }

    [Fact]
    public async Task What_has_gone_meanwhile_is_told_and_amounts_are_checked_at_once()
    {
        await Api.RewardAsync(App, 1001);
        var phone = await PhoneOfAsync(1001, "/withdraw");
        phone.Expects(409);
        await phone.Get("withdraw-amount").FillAsync("8.89");
        await phone.Get("withdraw-submit").ClickAsync();
        await Expect(phone.Get("withdraw-amount")).ToHaveAccessibleDescriptionAsync("超过了奖励余额");
        await Expect(phone.Get("withdraw-amount")).ToBeFocusedAsync();
        await phone.Get("withdraw-all").ClickAsync();
        await Expect(phone.Get("withdraw-amount")).ToHaveValueAsync("8.88");

        await Api.WithdrawAsync(App, 1001, 800);
        await phone.Get("withdraw-submit").ClickAsync();
        await Expect(phone.Get("withdraw-balance")).ToHaveTextAsync("¥0.88");
        await Expect(phone.Get("withdraw-said")).ToHaveTextAsync("超过了奖励余额");
        await phone.Get("withdraw-all").ClickAsync();
        await phone.Get("withdraw-submit").ClickAsync();
        await Expect(phone.Get("withdrawal")).ToHaveAttributeAsync("data-state", "succeeded");
    }

    [Theory]
    [InlineData("PENDING", "pending", "提现处理中")]
    [InlineData("FAILED", "failed", "提现没有成功")]
    public async Task An_outcome_that_is_open_or_bad_is_told(string status, string state, string words)
    {
        await Api.RewardAsync(App, 1001);
        var phone = await PhoneOfAsync(1001, "/withdraw");
        await phone.Page.RouteAsync("**/me/withdrawals/*", async route =>
        {
            var detail = JsonNode.Parse(await (await route.FetchAsync()).BodyAsync())!;
            detail["status"] = status;
            await route.FulfillAsync(new() { ContentType = "application/json", Body = detail.ToJsonString() });
        });
        await phone.Get("withdraw-submit").ClickAsync();
        await Expect(phone.Get("withdrawal")).ToHaveAttributeAsync("data-state", state);
        await Expect(phone.Page.GetByRole(AriaRole.Heading, new() { Name = words })).ToBeVisibleAsync();

        // What is open is found again from the wallet.
        await phone.Get("withdrawal-wallet").ClickAsync();
        await Expect(phone.Get("wallet-reward")).ToBeVisibleAsync();
        await Expect(phone.Get("wallet-open")).ToHaveCountAsync(state == "pending" ? 1 : 0);
    }
}
