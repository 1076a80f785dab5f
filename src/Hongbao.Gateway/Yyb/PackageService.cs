using Hongbao.Contracts;
using Hongbao.Contracts.Yyb;
using Hongbao.Gateway.Auth;
using Hongbao.Gateway.Endpoints;
using Hongbao.Gateway.Problems;

namespace Hongbao.Gateway.Yyb;

/// <summary>Answers packages: reads them, finds out who asks, has the commands carried out side by side.</summary>
internal sealed class PackageService(TokenVerifier tokens, CommandRunner runner, TimeProvider clock)
{
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

        var head = new PkgRspHead { TraceId = TraceIds.IsOne(package.Head.TraceId) ? package.Head.TraceId : traceId, ServerTimeMs = clock.GetUtcNow().ToUnixTimeMilliseconds() };
        if (package.Requests.Count is < 1 or > YybConstants.CommandsMax)
        {
            head.Code = (int)ErrorCode.CommandCount;
            head.Message = $"A package has 1 to {YybConstants.CommandsMax} commands, not {package.Requests.Count}; none was carried out.";
            return package.Answer(head, []);
        }

        var token = package.Head.AccessToken;
        var caller = token.Length == 0 ? null : tokens.Verify(token);
        if (caller is null && token.Length > 0)
        {
            // Also for commands that need no token: an app that sent one means to be somebody.
            var refusal = Result.Of(ResultCode.Unauthenticated);
            head.Code = (int)ErrorCode.Unauthenticated;
            head.Message = ProblemTable.Of(refusal.Code).Detail;
            return package.Answer(head, package.Requests.ConvertAll(r => CommandRunner.Refused(r.Head, refusal)));
        }

        var origin = new CallOrigin(caller, head.TraceId, Locales.FirstOf(package.Head.Locale), gone);
        var responses = await Task.WhenAll(package.Requests.Select(r => runner.RunAsync(origin, r)));
        return package.Answer(head, [.. responses]);
    }
}
