using Hongbao.Contracts.Yyb;
using Wire = Hongbao.Contracts.Yyb;

namespace Hongbao.Gateway.Tests.Yyb;

/// <summary>Withdrawals in the package for apps.</summary>
public sealed class WithdrawalTests : IAsyncLifetime
{
    private static readonly CreateWithdrawalReq Half = new() { Amount = 500, Currency = "CNY" };
    private GatewayHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await GatewayHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_withdrawal_passes_every_field_and_the_requests_number()
    {
        var answer = await _host.AskAsync(Command.CreateWithdrawal, Half, "w-1", _host.Token("1003", app: "other-app"));
        var (context, request) = _host.Core.Asked.Single();
        Assert.Equal(new CreateWithdrawalRequest { RequestId = "w-1", Amount = 500, Currency = "CNY" }, request);
        Assert.Equal(("other-app", 1003L), (context.App, context.Uid));
        Assert.Equal(Shown(Wire.WithdrawalStatus.Pending), answer.Body<CreateWithdrawalRsp>().Withdrawal);
    }

    [Fact]
    public async Task The_layout_of_a_withdrawal_is_that_of_the_contract()
    {
        // By hand: {0 amount 500}, and {0 {0 number, 1 amount, 2 "CNY", 3 status 1, 4 the time}}.
        var answer = await _host.AskAsync(AppPackages.Of(308, [0x01, 0x01, 0xF4], "w-1"));
        Assert.Equal(new CreateWithdrawalRequest { RequestId = "w-1", Amount = 500 }, _host.Core.Last<CreateWithdrawalRequest>());
        Assert.Equal("0A" + "011131" + "1101F4" + "2603434E59" + "3001" + "430000019C6B78BA7B" + "0B", Convert.ToHexString(answer.Only.Body));
    }

    [Theory]
    [InlineData(-1, "")]
    [InlineData(0, "CNY")]
    [InlineData(long.MinValue, "XXX")]
    [InlineData(long.MaxValue, "a\0b")]
    public async Task What_a_withdrawal_may_be_core_says(long amount, string currency)
    {
        _host.Core.Withdraw = (_, _, _) => Task.FromResult(new WithdrawalResponse { Result = Result.Invalid("amount", "must be at least 1") });
        var answer = await _host.AskAsync(Command.CreateWithdrawal, new CreateWithdrawalReq { Amount = amount, Currency = currency }, "");
        Assert.Equal((ErrorCode.ValidationFailed, "amount"), (answer.OnlyCode, Assert.Single(answer.Blamed)));
        Assert.Equal(new CreateWithdrawalRequest { Amount = amount, Currency = currency }, _host.Core.Last<CreateWithdrawalRequest>());
    }

    [Fact]
    public async Task A_refused_withdrawal_has_no_number()
    {
        foreach (var code in new[] { ResultCode.RiskRefused, ResultCode.IdempotencyMismatch, ResultCode.LimitExceeded, ResultCode.InsufficientFunds })
        {
            _host.Core.Withdraw = (_, _, _) => Task.FromResult(FakeCore.Withdrawal(500) with { Result = Result.Of(code) });
            var answer = await _host.AskAsync(Command.CreateWithdrawal, Half);
            Assert.Equal(((ErrorCode)code, 0), (answer.OnlyCode, answer.Only.Body.Length));
        }
    }

    [Theory]
    [InlineData(Contracts.WithdrawalStatus.Pending, Wire.WithdrawalStatus.Pending)]
    [InlineData(Contracts.WithdrawalStatus.Succeeded, Wire.WithdrawalStatus.Succeeded)]
    [InlineData(Contracts.WithdrawalStatus.Failed, Wire.WithdrawalStatus.Failed)]
    public async Task A_withdrawal_is_shown_with_its_currency_and_time(Contracts.WithdrawalStatus status, Wire.WithdrawalStatus shown)
    {
        _host.Core.GetWithdrawal = _ => FakeCore.Withdrawal(500) with { Status = status };
        Assert.Equal(Shown(shown), (await _host.AskAsync(Command.GetWithdrawal, new GetWithdrawalReq { WithdrawalNo = 4401 })).Body<GetWithdrawalRsp>().Withdrawal);
        Assert.Equal(4401, _host.Core.Last<WithdrawalRequest>().WithdrawalNo);
    }

    [Fact]
    public async Task Anothers_withdrawal_is_not_there()
    {
        _host.Core.GetWithdrawal = _ => FakeCore.Withdrawal(500) with { Result = Result.Of(ResultCode.NotFound) };
        var answer = await _host.AskAsync(Command.GetWithdrawal, new GetWithdrawalReq { WithdrawalNo = 4401 });
        Assert.Equal((ErrorCode.NotFound, 0), (answer.OnlyCode, answer.Only.Body.Length));
    }

    [Fact]
    public async Task A_withdrawal_that_is_not_answered_in_time_may_be_asked_for_again()
    {
        await using var host = await GatewayHost.StartAsync(("Gateway:CallTimeoutMs", "100"));
        host.Core.Withdraw = (_, _, _) => new TaskCompletionSource<WithdrawalResponse>().Task;
        var answer = await host.AskAsync(Command.CreateWithdrawal, Half);
        Assert.Equal((ErrorCode.Overloaded, 1000), (answer.OnlyCode, answer.Detail.RetryAfterMs));
    }

    private static WithdrawalInfo Shown(Wire.WithdrawalStatus status) => new() { WithdrawalNo = 4401, Amount = 500, Currency = "CNY", Status = status, CreatedAtMs = 1_771_329_600_123 };
}
