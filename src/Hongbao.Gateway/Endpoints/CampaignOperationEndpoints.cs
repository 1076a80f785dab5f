using Hongbao.Contracts;
using Hongbao.Gateway.Auth;
using Hongbao.Gateway.Json;
using Hongbao.Gateway.Problems;

namespace Hongbao.Gateway.Endpoints;

/// <summary>What operators do with campaigns.</summary>
internal sealed class CampaignOperationEndpoints(ICampaignOperations operations, Calls calls, ILogger<CampaignOperationEndpoints> log)
{
    private const string Tag = "Operators";
    private const string Campaigns = "/ops/v1/campaigns";
    private const string One = Campaigns + "/{campaignId}";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(Campaigns, CreateAsync).For(Access.Operator)
            .Describe(Tag, "createCampaign", "Plan a campaign. It is a draft until it is scheduled, and moves no money.", ResultCode.ValidationFailed, ResultCode.Forbidden,
                ResultCode.Degraded)
            .Takes(typeof(CreateCampaignBody)).Gives(typeof(CampaignAnswer), 201);
        routes.MapGet(Campaigns, ListAsync).For(Access.Operator)
            .Describe(Tag, "listCampaignPlans", "All campaigns, newest first, at most 200.", ResultCode.Forbidden, ResultCode.Degraded).Gives(typeof(PlannedCampaigns));
        routes.MapGet(One, GetAsync).For(Access.Operator)
            .Describe(Tag, "getCampaignPlan", "A campaign.", ResultCode.ValidationFailed, ResultCode.Forbidden, ResultCode.NotFound, ResultCode.Degraded).Gives(typeof(PlannedCampaign));
        MapChange("/schedule", ScheduleAsync, Access.Admin, "scheduleCampaign",
            "Have finance hold a campaign's budget and schedule it. Moves money: for admins only. Idempotent.", ResultCode.InsufficientFunds);
        MapChange("/pause", PauseAsync, Access.Operator, "pauseCampaign", "Stop a campaign's draws at once, until it is resumed. For operators too, who have to be quick. Idempotent.");
        MapChange("/resume", ResumeAsync, Access.Operator, "resumeCampaign", "Take a paused campaign's draws again. For operators too. Idempotent.");
        MapChange("/end", EndAsync, Access.Admin, "endCampaign", "End a campaign for ever; what was not issued goes back. Switches it off: for admins only. Idempotent.");
        routes.MapPut(One + "/budget", ChangeBudgetAsync).For(Access.Admin)
            .Describe(Tag, "changeCampaignBudget", "Raise or lower a campaign's budget. Moves money: for admins only.", ResultCode.ValidationFailed, ResultCode.Forbidden,
                ResultCode.NotFound, ResultCode.CampaignNotOpen, ResultCode.InsufficientFunds, ResultCode.Degraded)
            .Takes(typeof(BudgetBody)).Gives(typeof(CampaignAnswer));
        routes.MapPost(One + "/preview", PreviewAsync).For(Access.Operator)
            .Describe(Tag, "previewCampaign", "What a campaign's plan would give. Changes nothing.", ResultCode.ValidationFailed, ResultCode.Forbidden, ResultCode.NotFound,
                ResultCode.Degraded)
            .Takes(typeof(PreviewBody)).Gives(typeof(PreviewAnswer));
        routes.MapGet(One + "/report", ReportAsync).For(Access.Operator)
            .Describe(Tag, "reportCampaign", "The books of a campaign.", ResultCode.ValidationFailed, ResultCode.Forbidden, ResultCode.NotFound, ResultCode.Degraded)
            .Gives(typeof(CampaignReport));

