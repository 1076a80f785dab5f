using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Hongbao.Gateway.Tests;

public sealed class WithdrawalTests : IAsyncLifetime
{
    private const string Path = "/api/v1/me/withdrawals";
    private GatewayHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await GatewayHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_withdrawal_passes_every_field_and_has_the_shape_of_the_contract()
    {
        var answer = await _host.PostAsync(Path, """{"requestId":"w-1","amount":500,"currency":"CNY","more":[1]}""", _host.Token("1001", app: "other-app"));
        Assert.Equal((200, """{"withdrawalNo":"4401","amount":500,"status":"PENDING"}"""), (answer.Status, answer.Body));
        var (context, request) = _host.Core.Asked.Single();
        Assert.Equal(new CreateWithdrawalRequest { RequestId = "w-1", Amount = 500, Currency = "CNY" }, request);
        Assert.Equal(("other-app", 1001L), (context.App, context.Uid));
    }

    [Theory]
    [InlineData("""{"requestId":"w-1","amount":500}""")]
    [InlineData("""{"requestId":"w-1","amount":500,"currency":null}""")]
    public async Task Without_a_currency_it_is_for_core_to_choose(string body)
    {
        Assert.Equal(200, (await _host.PostAsync(Path, body)).Status);
        Assert.Equal("", _host.Core.Last<CreateWithdrawalRequest>().Currency);
    }

    [Fact]
    public async Task A_withdrawal_is_shown_with_its_currency_and_time()
    {
        _host.Core.GetWithdrawal = _ => FakeCore.Withdrawal(500) with { Status = WithdrawalStatus.Succeeded };
        Assert.Equal(
            """{"withdrawalNo":"4401","amount":500,"currency":"CNY","status":"SUCCEEDED","createdAt":"2026-02-17T12:00:00.123Z"}""",
            (await _host.GetAsync(Path + "/4401")).Body);
        Assert.Equal(4401, _host.Core.Last<WithdrawalRequest>().WithdrawalNo);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("x")]
    [InlineData("-1")]
    [InlineData("01")]
    [InlineData("9223372036854775808")]
    public async Task A_number_in_the_path_that_is_none_is_refused(string number)
    {
        (await _host.GetAsync($"{Path}/{number}")).Blames("withdrawalNo");
        Assert.Empty(_host.Core.Asked);
    }

    [Theory]
    [InlineData("requestId", "1")]
    [InlineData("requestId", "null")]
    [InlineData("requestId", "{}")]
    [InlineData("requestId", "\"a\\u0000b\"")]
    [InlineData("amount", "\"500\"")]
    [InlineData("amount", "5.5")]
    [InlineData("amount", "5.0")]
    [InlineData("amount", "5e2")]
    [InlineData("amount", "null")]
    [InlineData("amount", "true")]
    [InlineData("amount", "9223372036854775808")]
    [InlineData("currency", "156")]
    [InlineData("currency", "[\"CNY\"]")]
    public async Task A_field_that_is_not_acceptable_is_named(string field, string value)
    {
        var body = new Dictionary<string, object> { ["requestId"] = "w-1", ["amount"] = 500, ["currency"] = "CNY", [field] = JsonDocument.Parse(value).RootElement };
        (await _host.PostAsync(Path, body)).Blames(field);
        Assert.Empty(_host.Core.Asked);
    }

