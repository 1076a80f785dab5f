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
        var fields = new ListFields();
        var packetNo = fields.Number("packetNo", request.PacketNo);
        if (fields.Refusal is { } refusal)
        {
            return refusal;
        }

        // As over HTTP: the client's going away ends nothing here.
        var ended = calls.SharedEnd();
        var response = await Calls.WaitSharedAsync(core.ClaimAsync(calls.ContextOf(call.Origin), new ClaimRequest { PacketNo = packetNo }, ended), ended);
        return !response.Result.IsOk() ? response.Result : new ClaimRsp { Claim = AppShapes.Of(response.Claim), RemainingCount = response.RemainingCount };
    }

    public async Task<Outcome<ListClaimsRsp>> ListAsync(CommandCall call, ListClaimsReq request)
    {
        var fields = new ListFields();
        var page = fields.Page(request.Limit, request.Cursor);
        page.PacketNo = fields.Number("packetNo", request.PacketNo);
        if (fields.Refusal is { } refusal)
        {
            return refusal;
        }

        var response = await calls.AskAsync(call.Origin, (context, gone) => query.ListClaimsAsync(context, page, gone));
        return !response.Result.IsOk() ? response.Result : new ListClaimsRsp { Items = response.Items.ConvertAll(AppShapes.Of), Next = response.Next };
    }

    public async Task<Outcome<GetClaimRsp>> GetAsync(CommandCall call, GetClaimReq request)
    {
        var fields = new ListFields();
        var claimNo = fields.Number("claimNo", request.ClaimNo);
        if (fields.Refusal is { } refusal)
        {
            return refusal;
        }

        var response = await calls.AskAsync(call.Origin, (context, gone) => query.GetClaimAsync(context, new ClaimByNoRequest { ClaimNo = claimNo }, gone));
        return !response.Result.IsOk() ? response.Result : new GetClaimRsp { Claim = AppShapes.Of(response.Claim) };
    }
}
