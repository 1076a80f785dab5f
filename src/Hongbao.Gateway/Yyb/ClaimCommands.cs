using Hongbao.Contracts;
using Hongbao.Contracts.Yyb;
using Hongbao.Gateway.Endpoints;
using Hongbao.Gateway.Json;

namespace Hongbao.Gateway.Yyb;

/// <summary>Commands that take shares and look at them.</summary>
internal sealed class ClaimCommands(IRedPacketCore core, IRedPacketQuery query, Calls calls)
{
    public async Task<Outcome<ClaimRsp>> ClaimAsync(CommandCall call, ClaimReq request)
    {
        var fields = new Fields();
        var asked = new ClaimRequest { PacketNo = fields.Number("packetNo", request.PacketNo), Password = fields.Text("password", request.Password) };
        if (fields.Refusal is { } refusal)
        {
            return refusal;
        }

        // As over HTTP: the client's going away ends nothing here.
        var ended = calls.SharedEnd();
        var response = await Calls.WaitSharedAsync(core.ClaimAsync(calls.ContextOf(call.Origin), asked, ended), ended);
        return !response.Result.IsOk() ? response.Result : new ClaimRsp { Claim = AppShapes.Of(response.Claim), RemainingCount = response.RemainingCount };
    }

    public Task<Outcome<ListClaimsRsp>> ListAsync(CommandCall call, ListClaimsReq request)
    {
        var fields = new Fields();
        var page = fields.Page(request.Limit, request.Cursor);
        page.PacketNo = fields.Number("packetNo", request.PacketNo);
        return calls.AnswerAsync(call, fields.Refusal, (context, gone) => query.ListClaimsAsync(context, page, gone),
            static r => new ListClaimsRsp { Items = r.Items.ConvertAll(AppShapes.Of), Next = r.Next });
    }

    public Task<Outcome<GetClaimRsp>> GetAsync(CommandCall call, GetClaimReq request)
    {
        var fields = new Fields();
        var asked = new ClaimByNoRequest { ClaimNo = fields.Number("claimNo", request.ClaimNo) };
        return calls.AnswerAsync(call, fields.Refusal, (context, gone) => query.GetClaimAsync(context, asked, gone), static r => new GetClaimRsp { Claim = AppShapes.Of(r.Claim) });
    }
}
