using Hongbao.Contracts;
using Hongbao.Gateway.Auth;

namespace Hongbao.Gateway.Problems;

/// <summary>Gives every error that leaves the service the same form, also those of the framework and those that nobody foresaw.</summary>
internal sealed class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> log)
{
    public async Task InvokeAsync(HttpContext http)
    {
        ProblemAnswer? problem = null;
        try
        {
            await next(http);
            if (http.Response is { StatusCode: >= 400, HasStarted: false, ContentType: null, ContentLength: null })
            {
                problem = ProblemAnswer.OfStatus(http.Response.StatusCode);
            }
        }
        catch (Exception e) when (!http.Response.HasStarted)
        {
            problem = Explain(http, e);
            http.Response.Clear();
            Web.SecurityHeaders.Set(http);
        }

        if (problem is not null && !http.RequestAborted.IsCancellationRequested)
        {
            await problem.ExecuteAsync(http);
        }
    }

    private ProblemAnswer? Explain(HttpContext http, Exception e)
    {
        switch (e)
        {
            case OperationCanceledException or IOException when http.RequestAborted.IsCancellationRequested:
                // The client is gone: nobody reads an answer.
                return null;
            case BadHttpRequestException bad:
                return ProblemAnswer.OfStatus(bad.StatusCode);
            default:
                var code = ProblemTable.CodeOf(e);
                Log(code == ResultCode.Internal ? LogLevel.Error : LogLevel.Warning, http, e);
                return ProblemAnswer.Of(code);
        }
    }

    // The path has no query: tickets travel there.
    private void Log(LogLevel level, HttpContext http, Exception e) => log.Log(level, e, "{Method} {Route} failed for uid {Uid}, trace {TraceId}",
        http.Request.Method, (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "(no route)",
        Mask.Uid(http.Features.Get<Caller>()?.Uid ?? 0), TraceIds.Of(http));
}
