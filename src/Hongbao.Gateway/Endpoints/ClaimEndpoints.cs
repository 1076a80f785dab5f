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
                ResultCode.ClaimBusy, ResultCode.Degraded)
            .WithMetadata(claim.Method).Gives(typeof(ClaimAnswer));
        routes.MapGet("/api/v1/packets/{packetNo}/claims", ListAsync).For(Access.User)
            .Describe(Tag, "listClaims", "The claims of a packet, in order of seq.", ResultCode.ValidationFailed, ResultCode.NotInScope, ResultCode.NotFound,
                ResultCode.Degraded)
            .Lists().Gives(typeof(ClaimPage));
        routes.MapGet("/api/v1/claims/{claimNo}", GetAsync).For(Access.User)
            .Describe(Tag, "getClaim", "A claim, for its claimer and the packet's sender.", ResultCode.ValidationFailed, ResultCode.NotFound)
            .Gives(typeof(ClaimDetail));
    }

    private async Task ClaimAsync(HttpContext http)
    {
        if (http.Request.RouteValues["packetNo"] is not string text || !DecimalNumber.TryParse(text, out var packetNo))
        {
            await ProblemAnswer.From(Result.Invalid("packetNo", DecimalNumber.Accepted)).ExecuteAsync(http);
            return;
        }

        var ended = calls.SharedEnd();
        var response = await Calls.WaitSharedAsync(core.ClaimAsync(calls.ContextOf(http), new ClaimRequest { PacketNo = packetNo }, ended), ended);
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

    private async Task<IResult> ListAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var parameters = new Parameters(http);
        var page = parameters.Page();
        page.PacketNo = parameters.Number("packetNo");
        if (parameters.Refusal is { } refusal)
        {
            return refusal;
        }

        var response = await calls.WaitAsync(http, query.ListClaimsAsync(calls.ContextOf(http), page, cancellationToken));
        return response.Result.IsOk()
            ? JsonAnswer.Ok(new ClaimPage { Items = response.Items.ConvertAll(RowOf), Next = response.Next.Length == 0 ? null : response.Next }, GatewayJson.Wire.ClaimPage)
            : ProblemAnswer.From(response.Result);
    }

    private async Task<IResult> GetAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var parameters = new Parameters(http);
        var claimNo = parameters.Number("claimNo");
        if (parameters.Refusal is { } refusal)
        {
            return refusal;
        }

        var response = await calls.WaitAsync(http, query.GetClaimAsync(calls.ContextOf(http), new ClaimByNoRequest { ClaimNo = claimNo }, cancellationToken));
        return response.Result.IsOk() ? JsonAnswer.Ok(DetailOf(response.Claim), GatewayJson.Wire.ClaimDetail) : ProblemAnswer.From(response.Result);
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
