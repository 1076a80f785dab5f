using Hongbao.Contracts;
using Hongbao.Contracts.Yyb;
using Hongbao.Gateway.Auth;
using Hongbao.Gateway.Endpoints;
using Hongbao.Gateway.Json;
using Hongbao.Gateway.Problems;
using Hongbao.Jce;
using Wire = Hongbao.Contracts.Yyb;

namespace Hongbao.Gateway.Yyb;

/// <summary>Carries out one command of a package. Whatever becomes of it, there is an answer, and the others do not notice.</summary>
internal sealed class CommandRunner(CommandTable table, UnknownValues values, ILogger<CommandRunner> log)
{
    private const int RequestIdMax = 64;

    /// <exception cref="OperationCanceledException">The client is gone: nobody reads an answer.</exception>
    public async Task<Response> RunAsync(CallOrigin origin, Request request)
    {
        var head = request.Head;
        if (!table.TryFind(head.Command, out var command))
        {
            return new Response { Head = HeadOf(head, ErrorCode.UnknownCommand, $"There is no command {head.Command} here; Protocol.jce lists them.") };
        }

        if (command.NeedsUser && origin.Caller is null)
        {
            return Refused(head, Result.Of(ResultCode.Unauthenticated));
        }

        var fields = new Fields();
        fields.Text("requestId", head.RequestId, RequestIdMax);
        if (fields.Refusal is { } invalid)
        {
            return Refused(head, invalid);
        }

        try
        {
            var outcome = await command.RunAsync(new CommandCall(origin, head.RequestId), request.Body);
            if (outcome.Value is { } body)
            {
                return new Response { Head = HeadOf(head, ErrorCode.Ok, ""), Body = body };
            }

            return Refused(head, values.IsKnown(outcome.Refusal!.Code) ? outcome.Refusal : Result.Of(ResultCode.Internal));
        }
        catch (Exception e) when (e is not OperationCanceledException || !origin.Gone.IsCancellationRequested)
        {
            var code = ProblemTable.CodeOf(e);
            log.Log(code == ResultCode.Internal ? LogLevel.Error : LogLevel.Warning, e, "Command {Command} of a package failed for uid {Uid}, trace {TraceId}",
                command.Command, Mask.Uid(origin.Caller?.Uid ?? 0), origin.TraceId);
            return Refused(head, Result.Of(code));
        }
    }

    /// <summary>The answer to a command that was not carried out, or not to its end.</summary>
    public static Response Refused(ReqHead head, Result refusal)
    {
        var kind = ProblemTable.Of(refusal.Code);
        var response = new Response { Head = HeadOf(head, (ErrorCode)refusal.Code, ProblemTable.DetailOf(refusal, kind)) };

        // As over HTTP: some endings say when to come again.
        var mayComeAgain = ProblemTable.SaysWhen(refusal, kind);
        if (mayComeAgain || refusal.Faults.Count > 0 || refusal.TriesLeft >= 0)
        {
            response.Body = JceSerializer.ToBytes(new ErrorDetail
            {
                Faults = refusal.Faults.ConvertAll(static f => new Wire.FieldFault { Field = f.Field, Message = f.Message }),
                RetryAfterMs = mayComeAgain ? ProblemTable.RetryAfterMsOf(refusal) : 0,
                MaxPolls = refusal.Code == ResultCode.ClaimBusy ? ProblemTable.MaxPollsOf(refusal) : 0,
                TriesLeft = refusal.TriesLeft,
            });
        }

        return response;
    }

    private static RspHead HeadOf(ReqHead head, ErrorCode code, string message) =>
        new() { Command = head.Command, RequestId = head.RequestId, Code = (int)code, Message = message };
}
