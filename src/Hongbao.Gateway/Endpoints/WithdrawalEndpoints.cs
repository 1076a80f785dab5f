using Hongbao.Contracts;
using Hongbao.Gateway.Auth;
using Hongbao.Gateway.Json;

namespace Hongbao.Gateway.Endpoints;

/// <summary>Paying out what campaigns gave the caller.</summary>
internal sealed class WithdrawalEndpoints(IRedPacketCore core, Calls calls)
{
    private const string Tag = "Me";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/v1/me/withdrawals", CreateAsync).For(Access.User)
            .Describe(Tag, "createWithdrawal", "Ask for a payout of the caller's reward balance. Idempotent by requestId.", ResultCode.ValidationFailed, ResultCode.RiskRefused,
                ResultCode.IdempotencyMismatch, ResultCode.LimitExceeded, ResultCode.InsufficientFunds, ResultCode.Degraded)
            .Takes(typeof(CreateWithdrawalBody)).Gives(typeof(WithdrawalAnswer));
        routes.MapGet("/api/v1/me/withdrawals/{withdrawalNo}", GetAsync).For(Access.User)
            .Describe(Tag, "getWithdrawal", "A withdrawal of the caller.", ResultCode.ValidationFailed, ResultCode.NotFound).Gives(typeof(WithdrawalDetail));
    }

    private async Task<IResult> CreateAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var body = await RequestBody.ReadAsync(http);
        var asked = new CreateWithdrawalRequest { RequestId = body.Text("requestId"), Amount = body.Long("amount"), Currency = body.OptionalText("currency") };
        return await calls.AnswerAsync(http, body.Refusal, (context, gone) => core.CreateWithdrawalAsync(context, asked, gone),
            static r => new WithdrawalAnswer { WithdrawalNo = r.WithdrawalNo, Amount = r.Amount, Status = r.Status }, GatewayJson.Wire.WithdrawalAnswer);
    }

    private Task<IResult> GetAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var parameters = new Parameters(http);
        var asked = new WithdrawalRequest { WithdrawalNo = parameters.Number("withdrawalNo") };
        return calls.AnswerAsync(http, parameters.Refusal, (context, gone) => core.GetWithdrawalAsync(context, asked, gone), static r => new WithdrawalDetail
        {
            WithdrawalNo = r.WithdrawalNo,
            Amount = r.Amount,
            Currency = r.Currency,
            Status = r.Status,
            CreatedAt = r.CreatedAtMs,
        }, GatewayJson.Wire.WithdrawalDetail);
    }
}