    [Theory]
    [InlineData("requestId")]
    [InlineData("amount")]
    public async Task A_missing_field_is_named(string field)
    {
        var body = new Dictionary<string, object> { ["requestId"] = "w-1", ["amount"] = 500 };
        body.Remove(field);
        (await _host.PostAsync(Path, body)).Blames(field);
        Assert.Empty(_host.Core.Asked);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    public async Task What_an_amount_may_be_core_says(long amount)
    {
        _host.Core.Withdraw = (_, _, _) => Task.FromResult(new WithdrawalResponse { Result = Result.Invalid("amount", "must be at least 1") });
        (await _host.PostAsync(Path, new { requestId = "w-1", amount })).Blames("amount");
        Assert.Equal(amount, _host.Core.Last<CreateWithdrawalRequest>().Amount);
    }

    [Theory]
    [InlineData(ResultCode.RiskRefused, 403, "RISK_REFUSED")]
    [InlineData(ResultCode.IdempotencyMismatch, 409, "IDEMPOTENCY_MISMATCH")]
    [InlineData(ResultCode.LimitExceeded, 409, "LIMIT_EXCEEDED")]
    [InlineData(ResultCode.InsufficientFunds, 409, "INSUFFICIENT_FUNDS")]
    [InlineData(ResultCode.Degraded, 503, "DEGRADED")]
    [InlineData(ResultCode.Overloaded, 503, "OVERLOADED")]
    [InlineData(ResultCode.Internal, 500, "INTERNAL")]
    public async Task A_refused_withdrawal_says_why(ResultCode code, int status, string name)
    {
        _host.Core.Withdraw = (_, _, _) => Task.FromResult(FakeCore.Withdrawal(500) with { Result = Result.Of(code) });
        var answer = (await _host.PostAsync(Path, new { requestId = "w-1", amount = 500 })).IsProblem(status, name);
        Assert.DoesNotContain("4401", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Anothers_withdrawal_is_not_there()
    {
        _host.Core.GetWithdrawal = _ => new WithdrawalResponse { Result = Result.Of(ResultCode.NotFound) };
        (await _host.GetAsync(Path + "/4401")).IsProblem(404, "NOT_FOUND");
    }

    [Fact]
    public async Task A_withdrawal_that_is_not_answered_in_time_may_be_asked_for_again()
    {
        await using var host = await GatewayHost.StartAsync(("Gateway:CallTimeoutMs", "100"));
        host.Core.Withdraw = (_, _, _) => new TaskCompletionSource<WithdrawalResponse>().Task;
        Assert.Equal("1", (await host.PostAsync(Path, new { requestId = "w-1", amount = 500 })).IsProblem(503, "OVERLOADED").Header("Retry-After"));
    }

    [Fact]
    public async Task Who_does_not_say_who_he_is_and_who_sends_too_much_is_refused()
    {
        (await _host.PostAsync(Path, new { requestId = "w-1", amount = 500 }, null)).IsProblem(401, "UNAUTHENTICATED");
        (await _host.GetAsync(Path + "/4401", null)).IsProblem(401, "UNAUTHENTICATED");
        (await _host.PostAsync(Path, new { requestId = "w-1", amount = 500, padding = new string('x', 65536) })).IsProblem(413, "PAYLOAD_TOO_LARGE");
        Assert.Empty(_host.Core.Asked);
    }

    [Theory]
    [InlineData(20260217)]
    [InlineData(4711)]
    public async Task Mutated_bodies_never_break_the_service_and_core_gets_only_what_was_sent(int seed)
    {
        var random = new Random(seed);
        var valid = "{\"requestId\":\"w-1\",\"amount\":50000,\"currency\":\"CNY\"}"u8.ToArray();
        var accepted = 0;
        for (var i = 0; i < 500; i++)
        {
            var mutated = Mutations.Of(valid, random);
            var content = new ByteArrayContent(mutated);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            var before = _host.Core.Asked.Count;
            var answer = await _host.PostAsync(Path, content);
            var what = $"seed {seed}, mutation {i}: {answer.Status} for {Encoding.UTF8.GetString(mutated)}";
            if (answer.Status == 200)
            {
                accepted++;
                var request = _host.Core.Last<CreateWithdrawalRequest>();
                using var sent = JsonDocument.Parse(mutated);
                Assert.True(sent.RootElement.GetProperty("requestId").GetString() == request.RequestId
                    && sent.RootElement.GetProperty("amount").GetRawText() is var amount
                    && (amount == $"{request.Amount}" || amount == "-0")
                    && (sent.RootElement.TryGetProperty("currency", out var currency) ? currency.GetString() ?? "" : "") == request.Currency, what);
            }
            else
            {
                Assert.True(answer.Status == 400 && _host.Core.Asked.Count == before, what);
            }
        }

        // The mutations are mild enough to prove something.
        Assert.InRange(accepted, 20, 450);
    }
}
