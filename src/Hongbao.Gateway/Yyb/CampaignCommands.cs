using Hongbao.Contracts;
using Hongbao.Contracts.Yyb;
using Hongbao.Gateway.Endpoints;
using Hongbao.Gateway.Json;

namespace Hongbao.Gateway.Yyb;

/// <summary>Commands that look at campaigns and draw in their rounds.</summary>
internal sealed class CampaignCommands(ICampaigns campaigns, Calls calls)
{
    public Task<Outcome<ListCampaignsRsp>> ListAsync(CommandCall call) => calls.AnswerAsync(call, refusal: null, campaigns.ListCampaignsAsync,
        static r => new ListCampaignsRsp { Items = r.Items.ConvertAll(AppShapes.Of), ServerTimeMs = r.NowMs });

    public async Task<Outcome<DrawInRoundRsp>> DrawAsync(CommandCall call, DrawInRoundReq request)
    {
        var fields = new Fields();
        var asked = new RainDrawRequest
        {
            CampaignId = fields.Number("campaignId", request.CampaignId),
            Round = (int)fields.Number("round", request.Round),
            Password = fields.Text("password", request.Password),
        };
        if (fields.Refusal is { } refusal)
        {
            return refusal;
        }

        // As over HTTP: the client's going away ends nothing here.
        var ended = calls.SharedEnd();
        var response = await Calls.WaitSharedAsync(campaigns.DrawAsync(calls.ContextOf(call.Origin), asked, ended), ended);
        return !response.Result.IsOk() ? response.Result : !response.Won ? new DrawInRoundRsp() : new DrawInRoundRsp
        {
            Won = true,
            Amount = response.Amount,
            Currency = response.Currency,
            Token = response.Token,
            ExpiresAtMs = response.ExpiresAtMs,
        };
    }
}
