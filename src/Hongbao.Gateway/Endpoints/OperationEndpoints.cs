using Hongbao.Contracts;
using Hongbao.Gateway.Auth;
using Hongbao.Gateway.Json;
using Hongbao.Gateway.Problems;

namespace Hongbao.Gateway.Endpoints;

/// <summary>What operators do with the reference finance.</summary>
internal sealed class OperationEndpoints(IFinanceOperations operations, Calls calls, ILogger<OperationEndpoints> log)
{
    private const string Tag = "Operators";
    private const int OperationsMax = 32;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/ops/v1/finance/faults", GetFaultsAsync).For(Access.Admin)
            .Describe(Tag, "getFinanceFaults", "The fault switches of the reference finance.", ResultCode.Forbidden).Gives(typeof(FaultsAnswer));
        routes.MapPut("/ops/v1/finance/faults", SetFaultsAsync).For(Access.Admin)
            .Describe(Tag, "setFinanceFaults", "Replace the fault switches of the reference finance.", ResultCode.ValidationFailed, ResultCode.Forbidden)
            .Takes(typeof(FaultsBody)).Gives(typeof(FaultsAnswer));
        routes.MapGet("/ops/v1/finance/ledger", CheckLedgerAsync).For(Access.Operator)
            .Describe(Tag, "checkFinanceLedger", "Sums and checks the ledger of the reference finance.", ResultCode.Forbidden).Gives(typeof(LedgerAnswer));
    }

    private Task<IResult> GetFaultsAsync(HttpContext http, CancellationToken cancellationToken) =>
        calls.AnswerAsync(http, refusal: null, operations.GetFaultsAsync, AnswerOf, GatewayJson.Wire.FaultsAnswer);

    private async Task<IResult> SetFaultsAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var body = await RequestBody.ReadAsync(http);
        var reason = body.Reason();
        var request = new FinanceFaults { Seed = body.OptionalLong("seed"), Operations = body.Objects("operations", OperationsMax).ConvertAll(FaultOf) };
        if (body.Refusal is { } refusal)
        {
            return refusal;
        }

        var response = await calls.AskAsync(Calls.OriginOf(http), (context, gone) => operations.SetFaultsAsync(context, request, gone));
        var uid = Mask.Uid(Caller.Of(http).Uid);
        if (response.Result.IsOk())
        {
            log.LogWarning("Finance faults set by uid {Uid}, {Operations} operations misbehave: {Reason}", uid, request.Operations.Count, reason);
        }
        else
        {
            log.LogWarning("Finance faults that uid {Uid} wanted were not set ({Code}): {Reason}", uid, response.Result.Code, reason);
        }

        return response.Result.IsOk() ? JsonAnswer.Ok(AnswerOf(response), GatewayJson.Wire.FaultsAnswer) : ProblemAnswer.From(response.Result);
    }

    private static FinanceFault FaultOf(RequestBody item) => new()
    {
        Operation = item.Text("operation"),
        LatencyMs = item.OptionalInt("latencyMs"),
        FailPermille = item.OptionalInt("failPermille"),
        LostAnswerPermille = item.OptionalInt("lostAnswerPermille"),
        LaterPermille = item.OptionalInt("laterPermille"),
        LaterMs = item.OptionalInt("laterMs"),
        RefusePermille = item.OptionalInt("refusePermille"),
        NotFoundPermille = item.OptionalInt("notFoundPermille"),
        CallbackLostPermille = item.OptionalInt("callbackLostPermille"),
        CallbackLatePermille = item.OptionalInt("callbackLatePermille"),
        CallbackLateMs = item.OptionalInt("callbackLateMs"),
        CallbackRepeatPermille = item.OptionalInt("callbackRepeatPermille"),
    };

    private static FaultsAnswer AnswerOf(FinanceFaults faults) => new() { Seed = faults.Seed, Operations = faults.Operations.ConvertAll(PartOf) };

    private static FaultPart PartOf(FinanceFault fault) => new()
    {
        Operation = fault.Operation,
        LatencyMs = fault.LatencyMs,
        FailPermille = fault.FailPermille,
        LostAnswerPermille = fault.LostAnswerPermille,
        LaterPermille = fault.LaterPermille,
        LaterMs = fault.LaterMs,
        RefusePermille = fault.RefusePermille,
        NotFoundPermille = fault.NotFoundPermille,
        CallbackLostPermille = fault.CallbackLostPermille,
        CallbackLatePermille = fault.CallbackLatePermille,
        CallbackLateMs = fault.CallbackLateMs,
        CallbackRepeatPermille = fault.CallbackRepeatPermille,
    };

    private Task<IResult> CheckLedgerAsync(HttpContext http, CancellationToken cancellationToken) =>
        calls.AnswerAsync(http, refusal: null, operations.CheckLedgerAsync, static r => new LedgerAnswer
        {
            Lines = r.Lines.ConvertAll(static l => new LedgerLine { Currency = l.Currency, Kind = l.Kind, Accounts = l.Accounts, Balance = l.Balance }),
            Faults = r.Faults,
        }, GatewayJson.Wire.LedgerAnswer);
}
