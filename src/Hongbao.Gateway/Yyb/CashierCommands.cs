using Hongbao.Contracts.Yyb;
using Hongbao.Gateway.Cashier;
using Hongbao.Gateway.Json;

namespace Hongbao.Gateway.Yyb;

/// <summary>Commands that pay.</summary>
internal sealed class CashierCommands(Payments payments)
{
    public async Task<Outcome<PayRsp>> PayAsync(CommandCall call, PayReq request)
    {
        var fields = new Fields();
        var payOrderNo = fields.Number("payOrderNo", request.PayOrderNo);
        if (fields.Refusal is { } refusal)
        {
            return refusal;
        }

        var outcome = await payments.PayAsync(call.Origin, payOrderNo);
        return !outcome.Result.IsOk() ? outcome.Result : new PayRsp
        {
            PayOrderNo = payOrderNo,
            Status = outcome.Status == PayStatus.Succeeded ? PaymentStatus.Succeeded : PaymentStatus.Pending,
            PacketNo = outcome.PacketNo,
        };
    }
}
