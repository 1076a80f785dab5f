using System.Text.RegularExpressions;
using Hongbao.Gateway.Cashier;

namespace Hongbao.Gateway.Tests;

public sealed partial class CashierTests : IAsyncLifetime
{
    private GatewayHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await GatewayHost.StartAsync(("Gateway:CallTimeoutMs", "400"));
        _host.Finance.Order = Known(55);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    internal static PaymentAnswer Known(long payOrderNo, string subject = "红包", long amount = 1_234_56) => new()
    {
        Status = FinanceStatus.Pending,
        Order = new PaymentOrder { PayOrderNo = payOrderNo, PacketNo = 9001, Uid = 1001, Amount = amount, Currency = "CNY", Subject = subject },
    };

    private Task<Answer> PageAsync(string language = "en", string query = "") => _host.GetAsync("/cashier/55" + query, "", ("Accept-Language", language));

    private Task<Answer> PayAsync(string accept = "application/json", string? token = "", string query = "") => _host.PostAsync("/cashier/55/pay" + query, null, token, ("Accept", accept));

    private static void IsPage(Answer answer, int status)
    {
        Assert.Equal((status, "text/html; charset=utf-8"), (answer.Status, answer.ContentHeaders.ContentType?.ToString()));
        Assert.Equal("no-store", answer.Header("Cache-Control"));
        var policy = answer.Header("Content-Security-Policy")!;
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);

        // Nothing on the page needs what the policy forbids.
        Assert.DoesNotContain("<style", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(" style=", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"<script(?![^>]*src=)", answer.Body);
        Assert.DoesNotMatch(@"<[^>]*\son\w+=", answer.Body);
    }

    [Fact]
    public async Task The_page_shows_amount_subject_and_a_button_that_works_without_scripts()
    {
        var page = await PageAsync();
        IsPage(page, 200);
        Assert.Contains("<html lang=\"en\">", page.Body, StringComparison.Ordinal);
        Assert.Contains("¥1,234.56", page.Body, StringComparison.Ordinal);
        Assert.Contains("红包", page.Body, StringComparison.Ordinal);
        Assert.Matches("""<form id="pay" method="post" action="/cashier/55/pay\?ticket=[0-9a-f]{64}" data-publish="/#/publish/9001" """.TrimEnd(), page.Body);
        Assert.Equal([typeof(PaymentRequest)], _host.Core.Asked.Select(a => a.Request.GetType()));
    }

