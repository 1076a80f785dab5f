using Hongbao.Contracts;
using Hongbao.Contracts.Yyb;
using Hongbao.Gateway.Endpoints;
using Hongbao.Gateway.Json;

namespace Hongbao.Gateway.Yyb;

/// <summary>Commands that pay out what campaigns gave the user.</summary>
internal sealed class WithdrawalCommands(IRedPacketCore core, Calls calls)
{
    public Task<Outcome<CreateWithdrawalRsp>> CreateAsync(CommandCall call, CreateWithdrawalReq request)
    {
        // All of it is for Core to judge.
        var asked = new CreateWithdrawalRequest { RequestId = call.RequestId, Amount = request.Amount, Currency = request.Currency };
        return calls.AnswerAsync(call, refusal: null, (context, gone) => core.CreateWithdrawalAsync(context, asked, gone),
            static r => new CreateWithdrawalRsp { Withdrawal = AppShapes.Of(r) });
    }

    public Task<Outcome<GetWithdrawalRsp>> GetAsync(CommandCall call, GetWithdrawalReq request)
    {
        var fields = new Fields();
        var asked = new WithdrawalRequest { WithdrawalNo = fields.Number("withdrawalNo", request.WithdrawalNo) };
        return calls.AnswerAsync(call, fields.Refusal, (context, gone) => core.GetWithdrawalAsync(context, asked, gone),
            static r => new GetWithdrawalRsp { Withdrawal = AppShapes.Of(r) });
    }
}
