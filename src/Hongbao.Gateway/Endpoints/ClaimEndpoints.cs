using Hongbao.Contracts;
using Hongbao.Gateway.Auth;
using Hongbao.Gateway.Json;
using Hongbao.Gateway.Problems;

namespace Hongbao.Gateway.Endpoints;

/// <summary>Taking shares and looking at them.</summary>
internal sealed class ClaimEndpoints(IRedPacketCore core, IRedPacketQuery query, Calls calls)
{
    private const string Tag = "Claims";

    public void Map(IEndpointRouteBuilder routes)
    {
        // The one path that has to be fast: a plain delegate, nothing bound or filtered.
        RequestDelegate claim = ClaimAsync;
        routes.MapPost("/api/v1/packets/{packetNo}/claims", claim).For(Access.User)
            .Describe(Tag, "claim", "Take the caller's share of a packet; claiming again gives the same claim. A poll is the same request.", ResultCode.ValidationFailed,
                ResultCode.NotInScope, ResultCode.RiskRefused, ResultCode.NotFound, ResultCode.PacketNotActive, ResultCode.PacketExhausted, ResultCode.PacketExpired,
                ResultCode.LimitExceeded, ResultCode.ClaimBusy, ResultCode.Degraded)
            .WithMetadata(claim.Method).MayTake(typeof(PasswordBody)).Gives(typeof(ClaimAnswer));
        routes.MapGet("/api/v1/packets/{packetNo}/claims", ListAsync).For(Access.User)
            .Describe(Tag, "listClaims", "The claims of a packet, in order of seq.", ResultCode.ValidationFailed, ResultCode.NotInScope, ResultCode.NotFound,
                ResultCode.Degraded)
            .Lists().Gives(typeof(ClaimPage));
        routes.MapGet("/api/v1/claims/{claimNo}", GetAsync).For(Access.User)
            .Describe(Tag, "getClaim", "A claim, for its claimer and the packet's sender.", ResultCode.ValidationFailed, ResultCode.NotFound)
            .Gives(typeof(ClaimDetail));
    }

    private Task ClaimAsync(HttpContext http)
    {
        if (http.Request.RouteValues["packetNo"] is not string text || !DecimalNumber.TryParse(text, out var packetNo))
        {
            return ProblemAnswer.From(Result.Invalid("packetNo", DecimalNumber.Accepted)).ExecuteAsync(http);
        }

        var request = new ClaimRequest { PacketNo = packetNo };
        return RequestBody.MayBeIn(http) ? ReadAndTakeAsync(http, request) : TakeAsync(http, request);
    }

    private async Task ReadAndTakeAsync(HttpContext http, ClaimRequest request)
    {
        var body = await RequestBody.ReadOptionalAsync(http);
        request.Password = body.OptionalText("password");
        await (body.Refusal is { } refusal ? refusal.ExecuteAsync(http) : TakeAsync(http, request));
    }

    private async Task TakeAsync(HttpContext http, ClaimRequest request)
    {
        var ended = calls.SharedEnd();
        var response = await Calls.WaitSharedAsync(core.ClaimAsync(calls.ContextOf(http), request, ended), ended);
        if (!response.Result.IsOk())
        {
            await ProblemAnswer.From(response.Result).ExecuteAsync(http);
            return;
        }

        var claim = response.Claim;
        await JsonAnswer.WriteAsync(http, StatusCodes.Status200OK, new ClaimAnswer
        {
            ClaimNo = claim.ClaimNo,
            PacketNo = claim.PacketNo,
            Seq = claim.Seq,
            Amount = claim.Amount,
            Status = claim.Status,
            ClaimedAt = claim.ClaimedAtMs,
            RemainingCount = response.RemainingCount,
        }, GatewayJson.Wire.ClaimAnswer);
    }

    private Task<IResult> ListAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var parameters = new Parameters(http);
        var page = parameters.Page();
        page.PacketNo = parameters.Number("packetNo");
        return calls.AnswerAsync(http, parameters.Refusal, (context, gone) => query.ListClaimsAsync(context, page, gone),
            static r => new ClaimPage { Items = r.Items.ConvertAll(RowOf), Next = r.Next.Length == 0 ? null : r.Next }, GatewayJson.Wire.ClaimPage);
    }

    private Task<IResult> GetAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var parameters = new Parameters(http);
        var asked = new ClaimByNoRequest { ClaimNo = parameters.Number("claimNo") };
        return calls.AnswerAsync(http, parameters.Refusal, (context, gone) => query.GetClaimAsync(context, asked, gone), static r => DetailOf(r.Claim), GatewayJson.Wire.ClaimDetail);
    }

    private static ClaimRow RowOf(ClaimListItem item) => new()
    {
        ClaimNo = item.Claim.ClaimNo,
        Seq = item.Claim.Seq,
        Uid = item.Claim.Uid,
        Name = item.Name,
        Avatar = item.Avatar,
        Amount = item.Claim.Amount,
        ClaimedAt = item.Claim.ClaimedAtMs,
        Luckiest = item.Luckiest,
    };

    private static ClaimDetail DetailOf(ClaimView view) => new()
    {
        ClaimNo = view.ClaimNo,
        PacketNo = view.PacketNo,
        Uid = view.Uid,
        Seq = view.Seq,
        Amount = view.Amount,
        Status = view.Status,
        ClaimedAt = view.ClaimedAtMs,
    };
}
