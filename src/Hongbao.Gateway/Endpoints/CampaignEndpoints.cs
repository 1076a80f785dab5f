using Hongbao.Contracts;
using Hongbao.Gateway.Auth;
using Hongbao.Gateway.Json;
using Hongbao.Gateway.Problems;

namespace Hongbao.Gateway.Endpoints;

/// <summary>Looking at campaigns and drawing in their rounds.</summary>
internal sealed class CampaignEndpoints(ICampaigns campaigns, Calls calls)
{
    private const string Tag = "Campaigns";
    private const string RoundAccepted = "must be a positive decimal number below 2^31, without sign or leading zeros";

    // What nearly everybody hears in a rain, written once.
    private static readonly byte[] Lost = "{\"won\":false}"u8.ToArray();

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/campaigns", ListAsync).For(Access.User)
            .Describe(Tag, "listCampaigns", "Campaigns that are planned, running or not long over, with their rounds.", ResultCode.Degraded).Gives(typeof(CampaignList));

        // As a claim it has to be fast: a plain delegate, nothing bound or filtered.
        RequestDelegate draw = DrawAsync;
        routes.MapPost("/api/v1/campaigns/{campaignId}/rounds/{round}/draws", draw).For(Access.User)
            .Describe(Tag, "drawInRound", "Draw in a round of a campaign; drawing again in the same round gives the same answer.", ResultCode.ValidationFailed, ResultCode.NotInScope,
                ResultCode.RiskRefused, ResultCode.NotFound, ResultCode.CampaignNotOpen, ResultCode.LimitExceeded, ResultCode.RateLimited, ResultCode.Degraded)
            .WithMetadata(draw.Method).MayTake(typeof(PasswordBody)).Gives(typeof(RainDrawAnswer));
    }

    private Task<IResult> ListAsync(HttpContext http, CancellationToken cancellationToken) => calls.AnswerAsync(http, refusal: null, campaigns.ListCampaignsAsync,
        static r => new CampaignList { Items = r.Items.ConvertAll(CampaignRow.From), ServerTime = r.NowMs }, GatewayJson.Wire.CampaignList);

    private Task DrawAsync(HttpContext http)
    {
        var values = http.Request.RouteValues;
        if (values["campaignId"] is not string campaign || !DecimalNumber.TryParse(campaign, out var campaignId))
        {
            return ProblemAnswer.From(Result.Invalid("campaignId", DecimalNumber.Accepted)).ExecuteAsync(http);
        }

        if (values["round"] is not string text || !DecimalNumber.TryParse(text, out var round) || round > int.MaxValue)
        {
            return ProblemAnswer.From(Result.Invalid("round", RoundAccepted)).ExecuteAsync(http);
        }

        var request = new RainDrawRequest { CampaignId = campaignId, Round = (int)round };
        return RequestBody.MayBeIn(http) ? ReadAndDrawAsync(http, request) : DrawAsync(http, request);
    }

    private async Task ReadAndDrawAsync(HttpContext http, RainDrawRequest request)
    {
        var body = await RequestBody.ReadOptionalAsync(http);
        request.Password = body.OptionalText("password");
        await (body.Refusal is { } refusal ? refusal.ExecuteAsync(http) : DrawAsync(http, request));
    }

    private async Task DrawAsync(HttpContext http, RainDrawRequest request)
    {
        var ended = calls.SharedEnd();
        var response = await Calls.WaitSharedAsync(campaigns.DrawAsync(calls.ContextOf(http), request, ended), ended);
        if (!response.Result.IsOk())
        {
            await ProblemAnswer.From(response.Result).ExecuteAsync(http);
            return;
        }

        await (response.Won
            ? JsonAnswer.WriteAsync(http, StatusCodes.Status200OK, new RainDrawAnswer
            {
                Won = true,
                Amount = response.Amount,
                Currency = response.Currency,
                Token = response.Token,
                ExpiresAt = response.ExpiresAtMs,
            }, GatewayJson.Wire.RainDrawAnswer)
            : JsonAnswer.WriteAsync(http, StatusCodes.Status200OK, Lost, JsonAnswer.ContentType));
    }
}