        void MapChange(string path, Func<HttpContext, CancellationToken, Task<IResult>> handler, Access access, string name, string summary, params ResultCode[] more) =>
            routes.MapPost(One + path, handler).For(access)
                .Describe(Tag, name, summary, [ResultCode.ValidationFailed, ResultCode.Forbidden, ResultCode.NotFound, ResultCode.CampaignNotOpen, .. more, ResultCode.Degraded])
                .Takes(typeof(ReasonBody)).Gives(typeof(CampaignAnswer));
    }

    private async Task<IResult> CreateAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var body = await RequestBody.ReadAsync(http);
        var request = new CreateCampaignRequest { Plan = CampaignPlans.Read(body), Reason = body.Reason() };
        if (body.Refusal is { } refusal)
        {
            return refusal;
        }

        var response = await calls.AskAsync(Calls.OriginOf(http), (context, gone) => operations.CreateAsync(context, request, gone));
        Tell(http, "creation", response.CampaignId, request.Reason, response.Result);
        if (!response.Result.IsOk())
        {
            return ProblemAnswer.From(response.Result);
        }

        http.Response.Headers.Location = $"{Campaigns}/{response.CampaignId}";
        return new JsonAnswer<CampaignAnswer>(StatusCodes.Status201Created, AnswerOf(response), GatewayJson.Wire.CampaignAnswer);
    }

    private Task<IResult> ListAsync(HttpContext http, CancellationToken cancellationToken) => calls.AnswerAsync(http, refusal: null,
        (context, gone) => operations.GetAsync(context, new CampaignRequest(), gone),
        static r => new PlannedCampaigns { Items = r.Items.ConvertAll(CampaignPlans.Of) }, GatewayJson.Wire.PlannedCampaigns);

    private async Task<IResult> GetAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var parameters = new Parameters(http);
        var asked = new CampaignRequest { CampaignId = parameters.Number("campaignId") };
        if (parameters.Refusal is { } refusal)
        {
            return refusal;
        }

        var response = await calls.AskAsync(Calls.OriginOf(http), (context, gone) => operations.GetAsync(context, asked, gone));
        return !response.Result.IsOk() ? ProblemAnswer.From(response.Result)
            : response.Items.Count == 0 ? ProblemAnswer.Of(ResultCode.NotFound)
            : JsonAnswer.Ok(CampaignPlans.Of(response.Items[0]), GatewayJson.Wire.PlannedCampaign);
    }

    private Task<IResult> ScheduleAsync(HttpContext http, CancellationToken cancellationToken) => ChangeAsync(http, "schedule", operations.ScheduleAsync);

    private Task<IResult> PauseAsync(HttpContext http, CancellationToken cancellationToken) => ChangeAsync(http, "pause", operations.PauseAsync);

    private Task<IResult> ResumeAsync(HttpContext http, CancellationToken cancellationToken) => ChangeAsync(http, "resume", operations.ResumeAsync);

    private Task<IResult> EndAsync(HttpContext http, CancellationToken cancellationToken) => ChangeAsync(http, "end", operations.EndAsync);

    private Task<IResult> ChangeAsync(HttpContext http, string change, Func<CallContext, CampaignRequest, CancellationToken, Task<CampaignResponse>> ask) =>
        ChangeAsync(http, change, static (campaignId, body) => new CampaignRequest { CampaignId = campaignId, Reason = body.Reason() }, static r => r.Reason, ask);

    private Task<IResult> ChangeBudgetAsync(HttpContext http, CancellationToken cancellationToken) => ChangeAsync(http, "budget",
        static (campaignId, body) => new ChangeBudgetRequest { CampaignId = campaignId, Budget = body.Long("budget"), Reason = body.Reason() }, static r => r.Reason,
        operations.ChangeBudgetAsync);

    private async Task<IResult> ChangeAsync<TRequest>(
        HttpContext http, string change, Func<long, RequestBody, TRequest> read, Func<TRequest, string> reasonOf,
        Func<CallContext, TRequest, CancellationToken, Task<CampaignResponse>> ask)
    {
        var parameters = new Parameters(http);
        var campaignId = parameters.Number("campaignId");
        if (parameters.Refusal is { } wrongAddress)
        {
            return wrongAddress;
        }

        var body = await RequestBody.ReadAsync(http);
        var request = read(campaignId, body);
        if (body.Refusal is { } refusal)
        {
            return refusal;
        }

        var response = await calls.AskAsync(Calls.OriginOf(http), (context, gone) => ask(context, request, gone));
        Tell(http, change, campaignId, reasonOf(request), response.Result);
        return response.Result.IsOk() ? JsonAnswer.Ok(AnswerOf(response), GatewayJson.Wire.CampaignAnswer) : ProblemAnswer.From(response.Result);
    }

    private async Task<IResult> PreviewAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var parameters = new Parameters(http);
        var campaignId = parameters.Number("campaignId");
        if (parameters.Refusal is { } wrongAddress)
        {
            return wrongAddress;
        }

        var body = await RequestBody.ReadAsync(http);
        var asked = new PreviewRequest { CampaignId = campaignId, Users = body.Long("users") };
        return await calls.AnswerAsync(http, body.Refusal, (context, gone) => operations.PreviewAsync(context, asked, gone), static r => new PreviewAnswer
        {
            Budget = r.Budget,
            Amount = r.Amount,
            Wins = r.Wins,
            Rounds = r.Rounds.ConvertAll(static p => new PreviewPart
            {
                Round = p.Round,
                Users = p.Users,
                Passers = p.Passers,
                Wins = p.Wins,
                Amount = p.Amount,
                WinsByTenth = p.WinsByTenth,
            }),
        }, GatewayJson.Wire.PreviewAnswer);
    }

    private Task<IResult> ReportAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var parameters = new Parameters(http);
        var asked = new CampaignRequest { CampaignId = parameters.Number("campaignId") };
        return calls.AnswerAsync(http, parameters.Refusal, (context, gone) => operations.ReportAsync(context, asked, gone), static r => new CampaignReport
        {
            CampaignId = r.CampaignId,
            Status = r.Status,
            Currency = r.Currency,
            Budget = r.Budget,
            Total = BooksPart.From(r.Total),
            Hours = r.Hours.ConvertAll(BooksPart.From),
            HeldAmount = r.HeldAmount,
            FundedAmount = r.FundedAmount,
            LedgerReturnedAmount = r.LedgerReturnedAmount,
            ReleasedAmount = r.ReleasedAmount,
            HeldNowAmount = r.HeldNowAmount,
            WithdrawnAmount = r.WithdrawnAmount,
            Faults = r.Faults,
            Closed = r.Closed,
        }, GatewayJson.Wire.CampaignReport);
    }

    private static CampaignAnswer AnswerOf(CampaignResponse response) => new() { CampaignId = response.CampaignId, Status = response.Status };

    private void Tell(HttpContext http, string change, long campaignId, string reason, Result result)
    {
        var uid = Mask.Uid(Caller.Of(http).Uid);
        if (result.IsOk())
        {
            log.LogInformation("Campaign {CampaignId}: {Change} by uid {Uid}: {Reason}", campaignId, change, uid, reason);
        }
        else
        {
            log.LogWarning("Campaign {CampaignId}: {Change} that uid {Uid} wanted was not done ({Code}): {Reason}", campaignId, change, uid, result.Code, reason);
        }
    }
}
