using Hongbao.Contracts;
using Hongbao.Contracts.Yyb;
using Hongbao.Gateway.Auth;
using Hongbao.Gateway.Endpoints;
using Hongbao.Gateway.Problems;

namespace Hongbao.Gateway.Yyb;

/// <summary>Answers packages: reads them, finds out who asks, has the commands carried out side by side and waits for all of them.</summary>
internal sealed class PackageService(TokenVerifier tokens, CommandRunner runner, TimeProvider clock)
{
    private static readonly Result TooLong = Result.Of(ResultCode.PayloadTooLarge, "The answer would be too long; ask for fewer in a page, or for less in a package.");

    /// <summary>The answering package, or why the bytes are none that could be answered.</summary>
    /// <param name="bytes">The whole package.</param>
    /// <param name="traceId">Of the request that brought it; the package's own goes first.</param>
    /// <param name="gone">Cancelled when the client went away.</param>
    /// <exception cref="OperationCanceledException">The client is gone.</exception>
    public async Task<Outcome<byte[]>> AnswerAsync(ReadOnlyMemory<byte> bytes, string traceId, CancellationToken gone)
    {
        var read = AppPackage.Read(bytes.Span);
        if (read.Value is not { } package)
        {
            return read.Refusal!;
        }

        var head = new PkgRspHead { TraceId = TraceIds.IsOne(package.Head.TraceId) ? package.Head.TraceId : traceId };
        if (package.Requests.Count is < 1 or > YybConstants.CommandsMax)
        {
            head.Code = (int)ErrorCode.CommandCount;
            head.Message = $"A package has 1 to {YybConstants.CommandsMax} commands, not {package.Requests.Count}; none was carried out.";
            return Encoded(package, head, []);
        }

        var token = package.Head.AccessToken;
        var caller = token.Length == 0 ? null : tokens.Verify(token);
        if (caller is null && token.Length > 0)
        {
            // Also for commands that need no token: an app that sent one means to be somebody.
            var refusal = Result.Of(ResultCode.Unauthenticated);
            head.Code = (int)ErrorCode.Unauthenticated;
            head.Message = ProblemTable.Of(refusal.Code).Detail;
            return Encoded(package, head, package.Requests.ConvertAll(r => CommandRunner.Refused(r.Head, refusal)));
        }

        var origin = new CallOrigin(caller, head.TraceId, Locales.FirstOf(package.Head.Locale), gone);
        return Encoded(package, head, package.Requests.Count == 1
            ? [await runner.RunAsync(origin, package.Requests[0])]
            : [.. await Task.WhenAll(package.Requests.Select(r => RunBesideAsync(origin, r)))]);
    }

    // A module may do all of its work before it first gives its thread back, as SQLite does when it reads: the others do not wait for that.
    private async Task<Response> RunBesideAsync(CallOrigin origin, Request request)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        return await runner.RunAsync(origin, request);
    }

    /// <summary>The answering package. When it would be longer than the contract promises, the longest answers are left out.</summary>
    private byte[] Encoded(AppPackage package, PkgRspHead head, List<Response> responses)
    {
        // As late as can be, for apps set their countdowns by it.
        head.ServerTimeMs = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var bytes = package.Answer(head, responses);
        while (bytes.Length > YybConstants.AnswerBytesMax && responses.Index().MaxBy(static r => r.Item.Body.Length) is var (at, longest) && longest.Head.Code == (int)ErrorCode.Ok)
        {
            responses[at] = CommandRunner.Refused(new ReqHead { Command = longest.Head.Command, RequestId = longest.Head.RequestId }, TooLong);
            bytes = package.Answer(head, responses);
        }

        return bytes;
    }
}