    [Fact]
    public async Task A_payment_in_a_state_of_a_newer_core_is_an_internal_fault_and_logged_once()
    {
        _host.Core.Prepare = r => Task.FromResult(FakeCore.Payment(r.PayOrderNo, (PaymentStatus)77));
        IsPage(await PageAsync(), 500);
        IsPage(await PageAsync(), 500);
        Assert.Single(_host.Logs.Lines, static l => l.Contains("PaymentStatus 77", StringComparison.Ordinal));
        Assert.DoesNotContain(_host.Logs.Lines, static l => l.StartsWith("Error", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("zh-CN,en;q=0.5", "zh", "立即支付")]
    [InlineData("en-GB", "en", "Pay now")]
    [InlineData("fr, en;q=0.8", "en", "Pay now")]
    [InlineData("fr", "zh", "立即支付")]
    [InlineData("", "zh", "立即支付")]
    public async Task The_page_speaks_the_browsers_language(string accept, string language, string words)
    {
        var page = await PageAsync(accept);
        Assert.Contains($"<html lang=\"{language}\">", page.Body, StringComparison.Ordinal);
        Assert.Contains(words, page.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("zh", "zh", "&amp;lang=zh")]
    [InlineData("en", "en", "&amp;lang=en")]
    [InlineData("fr", "en", "")]
    [InlineData("%22%3E", "en", "")]
    public async Task The_language_in_the_address_goes_before_the_browsers_and_stays_in_the_links(string chosen, string language, string kept)
    {
        var page = await PageAsync("en", "?lang=" + chosen);
        Assert.Contains($"<html lang=\"{language}\">", page.Body, StringComparison.Ordinal);
        Assert.Equal([kept, kept], TicketLink().Matches(page.Body).Select(m => m.Groups[1].Value));
    }

    [Fact]
    public async Task An_order_without_a_subject_is_called_a_red_packet_in_the_payers_language()
    {
        _host.Finance.Order = Known(55, subject: "");
        Assert.Contains("<p class=\"subject\">红包</p>", (await PageAsync("zh")).Body, StringComparison.Ordinal);
        Assert.Contains("<p class=\"subject\">Red packet</p>", (await PageAsync("en")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whatever_a_sender_wrote_is_escaped()
    {
        _host.Finance.Order = Known(55, "<script>alert(1)</script>\"'&{0}<img src=x onerror=alert(1)>");
        var page = await PageAsync();
        IsPage(page, 200);
        Assert.DoesNotContain("<script>alert", page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", page.Body, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#x27;&amp;{0}", page.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_assets_of_the_page_are_served_for_ever()
    {
        var page = await PageAsync();
        foreach (var (url, type) in new[] { (Style().Match(page.Body).Groups[1].Value, "text/css"), (Script().Match(page.Body).Groups[1].Value, "text/javascript") })
        {
            var asset = await _host.GetAsync(url, null);
            Assert.Equal((200, type), (asset.Status, asset.ContentHeaders.ContentType?.MediaType));
            Assert.Contains("immutable", asset.Header("Cache-Control"), StringComparison.Ordinal);
            Assert.NotEmpty(asset.Body);
        }
    }

    [Theory]
    [InlineData(PaymentStatus.Succeeded, "Your red packet is ready.")]
    [InlineData(PaymentStatus.Closing, "Order closed")]
    [InlineData(PaymentStatus.Closed, "Order closed")]
    [InlineData(PaymentStatus.PaidLate, "Paid too late")]
    public async Task A_settled_order_has_no_button(PaymentStatus status, string words)
    {
        _host.Core.Prepare = r => Task.FromResult(FakeCore.Payment(r.PayOrderNo, status));
        var page = await PageAsync();
        IsPage(page, 200);
        Assert.Contains(words, page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("<form", page.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_settled_order_shows_without_finance()
    {
        _host.Core.Prepare = r => Task.FromResult(FakeCore.Payment(r.PayOrderNo, PaymentStatus.Succeeded));
        _host.Finance.Order = new PaymentAnswer { Result = Result.Of(ResultCode.Degraded) };
        IsPage(await PageAsync(), 200);
    }

    [Fact]
    public async Task Nobody_is_asked_to_pay_an_amount_that_finance_does_not_name()
    {
        _host.Finance.Order = new PaymentAnswer { Result = Result.Of(ResultCode.Degraded) };
        IsPage(await PageAsync(), 503);
        _host.Finance.Order = new PaymentAnswer { Status = FinanceStatus.Pending };
        var page = await PageAsync();
        IsPage(page, 503);
        Assert.Equal("1", page.Header("Retry-After"));
        Assert.DoesNotContain("<form", page.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Someone_elses_order_is_a_page_of_403()
    {
        _host.Core.Prepare = r => Task.FromResult(FakeCore.Payment(r.PayOrderNo, PaymentStatus.Pending, uid: 1002));
        var page = await PageAsync();
        IsPage(page, 403);
        Assert.Contains("Not your order", page.Body, StringComparison.Ordinal);
        (await PayAsync()).IsProblem(403, "FORBIDDEN");
        _host.Core.Prepare = _ => Task.FromResult(new PaymentResponse { Result = Result.Of(ResultCode.Forbidden) });
        IsPage(await PageAsync(), 403);
        (await PayAsync()).IsProblem(403, "FORBIDDEN");
        Assert.Empty(_host.Finance.Asked);
    }

    [Fact]
    public async Task An_unknown_order_is_404()
    {
        _host.Core.Prepare = _ => Task.FromResult(new PaymentResponse { Result = Result.Of(ResultCode.NotFound) });
        IsPage(await PageAsync(), 404);
        (await PayAsync()).IsProblem(404, "NOT_FOUND");
        Assert.Empty(_host.Finance.Asked);
    }

    [Fact]
    public async Task Every_refusal_in_a_browser_is_a_page()
    {
        IsPage(await _host.GetAsync("/cashier/55", null), 401);
        IsPage(await _host.GetAsync("/cashier/055"), 400);
        IsPage(await _host.PostAsync("/cashier/55/pay", null, null, ("Accept", "text/html,*/*")), 401);
        _host.Core.Prepare = _ => throw new InvalidOperationException("secret-host");
        var page = await PageAsync();
        IsPage(page, 500);
        Assert.DoesNotContain("secret-host", page.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/json", false)]
    [InlineData("application/problem+json", false)]
    [InlineData("application/json, */*;q=0.1", false)]
    [InlineData("text/html,application/json", true)]
    [InlineData("*/*", true)]
    [InlineData("text/html", true)]
    public async Task A_refused_page_is_a_problem_document_for_a_program_that_asks_for_one(string accept, bool isPage)
    {
        var refused = await _host.GetAsync("/cashier/55", null, ("Accept", accept));
        _host.Core.Prepare = _ => Task.FromResult(new PaymentResponse { Result = Result.Of(ResultCode.NotFound) });
        var unknown = await _host.GetAsync("/cashier/55", "", ("Accept", accept));
        if (isPage)
        {
            IsPage(refused, 401);
            IsPage(unknown, 404);
            return;
        }

        refused.IsProblem(401, "UNAUTHENTICATED");
        unknown.IsProblem(404, "NOT_FOUND");
    }

    [Fact]
    public async Task Paying_asks_finance_and_then_core()
    {
        var answer = await PayAsync();
        Assert.Equal((200, """{"payOrderNo":"55","status":"SUCCEEDED","packetNo":"9001"}"""), (answer.Status, answer.Body));
        var (context, pressed) = _host.Finance.Asked.Single();
        Assert.Equal((1001L, 55L), (context.Uid, ((FinanceNumber)pressed).Number));
        Assert.Equal(2, _host.Core.Asked.Count);
    }

    [Fact]
    public async Task Paying_what_is_paid_says_so_and_asks_nobody()
    {
        _host.Core.Prepare = r => Task.FromResult(FakeCore.Payment(r.PayOrderNo, PaymentStatus.Succeeded));
        Assert.Equal("SUCCEEDED", (await PayAsync()).Json.GetProperty("status").GetString());
        Assert.Empty(_host.Finance.Asked);
    }

    [Theory]
    [InlineData(PaymentStatus.Closing)]
    [InlineData(PaymentStatus.Closed)]
    [InlineData(PaymentStatus.PaidLate)]
    public async Task A_closed_order_cannot_be_paid(PaymentStatus status)
    {
        _host.Core.Prepare = r => Task.FromResult(FakeCore.Payment(r.PayOrderNo, status));
        (await PayAsync()).IsProblem(409, "PACKET_NOT_ACTIVE");
        Assert.Empty(_host.Finance.Asked);

        _host.Core.Prepare = r => Task.FromResult(FakeCore.Payment(r.PayOrderNo, PaymentStatus.Pending));
        _host.Core.Check = r => Task.FromResult(FakeCore.Payment(r.PayOrderNo, status));
        (await PayAsync()).IsProblem(409, "PACKET_NOT_ACTIVE");
    }

    [Fact]
    public async Task A_slow_finance_is_pending()
    {
        _host.Core.Check = r => Task.FromResult(FakeCore.Payment(r.PayOrderNo, PaymentStatus.Pending));
        _host.Finance.Pay = _ => new TaskCompletionSource<PaymentAnswer>().Task;
        Assert.Equal("PENDING", (await PayAsync()).Json.GetProperty("status").GetString());
        _host.Finance.Pay = _ => Task.FromResult(new PaymentAnswer { Result = Result.Of(ResultCode.Overloaded) });
        Assert.Equal("PENDING", (await PayAsync()).Json.GetProperty("status").GetString());
        _host.Core.Check = _ => new TaskCompletionSource<PaymentResponse>().Task;
        Assert.Equal("PENDING", (await PayAsync()).Json.GetProperty("status").GetString());
        _host.Core.Check = _ => Task.FromResult(new PaymentResponse { Result = Result.Of(ResultCode.Overloaded) });
        Assert.Equal("PENDING", (await PayAsync()).Json.GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_lost_answer_of_finance_is_found_by_core()
    {
        _host.Finance.Pay = _ => new TaskCompletionSource<PaymentAnswer>().Task;
        Assert.Equal("SUCCEEDED", (await PayAsync()).Json.GetProperty("status").GetString());
    }

    [Theory]
    [InlineData(ResultCode.Forbidden, 403)]
    [InlineData(ResultCode.ValidationFailed, 400)]
    public async Task A_refusal_of_finance_is_passed_on(ResultCode code, int status)
    {
        _host.Finance.Pay = _ => Task.FromResult(new PaymentAnswer { Result = Result.Of(code) });
        Assert.Equal(status, (await PayAsync()).Status);
    }

    [Fact]
    public async Task An_order_that_finance_does_not_know_yet_is_pending()
    {
        _host.Finance.Pay = _ => Task.FromResult(new PaymentAnswer { Result = Result.Of(ResultCode.NotFound) });
        _host.Core.Check = r => Task.FromResult(FakeCore.Payment(r.PayOrderNo, PaymentStatus.Pending));
        Assert.Equal("PENDING", (await PayAsync()).Json.GetProperty("status").GetString());
        _host.Core.Check = r => Task.FromResult(FakeCore.Payment(r.PayOrderNo, PaymentStatus.Succeeded));
        Assert.Equal("SUCCEEDED", (await PayAsync()).Json.GetProperty("status").GetString());
    }

    [Fact]
    public async Task The_page_survives_a_double_click()
    {
        var page = await PageAsync();
        var action = Action().Match(page.Body).Groups[1].Value;
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => _host.PostAsync(action, null, null)));
        Assert.All(answers, a => Assert.Equal((200, answers[0].Body), (a.Status, a.Body)));
        (await _host.PostAsync(action.Replace("/55/", "/56/", StringComparison.Ordinal), null, null)).IsProblem(401, "UNAUTHENTICATED");
    }

    [Fact]
    public async Task Without_a_script_the_button_leads_on_by_redirect()
    {
        var page = await PageAsync();
        var action = Action().Match(page.Body).Groups[1].Value;
        var form = new FormUrlEncodedContent([]);
        var paid = await _host.PostAsync(action, form, null, ("Accept", "text/html,application/xhtml+xml"));
        Assert.Equal((303, "/#/publish/9001"), (paid.Status, paid.Header("Location")));

        _host.Core.Check = r => Task.FromResult(FakeCore.Payment(r.PayOrderNo, PaymentStatus.Pending));
        var pending = await _host.PostAsync(action, new FormUrlEncodedContent([]), null, ("Accept", "text/html"));
        Assert.Equal(303, pending.Status);
        Assert.Matches("^/cashier/55\\?ticket=[0-9a-f]{64}&waiting=1$", pending.Header("Location"));
        var waiting = await _host.GetAsync(pending.Header("Location")!, null);
        IsPage(waiting, 200);
        Assert.Contains("http-equiv=\"refresh\"", waiting.Body, StringComparison.Ordinal);

        _host.Core.Check = r => Task.FromResult(FakeCore.Payment(r.PayOrderNo, PaymentStatus.Succeeded));
        Assert.Contains("/#/publish/9001", (await _host.GetAsync(pending.Header("Location")!, null)).Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "CNY", "¥0.01")]
    [InlineData(100, "CNY", "¥1.00")]
    [InlineData(123456789, "CNY", "¥1,234,567.89")]
    [InlineData(long.MaxValue, "CNY", "¥92,233,720,368,547,758.07")]
    [InlineData(250, "USD", "2.50 USD")]
    public void Money_is_written_in_yuan(long amount, string currency, string text) => Assert.Equal(text, CashierPage.Money(amount, currency));

    [GeneratedRegex("""<link rel="stylesheet" href="([^"]+)">""")]
    private static partial Regex Style();

    [GeneratedRegex("""<script src="([^"]+)" data-again="[^"]+">""")]
    private static partial Regex Script();

    [GeneratedRegex("action=\"([^\"]+)\"")]
    private static partial Regex Action();

    [GeneratedRegex("(?:action|data-again)=\"[^\"]*ticket=[0-9a-f]{64}([^\"]*)\"")]
    private static partial Regex TicketLink();
}
