using Hongbao.Foundation.Signing;

namespace Hongbao.Gateway.Tests;

public sealed class CallbackTests : IAsyncLifetime
{
    private GatewayHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await GatewayHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private static (string Name, string Value)[] Headers =>
        [(CallbackSignature.TimestampHeader, "1771329600"), (CallbackSignature.NonceHeader, "nonce-12345678"), (CallbackSignature.SignatureHeader, "abcdef")];

    private Task<Answer> CallAsync(object body, (string Name, string Value)[]? headers = null) => _host.PostAsync("/callbacks/finance", body, null, headers ?? Headers);

    [Fact]
    public async Task Payments_go_to_core_as_they_came()
    {
        const string body = "{ \"items\": [ {\"kind\":\"payment\",\"note\":\"é 红\"}, {\"kind\":\"payment\"} ] }";
        var answer = await CallAsync(body);
        Assert.Equal((200, ""), (answer.Status, answer.Body));
        var request = _host.Core.Last<FinanceCallbackRequest>();
        Assert.Equal((body, "1771329600", "nonce-12345678", "abcdef"), (request.Body, request.Timestamp, request.Nonce, request.Signature));
        Assert.Empty(_host.Async.Callbacks);
    }

    [Theory]
    [InlineData("transfer")]
    [InlineData("refund")]
    [InlineData("setAside")]
    [InlineData("fund")]
    [InlineData("payout")]
    public async Task Other_orders_go_to_async(string kind)
    {
        Assert.Equal(200, (await CallAsync(new { items = new[] { new { kind } } })).Status);
        Assert.Single(_host.Async.Callbacks);
        Assert.Empty(_host.Core.Asked);
    }

    [Fact]
    public async Task Kinds_of_one_owner_may_come_together() =>
        Assert.Equal(200, (await CallAsync(new { items = new[] { new { kind = "transfer" }, new { kind = "refund" }, new { kind = "fund" }, new { kind = "payout" } } })).Status);

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"items\":[]}")]
    [InlineData("{\"items\":{}}")]
    [InlineData("{\"items\":[1]}")]
    [InlineData("{\"items\":[{}]}")]
    [InlineData("{\"items\":[{\"kind\":1}]}")]
    [InlineData("{\"items\":[{\"kind\":null}]}")]
    [InlineData("{\"items\":[{\"kind\":\"hold\"}]}")]
    [InlineData("{\"items\":[{\"kind\":\"payment\"},{\"kind\":\"transfer\"}]}")]
    [InlineData("{\"items\":[{\"kind\":\"payment\"}],\"items\":[{\"kind\":\"transfer\"}]}")]
    [InlineData("{\"items\":[{\"kind\":\"\\ud800\"}]}")]
    [InlineData("not json")]
    public async Task What_is_no_callback_is_refused_before_any_module(string body)
    {
        (await CallAsync(body)).IsProblem(400, "VALIDATION_FAILED");
        Assert.Empty(_host.Core.Asked);
        Assert.Empty(_host.Async.Callbacks);
    }

    [Fact]
    public async Task Bytes_that_are_not_utf8_are_refused() =>
        (await CallAsync(new ByteArrayContent([.. "{\"items\":[{\"kind\":\"payment\",\"x\":\""u8, 0xFF, .. "\"}]}"u8]))).IsProblem(400, "VALIDATION_FAILED");

    [Fact]
    public async Task An_unsigned_callback_is_refused_before_any_module()
    {
        foreach (var missing in Headers)
        {
            (await CallAsync("{\"items\":[{\"kind\":\"payment\"}]}", [.. Headers.Where(h => h.Name != missing.Name)])).IsProblem(401, "UNAUTHENTICATED");
            (await CallAsync("{\"items\":[{\"kind\":\"payment\"}]}", [.. Headers.Where(h => h.Name != missing.Name), (missing.Name, new string('a', 129))])).IsProblem(401, "UNAUTHENTICATED");
        }

        Assert.Empty(_host.Core.Asked);
    }

    [Fact]
    public async Task The_modules_refusal_is_the_answer_and_nothing_is_echoed()
    {
        _host.Core.Callback = _ => new FinanceCallbackResponse { Result = Result.Of(ResultCode.Unauthenticated, "expected signature 1234") };
        var answer = (await CallAsync("{\"items\":[{\"kind\":\"payment\",\"x\":\"echo-me\"}]}")).IsProblem(401, "UNAUTHENTICATED");
        Assert.DoesNotContain("echo-me", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("1234", answer.Body, StringComparison.Ordinal);
        Assert.NotNull(answer.Header("WWW-Authenticate"));
    }

    [Fact]
    public async Task A_callback_may_be_larger_than_other_bodies_but_not_without_end()
    {
        object Body(int padding) => new { items = new[] { new { kind = "payment", x = new string('x', padding) } } };
        Assert.Equal(200, (await CallAsync(Body(200_000))).Status);
        (await CallAsync(Body(262_144))).IsProblem(413, "PAYLOAD_TOO_LARGE");
    }
}
